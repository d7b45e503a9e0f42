"""Table `room`."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Boolean, Column, Double, Integer, Row, String, Table, Text, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from node.features.chat.rules import ChatBegun
from node.features.mute.rules import By, RoomMuted
from node.features.rooms.rules import Opening, RoomClosed, RoomCreated, RoomOpened, RoomState, RoomView
from node.features.schedule.rules import Form, Plan, ScheduleView, Sitting
from node.features.types.rules import End
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

room: Final = Table(
    "room",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("title", Text, nullable=False),
    Column("max_participants", Integer, nullable=False),
    Column("created", Double, nullable=False, index=True),
    Column("created_by", String(64), nullable=False),
    Column("opened", Double),
    Column("closed", Double, index=True),
    Column("closed_by", String(64), nullable=False, server_default=""),
    Column("closed_reason", Text, nullable=False, server_default=""),
    Column("muted_by_kind", String(16), nullable=False, server_default=""),
    Column("muted_by", String(64), nullable=False, server_default=""),
    Column("type", String(32), nullable=False, server_default="meeting"),
    Column("form", String(16), nullable=False, server_default="permanent"),
    Column("starts", Double),
    Column("minutes", Integer, nullable=False, server_default="0"),
    Column("started", Double),
    Column("ends", Double),
    Column("ended", Double),
    Column("end_cause", String(16), nullable=False, server_default=""),
    Column("ended_by", String(64), nullable=False, server_default=""),
    Column("chat_from", Integer, nullable=False, server_default="0"),
    Column("access", String(16), nullable=False, server_default="open"),
    Column("password", Text, nullable=False, server_default=""),
    Column("lobby", Boolean),
    Column("agenda", Text, nullable=False, server_default=""),
    Column("lobby_message", Text, nullable=False, server_default=""),
)

_of_room: Final = update(room).where(room.c.id == bindparam("key"))

WRITES: Final[Writes] = {
    RoomCreated: (
        Write(
            insert(room),
            lambda f: {
                "id": f.room,
                "title": f.title,
                "max_participants": f.max_participants,
                "created": f.at,
                "created_by": f.by,
                "type": f.type,
                "form": f.plan.form,
                "starts": f.plan.starts,
                "minutes": f.plan.minutes,
            },
        ),
    ),
    RoomOpened: (
        Write(_of_room.values(opened=bindparam("new_opened")), lambda f: {"key": f.room, "new_opened": f.at}),
    ),
    RoomClosed: (
        Write(
            _of_room.values(
                closed=bindparam("new_closed"), closed_by=bindparam("new_by"), closed_reason=bindparam("new_reason")
            ),
            lambda f: {"key": f.room, "new_closed": f.at, "new_by": f.by, "new_reason": f.reason},
        ),
    ),
    ChatBegun: (
        Write(_of_room.values(chat_from=bindparam("new_from")), lambda f: {"key": f.room, "new_from": f.after}),
    ),
    RoomMuted: (
        Write(
            _of_room.values(muted_by_kind=bindparam("new_kind"), muted_by=bindparam("new_by")),
            lambda f: {"key": f.room, "new_kind": f.by_kind if f.on else "", "new_by": f.by if f.on else ""},
        ),
    ),
}


async def open_rooms(tx: AsyncConnection) -> list[tuple[Opening, By | None]]:
    """Rooms that are open, the oldest first, with who has muted them."""
    found = await tx.execute(select(room).where(room.c.closed.is_(None)).order_by(room.c.created))
    return [(_opening(row), By(row.muted_by_kind, row.muted_by, True) if row.muted_by_kind else None) for row in found]


class SqlArchive:
    """`node.features.rooms.service.Archive` on SQL."""

    def __init__(self, engine: AsyncEngine, node: str) -> None:
        self._engine = engine
        self._node = node

    async def closed_rooms(self, limit: int) -> list[RoomView]:
        query = select(room).where(room.c.closed.is_not(None)).order_by(room.c.closed.desc()).limit(limit)
        async with self._engine.connect() as tx:
            return [self._view(row) for row in await tx.execute(query)]

    async def closed_room(self, room_id: str) -> RoomView | None:
        query = select(room).where(room.c.id == room_id, room.c.closed.is_not(None))
        async with self._engine.connect() as tx:
            row = (await tx.execute(query)).one_or_none()
        return self._view(row) if row is not None else None

    def _view(self, row: Row[Any]) -> RoomView:
        return RoomView(
            room=row.id,
            title=row.title,
            state=RoomState.CLOSED,
            created=row.created,
            opened=row.opened,
            closed=row.closed,
            closed_by=row.closed_by,
            closed_reason=row.closed_reason,
            people=0,
            max_participants=row.max_participants,
            bits_out_per_second=0,
            loss_percent=0.0,
            cameras=0,
            speaking=0,
            screen=False,
            node=self._node,
            type=row.type,
            owner=row.created_by,
            schedule=ScheduleView(Form(row.form), row.starts, row.minutes, _sitting(row)),
        )


def _opening(row: Row[Any]) -> Opening:
    return Opening(
        row.id,
        row.title,
        row.max_participants,
        created=row.created,
        opened=row.opened,
        type=row.type,
        plan=Plan(Form(row.form), row.starts, row.minutes),
        sitting=_sitting(row),
        access=row.access,
        password=row.password,
        chat_from=row.chat_from,
        owner=row.created_by,
    )


def _sitting(row: Row[Any]) -> Sitting:
    return Sitting(row.started, row.ends, row.ended, End(row.end_cause) if row.end_cause else None, row.ended_by)
