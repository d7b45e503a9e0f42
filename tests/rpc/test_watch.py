"""Watching: a snapshot, then changes; a heartbeat on each second; coming back where one was."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import grpc
import msgspec
import pytest

from node.features.operators import service as operators
from node.journal import ParticipantChanged
from node.ports import Actor, Source
from node.rpc import interceptors, watch
from protos.chat.v1 import chat_pb2
from protos.nodes.v1 import nodes_pb2
from protos.participants.v1 import participants_pb2 as pb
from protos.rooms.v1 import rooms_pb2
from tests.rpc.house import Caller, House, what_it_said

BY = Actor("operator", "the test", "admin")


async def next_of(stream: Any, seconds: float = 30.0) -> Any:
    message = await asyncio.wait_for(stream.read(), seconds)
    assert message is not grpc.aio.EOF
    return message


async def next_with(stream: Any, field: str) -> Any:
    """The next message that has something in `field`; heartbeats between are fine."""
    async with asyncio.timeout(30):
        while True:
            message = await next_of(stream)
            if getattr(message, field):
                return message


def people(caller: Caller, room: str = "", resume: str = "") -> Any:
    return caller.watch(
        caller.participants.WatchParticipants, pb.WatchParticipantsRequest(room=room, resume_token=resume)
    )


async def test_a_snapshot_then_what_changes(house: House) -> None:
    amina, bob = await house.room("hall", ["Amina", "Bob"])
    viewer = await house.operator("viewer")
    stream = people(viewer, "hall")

    first = await next_of(stream)
    assert first.snapshot
    assert {(p.participant, p.name, p.state) for p in first.participants} == {
        (amina, "Amina", pb.Participant.STATE_HERE),
        (bob, "Bob", pb.Participant.STATE_HERE),
    }
    await house.services.mute.mute("hall", bob, frozenset({Source.MICROPHONE}), by=BY)
    change = await next_with(stream, "participants")
    assert not change.snapshot
    assert [(p.participant, p.tracks[0].muted, p.tracks[0].muted_by) for p in change.participants] == [
        (bob, True, "the test")
    ]
    await house.services.participants.remove("hall", amina, by=BY)
    assert list((await next_with(stream, "gone")).gone) == [amina]


async def test_a_heartbeat_on_each_second_of_the_wall_clock(house: House) -> None:
    viewer = await house.operator("viewer")
    stream = viewer.watch(viewer.rooms.WatchRooms, rooms_pb2.WatchRoomsRequest())
    assert (await next_of(stream)).snapshot
    punctual: list[float] = []
    late: list[float] = []
    while len(punctual) < 2:  # a beat may be late where others have the processor, never two of ten on time by chance
        beat = await next_of(stream)
        now = time.time()
        assert not beat.snapshot and not beat.rooms and beat.position.resume_token
        (punctual if now % 1.0 < 0.2 else late).append(now % 1.0)
        assert len(punctual) + len(late) <= 10, late
        assert 0.0 <= now - beat.position.time.ToNanoseconds() / 1e9 < 5


async def test_what_the_node_measures_on_the_second_is_in_the_heartbeat(house: House) -> None:
    """So a console wakes once a second for a node, not twice: three beats in a row have it, of three seconds in a row.
    Of two messages a second no two in a row would; a second that a busy machine missed proves nothing."""

    async def seconds() -> None:
        while True:
            await asyncio.sleep(1.0 - time.time() % 1.0)
            await house.second()

    measuring = asyncio.create_task(seconds())
    viewer = await house.operator("viewer")
    stream = viewer.watch(viewer.nodes.WatchNodes, nodes_pb2.WatchNodesRequest())
    await next_of(stream)
    row: list[int] = []
    for _ in range(20):
        message = await next_of(stream)
        assert {node.node for node in message.nodes} <= {"here"}
        second = message.position.time.seconds
        if not message.nodes:
            row = []
        elif row and second == row[-1] + 1:
            row.append(second)
        else:
            row = [second]
        if len(row) == 3:
            break
    measuring.cancel()
    assert len(row) == 3


async def test_coming_back_brings_what_was_missed_and_nothing_else(house: House) -> None:
    amina, bob = await house.room("hall", ["Amina", "Bob"])
    viewer = await house.operator("viewer")
    stream = people(viewer)
    token = (await next_of(stream)).position.resume_token
    stream.cancel()

    await house.services.mute.mute("hall", amina, frozenset({Source.CAMERA}), by=BY)
    await house.services.participants.remove("hall", bob, by=BY)
    house.tell()

    back = people(viewer, resume=token)
    missed = await next_of(back)
    assert not missed.snapshot
    assert [p.participant for p in missed.participants] == [amina]
    assert list(missed.gone) == [bob]


@pytest.mark.parametrize("token", ["another-run:0", "nonsense", "one:999999", "one:-1", "one:", ":"])
async def test_a_position_that_means_nothing_here_gets_a_snapshot(house: House, token: str) -> None:
    await house.room("hall", ["Amina"])
    viewer = await house.operator("viewer")
    first = await next_of(people(viewer, resume=token))
    assert first.snapshot and len(first.participants) == 1


async def test_the_server_goes_away_and_comes_back(house: House) -> None:
    """The console keeps its channel and its position; it is told why, and goes on after the restart."""
    (amina,) = await house.room("hall", ["Amina"])
    viewer = await house.operator("viewer")
    stream = people(viewer)
    token = (await next_of(stream)).position.resume_token
    assert house.server is not None
    address, stopped = house.server.address, asyncio.create_task(house.server.stop(0.5))
    with pytest.raises(grpc.aio.AioRpcError) as error:
        while True:
            await next_of(stream)
    said = what_it_said(error.value)
    assert (said.code, said.reason) == (grpc.StatusCode.UNAVAILABLE, "STOPPING")
    await stopped

    await house.services.mute.mute("hall", amina, frozenset({Source.CAMERA}), by=BY)
    house.tell()
    await house.open(address)
    request = pb.WatchParticipantsRequest(resume_token=token)
    back = viewer.participants.WatchParticipants(request, metadata=viewer.metadata, wait_for_ready=True)
    missed = await next_of(back)
    assert not missed.snapshot and [p.participant for p in missed.participants] == [amina]


async def test_only_the_room_that_was_asked_for(house: House) -> None:
    await house.room("hall", ["Amina"])
    (bob,) = await house.room("attic", ["Bob"])
    viewer = await house.operator("viewer")
    stream = people(viewer, "hall")
    assert [p.name for p in (await next_of(stream)).participants] == ["Amina"]
    await house.services.mute.mute("attic", bob, frozenset({Source.CAMERA}), by=BY)
    for _ in range(2):
        assert not (await next_of(stream)).participants


async def test_changes_are_gathered(house: House) -> None:
    """A thousand changes of one person in a moment are one message with the last of them."""
    (amina,) = await house.room("hall", ["Amina"])
    viewer = await house.operator("viewer")
    stream = people(viewer)
    await next_of(stream)
    view = await house.services.participants.get("hall", amina)
    for level in range(127):
        house.journal.publish(ParticipantChanged(msgspec.structs.replace(view, level=level)))
    seen = [p.level for p in (await next_with(stream, "participants")).participants]
    assert seen == [126]


async def test_a_long_snapshot_comes_in_parts_that_can_only_be_resumed_whole(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "PER_MESSAGE", 2)
    await house.room("hall", ["A", "B", "C", "D", "E"])
    viewer = await house.operator("viewer")
    stream = people(viewer)
    parts = [await next_of(stream) for _ in range(3)]
    assert [part.snapshot for part in parts] == [True, False, False]
    assert [len(part.participants) for part in parts] == [2, 2, 1]
    assert [bool(part.position.resume_token) for part in parts] == [False, False, True]


async def test_who_does_not_read_costs_nothing_and_then_sees_the_latest(house: House) -> None:
    """Nothing is queued for a slow console: after 3,000 changes of 50 people it reads a few messages, not thousands."""
    await house.room("hall", [f"person {n}" for n in range(50)])
    viewer = await house.operator("viewer")
    stream = people(viewer)
    await next_of(stream)
    views = await house.services.participants.list("hall")
    for turn in range(60):
        for view in views:
            house.journal.publish(ParticipantChanged(msgspec.structs.replace(view, level=turn)))
        await asyncio.sleep(0.005)
    await house.second()
    levels: dict[str, int] = {}
    messages = 0
    async with asyncio.timeout(30):
        while set(levels.values()) != {59} or len(levels) < 50:
            message = await next_of(stream)
            messages += 1
            levels.update({p.participant: p.level for p in message.participants})
    assert messages < 15


async def test_a_revoked_token_ends_its_streams(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interceptors, "ASK_AGAIN_S", 0.0)
    monkeypatch.setattr(operators, "FRESH_S", 0.0)
    viewer = await house.operator("viewer", "Vera")
    stream = viewer.watch(viewer.nodes.WatchNodes, nodes_pb2.WatchNodesRequest())
    await next_of(stream)
    await house.operators.revoke("Vera")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        for _ in range(3):
            await next_of(stream)
    assert what_it_said(error.value).reason == "TOKEN_WRONG"


async def test_streams_are_counted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interceptors, "WATCHES_PER_OPERATOR", 2)
    viewer = await house.operator("viewer")
    streams = [viewer.watch(viewer.nodes.WatchNodes, nodes_pb2.WatchNodesRequest()) for _ in range(2)]
    for stream in streams:
        await next_of(stream)
    third = viewer.watch(viewer.nodes.WatchNodes, nodes_pb2.WatchNodesRequest())
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await next_of(third)
    assert what_it_said(error.value).reason == "TOO_MANY_WATCHES"
    assert house.meter.open_streams == 2
    streams[0].cancel()
    async with asyncio.timeout(30):
        await house.meter.one_less.wait()
    await next_of(viewer.watch(viewer.nodes.WatchNodes, nodes_pb2.WatchNodesRequest()))


async def test_a_closed_room_is_gone(house: House) -> None:
    await house.room("hall", ["Amina"])
    viewer = await house.operator("viewer")
    stream = viewer.watch(viewer.rooms.WatchRooms, rooms_pb2.WatchRoomsRequest())
    first = await next_of(stream)
    assert [(r.room, r.people, r.node) for r in first.rooms] == [("hall", 1, "here")]
    await house.rooms.close("hall", by=BY, reason="over")
    assert list((await next_with(stream, "gone")).gone) == ["hall"]


async def test_the_chat_of_a_room(house: House) -> None:
    (amina,) = await house.room("hall", ["Amina"])
    viewer = await house.operator("viewer")
    said = house.chat.post("hall", amina, "Bonjour \x1b[31mà tous")
    stream = viewer.watch(viewer.chat.WatchMessages, chat_pb2.WatchMessagesRequest(room="hall"))
    first = await next_of(stream)
    assert first.snapshot and [(m.message, m.name) for m in first.messages] == [(said.message, "Amina")]
    await house.chat.hide("hall", said.message, by=BY, reason="")
    hidden = (await next_with(stream, "messages")).messages[0]
    assert (hidden.message, hidden.hidden, hidden.hidden_by) == (said.message, True, "the test")


async def test_watching_a_room_that_does_not_exist_is_refused(house: House) -> None:
    viewer = await house.operator("viewer")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await next_of(people(viewer, "nowhere"))
    assert what_it_said(error.value).reason == "ROOM_UNKNOWN"
