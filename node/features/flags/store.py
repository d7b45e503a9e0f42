"""Table `flags`: of a room, where any was ever set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Column, ForeignKey, String, Table, Text, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from node.features.flags.rules import FlagsChanged, FlagSet
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

flags: Final = Table(
    "flags",
    metadata,
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), primary_key=True),
    Column("flags", Text, nullable=False),
    Column("by", String(64), nullable=False),
)

_decoder: Final = msgspec.json.Decoder(FlagSet)

WRITES: Final[Writes] = {
    FlagsChanged: (
        Write(delete(flags).where(flags.c.room == bindparam("of")), lambda f: {"of": f.room}),
        Write(insert(flags), lambda f: {"room": f.room, "flags": msgspec.json.encode(f.flags).decode(), "by": f.by}),
    ),
}


async def of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, FlagSet]:
    found = await tx.execute(select(flags).where(flags.c.room.in_(rooms)))
    return {row.room: _decoder.decode(row.flags) for row in found}
