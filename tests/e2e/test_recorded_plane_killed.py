"""When the plane dies while it records, the next one goes on with it by itself, and what was sent is in the file."""

from __future__ import annotations

import pytest

from tests.e2e import killed
from tests.e2e.machine import Machine, until
from tests.e2e.sending import CountingPerson
from tests.recorder import clip

pytestmark = pytest.mark.timeout(300)


async def test_what_was_sent_before_and_after_is_in_one_file_that_plays(machine: Machine) -> None:
    """D9, H25: nobody asks for anything between the start and the stop; at most a second is lost, every file is read
    to its end, sums and chain are right and no piece is left."""
    room = await machine.room()
    amina = CountingPerson(room.participant, "Amina")
    await amina.begin()
    kills = killed.Kills()
    desk = killed.Desk(machine, room, kills)
    made = (await desk.ask("Start", room=room.room)).recording
    first, sent = amina.camera.sent, []
    for _ in range(2):
        enough = amina.camera.sent + 2 * clip.FPS
        await until(lambda enough=enough: amina.camera.sent >= enough, 30, "two seconds are sent")  # type: ignore[misc]
        last, back = await desk.plane(amina)
        sent.append((first, last))
        first = back
        found = await desk.get(made.recording)
        assert found.state in killed.RUNS, (found.state, found.why)
    enough = first + 2 * clip.FPS
    await until(lambda: amina.camera.sent >= enough, 30, "and again")
    sent.append((first, amina.camera.sent))
    await desk.ask("Stop", room=room.room)
    found = await killed.finished(desk, made.recording)
    await killed.lost(machine, desk, found, sent)
    assert [mark.state for mark in found.marks] == ["recording", "finishing", "verified"], "the room never stopped it"
    assert kills.planes == 2 and len(found.files) == 3
    await amina.end()
