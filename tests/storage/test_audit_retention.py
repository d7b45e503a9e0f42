"""D5: "retention removes old records and the chain still verifies". On SQLite and on PostgreSQL, with the triggers that
guard the tables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from node.features.audit.rules import DAY_S, GENESIS, REMOVAL, Anchor, Mark, Record, cut, link
from node.features.audit.service import Audit, Keeping
from node.features.audit.store import SqlStore
from node.storage.engine import migrate, open_engine, sqlite_url
from tests.storage.cluster import Cluster, cluster
from tests.storage.test_audit_chain import RECORDS

NOON = 20_000.5 * DAY_S
"""Of some day."""
GUARDS = {
    "sqlite": (
        "DROP TRIGGER audit_record_no_update",
        "DROP TRIGGER audit_record_no_delete",
        "DROP TRIGGER audit_anchor_no_update",
        "DROP TRIGGER audit_anchor_no_delete",
    ),
    "postgresql": (
        "ALTER TABLE audit_record DISABLE TRIGGER audit_record_append_only",
        "ALTER TABLE audit_record DISABLE TRIGGER audit_record_anchored",
        "ALTER TABLE audit_anchor DISABLE TRIGGER audit_anchor_append_only",
    ),
}
FAILS = {
    "sqlite": (
        "CREATE TRIGGER fails BEFORE DELETE ON audit_record BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the disk is gone'; END $$",
        "CREATE TRIGGER fails BEFORE DELETE ON audit_record FOR EACH STATEMENT EXECUTE FUNCTION fails()",
    ),
}


@pytest.fixture(scope="module")
def postgres() -> Iterator[Cluster]:
    with cluster() as started:
        yield started


class Kept:
    """The audit of a node whose clock a test moves. Eight records, one a day; the first is from `NOON`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.now = NOON + 7 * DAY_S
        self.engine: AsyncEngine

    async def start(self) -> None:
        """As a node does, each time."""
        self.engine = open_engine(self.url)
        await migrate(self.engine)
        self.store = SqlStore(self.engine)
        self.audit = Audit(self.store, Keeping(5, "waw-01", lambda: self.now))

    async def note(self, *days: int) -> None:
        for day in days:
            self.audit.note(replace(RECORDS[0], at=NOON + day * DAY_S))
        await self.audit.close()

    async def do(self, *statements: str) -> None:
        async with self.engine.begin() as tx:
            for statement in statements:
                await tx.execute(text(statement))

    async def unguarded(self, *statements: str) -> None:
        """By somebody who owns the database."""
        await self.do(*GUARDS[self.engine.dialect.name], *statements)

    async def numbers(self) -> list[int]:
        return [number for number, _ in await self.store.list(before=0, limit=100)]

    async def hash(self, number: int) -> str:
        (row,) = await self.store.chain(after=number - 1, limit=1)
        return row.hash


@pytest.fixture(params=["sqlite", "postgresql"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    on_postgres = request.param == "postgresql"
    made = Kept(request.getfixturevalue("postgres").database() if on_postgres else sqlite_url(tmp_path))
    await made.start()
    await made.note(*range(8))
    yield made
    await made.engine.dispose()


def test_records_go_once_a_day() -> None:
    """Kept for the days that are set, or up to one more; and not one by one, for a removal is a record too."""
    moments = [cut(NOON + hour * 3600, 5) for hour in range(24)]
    assert sorted(set(moments)) == [NOON - 5.5 * DAY_S, NOON - 4.5 * DAY_S]


async def test_what_is_old_goes_and_the_chain_still_verifies(kept: Kept) -> None:
    """The removal is a record itself, by the node; what is younger than the rule stays."""
    last = Mark(2, await kept.hash(2))
    assert await kept.audit.retain() == 2
    assert await kept.numbers() == [9, 8, 7, 6, 5, 4, 3]
    (_, said), *_ = await kept.store.list(before=0, limit=1)
    assert (said.method, said.operator, said.at, said.reason) == (REMOVAL, "waw-01", kept.now, "retention")
    assert said.targets == {"number": "2", "hash": last.hash, "count": "2"}
    verdict = await kept.audit.verify()
    assert (verdict.checked, verdict.broken, verdict.start) == (7, 0, last)
    assert verdict.since == NOON + 2 * DAY_S
    assert await kept.audit.retain() == 0, "nothing more is due"
    kept.now += DAY_S
    assert await kept.audit.retain() == 1
    verdict = await kept.audit.verify()
    assert (verdict.checked, verdict.broken, verdict.start.number) == (7, 0, 3)


async def test_it_goes_on_after_a_restart(kept: Kept) -> None:
    """The anchor is in the database; what is written then is chained to what was kept."""
    await kept.audit.retain()
    head = await kept.audit.head()
    await kept.engine.dispose()
    await kept.start()
    await kept.note(7)
    verdict = await kept.audit.verify(known=head)
    assert (verdict.checked, verdict.broken, verdict.start.number) == (8, 0, 2)


async def test_even_when_all_of_it_is_old(kept: Kept) -> None:
    """A node that stood still for a year: one record is left, which says what happened to the others."""
    kept.now += 365 * DAY_S
    assert await kept.audit.retain() == 8
    assert await kept.numbers() == [9]
    await kept.note(380)
    verdict = await kept.audit.verify()
    assert (verdict.checked, verdict.broken, verdict.head.number) == (2, 0, 10)


@pytest.mark.parametrize("number", [3, 6, 9])
async def test_a_changed_byte_behind_it_is_found(kept: Kept, number: int) -> None:
    """The oldest that is kept, one in the middle, and the record of the removal."""
    await kept.audit.retain()
    await kept.unguarded(f"UPDATE audit_record SET reason = 'x' WHERE id = {number}")
    verdict = await kept.audit.verify()
    assert (verdict.broken, verdict.why) == (number, "changed")


async def test_what_does_not_hold_is_evidence_and_stays(kept: Kept) -> None:
    """Before anything is removed it is verified."""
    await kept.unguarded("UPDATE audit_record SET reason = 'x' WHERE id = 2")
    assert await kept.audit.retain() == 0
    assert await kept.numbers() == [8, 7, 6, 5, 4, 3, 2, 1]
    assert (await kept.audit.verify()).broken == 2


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_record WHERE id = 5",
        "DELETE FROM audit_record WHERE id >= 3",
        "DELETE FROM audit_record",
        "UPDATE audit_record SET reason = 'x' WHERE id = 3",
        "INSERT INTO audit_record SELECT 2, at, operator, operator_id, role, method, targets, reason, outcome,"
        " detail, latency_ms, request_id, repeated, count, hash FROM audit_record WHERE id = 3",
        "DELETE FROM audit_anchor",
        "UPDATE audit_anchor SET number = 7",
        "INSERT INTO audit_anchor (number, hash, record) VALUES (2, 'x', 9)",
        "INSERT INTO audit_anchor (number, hash, record) VALUES (8, 'x', 8)",
    ],
)
async def test_the_database_refuses_every_other_way(kept: Kept, statement: str) -> None:
    """Neither another order nor another end; and an anchor stays where it is."""
    await kept.audit.retain()
    with pytest.raises(DBAPIError, match="append-only"):
        await kept.do(statement)
    assert await kept.numbers() == [9, 8, 7, 6, 5, 4, 3]
    assert (await kept.audit.verify()).broken == 0


async def test_an_anchor_that_the_chain_does_not_know_of_is_found(kept: Kept) -> None:
    """Somebody makes their own, to be rid of what they did: no record says so."""
    await kept.audit.retain()
    await kept.do(
        f"INSERT INTO audit_anchor (number, hash, record) VALUES (5, '{await kept.hash(5)}', 9)",
        "DELETE FROM audit_record WHERE id <= 5",
    )
    verdict = await kept.audit.verify()
    assert (verdict.broken, verdict.why) == (6, "anchor")
    assert await kept.audit.retain() == 0, "and nothing more goes"


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_anchor SET hash = substr(hash, 2) || 'x'", (3, "anchor")),
        ("UPDATE audit_anchor SET number = 1", (2, "anchor")),
        ("UPDATE audit_anchor SET number = 3", (3, "unchained")),
        ("UPDATE audit_anchor SET record = 8", (3, "anchor")),
        ("DELETE FROM audit_anchor", (1, "missing")),
    ],
)
async def test_a_changed_byte_in_the_anchor_is_found(kept: Kept, statement: str, found: tuple[int, str]) -> None:
    """By somebody who owns the database. The record that the removal left in the chain says what the anchor was."""
    await kept.audit.retain()
    await kept.unguarded(statement)
    verdict = await kept.audit.verify()
    assert (verdict.broken, verdict.why) == found
    kept.now += DAY_S
    assert await kept.audit.retain() == 0, "and nothing more goes"


async def test_an_end_between_the_anchor_and_the_removal_leaves_neither(kept: Kept) -> None:
    """One transaction: the database gives up at the removal, when the record and the anchor are written already."""
    await kept.do(*FAILS[kept.engine.dialect.name])
    with pytest.raises(DBAPIError, match="the disk is gone"):
        await kept.audit.retain()
    assert await kept.store.anchor() is None
    assert await kept.numbers() == [8, 7, 6, 5, 4, 3, 2, 1]
    verdict = await kept.audit.verify()
    assert (verdict.checked, verdict.broken) == (8, 0)
    await kept.do(f"DROP TRIGGER fails{' ON audit_record' * (kept.engine.dialect.name == 'postgresql')}")
    assert await kept.audit.retain() == 2
    assert (await kept.audit.verify()).broken == 0


class Slow(SqlStore):
    """While somebody looks at the chain, the day's retention comes: once, before the given step."""

    def __init__(self, kept: Kept, step: str) -> None:
        super().__init__(kept.engine)
        self._kept, self._step = kept, step

    async def _comes(self, step: str) -> None:
        if step == self._step:
            self._step = ""
            assert await self._kept.audit.retain() == 2

    async def anchor(self) -> Anchor | None:
        found = await super().anchor()
        await self._comes("anchor")
        return found

    async def first(self) -> tuple[int, float] | None:
        found = await super().first()
        await self._comes("first")
        return found


@pytest.mark.parametrize("step", ["anchor", "first"])
async def test_what_is_removed_under_a_look_is_not_taken_for_missing(kept: Kept, step: str) -> None:
    """Nobody is to be alarmed by the rule itself."""
    verdict = await Audit(Slow(kept, step)).verify()
    assert (verdict.checked, verdict.broken, verdict.start.number) == (7, 0, 2)


async def test_what_is_put_back_before_it_is_found(kept: Kept) -> None:
    await kept.audit.retain()
    copied = (
        "INSERT INTO audit_record SELECT 2, at, operator, operator_id, role, method, targets, reason, outcome,"
        " detail, latency_ms, request_id, repeated, count, hash FROM audit_record WHERE id = 3"
    )
    guard = {"sqlite": "DROP TRIGGER audit_record_no_old"}.get(kept.engine.dialect.name, "SELECT 1")
    await kept.unguarded(guard, copied)
    verdict = await kept.audit.verify()
    assert (verdict.broken, verdict.why) == (2, "unchained")


async def test_a_mark_of_what_was_removed_last_still_proves_it(kept: Kept) -> None:
    """Noted when it was the head: the anchor must be the same. A walk in pieces that began before goes on behind it."""
    second = Mark(2, await kept.hash(2))
    await kept.audit.retain()
    assert (await kept.audit.verify(known=second)).broken == 0
    assert (await kept.audit.verify(known=Mark(2, "0" * 64))).broken == 2
    verdict = await kept.audit.verify(Mark(1, "f" * 64))
    assert (verdict.broken, verdict.start) == (0, second)


async def test_a_clock_that_was_wrong_removes_nothing_between(kept: Kept) -> None:
    """Only the old end ever goes: what was written after a record that is young stays with it."""
    kept.now = NOON + 20 * DAY_S
    await kept.note(19, 0, 1)
    assert await kept.audit.retain() == 8
    assert await kept.numbers() == [12, 11, 10, 9]
    assert (await kept.audit.verify()).broken == 0


async def test_nothing_is_removed_unless_a_rule_says_so(kept: Kept) -> None:
    kept.now += 10_000 * DAY_S
    for keeping in (None, Keeping(0, "waw-01", lambda: kept.now)):
        assert await Audit(kept.store, keeping).retain() == 0
    assert len(await kept.numbers()) == 8


async def test_much_goes_in_pieces_each_of_them_verified(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece is a removal of its own, so no transaction holds the database up for long."""
    monkeypatch.setattr("node.features.audit.service.REMOVE_MOST", 3)
    kept.now += 365 * DAY_S
    assert await kept.audit.retain() == 8
    records: list[Record] = [record for _, record in await kept.store.list(before=0, limit=9)]
    assert [record.targets["count"] for record in records] == ["2", "3", "3"]
    assert (await kept.audit.verify()).broken == 0


async def test_records_from_before_there_was_a_chain_go_too(tmp_path: Path) -> None:
    """They have no hash; what follows them begins the chain."""
    kept = Kept(sqlite_url(tmp_path))
    await kept.start()
    await kept.note(0, 6, 7)
    rows = await kept.store.chain(after=0, limit=3)
    second = replace(rows[1], hash=link(rows[1], GENESIS))
    third = replace(rows[2], hash=link(rows[2], second.hash))
    await kept.do(
        "DROP TRIGGER audit_record_no_update",
        "UPDATE audit_record SET hash = '' WHERE id = 1",
        f"UPDATE audit_record SET hash = '{second.hash}' WHERE id = 2",
        f"UPDATE audit_record SET hash = '{third.hash}' WHERE id = 3",
    )
    assert await kept.audit.retain() == 1
    verdict = await kept.audit.verify()
    assert (verdict.checked, verdict.older, verdict.broken) == (3, 0, 0)
    await kept.engine.dispose()
