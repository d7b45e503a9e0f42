"""The audit can be added to and read; the database refuses everything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from node.features.audit.rules import Record
from node.features.audit.store import SqlStore
from node.storage.engine import migrate, open_engine, sqlite_url

RECORD = Record(1.0, "Vera", "op_1", "viewer", "/m", {"room": "hall"}, "why", "NOT_ALLOWED", 1.5, "r-1")


@pytest.mark.parametrize("verb", ["UPDATE audit_record SET operator = 'nobody'", "DELETE FROM audit_record"])
async def test_no_record_is_changed_or_removed(tmp_path: Path, verb: str) -> None:
    engine = open_engine(sqlite_url(tmp_path))
    await migrate(engine)
    store = SqlStore(engine)
    await store.append([RECORD])
    with pytest.raises(DatabaseError, match="append-only"):
        async with engine.begin() as tx:
            await tx.execute(text(verb))
    await store.append([RECORD])
    assert [record for _, record in await store.list(before=0, limit=10)] == [RECORD, RECORD]
    await engine.dispose()


async def test_pages_go_backwards(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path))
    await migrate(engine)
    store = SqlStore(engine)
    await store.append([RECORD] * 5)
    first = await store.list(before=0, limit=2)
    second = await store.list(before=first[-1][0], limit=2)
    assert [number for number, _ in (*first, *second)] == [5, 4, 3, 2]
    await engine.dispose()
