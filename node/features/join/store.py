"""Table `ticket`: digests of tickets, never tickets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Column, Double, ForeignKey, String, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from node.features.join.rules import Link, TicketIssued
from node.features.participants.rules import Role
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

ticket: Final = Table(
    "ticket",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("expires", Double, nullable=False),
    Column("issued", Double, nullable=False),
)

WRITES: Final[Writes] = {
    TicketIssued: (
        Write(
            insert(ticket),
            lambda f: {"digest": f.secret, "room": f.room, "role": f.role, "expires": f.expires, "issued": f.at},
        ),
    ),
}


async def of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, list[Link]]:
    links: dict[str, list[Link]] = {}
    for row in await tx.execute(select(ticket).where(ticket.c.room.in_(rooms))):
        links.setdefault(row.room, []).append(Link(row.digest, Role(row.role), row.expires))
    return links
