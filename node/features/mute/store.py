"""Table `block`: what the node blocks now, and of people who left, until the session is over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Boolean, Column, Double, ForeignKey, String, Table, Text, and_, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from node.features.mute.rules import BlocksMoved, By, SourceBlocked, SourceUnblocked
from node.features.participants.store import participant
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
    BlocksMoved: (
        Write(delete(block).where(block.c.participant == bindparam("of")), lambda f: {"of": f.before}),
    ),  # those of who comes are written as they are set
}

FREE: Final = Write(delete(block).where(block.c.room == bindparam("of")), lambda f: {"of": f.room})
"""When a session is over."""


class Saved(NamedTuple):
    """`here`: (participant, source, by). `absent`, of people who left: as whom, by which ticket, under which name, and
    what is blocked by name."""

    here: list[tuple[str, Source, By]]
    absent: list[tuple[str, str, str, dict[Source, By]]]


async def of_rooms(tx: AsyncConnection, rooms: Sequence[str], people: frozenset[str]) -> dict[str, Saved]:
    """Blocks of `people`, and of those who are none of them any more, who left last coming last."""
    found: dict[str, Saved] = {}
    left: dict[str, dict[Source, By]] = {}
    who = select(block, participant.c.ticket, participant.c.name)
    who = who.join_from(block, participant, participant.c.id == block.c.participant)
    for row in await tx.execute(who.where(block.c.room.in_(rooms)).order_by(participant.c.gone, block.c.at)):
        saved = found.setdefault(row.room, Saved([], []))
        by = By(row.by_kind, row.by, row.with_room)
        if row.participant in people:
            saved.here.append((row.participant, Source(row.source), by))
        elif not row.with_room:
            if row.participant not in left:
                left[row.participant] = {}
                saved.absent.append((row.participant, row.ticket, row.name, left[row.participant]))
            left[row.participant][Source(row.source)] = by
    return found
