"""Table `block`: what the node blocks now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Boolean, Column, Double, ForeignKey, String, Table, Text, and_, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from node.features.mute.rules import By, SourceBlocked, SourceUnblocked
from node.ports import Source
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

block: Final = Table(
    "block",
    metadata,
    Column("participant", String(40), ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True),
    Column("source", String(16), primary_key=True),
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("by_kind", String(16), nullable=False),
    Column("by", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("with_room", Boolean, nullable=False),
    Column("at", Double, nullable=False),
)

_lift: Final = delete(block).where(and_(block.c.participant == bindparam("of"), block.c.source == bindparam("what")))
_Lifted = SourceBlocked | SourceUnblocked


def _which(fact: _Lifted) -> dict[str, str]:
    return {"of": fact.participant, "what": fact.source}


WRITES: Final[Writes] = {
    SourceBlocked: (
        Write(_lift, _which),  # a block by name takes the place of one by mute-all
        Write(
            insert(block),
            lambda f: {
                "participant": f.participant,
                "source": f.source,
                "room": f.room,
                "by_kind": f.by_kind,
                "by": f.by,
                "reason": f.reason,
                "with_room": f.with_room,
                "at": f.at,
            },
        ),
    ),
    SourceUnblocked: (Write(_lift, _which),),
}


async def of_rooms(
    tx: AsyncConnection, rooms: Sequence[str], people: frozenset[str]
) -> dict[str, list[tuple[str, Source, By]]]:
    """Blocks of `people`: (participant, source, by)."""
    blocks: dict[str, list[tuple[str, Source, By]]] = {}
    for row in await tx.execute(select(block).where(block.c.room.in_(rooms))):
        if row.participant in people:
            by = By(row.by_kind, row.by, row.with_room)
            blocks.setdefault(row.room, []).append((row.participant, Source(row.source), by))
    return blocks
