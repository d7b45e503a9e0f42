"""Tables `message`, and `private_message`: what only some may read is where no list, watch or export looks, and is
deleted when its room closes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog
from sqlalchemy import (
    Column,
    Double,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from node.features.chat.memory import PRIVATE, PUBLIC
from node.features.chat.rules import MessageHidden, MessagePosted, PrivateHidden, PrivatePosted
from node.features.chat.view import MessageView, PrivateView, Stored, number_of
from node.features.moderation.rules import TO_STAFF
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

log: Final = structlog.get_logger()

message: Final = Table(
    "message",
    metadata,
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", String(40), nullable=False),
    Column("participant", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("sent", Double, nullable=False),
    Column("hidden", Double),
    Column("hidden_by", String(64), nullable=False, server_default=""),
    Column("hidden_reason", Text, nullable=False, server_default=""),
    Column("key", String(40), nullable=False, server_default=""),
    Column("reply", String(40), nullable=False, server_default=""),
)

private_message: Final = Table(
    "private_message",
    metadata,
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", String(40), nullable=False),
    Column("participant", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("to", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("sent", Double, nullable=False),
    Column("key", String(40), nullable=False),
    Column("reply", String(40), nullable=False),
)


def _posted(fact: MessagePosted | PrivatePosted) -> dict[str, Any]:
    return {
        "room": fact.room,
        "number": fact.number,
        "id": fact.message,
        "participant": fact.participant,
        "name": fact.name,
        "text": fact.text,
        "html": fact.html,
        "sent": fact.at,
        "key": fact.key,
        "reply": fact.reply,
    }


WRITES: Final[Writes] = {
    MessagePosted: (Write(insert(message), _posted),),
    PrivatePosted: (Write(insert(private_message), lambda f: {**_posted(f), "to": f.to}),),
    PrivateHidden: (
        Write(
            delete(private_message).where(
                private_message.c.room == bindparam("of"), private_message.c.id == bindparam("which")
            ),
            lambda f: {"of": f.room, "which": f.message},
        ),
    ),
    MessageHidden: (
        Write(
            update(message)
            .where(
                message.c.room == bindparam("of"),
                message.c.id == bindparam("which"),
                message.c.hidden.is_(None),  # who hid it first did
            )
            .values(
                hidden=bindparam("new_hidden"), hidden_by=bindparam("new_by"), hidden_reason=bindparam("new_reason")
            ),
            lambda f: {
                "of": f.room,
                "which": f.message,
                "new_hidden": f.at,
                "new_by": f.by,
                "new_reason": f.reason,
            },
        ),
    ),
}


FORGET: Final = Write(
    delete(private_message).where(private_message.c.room == bindparam("of")), lambda f: {"of": f.room}
)
"""When a room closes."""


async def last_of_room(
    tx: AsyncConnection, room: str, begun: int = 0
) -> tuple[list[MessageView], list[PrivateView], int]:
    """The last messages after the number `begun`, oldest first, those that only some may read, and the number of the
    last one."""
    query = select(message).where(message.c.room == room, message.c.number > begun)
    rows = list(await tx.execute(query.order_by(message.c.number.desc()).limit(PUBLIC)))
    query = select(private_message).where(private_message.c.room == room, private_message.c.number > begun)
    private = list(await tx.execute(query.order_by(private_message.c.number.desc()).limit(PRIVATE)))
    last = begun
    for table in (message, private_message):
        last = max(last, (await tx.execute(select(func.max(table.c.number)).where(table.c.room == room))).scalar() or 0)
    return [_view(row) for row in reversed(rows)], [_private_view(row) for row in reversed(private)], last


@contextmanager
def _away() -> Iterator[None]:
    """While the database is away a room has what it remembers: nobody in it is put out for asking for more."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        log.warning("archive_away", error=type(error).__name__)


class SqlArchive:
    """`node.features.chat.service.Archive` on SQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def messages(self, room: str, after: str, limit: int) -> list[MessageView]:
        query = select(message).where(message.c.room == room, message.c.number > (number_of(after) or 0))
        async with self._engine.connect() as tx:
            return [_view(row) for row in await tx.execute(query.order_by(message.c.number).limit(limit))]

    async def message(self, room: str, message_id: str) -> MessageView | None:
        found = await self.stored(room, message_id)
        return found if isinstance(found, MessageView) else None

    async def stored(self, room: str, message_id: str) -> Stored | None:
        if (number := number_of(message_id)) is None:
            return None
        public = select(message).where(message.c.room == room, message.c.number == number)
        private = select(private_message).where(private_message.c.room == room, private_message.c.number == number)
        with _away():
            async with self._engine.connect() as tx:
                if (row := (await tx.execute(public)).one_or_none()) is not None:
                    return _view(row)
                if (row := (await tx.execute(private)).one_or_none()) is not None:
                    return _private_view(row)
        return None

    async def before(self, room: str, reader: str, staff: bool, before: str, begun: int, limit: int) -> list[Stored]:
        until = number_of(before) or 0
        public = select(message).where(message.c.room == room, message.c.hidden.is_(None))
        public = public.where(message.c.number > begun, message.c.number < until)
        mine = (private_message.c.participant == reader) | (private_message.c.to == reader)
        whose = mine | (private_message.c.to == TO_STAFF) if staff else mine
        private = select(private_message).where(private_message.c.room == room, whose)
        private = private.where(private_message.c.number > begun, private_message.c.number < until)
        found: list[Stored] = []
        with _away():
            async with self._engine.connect() as tx:
                rows = await tx.execute(public.order_by(message.c.number.desc()).limit(limit))
                found += [_view(row) for row in rows]
                rows = await tx.execute(private.order_by(private_message.c.number.desc()).limit(limit))
                found += [_private_view(row) for row in rows]
        return sorted(found, key=lambda one: one.message)[-limit:]


def _view(row: Row[Any]) -> MessageView:
    return MessageView(
        message=row.id,
        room=row.room,
        participant=row.participant,
        name=row.name,
        text=row.text,
        html=row.html,
        sent=row.sent,
        hidden=row.hidden is not None,
        hidden_by=row.hidden_by,
        key=row.key,
        reply=row.reply,
    )


def _private_view(row: Row[Any]) -> PrivateView:
    return PrivateView(
        message=row.id,
        room=row.room,
        participant=row.participant,
        name=row.name,
        to=row.to,
        text=row.text,
        html=row.html,
        sent=row.sent,
        key=row.key,
        reply=row.reply,
    )
