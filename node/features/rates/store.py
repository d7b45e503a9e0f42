"""Table `cap`: every cap that was set; the latest of each counts. A person's and a room's rows have their room, the
node's have none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Double, Integer, Row, String, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from node.features.rates.rules import Cap, PersonCapSet, RoomCapSet
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

cap: Final = Table(
    "cap",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("room", String(40), nullable=False, index=True),
    Column("participant", String(40), nullable=False),
    Column("send_bps", BigInteger, nullable=False),
    Column("receive_bps", BigInteger, nullable=False),
    Column("set_by", String(64), nullable=False),
    Column("set", Double, nullable=False),
)


def _row(room: str, participant: str, value: Cap) -> dict[str, Any]:
    return {
        "room": room,
        "participant": participant,
        "send_bps": value.send_bps,
        "receive_bps": value.receive_bps,
        "set_by": value.set_by,
        "set": value.set,
    }


WRITES: Final[Writes] = {
    RoomCapSet: (Write(insert(cap), lambda f: _row(f.room, "", f.cap)),),
    PersonCapSet: (Write(insert(cap), lambda f: _row(f.room, f.participant, f.cap)),),
}


async def of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, dict[str, Cap]]:
    """By room, by participant; "" is the room's own."""
    found: dict[str, dict[str, Cap]] = {}
    for row in await tx.execute(select(cap).where(cap.c.room.in_(rooms)).order_by(cap.c.id)):
        found.setdefault(row.room, {})[row.participant] = _cap(row)
    return found


class SqlStore:
    """`node.features.rates.service.Store` on SQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def load(self) -> Cap:
        async with self._engine.connect() as tx:
            query = select(cap).where(cap.c.room == "").order_by(cap.c.id.desc()).limit(1)
            row = (await tx.execute(query)).one_or_none()
        return _cap(row) if row is not None else Cap()

    async def save(self, value: Cap) -> None:
        async with self._engine.begin() as tx:
            await tx.execute(insert(cap), [_row("", "", value)])


def _cap(row: Row[Any]) -> Cap:
    return Cap(row.send_bps, row.receive_bps, row.set_by, row.set)
