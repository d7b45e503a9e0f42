"""Table `ticket`: digests of links and tickets, never themselves; and how a room is entered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Column, Double, ForeignKey, String, Table, Text, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from node.features.access.rules import AccessChanged, Link, LinksProlonged, TicketEnded, TicketIssued
from node.features.participants.rules import Role
from node.features.rooms.store import room
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
    Column("id", String(40), nullable=False, server_default=""),
    Column("name", Text, nullable=False, server_default=""),
    Column("ended", String(16), nullable=False, server_default=""),
)

WRITES: Final[Writes] = {
    TicketIssued: (
        Write(
            insert(ticket),
            lambda f: {
                "digest": f.secret,
                "room": f.room,
                "role": f.role,
                "expires": f.expires,
                "issued": f.at,
                "id": f.id,
                "name": f.name,
            },
        ),
    ),
    TicketEnded: (
        # It also expires now: a release that does not know how tickets end refuses it all the same.
        Write(
            update(ticket)
            .where(ticket.c.digest == bindparam("key"))
            .values(ended=bindparam("new_ended"), expires=bindparam("new_expires")),
            lambda f: {"key": f.secret, "new_ended": f.cause, "new_expires": f.at},
        ),
    ),
    LinksProlonged: (
        Write(
            update(ticket)
            .where(ticket.c.room == bindparam("key"), ticket.c.ended == "", ticket.c.expires < bindparam("until"))
            .values(expires=bindparam("until")),
            lambda f: {"key": f.room, "until": f.until},
        ),
    ),
    AccessChanged: (
        Write(
            update(room)
            .where(room.c.id == bindparam("key"))
            .values(access=bindparam("new_access"), password=bindparam("new_password")),
            lambda f: {"key": f.room, "new_access": f.mode, "new_password": f.password},
        ),
    ),
}


async def of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, list[Link]]:
    """In the order in which they were issued."""
    links: dict[str, list[Link]] = {}
    for row in await tx.execute(select(ticket).where(ticket.c.room.in_(rooms)).order_by(ticket.c.issued)):
        link = Link(row.digest, Role(row.role), row.expires, row.id, row.name, row.ended)
        links.setdefault(row.room, []).append(link)
    return links


async def digests_of_rooms(engine: AsyncEngine, rooms: Sequence[str]) -> dict[str, frozenset[str]]:
    """Every ticket of rooms that are closed: who bears one is told so, and nobody else."""
    found: dict[str, set[str]] = {}
    async with engine.connect() as tx:
        for row in await tx.execute(select(ticket.c.room, ticket.c.digest).where(ticket.c.room.in_(rooms))):
            found.setdefault(row.room, set()).add(row.digest)
    return {of: frozenset(digests) for of, digests in found.items()}
