"""Table `waiter`: who waits, is admitted, or was turned away; and the lobby of a room, in table `room`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Column, Double, ForeignKey, String, Table, Text, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from node.features.lobby.rules import LobbyChanged, SavedLobby, SavedWaiter, WaiterAdmitted, WaiterCame, WaiterGone
from node.features.participants.rules import Role
from node.features.rooms.store import room
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

waiter: Final = Table(
    "waiter",
    metadata,
    Column("participant", String(40), primary_key=True),
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("language", String(16), nullable=False),
    Column("session", String(64), nullable=False),
    Column("ticket", String(64), nullable=False),
    Column("since", Double, nullable=False),
    Column("state", String(16), nullable=False, server_default="waiting"),
    Column("sent", String(40), nullable=False, server_default=""),
)

WRITES: Final[Writes] = {
    WaiterCame: (
        Write(
            insert(waiter),
            lambda f: {
                "participant": f.participant,
                "room": f.room,
                "name": f.name,
                "role": f.role,
                "language": f.language,
                "session": f.session,
                "ticket": f.ticket,
                "since": f.at,
                "sent": f.sent,
            },
        ),
    ),
    WaiterAdmitted: (
        Write(
            update(waiter).where(waiter.c.participant == bindparam("key")).values(state="admitted"),
            lambda f: {"key": f.participant},
        ),
    ),
    WaiterGone: (
        # Who was turned away is remembered by their session, without a name, until the room closes.
        Write(
            update(waiter)
            .where(waiter.c.participant == bindparam("key"), bindparam("cause") == "turned_away")
            .values(state="turned_away", name=""),
            lambda f: {"key": f.participant, "cause": f.cause},
        ),
        Write(
            delete(waiter).where(waiter.c.participant == bindparam("key"), bindparam("cause") != "turned_away"),
            lambda f: {"key": f.participant, "cause": f.cause},
        ),
    ),
    LobbyChanged: (
        Write(
            update(room)
            .where(room.c.id == bindparam("key"))
            .values(lobby=bindparam("new_on"), agenda=bindparam("new_agenda"), lobby_message=bindparam("new_message")),
            lambda f: {"key": f.room, "new_on": f.on, "new_agenda": f.agenda, "new_message": f.message},
        ),
    ),
}


async def of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, SavedLobby]:
    waiters: dict[str, list[SavedWaiter]] = {}
    turned_away: dict[str, list[tuple[str, str]]] = {}
    for row in await tx.execute(select(waiter).where(waiter.c.room.in_(rooms)).order_by(waiter.c.since)):
        if row.state == "turned_away":
            turned_away.setdefault(row.room, []).append((row.session, row.participant))
            continue
        one = SavedWaiter(
            row.participant,
            row.name,
            Role(row.role),
            row.language,
            row.session,
            row.ticket,
            row.since,
            row.state == "admitted",
            row.sent,
        )
        waiters.setdefault(row.room, []).append(one)
    columns = (room.c.id, room.c.lobby, room.c.agenda, room.c.lobby_message)
    found = await tx.execute(select(*columns).where(room.c.id.in_(rooms)))
    return {
        row.id: SavedLobby(
            row.lobby,
            row.agenda,
            row.lobby_message,
            tuple(waiters.get(row.id, ())),
            tuple(turned_away.get(row.id, ())),
        )
        for row in found
    }
