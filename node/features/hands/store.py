"""Table `hand`: the hands that are up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Column, Double, ForeignKey, String, Table, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from node.features.hands.rules import HandLowered, HandRaised
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

hand: Final = Table(
    "hand",
    metadata,
    Column("participant", String(40), ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True),
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("raised", Double, nullable=False),
)

WRITES: Final[Writes] = {
    HandRaised: (Write(insert(hand), lambda f: {"participant": f.participant, "room": f.room, "raised": f.at}),),
    HandLowered: (Write(delete(hand).where(hand.c.participant == bindparam("of")), lambda f: {"of": f.participant}),),
}


async def of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, dict[str, float]]:
    """Room → participant → since when, the longest waiting first."""
    raised: dict[str, dict[str, float]] = {}
    for row in await tx.execute(select(hand).where(hand.c.room.in_(rooms)).order_by(hand.c.raised)):
        raised.setdefault(row.room, {})[row.participant] = row.raised
    return raised
