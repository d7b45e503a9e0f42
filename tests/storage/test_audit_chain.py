"""D5: whatever is changed in the table of the audit, in any column of any record, is found; so is what is missing, put
in, in another order, or cut off; and the number of the first record that does not hold is said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from node.features.audit.rules import GENESIS, Mark, Record, Row, Verdict, link
from node.features.audit.service import Audit
from node.features.audit.store import SqlStore, audit_anchor, audit_record
from node.storage.engine import open_engine, sqlite_url

RECORDS = [
    Record(
        at=1_700_000_000.25 + number,
        operator="Zoé",
        operator_id="op_1",
        role="moderator",
        method="/regie.mute.v1.MuteService/MuteRoom",
        targets={"room": "hall", "participant": f"p_{number}"},
        reason="bruit « fort »",
        outcome="OK" if number % 2 else "NOT_ALLOWED",
        latency_ms=1.375,
        request_id=f"r-{number}",
        detail="f1",
        repeated=bool(number % 2),
        count=number,
    )
    for number in range(1, 5)
]
COLUMNS = [column.name for column in audit_record.columns]


async def opened(folder: Path) -> AsyncEngine:
    """The tables without the triggers that guard them."""
    engine = open_engine(sqlite_url(folder))
    async with engine.begin() as tx:
        await tx.run_sync(audit_record.create)
        await tx.run_sync(audit_anchor.create)
    return engine


class Tampered:
    """A log in a database whose guard somebody has removed."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.store = SqlStore(engine)
        self.audit = Audit(self.store)

    async def do(self, statement: str, **values: Any) -> None:
        async with self.engine.begin() as tx:
            await tx.execute(text(statement), values)

    async def verify(self, known: Mark | None = None) -> Verdict:
        return await self.audit.verify(known=known)

    async def value(self, number: int, column: str) -> Any:
        async with self.engine.connect() as tx:
            return (await tx.execute(text(f"SELECT {column} FROM audit_record WHERE id = {number}"))).scalar_one()


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Tampered]:
    engine = await opened(tmp_path)
    built = Tampered(engine)
    await built.store.append(RECORDS[:2])
    await built.store.append(RECORDS[2:])
    yield built
    await engine.dispose()


def others(value: Any) -> list[Any]:
    """`value` with one thing changed: each character of a text; a number, or its kind."""
    if isinstance(value, str):
        flipped = [value[:at] + chr(ord(letter) ^ 1) + value[at + 1 :] for at, letter in enumerate(value)]
        return [*flipped, value + " ", " " + value]
    return [value + 1, value + 0.5, -value - 1]


async def test_a_log_that_nobody_touched_holds(log: Tampered) -> None:
    verdict = await log.verify()
    assert (verdict.checked, verdict.broken, verdict.older, verdict.more) == (4, 0, 0, False)
    assert verdict.head == await log.audit.head()
    assert [record for _, record in reversed(await log.audit.list())] == RECORDS


@pytest.mark.parametrize("column", COLUMNS)
async def test_any_change_of_any_column_is_found(log: Tampered, column: str) -> None:
    for number in (1, 3, 4):
        value = await log.value(number, column)
        possible = [7, -1, 2**40] if column == "id" else others(value)
        for other in possible if number == 3 else possible[:1]:
            await log.do(f"UPDATE audit_record SET {column} = :other WHERE id = :number", other=other, number=number)
            verdict = await log.verify()
            assert 0 < verdict.broken <= number, (column, other)
            back = other if column == "id" else number
            await log.do(f"UPDATE audit_record SET {column} = :value WHERE id = :back", value=value, back=back)
    assert (await log.verify()).broken == 0


@pytest.mark.parametrize("number", [1, 2, 3])
async def test_a_record_that_is_missing_is_found(log: Tampered, number: int) -> None:
    await log.do("DELETE FROM audit_record WHERE id = :number", number=number)
    verdict = await log.verify()
    assert (verdict.broken, verdict.why) == (number, "missing")


async def test_an_end_that_was_cut_off_is_found_by_who_noted_it(log: Tampered) -> None:
    noted = await log.audit.head()
    assert (await log.verify(noted)).broken == 0
    await log.do("DELETE FROM audit_record WHERE id = 4")
    assert (await log.verify()).broken == 0  # alone, the rest cannot know
    verdict = await log.verify(noted)
    assert (verdict.broken, verdict.why) == (4, "cut")


async def test_another_order_is_found(log: Tampered) -> None:
    for number, to in ((2, 99), (3, 2), (99, 3)):
        await log.do("UPDATE audit_record SET id = :to WHERE id = :number", number=number, to=to)
    verdict = await log.verify()
    assert (verdict.broken, verdict.why) == (2, "changed")


async def test_a_record_that_was_put_in_is_found(log: Tampered) -> None:
    await log.do(
        "INSERT INTO audit_record SELECT 5, at, operator, operator_id, role, method, targets, reason, outcome,"
        " latency_ms, request_id, repeated, detail, count, hash FROM audit_record WHERE id = 4"
    )
    assert (await log.verify()).broken == 5


async def test_a_chain_that_was_forged_whole_is_found_by_who_noted_a_mark(log: Tampered) -> None:
    """Whoever can write the table can make every hash anew; not the one on a piece of paper."""
    noted = Mark(2, (await log.store.chain(after=1, limit=1))[0].hash)
    await log.do("UPDATE audit_record SET operator = 'nobody' WHERE id = 1")
    before = GENESIS
    for row in await log.store.chain(after=0, limit=10):
        before = link(row, before)
        await log.do("UPDATE audit_record SET hash = :hash WHERE id = :number", hash=before, number=row.number)
    assert (await log.verify()).broken == 0
    verdict = await log.verify(noted)
    assert (verdict.broken, verdict.why) == (2, "changed")


async def test_a_hash_that_was_blanked_is_no_excuse(log: Tampered) -> None:
    """As if the first records were from before there was a chain."""
    await log.do("UPDATE audit_record SET hash = '' WHERE id <= 2")
    verdict = await log.verify()
    assert (verdict.older, verdict.broken, verdict.why) == (2, 3, "changed")
    await log.do("UPDATE audit_record SET hash = '' WHERE id = 4")
    assert (await log.audit.verify(Mark(3, (await log.store.chain(after=2, limit=1))[0].hash))).why == "unchained"


async def test_records_of_an_older_version_stay_and_the_chain_begins_after_them(tmp_path: Path) -> None:
    engine = await opened(tmp_path)
    old = {name: getattr(RECORDS[0], name) for name in Record.__struct_fields__}
    async with engine.begin() as tx:
        await tx.execute(insert(audit_record), [old, old])
    store = SqlStore(engine)
    assert await store.append(RECORDS) == [3, 4, 5, 6]
    verdict = await Audit(store).verify()
    assert (verdict.older, verdict.checked, verdict.broken) == (2, 4, 0)
    await engine.dispose()


async def test_two_writers_cannot_fork_the_chain(log: Tampered) -> None:
    """The second one gets the same number, is refused by the key, and asks again."""
    (row,) = await log.store.chain(after=3, limit=1)
    with pytest.raises(IntegrityError):
        await log.do(
            "INSERT INTO audit_record SELECT id, at, operator, operator_id, role, method, targets, reason, outcome,"
            " latency_ms, request_id, repeated, detail, count, hash FROM audit_record WHERE id = :n",
            n=row.number,
        )
    assert await log.store.append(RECORDS[:1]) == [5]
    assert (await log.verify()).broken == 0


async def test_a_long_log_is_verified_in_parts(log: Tampered, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.features.audit.service.PAGE", 2)
    monkeypatch.setattr("node.features.audit.service.VERIFY_MOST", 2)
    first = await log.audit.verify()
    assert (first.checked, first.head.number, first.more) == (2, 2, True)
    second = await log.audit.verify(first.head)
    assert (second.checked, second.broken) == (2, 0)


def test_no_two_records_say_the_same() -> None:
    """Fields have their lengths: what moves from the end of one to the beginning of the next is a change."""
    one = Row(1, 1.0, "ab", "c", "", "", "{}", "", "", "", 1.0, "", 0, 1)
    other = Row(1, 1.0, "a", "bc", "", "", "{}", "", "", "", 1.0, "", 0, 1)
    assert link(one, GENESIS) != link(other, GENESIS)
