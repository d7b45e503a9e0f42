"""Every change and every refusal leaves a record; no name, no text and no secret is in it or in the log."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
import structlog

from node.features.audit.rules import Mark, Record, Row
from node.features.audit.service import Audit
from node.ports import Actor
from node.rpc.methods import METHODS
from protos.chat.v1 import chat_pb2
from protos.mute.v1 import mute_pb2
from protos.nodes.v1 import nodes_pb2
from protos.participants.v1 import participants_pb2
from protos.rooms.v1 import rooms_pb2
from tests.rpc.house import House, refused


async def records(house: House) -> list[Record]:
    """What is in the table now, oldest first."""
    await house.audit.close()
    return [record for _, record in reversed(await house.audit.list())]


async def test_a_change_is_recorded_with_who_what_and_why(house: House) -> None:
    (amina,) = await house.room("hall", ["Amina"])
    moderator = await house.operator("moderator", "Mo")
    mute = mute_pb2.MuteParticipantRequest(room="hall", participant=amina, reason="noise", request_id="m-1")
    await moderator.ask(moderator.mute.MuteParticipant, mute)
    await moderator.ask(moderator.mute.MuteParticipant, mute)

    first, again = await records(house)
    assert (first.operator, first.role) == ("Mo", "moderator")
    assert first.method == "/regie.mute.v1.MuteService/MuteParticipant"
    assert first.targets == {"room": "hall", "participant": amina}
    assert (first.reason, first.outcome, first.request_id, first.repeated) == ("noise", "OK", "m-1", False)
    assert 0 < first.latency_ms < 5000
    assert abs(first.at - house.clock.now()) < 10
    assert again.repeated


async def test_the_record_names_the_room_that_the_node_named(house: House) -> None:
    operator = await house.operator("operator")
    made = await operator.ask(operator.rooms.CreateRoom, rooms_pb2.CreateRoomRequest(title="Monday"))
    (record,) = await records(house)
    assert record.targets == {"room": made.room.room}


async def test_what_came_of_it_is_recorded_though_the_caller_is_gone(house: House) -> None:
    """Outcome, not intent: the caller hung up, the mute holds."""
    (amina,) = await house.room("hall", ["Amina"])
    moderator = await house.operator("moderator")
    began, go = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        began.set()
        await go.wait()

    house.media.before_mute = slowly
    mute = mute_pb2.MuteParticipantRequest(room="hall", participant=amina)
    call = asyncio.create_task(moderator.ask(moderator.mute.MuteParticipant, mute))
    await began.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await records(house) == []
    go.set()
    assert house.server is not None
    await house.server.stop(0.1)
    (record,) = await records(house)
    assert (record.outcome, record.targets["participant"]) == ("OK", amina)


async def test_reading_is_not_recorded_but_being_refused_is(house: House) -> None:
    viewer = await house.operator("viewer", "Vera")
    await viewer.ask(viewer.nodes.GetNode, nodes_pb2.GetNodeRequest())
    await refused(viewer.ask(viewer.rooms.GetRoom, rooms_pb2.GetRoomRequest(room="nowhere")))
    await refused(viewer.ask(viewer.rooms.CloseRoom, rooms_pb2.CloseRoomRequest(room="hall")))
    assert [(r.operator, r.method.rpartition("/")[2], r.outcome) for r in await records(house)] == [
        ("Vera", "GetRoom", "ROOM_UNKNOWN"),
        ("Vera", "CloseRoom", "NOT_ALLOWED"),
    ]


async def test_a_fault_has_the_same_number_for_caller_record_and_log(house: House) -> None:
    moderator = await house.operator("moderator")
    await house.room("hall", ["Amina"])
    house.floor.rooms["hall"].mute = None  # type: ignore[assignment]
    with structlog.testing.capture_logs() as logs:
        said = await refused(
            moderator.ask(moderator.mute.MuteRoom, mute_pb2.MuteRoomRequest(room="hall", dry_run=True))
        )
    assert (said.code.name, said.reason) == ("INTERNAL", "INTERNAL")
    assert "Traceback" not in said.refusal.message["en"] and "NoneType" not in said.refusal.SerializeToString().decode()
    (record,) = await records(house)
    assert record.detail == said.refusal.current
    assert [entry["fault"] for entry in logs if entry["event"] == "rpc_fault"] == [said.refusal.current]


async def test_strangers_cannot_fill_the_table(house: House) -> None:
    stranger = house.connect("rgo_wrong")
    asked = (refused(stranger.ask(stranger.nodes.GetNode, nodes_pb2.GetNodeRequest())) for _ in range(50))
    await asyncio.gather(*asked)
    found = await records(house)
    assert {(r.operator, r.method.rpartition("/")[2], r.outcome) for r in found} == {("", "GetNode", "TOKEN_WRONG")}
    assert sum(record.count for record in found) == 50
    assert len(found) <= 3


async def test_nothing_personal_is_logged_or_kept(house: House) -> None:
    (amina,) = await house.room("hall", ["Amina Diallo"])
    said = house.chat.post("hall", amina, "my secret plan")
    admin = await house.operator("admin", "Zoe Martin")
    with structlog.testing.capture_logs() as logs:
        hide = chat_pb2.HideMessageRequest(room="hall", message=said.message, reason="Amina Diallo lies")
        await admin.ask(admin.chat.HideMessage, hide)
        created = await admin.ask(admin.rooms.CreateRoom, rooms_pb2.CreateRoomRequest(title="Plan of Amina Diallo"))
        found = await records(house)
    tickets = [link.ticket for link in created.links]
    private = ["Amina Diallo", "secret plan", *tickets, admin.metadata[0][1]]
    assert [word for word in (*private, "Zoe Martin") if word in str(logs)] == []
    assert [word for word in private[1:] if word in str(found)] == []
    assert {entry["event"] for entry in logs} >= {"audit"}


class Shelf:
    """A database that can be away."""

    def __init__(self) -> None:
        self.away = True
        self.kept: list[Record] = []

    async def append(self, records: Sequence[Record]) -> list[int]:
        if self.away:
            raise OSError("away")
        self.kept.extend(records)
        return list(range(len(self.kept) - len(records) + 1, len(self.kept) + 1))

    async def chain(self, *, after: int, limit: int) -> list[Row]:
        return []

    async def last(self) -> Mark:
        return Mark()

    async def list(self, *, before: int, limit: int) -> list[tuple[int, Record]]:
        return list(enumerate(self.kept))


async def test_a_database_that_is_away_costs_no_record() -> None:
    shelf = Shelf()
    audit = Audit(shelf)
    by = Actor("operator", "op", "admin")
    for number in range(3):
        audit.note(Record(0.0, by.id, "op_1", by.role, "/m", {}, "", "OK", 1.0, str(number)))
    await audit.close()
    assert (shelf.kept, audit.backlog) == ([], 3)
    shelf.away = False
    await audit.close()
    assert [record.request_id for record in shelf.kept] == ["0", "1", "2"]
    assert (audit.backlog, audit.written, audit.lost) == (0, 3, 0)


class SlowShelf(Shelf):
    """A database that has taken the records before it says so."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.took, self.says = asyncio.Event(), asyncio.Event()

    async def append(self, records: Sequence[Record]) -> list[int]:
        numbers = await super().append(records)
        self.took.set()
        await self.says.wait()
        return numbers


async def test_a_record_is_not_written_twice_by_a_node_that_stops() -> None:
    shelf = SlowShelf()
    audit = Audit(shelf)
    writer = asyncio.create_task(audit.run())
    audit.note(Record(0.0, "olga", "op_1", "admin", "/m", {}, "", "OK", 1.0, "once"))
    await shelf.took.wait()
    writer.cancel()
    closing = asyncio.create_task(audit.close())
    shelf.says.set()
    await closing
    with pytest.raises(asyncio.CancelledError):
        await writer
    assert [record.request_id for record in shelf.kept] == ["once"]
    assert (audit.backlog, audit.written) == (0, 1)


def test_no_target_is_personal() -> None:
    """`debug_redact` in the contracts says what is."""
    for file in (nodes_pb2, rooms_pb2, participants_pb2, mute_pb2, chat_pb2):
        for service in file.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                fields = method.input_type.fields_by_name
                row = METHODS[f"/{service.full_name}/{method.name}"]
                assert not [name for name in row.targets if fields[name].GetOptions().debug_redact]
