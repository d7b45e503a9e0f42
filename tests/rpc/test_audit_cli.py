"""`regie audit`: the commands on a real gRPC port; one changed byte in the database has an exit code (D5)."""

from __future__ import annotations

import asyncio
import json

from sqlalchemy import text

from node.features.audit.service import Audit, Keeping
from node.features.audit.store import SqlStore
from protos.audit.v1 import audit_pb2 as pb
from protos.audit.v1 import audit_pb2_grpc
from tests.rpc.house import House, refused
from tests.rpc.test_quota_cli import Regie, regie
from tests.rpc.test_watch import next_of, next_with

__all__ = ["regie"]


async def done(house: House, regie: Regie) -> None:
    """Three records: two deeds and a refusal."""
    await house.room("hall", ["Amina"])
    await regie("quotas", "set", "room:hall", "people", "7", "-r", "small hall")
    await regie("quotas", "set", "node", "rooms", "9")
    await regie("quotas", "set", "room:nowhere", "people", "1")
    await house.audit.close()


async def test_deeds_and_refusals_are_listed(house: House, regie: Regie) -> None:
    await done(house, regie)
    code, out, _ = await regie("audit", "list", "-o", "json")
    records = json.loads(out)
    assert code == 0 and [record["number"] for record in records] == [3, 2, 1]
    assert [record["outcome"] for record in records] == ["ROOM_UNKNOWN", "OK", "OK"]
    assert (records[2]["operator"], records[2]["reason"]) == ("olga", "small hall")
    assert records[2]["targets"] == {"scope": "room", "name": "hall", "what": "people", "limit": "7"}
    code, out, _ = await regie("audit", "list", "-n", "2", "-f", "refused:yes", "-o", "id")
    assert (code, out.split()) == (0, ["3"])
    code, out, _ = await regie("audit", "watch", "--count", "1")
    assert code == 0 and "quota.SetQuota" in out and "✗ ROOM_UNKNOWN" in out


async def test_one_changed_byte_has_an_exit_code(house: House, regie: Regie) -> None:
    await done(house, regie)
    code, out, err = await regie("audit", "verify", "-o", "json")
    (chain,) = json.loads(out)
    assert (code, err, chain["checked"], chain["broken"]) == (0, "", 3, 0)
    noted = f"{chain['head']['number']}:{chain['head']['hash']}"
    code, out, _ = await regie("audit", "verify", "--known", noted)
    assert code == 0 and "● whole, 3 records" in out and noted in out

    async with house.engine.begin() as tx:
        await tx.execute(text("UPDATE audit_record SET reason = 'Small hall' WHERE id = 1"))
    code, out, err = await regie("audit", "verify")
    assert code == 1 and "✗ BROKEN at 1" in out and "a record was changed" in err

    async with house.engine.begin() as tx:
        await tx.execute(text("UPDATE audit_record SET reason = 'small hall' WHERE id = 1"))
        await tx.execute(text("DELETE FROM audit_record WHERE id = 3"))
    assert (await regie("audit", "verify"))[0] == 0
    code, _, err = await regie("audit", "verify", "--known", noted)
    assert code == 1 and "the end was cut off" in err
    code, _, err = await regie("audit", "verify", "--known", "3:xyz")
    assert code == 2 and "no number and hash" in err


async def test_what_retention_removed_is_said(house: House, regie: Regie) -> None:
    """D5: since when the chain can be verified; and that a mark from before proves nothing any more."""
    await done(house, regie)
    (chain,) = json.loads((await regie("audit", "verify", "-o", "json"))[1])
    assert (chain["first"], chain["checked"]) == (1, 3)
    (second,) = await SqlStore(house.engine).chain(after=1, limit=1)
    noted = f"2:{second.hash}"
    await Audit(SqlStore(house.engine), Keeping(365, "waw-01", lambda: house.clock.now() + 400 * 86_400)).retain()
    code, out, err = await regie("audit", "verify")
    assert (code, err) == (0, "") and "kept and to be verified since 4, " in out
    (chain,) = json.loads((await regie("audit", "verify", "-o", "json"))[1])
    assert (chain["first"], chain["checked"], chain["broken"]) == (4, 1, 0) and chain["since"].endswith("Z")
    assert (await regie("audit", "verify", "--known", f"4:{chain['head']['hash']}"))[0] == 0
    code, _, err = await regie("audit", "verify", "--known", noted)
    assert code == 1 and "2, noted earlier, is not kept any more" in err
    (record,) = json.loads((await regie("audit", "list", "-o", "json"))[1])
    assert (record["operator"], record["method"].rpartition("/")[2], record["targets"]["count"]) == (
        "waw-01",
        "RemoveRecords",
        "3",
    )


async def test_watching_pages_and_who_may(house: House, regie: Regie) -> None:
    await done(house, regie)
    operator = await house.operator("operator")
    stub = audit_pb2_grpc.AuditServiceStub(operator.channel)
    stream = operator.watch(stub.WatchRecords, pb.WatchRecordsRequest())
    first = await next_of(stream)
    assert first.snapshot and [record.number for record in first.records] == [1, 2, 3]
    await regie("quotas", "set", "node", "rooms", "8")
    assert [record.number for record in (await next_with(stream, "records")).records] == [4]

    page = await operator.ask(stub.ListRecords, pb.ListRecordsRequest(page_size=3))
    rest = await operator.ask(stub.ListRecords, pb.ListRecordsRequest(page_size=3, page_token=page.next_page_token))
    assert [record.number for record in (*page.records, *rest.records)] == [4, 3, 2, 1] and not rest.next_page_token

    moderator = await house.operator("moderator")
    desk = audit_pb2_grpc.AuditServiceStub(moderator.channel)
    for method, request in (
        (desk.ListRecords, pb.ListRecordsRequest()),
        (desk.VerifyRecords, pb.VerifyRecordsRequest()),
    ):
        said = await refused(moderator.ask(method, request))
        assert (said.reason, said.refusal.limit) == ("NOT_ALLOWED", "operator")
    wrong = pb.VerifyRecordsRequest(known=pb.Mark(number=1, hash="x"))
    assert (await refused(operator.ask(stub.VerifyRecords, wrong))).reason == "BAD_REQUEST"


async def test_many_at_once_make_one_chain(house: House, regie: Regie) -> None:
    operator = await house.operator("operator")
    stub = audit_pb2_grpc.AuditServiceStub(operator.channel)
    asked = (refused(operator.ask(stub.ListRecords, pb.ListRecordsRequest(page_token="!"))) for _ in range(60))
    await asyncio.gather(*asked)
    await house.audit.close()
    verdict = await house.audit.verify()
    assert (verdict.checked, verdict.broken) == (60, 0)
