"""Table `quota`: every limit that an operator set; the latest of each counts. No limit: back to the default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Column, Double, Integer, Row, String, Table, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from node.features.quota.rules import QuotaSet, RoomQuotaSet, Value
from node.features.rooms.store import room
from node.ports import Scope
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

quota: Final = Table(
    "quota",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(40), nullable=False, index=True),
    Column("what", String(16), nullable=False),
    Column("limit", Integer),
    Column("set_by", String(64), nullable=False),
    Column("set", Double, nullable=False),
)

WRITES: Final[Writes] = {
    RoomQuotaSet: (
        Write(
            insert(quota),
            lambda f: {
                "kind": "room",
                "name": f.room,
                "what": f.what,
                "limit": f.limit,
                "set_by": f.by,
                "set": f.at,
            },
        ),
        Write(
            update(room).where(room.c.id == bindparam("key")).values(max_participants=bindparam("new_most")),
            lambda f: {"key": f.room, "new_most": f.max_participants},
        ),
    )
}


async def of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, dict[str, Value]]:
    """By room, by what is limited."""
    query = select(quota).where(quota.c.kind == "room", quota.c.name.in_(rooms)).order_by(quota.c.id)
    found: dict[str, dict[str, Value]] = {}
    for row in await tx.execute(query):
        found.setdefault(row.name, {})[row.what] = _value(row)
    return found


class SqlStore:
    """`node.features.quota.service.Store` on SQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def load(self) -> dict[Scope, Value]:
        found: dict[Scope, Value] = {}
        async with self._engine.connect() as tx:
            for row in await tx.execute(select(quota).where(quota.c.kind != "room").order_by(quota.c.id)):
                found[Scope(row.kind, row.name, row.what)] = _value(row)
        return {scope: value for scope, value in found.items() if value.limit}

    async def save(self, fact: QuotaSet) -> None:
        scope = fact.scope
        row = {
            "kind": scope.kind,
            "name": scope.name,
            "what": scope.what,
            "limit": fact.limit,
            "set_by": fact.by,
            "set": fact.at,
        }
        async with self._engine.begin() as tx:
            await tx.execute(insert(quota), [row])


def _value(row: Row[Any]) -> Value:
    return Value(row.limit or 0, row.set_by, row.set)
