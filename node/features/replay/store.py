"""Tables `replay_sheet`, `replay_file`: what hosts add to a recording, one row each, gone when it is deleted. And what
the database knows of a room whose replay is asked for. `node.features.replay.service.Archive`."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import BigInteger, Column, Double, String, Table, Text, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from node.features.access.rules import Link
from node.features.access.store import ticket as tickets
from node.features.chat.store import SqlArchive as ChatArchive
from node.features.participants.rules import Role
from node.features.replay.service import ClosedDoor
from node.features.replay.sheets import (
    Attachment,
    FileAttached,
    FileDetached,
    ReplayForgotten,
    Sheet,
    SheetWritten,
    Wish,
    sheet_of,
)
from node.features.rooms.store import room as rooms
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

sheet: Final = Table(
    "replay_sheet",
    metadata,
    Column("recording", String(32), primary_key=True),
    Column("words", Text, nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Double, nullable=False),
)
file: Final = Table(
    "replay_file",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("recording", String(32), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("type", String(100), nullable=False),
    Column("language", String(16), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Double, nullable=False),
)
_NO_SHEET: Final = Write(delete(sheet).where(sheet.c.recording == bindparam("of")), lambda f: {"of": f.recording})

WRITES: Final[Writes] = {
    SheetWritten: (
        _NO_SHEET,
        Write(insert(sheet), lambda f: {"recording": f.recording, "words": f.words, "by": f.by, "at": f.at}),
    ),
    FileAttached: (
        Write(
            insert(file),
            lambda f: {"recording": f.recording, "by": f.by, "at": f.at, **msgspec.structs.asdict(f.file)},
        ),
    ),
    FileDetached: (Write(delete(file).where(file.c.id == bindparam("which")), lambda f: {"which": f.file}),),
    ReplayForgotten: (
        _NO_SHEET,
        Write(delete(file).where(file.c.recording == bindparam("of")), lambda f: {"of": f.recording}),
    ),
}


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

    async def attached(self) -> frozenset[tuple[str, str]]:
        async with self._database.connect() as tx:
            return frozenset((row.recording, row.id) for row in await tx.execute(select(file.c.recording, file.c.id)))

    async def sheeted(self) -> frozenset[str]:
        async with self._database.connect() as tx:
            return frozenset((await tx.execute(select(sheet.c.recording))).scalars())

    async def sheet(self, recording: str) -> Sheet:
        async with self._database.connect() as tx:
            words = (await tx.execute(select(sheet.c.words).where(sheet.c.recording == recording))).scalar()
            rows = await tx.execute(select(file).where(file.c.recording == recording).order_by(file.c.at, file.c.id))
            files = tuple(
                Attachment(row.id, row.kind, row.name, row.type, row.language, row.bytes, row.sha256) for row in rows
            )
        return sheet_of(msgspec.json.decode(words, type=Wish) if words else Wish(), files)
