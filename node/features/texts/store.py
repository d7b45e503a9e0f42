"""Table `texts`: what a room says of itself, where anything was ever set. Its title is in `room`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Column, ForeignKey, String, Table, Text, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from node.features.rooms.store import room
from node.features.texts.rules import Texts, TextsChanged
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

texts: Final = Table(
    "texts",
    metadata,
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), primary_key=True),
    Column("texts", Text, nullable=False),
    Column("by", String(64), nullable=False),
)

_decoder: Final = msgspec.json.Decoder(Texts)

WRITES: Final[Writes] = {
    TextsChanged: (
        Write(
            update(room).where(room.c.id == bindparam("key")).values(title=bindparam("new_title")),
            lambda f: {"key": f.room, "new_title": f.title},
        ),
        Write(delete(texts).where(texts.c.room == bindparam("of")), lambda f: {"of": f.room}),
        Write(insert(texts), lambda f: {"room": f.room, "texts": msgspec.json.encode(f.texts).decode(), "by": f.by}),
    ),
}


async def of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, Texts]:
    found = await tx.execute(select(texts).where(texts.c.room.in_(rooms)))
    return {row.room: _decoder.decode(row.texts) for row in found}
