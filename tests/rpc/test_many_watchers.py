"""Fifty consoles on a full node cost it little more than one: what they see is made once."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from node.features.participants import rpc
from node.features.participants.rules import ParticipantView
from node.journal import ParticipantChanged
from node.rpc.convert import Latest
from protos.participants.v1 import participants_pb2 as pb
from tests.rpc.house import House


async def test_each_change_is_converted_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counted(view: ParticipantView) -> pb.Participant:
        made.append(view.participant)
        return participant(view)

    participant = rpc.participant
    monkeypatch.setattr(rpc, "participant", counted)
    assert house.server is not None
    await house.server.stop(0)
    await house.open()
    (amina,) = await house.room("hall", ["Amina"])
    viewer = await house.operator("viewer")
    streams = [viewer.watch(viewer.participants.WatchParticipants, pb.WatchParticipantsRequest()) for _ in range(20)]

    async def until(stream: Any, level: int) -> None:
        while True:
            message = await stream.read()
            if any(person.level == level for person in message.participants):
                return

    async with asyncio.timeout(40):
        await asyncio.gather(*(until(stream, 127) for stream in streams))
        made.clear()
        view = await house.services.participants.get("hall", amina)
        house.journal.publish(ParticipantChanged(msgspec.structs.replace(view, level=5)))
        await asyncio.gather(*(until(stream, 5) for stream in streams))
    assert made == [amina]


def test_what_is_remembered_is_bounded_and_never_stale() -> None:
    latest: Latest[tuple[int], int] = Latest(lambda view: view[0], most=2)
    one, two = (1,), (2,)
    assert [latest("a", one), latest("a", two), latest("a", one)] == [1, 2, 1]
    for key in "bcd":
        latest(key, two)
    assert len(latest._known) == 2
