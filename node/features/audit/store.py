"""Table `audit_record`: only ever appended to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, Boolean, Column, Double, Integer, Row, String, Table, Text, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from node.features.audit.rules import Record
from node.storage.metadata import metadata

audit_record: Final = Table(
    "audit_record",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False, index=True),
    Column("operator", String(64), nullable=False),
    Column("operator_id", String(40), nullable=False),
    Column("role", String(16), nullable=False),
    Column("method", String(128), nullable=False),
    Column("targets", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Column("outcome", String(40), nullable=False),
    Column("detail", String(64), nullable=False, server_default=""),
    Column("latency_ms", Double, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("repeated", Boolean, nullable=False),
    Column("count", Integer, nullable=False, server_default="1"),
)

_FIELDS: Final = tuple(Record.__struct_fields__)


class SqlStore:
    """`node.features.audit.service.Store` on SQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def append(self, records: Sequence[Record]) -> None:
        rows = [{name: getattr(record, name) for name in _FIELDS} for record in records]
        async with self._engine.begin() as tx:
            await tx.execute(insert(audit_record), rows)

    async def list(self, *, before: int, limit: int) -> list[tuple[int, Record]]:
        query = select(audit_record).order_by(audit_record.c.id.desc()).limit(limit)
        if before:
            query = query.where(audit_record.c.id < before)
        async with self._engine.connect() as tx:
            return [(row.id, _record(row)) for row in await tx.execute(query)]


def _record(row: Row[Any]) -> Record:
    return Record(**{name: row._mapping[name] for name in _FIELDS})
