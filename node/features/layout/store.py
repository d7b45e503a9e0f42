"""Table `showing`: what the hosts of a room show everybody, where they ever showed anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Column, ForeignKey, String, Table, Text, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from node.features.layout.showing import Showing, ShowingChanged
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

showing: Final = Table(
    "showing",
    metadata,
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), primary_key=True),
    Column("showing", Text, nullable=False),
)

_decoder: Final = msgspec.json.Decoder(Showing)

WRITES: Final[Writes] = {
    ShowingChanged: (
        Write(delete(showing).where(showing.c.room == bindparam("of")), lambda f: {"of": f.room}),
        Write(insert(showing), lambda f: {"room": f.room, "showing": msgspec.json.encode(f.showing).decode()}),
    ),
}


async def of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, Showing]:
    found = await tx.execute(select(showing).where(showing.c.room.in_(rooms)))
    return {row.room: _decoder.decode(row.showing) for row in found}
