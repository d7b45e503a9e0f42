"""Recordings over real WebSockets: everybody in the room knows, and a restart forgets nothing."""

from __future__ import annotations

import asyncio

from node.features.recordings.states import State
from node.ports import Tap, TapClosed
from tests.web.house import OPERATOR, House


async def test_everybody_is_told_that_the_room_is_recorded(home: House) -> None:
    """R180: who is there, who comes later, and at each mark; a participant may not."""
    room, tickets = await home.create()
    helene = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await amina.send(type="publish", source="microphone", on=True)

    await amina.send(type="record", do="start")
    assert (await amina.until("refused"))["code"] == "NOT_ALLOWED"
    await helene.send(type="record", do="start")
    assert (await amina.until("recording"))["recording"] == {"state": "recording", "seconds": 0}
    home.clock.time += 61
    jean = await home.person(room.room, tickets["participant"], "Jean")
    assert jean.seen[0]["recording"] == {"state": "recording", "seconds": 61}

    await helene.send(type="record", do="pause")
    assert (await jean.until("recording"))["recording"] == {"state": "paused", "seconds": 61}
    assert await home.media.taps() == []
    await helene.send(type="record", do="stop")
    await jean.until("recording", recording=None)
    (view,) = home.recordings.list(room.room)
    assert (view.state, [mark.state for mark in view.marks]) == (
        State.FINISHING,
        [State.RECORDING, State.PAUSED, State.FINISHING],
    )


async def test_a_recording_outlives_the_control_process(home: House) -> None:
    """D9, H25: killed in the middle, it finds the stream that the plane still writes, and the clock went on."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await amina.send(type="publish", source="microphone", on=True)
    await amina.quiet()
    started = await home.recordings.start(room.room, "grid", by=OPERATOR)
    before = await home.media.taps()
    assert [tap.track for tap in before] == [f"{amina.transport}/microphone"]

    await home.crash()
    home.clock.time += 30
    await home.open()

    assert await home.media.taps() == before
    amina.seen.clear()
    await amina.attach(seq=0)
    assert amina.seen[0]["recording"] == {"state": "recording", "seconds": 30}
    await home.recordings.change(room.room, "stop", by=OPERATOR)
    assert await home.media.taps() == []
    home.media.tell(TapClosed(started.recording, 1, 4, 4000, "stopped"))
    view = home.recordings.get(started.recording)
    assert (view.state, view.bytes, view.spent, view.streams[0].ended) == (State.FINISHING, 4000, 30.0, home.clock.time)


async def test_a_stream_that_nobody_asked_for_is_ended(home: House) -> None:
    """H25: the process was killed after it told the plane and before the ledger had it: nobody was told."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await home.crash()
    await home.media.tap([Tap("f" * 32, 1, f"{amina.transport}/microphone", True)])
    await home.open()
    assert await home.media.taps() == []


async def test_what_was_being_finished_is_finished_after_a_restart(home: House) -> None:
    """D9: killed while files were made, the job is taken up by itself."""
    room, _tickets = await home.create()
    started = await home.recordings.start(room.room, "grid", by=OPERATOR)
    home.workshop.gate.clear()
    await home.rooms.close(room.room, by=OPERATOR)
    await home.crash()
    await home.open()
    done = asyncio.Event()
    home.recordings.tell(lambda view: done.set() if view.state is State.VERIFIED else None)
    async with asyncio.timeout(20):
        while home.recordings.get(started.recording).state is not State.VERIFIED:
            await done.wait()
