"""Tables `audit_record`: only ever appended to, each record chained to the one before, and removed from the old end
only, up to what `audit_anchor` says; and `audit_anchor`, only ever appended to."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    String,
    Table,
    Text,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    type_coerce,
)
from sqlalchemy import Row as SqlRow
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from node.features.audit.rules import GENESIS, Anchor, Mark, Record, Row, row_of
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
    Column("hash", String(64), nullable=False, server_default=""),
)

audit_anchor: Final = Table(
    "audit_anchor",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("record", BigInteger, nullable=False),
)

_FIELDS: Final = tuple(Record.__struct_fields__)
_c: Final = audit_record.c
_OTHERS: Final = tuple(_c[name] for name in Row.__struct_fields__ if name not in ("number", "targets", "repeated"))
# As the bytes are: a space more in the JSON, or 2 for true, is a change. PostgreSQL's driver reads both before we do:
# there the server is asked for the text (`json` keeps it as it was written) and for the number.
_AS_IT_IS: Final = {
    dialect: select(
        _c.id.label("number"),
        *_OTHERS,
        plain(_c.targets, Text).label("targets"),
        plain(_c.repeated, Integer).label("repeated"),
    ).order_by(_c.id)
    for dialect, plain in (("sqlite", type_coerce), ("postgresql", cast))
}
# As the index of migration 0023 has it, letter by letter: else the whole table is read.
OF: Final = {
    "sqlite": "CASE WHEN json_valid(targets) THEN coalesce(json_extract(targets, '$.room'),"
    " json_extract(targets, '$.recording'), json_extract(targets, '$.name')) END",
    "postgresql": "coalesce(targets ->> 'room', targets ->> 'recording', targets ->> 'name')",
}
Index("ix_audit_record_of", text(f"({OF['postgresql']})"), _c.id).ddl_if(dialect="postgresql")
_LAST: Final = select(_c.id, _c.hash).order_by(_c.id.desc()).limit(1)


class SqlStore:
    """`node.features.audit.service.Store` on SQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def append(self, records: Sequence[Record]) -> list[int]:
        """Their numbers. Two processes that append at once get the same numbers: one of them fails, and tries again."""
        async with self._engine.begin() as tx:
            return await _appended(tx, records)

    async def last(self) -> Mark:
        async with self._engine.connect() as tx:
            row = (await tx.execute(_LAST)).one_or_none()
        return Mark(row.id, row.hash or GENESIS) if row is not None else Mark()

    async def first(self) -> tuple[int, float] | None:
        async with self._engine.connect() as tx:
            row = (await tx.execute(select(_c.id, _c.at).order_by(_c.id).limit(1))).one_or_none()
        return (row.id, row.at) if row is not None else None

    async def anchor(self) -> Anchor | None:
        async with self._engine.connect() as tx:
            row = (await tx.execute(select(audit_anchor).order_by(audit_anchor.c.number.desc()).limit(1))).one_or_none()
        return Anchor(**row._mapping) if row is not None else None

    async def due(self, before: float, *, most: int) -> tuple[Mark, int] | None:
        """Up to the first that is younger: the clock may have been wrong, and only the old end is ever removed."""
        async with self._engine.connect() as tx:
            first = (await tx.execute(select(func.min(_c.id)))).scalar_one()
            young = (await tx.execute(select(func.min(_c.id)).where(_c.at >= before))).scalar_one()
            if first is None or first == young:
                return None
            end = first + most if young is None else min(young, first + most)
            old = select(_c.id, _c.hash).where(_c.id < end).order_by(_c.id.desc())
            row = (await tx.execute(old.limit(1))).one()
            count = (await tx.execute(select(func.count()).select_from(audit_record).where(_c.id < end))).scalar_one()
        return Mark(row.id, row.hash or GENESIS), count

    async def remove(self, last: Mark, record: Record) -> int:
        """As `append`, when two processes do it at once. The record is there before what it tells of is gone, and the
        database lets go only what is not younger than the anchor (migration 0024)."""
        async with self._engine.begin() as tx:
            (number,) = await _appended(tx, [record])
            await tx.execute(insert(audit_anchor), {"number": last.number, "hash": last.hash, "record": number})
            await tx.execute(delete(audit_record).where(_c.id <= last.number))
        return number

    async def chain(self, *, after: int, limit: int) -> list[Row]:
        """In the order of their numbers, as they lie in the table."""
        async with self._engine.connect() as tx:
            asked = _AS_IT_IS[self._engine.dialect.name].where(_c.id > after).limit(limit)
            return [Row(**row._mapping) for row in await tx.execute(asked)]

    async def of(self, things: Collection[str], *, before: int, limit: int) -> list[tuple[int, Record]]:
        """Newest first: records whose room, or else recording, or else name is one of `things`."""
        first = literal_column(OF[self._engine.dialect.name], String)
        query = select(audit_record).where(first.in_(sorted(things))).order_by(_c.id.desc()).limit(limit)
        if before:
            query = query.where(_c.id < before)
        async with self._engine.connect() as tx:
            return [(row.id, _record(row)) for row in await tx.execute(query)]

    async def list(self, *, before: int, limit: int) -> list[tuple[int, Record]]:
        query = select(audit_record).order_by(audit_record.c.id.desc()).limit(limit)
        if before:
            query = query.where(audit_record.c.id < before)
        async with self._engine.connect() as tx:
            return [(row.id, _record(row)) for row in await tx.execute(query)]


async def _appended(tx: AsyncConnection, records: Sequence[Record]) -> list[int]:
    last = (await tx.execute(_LAST)).one_or_none()
    number, before = (last.id, last.hash or GENESIS) if last is not None else (0, GENESIS)
    rows = []
    for record in records:
        number += 1
        row = row_of(number, record, before)
        before = row.hash
        rows.append(_values(row))
    await tx.execute(insert(audit_record), rows)
    return [row["id"] for row in rows]


def _values(row: Row) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in Row.__struct_fields__ if name != "number"}
    return {**values, "id": row.number, "targets": json.loads(row.targets), "repeated": bool(row.repeated)}


def _record(row: SqlRow[Any]) -> Record:
    return Record(**{name: row._mapping[name] for name in _FIELDS})
