"""Reloading the page brings the same person back."""

from __future__ import annotations

from protos.participants.v1 import participants_pb2
from tests.e2e.chromium import Chromium, ChromiumWindow
from tests.e2e.machine import Machine, until


async def test_a_reload_rejoins_as_the_same_person(machine: Machine, browser: Chromium) -> None:
    room = await machine.room()
    amina, jean = await browser.visitor(), await browser.visitor()
    await amina.join(room.link(), "Amina")
    await jean.join(room.link(), "Jean")
    await amina.until_sees(1)
    before = await people(machine, room.room)

    assert isinstance(jean.window, ChromiumWindow)
    await jean.window.page.reload()
    await jean.until_screen("room")
    await jean.until_sees(1)

    async def again() -> bool:
        first = await amina.see()
        _, later = await amina.watch(0.5)
        return later.frames > first.frames

    await until(again, 30, "Amina sees Jean again")
    assert await people(machine, room.room) == before


async def people(machine: Machine, room: str) -> set[tuple[str, str]]:
    """Ids and names of those who are in the room, as the operator sees them."""
    assert machine.operator is not None
    request = participants_pb2.ListParticipantsRequest(room=room)
    listed = await machine.operator(machine.operator.participants.ListParticipants, request)
    return {(one.participant, one.name) for one in listed.participants}
