"""The recording group of a room's form: kept over a restart, and the same for a rehearsal and for a session."""

from __future__ import annotations

import asyncio

from node.features.recordings.planned import PlanRecording
from node.features.recordings.states import State
from node.features.schedule.rules import EndSitting
from tests.web.house import OPERATOR, House
from tests.web.replays import looked


async def taken(home: House, room: str, ticket: str) -> str:
    """A host comes, the session begins and is recorded as planned; then it is over, and has its files."""
    before = {view.recording for view in home.recordings.list(room)}
    changed = asyncio.Event()
    home.recordings.tell(lambda _view: changed.set())

    async def until(state: State) -> str:
        async with asyncio.timeout(20):
            while True:
                for view in home.recordings.list(room):
                    if view.state is state and view.recording not in before:
                        return view.recording
                await changed.wait()
                changed.clear()

    host = await home.person(room, ticket, "Hélène")
    recording = await until(State.RECORDING)
    home.clock.time += 60
    await home.floor.decide(room, EndSitting(OPERATOR)).done()
    await host.until("ended")
    assert await until(State.VERIFIED) == recording
    return recording


async def test_what_a_room_is_to_be_is_known_after_a_restart(home: House) -> None:
    """R104: killed at any moment."""
    room, _tickets = await home.create(type="webinar")
    await home.floor.decide(room.room, PlanRecording(OPERATOR, True, "speaker")).done()
    await home.crash()
    await home.open()
    plan = home.floor.room(room.room).recordings.planned.now
    assert (plan.on, plan.arrangement) == (True, "speaker")
    assert home.recordings.standing().planned == 1


async def test_a_rehearsal_is_recorded_on_the_same_path_and_the_public_never_sees_it(home: House) -> None:
    """R243 (same path): same room, same form, the same marks and files; only what is published is on the page."""
    room, tickets = await home.create(type="webinar")
    await home.floor.decide(room.room, PlanRecording(OPERATOR, True, "speaker")).done()
    rehearsal = home.recordings.get(await taken(home, room.room, tickets["host"]))
    home.clock.time += 3600
    live = home.recordings.get(await taken(home, room.room, tickets["host"]))
    assert rehearsal.recording != live.recording
    for one, other in ((rehearsal, live), (live, rehearsal)):
        assert [mark.state for mark in one.marks] == [mark.state for mark in other.marks]
        assert (one.arrangement, [file.name for file in one.files]) == ("speaker", ["room.webm"])
    await home.shelf.publish(live.recording, True, by=OPERATOR)
    look = await looked(home, room.room, tickets["participant"])
    assert [one["recording"] for one in look["recordings"]] == [live.recording]
