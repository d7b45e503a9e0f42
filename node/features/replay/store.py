"""What the database knows of a room whose replay is asked for. `node.features.replay.service.Archive`."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from node.features.access.rules import Link
from node.features.access.store import ticket as tickets
from node.features.chat.store import SqlArchive as ChatArchive
from node.features.participants.rules import Role
from node.features.replay.service import ClosedDoor
from node.features.rooms.store import room as rooms


class SqlArchive(ChatArchive):
    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self._database = engine

    async def door(self, room: str, ticket: str) -> ClosedDoor | None:
        query = (
            select(
                rooms.c.title,
                rooms.c.type,
                rooms.c.access,
                rooms.c.password,
                tickets.c.role,
                tickets.c.expires,
                tickets.c.id,
                tickets.c.name,
                tickets.c.ended,
            )
            .join_from(tickets, rooms, tickets.c.room == rooms.c.id)
            .where(tickets.c.digest == ticket, tickets.c.room == room)
        )
        async with self._database.connect() as tx:
            row = (await tx.execute(query)).one_or_none()
        if row is None:
            return None
        link = Link(ticket, Role(row.role), row.expires, row.id, row.name, row.ended)
        return ClosedDoor(row.title, row.type, row.access, row.password, link)
