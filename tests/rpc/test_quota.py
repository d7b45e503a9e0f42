"""Limits by gRPC: who may, what is said, that a change holds at once, is audited, watched and kept (D1, R099)."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from node.errors import Refused
from node.features.access.rules import Issue, Link
from node.features.join.service import JoinRequest
from node.features.participants.view import Role
from node.features.quota.counter import LocalPlaces
from node.features.quota.rules import Limits
from node.features.quota.service import Quota
from node.features.quota.store import SqlStore
from node.features.rooms.floor import digest
from node.ports import Actor, Scope
from protos.quota.v1 import quota_pb2 as pb
from protos.quota.v1 import quota_pb2_grpc
from protos.rooms.v1 import rooms_pb2
from tests.rpc.house import Caller, House, refused
from tests.rpc.test_watch import next_of, next_with

BY = Actor("operator", "the test", "admin")


def quotas(caller: Caller) -> Any:
    return quota_pb2_grpc.QuotaServiceStub(caller.channel)


def wish(scope: str, name: str, what: str, limit: int, **more: str) -> pb.SetQuotaRequest:
    return pb.SetQuotaRequest(scope=scope, name=name, what=what, limit=limit, **more)


async def enter(house: House, room: str, role: str = "participant") -> str:
    """Somebody more, with a link of their own."""
    link = Link(digest(f"{room} {role}"), Role(role), house.clock.now() + 3600)
    house.floor.decide(room, Issue((link,)))
    joined = await house.join.join(room, f"{room} {role}", JoinRequest(name="Bob", sdp="v=0"))
    return joined.participant


async def test_a_change_holds_at_once_and_is_audited(house: House) -> None:
    await house.room("hall", ["Amina"])
    operator = await house.operator("operator", "olga")
    stub = quotas(operator)
    kept = (await operator.ask(stub.SetQuota, wish("node", "", "people", 1, reason="load", request_id="q-1"))).quota
    assert (kept.limit, kept.use, kept.default, kept.set_by) == (1, 1, 2000, "olga") and kept.set.seconds
    with pytest.raises(Refused) as full:
        await enter(house, "hall")
    assert (full.value.code, full.value.limit, full.value.current, full.value.set_by) == ("NODE_FULL", "1", "1", "node")
    await operator.ask(stub.SetQuota, wish("node", "", "people", 2))
    await enter(house, "hall")

    await operator.ask(stub.SetQuota, wish("node", "", "people", 0))
    await house.audit.close()
    lifted, _, first = [record for _, record in await house.audit.list()]
    assert (first.operator, first.reason, first.outcome) == ("olga", "load", "OK")
    assert first.targets == {"scope": "node", "what": "people", "limit": "1"}
    assert lifted.targets["limit"] == "0"


async def test_of_a_type_and_of_a_room(house: House) -> None:
    await house.room("hall", ["Amina"])
    operator = await house.operator("operator")
    stub = quotas(operator)
    for scope, name, what, code in (
        ("type", "meeting", "people", "TYPE_FULL"),
        ("type", "meeting", "room_people", "ROOM_FULL"),
        ("type", "meeting", "publishers", "PUBLISHERS_FULL"),
        ("room", "hall", "people", "ROOM_FULL"),
        ("room", "hall", "publishers", "PUBLISHERS_FULL"),
        ("node", "", "room_people", "ROOM_FULL"),
        ("node", "", "publishers", "PUBLISHERS_FULL"),
    ):
        await operator.ask(stub.SetQuota, wish(scope, name, what, 1))
        with pytest.raises(Refused) as full:
            await enter(house, "hall")
        assert (full.value.code, full.value.set_by, full.value.limit) == (code, scope, "1"), (scope, what)
        quota = (await operator.ask(stub.GetQuota, pb.GetQuotaRequest(scope=scope, name=name, what=what))).quota
        assert (quota.refused, quota.use) == (1, 1) and quota.last_refused.seconds
        await operator.ask(stub.SetQuota, wish(scope, name, what, 0))
    listed = await operator.ask(stub.ListQuotas, pb.ListQuotasRequest(scope="type"))
    assert [denial.what for denial in listed.denials][:2] == ["publishers", "room_people"]  # the latest first
    assert {quota.scope for quota in listed.quotas} == {"type"}


async def test_rooms_are_counted_and_come_free_when_they_close(house: House) -> None:
    await house.room("hall")
    operator = await house.operator("operator")
    await operator.ask(quotas(operator).SetQuota, wish("type", "meeting", "rooms", 1))
    create = rooms_pb2.CreateRoomRequest(title="One more")
    said = await refused(operator.ask(operator.rooms.CreateRoom, create))
    assert (said.reason, said.refusal.limit, said.refusal.current) == ("TYPE_ROOMS_FULL", "1", "1")
    webinar = rooms_pb2.CreateRoomRequest(title="Of another type", type="webinar")
    await operator.ask(operator.rooms.CreateRoom, webinar)
    await house.rooms.close("hall", by=BY)
    await operator.ask(operator.rooms.CreateRoom, create)


async def test_moderators_may_look_and_not_touch(house: House) -> None:
    moderator = await house.operator("moderator")
    said = await refused(moderator.ask(quotas(moderator).SetQuota, wish("node", "", "rooms", 1)))
    assert said.code is grpc.StatusCode.PERMISSION_DENIED and said.refusal.limit == "operator"
    assert (await moderator.ask(quotas(moderator).ListQuotas, pb.ListQuotasRequest())).quotas


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (wish("type", "conference", "room_people", 56), "VALUE_INVALID"),
        (wish("node", "", "people", 2_000_000), "VALUE_INVALID"),
        (wish("node", "", "cats", 1), "VALUE_INVALID"),
        (wish("type", "circus", "people", 1), "VALUE_INVALID"),
        (wish("room", "hall", "rooms", 1), "VALUE_INVALID"),
        (wish("room", "hall", "people", 1001), "VALUE_INVALID"),
        (wish("room", "nowhere", "people", 1), "ROOM_UNKNOWN"),
    ],
)
async def test_what_cannot_be_is_refused_in_both_languages(
    house: House, request_: pb.SetQuotaRequest, code: str
) -> None:
    await house.room("hall", ["Amina"])
    operator = await house.operator("operator")
    said = await refused(operator.ask(quotas(operator).SetQuota, request_))
    assert said.reason == code and said.refusal.message["fr"] and said.refusal.next_step["en"]


async def test_a_snapshot_then_what_changes_and_back_where_one_was(house: House) -> None:
    await house.room("hall", ["Amina"])
    viewer = await house.operator("viewer")
    stub = quotas(viewer)
    stream = viewer.watch(stub.WatchQuotas, pb.WatchQuotasRequest())
    first = await next_of(stream)
    use = {(q.scope, q.name, q.what): (q.use, q.limit) for q in first.quotas}
    assert first.snapshot and use["room", "hall", "people"] == (1, 100)
    assert use["node", "", "people"] == (1, 2000) and use["type", "conference", "room_people"] == (0, 55)

    await house.services.quota.set("room", "hall", "people", 1, by=BY)
    changed = await next_with(stream, "quotas")
    assert not changed.snapshot and [(q.what, q.limit) for q in changed.quotas] == [("people", 1)]
    token = changed.position.resume_token
    stream.cancel()

    with pytest.raises(Refused):
        await enter(house, "hall")
    await house.rooms.close("hall", by=BY)
    house.tell()
    again = await next_of(viewer.watch(stub.WatchQuotas, pb.WatchQuotasRequest(resume_token=token)))
    assert not again.snapshot
    assert {(q.scope, q.name, q.what) for q in again.gone} == {
        ("room", "hall", "people"),
        ("room", "hall", "publishers"),
    }
    people = {(quota.scope, quota.name): quota.use for quota in again.quotas if quota.what == "people"}
    assert people == {("node", ""): 0, ("type", "meeting"): 0}
    (denial,) = again.denials
    assert (denial.code, denial.scope, denial.name) == ("ROOM_FULL", "room", "hall")
    assert (denial.limit, denial.current) == ("1", "1")


async def test_what_an_operator_set_is_there_after_a_restart(house: House) -> None:
    await house.services.quota.set("node", "", "people", 7, by=BY)
    await house.services.quota.set("type", "webinar", "publishers", 3, by=BY)
    await house.services.quota.set("node", "", "rooms", 5, by=BY)
    await house.services.quota.set("node", "", "rooms", 0, by=BY)
    again = Quota(house.floor, LocalPlaces(), SqlStore(house.engine), Limits())
    await again.load()
    assert ((await again.get("node", "", "people")).limit, (await again.get("node", "", "people")).set_by) == (7, BY.id)
    assert (await again.get("type", "webinar", "publishers")).limit == 3
    assert ((await again.get("node", "", "rooms")).limit, (await again.get("node", "", "rooms")).set_by) == (1000, "")


async def test_repeating_is_harmless(house: House) -> None:
    operator = await house.operator("operator")
    stub = quotas(operator)
    first = await operator.ask(stub.SetQuota, wish("node", "", "people", 7, request_id="q-1"))
    await operator.ask(stub.SetQuota, wish("node", "", "people", 9, request_id="q-2"))
    assert await operator.ask(stub.SetQuota, wish("node", "", "people", 7, request_id="q-1")) == first
    assert house.quota.view(Scope("node", "", "people")).limit == 9
