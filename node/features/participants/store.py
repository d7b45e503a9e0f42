"""Table `participant`: who is, and who was, in a room. Sessions as digests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    Column,
    Double,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from node.features.participants.bans import Ban, BanLifted, PersonBanned
from node.features.participants.rules import (
    Cause,
    PersonGone,
    PersonJoined,
    PersonMoved,
    PublishingChanged,
    Role,
)
from node.features.rooms.rules import SavedPerson
from node.ports import Shape, Source
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

participant: Final = Table(
    "participant",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("client", String(16), nullable=False),
    Column("language", String(16), nullable=False),
    Column("session", String(64), nullable=False, unique=True),
    Column("transport", String(40), nullable=False),
    Column("publishing", String(64), nullable=False, server_default=""),
    Column("joined", Double, nullable=False),
    Column("gone", Double),
    Column("cause", String(16), nullable=False, server_default=""),
    Column("gone_by", String(64), nullable=False, server_default=""),
    Column("gone_reason", Text, nullable=False, server_default=""),
    Column("ticket", String(64), nullable=False, server_default=""),
    Column("role_by", String(16), nullable=False, server_default=""),
    Column("name_by", String(16), nullable=False, server_default=""),
    Index("ix_participant_room_gone", "room", "gone"),
)

ban: Final = Table(
    "ban",
    metadata,
    Column("participant", String(40), ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True),
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("by", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Double, nullable=False),
)

_BARRED: Final = (Cause.REMOVED, Cause.BANNED, Cause.LOBBY)
_of_participant: Final = update(participant).where(participant.c.id == bindparam("key"))

WRITES: Final[Writes] = {
    PersonJoined: (
        Write(
            insert(participant),
            lambda f: {
                "id": f.participant,
                "room": f.room,
                "name": f.name,
                "role": f.role,
                "client": f.client,
                "language": f.language,
                "session": f.session,
                "transport": f.transport,
                "joined": f.at,
                "ticket": f.ticket,
            },
        ),
    ),
    PersonMoved: (
        Write(
            _of_participant.values(
                transport=bindparam("new_transport"),
                name=bindparam("new_name"),
                role=bindparam("new_role"),
                ticket=bindparam("new_ticket"),
            ),
            lambda f: {
                "key": f.participant,
                "new_transport": f.transport,
                "new_name": f.name,
                "new_role": f.role,
                "new_ticket": f.ticket,
            },
        ),
    ),
    PublishingChanged: (
        Write(
            _of_participant.values(publishing=bindparam("new_publishing")),
            lambda f: {"key": f.participant, "new_publishing": " ".join(f.publishing)},
        ),
    ),
    PersonBanned: (
        Write(
            insert(ban),
            lambda f: {
                "participant": f.participant,
                "room": f.room,
                "kind": f.kind,
                "by": f.by,
                "reason": f.reason,
                "at": f.at,
            },
        ),
    ),
    BanLifted: (Write(delete(ban).where(ban.c.participant == bindparam("key")), lambda f: {"key": f.participant}),),
    PersonGone: (
        Write(
            _of_participant.values(
                gone=bindparam("new_gone"),
                cause=bindparam("new_cause"),
                gone_by=bindparam("new_by"),
                gone_reason=bindparam("new_reason"),
            ),
            lambda f: {
                "key": f.participant,
                "new_gone": f.at,
                "new_cause": f.cause,
                "new_by": f.by,
                "new_reason": f.reason,
            },
        ),
    ),
}


async def of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, list[SavedPerson]]:
    """Who had a place when the node stopped, in order of arrival."""
    query = select(participant).where(participant.c.room.in_(rooms), participant.c.gone.is_(None))
    people: dict[str, list[SavedPerson]] = {}
    for row in await tx.execute(query.order_by(participant.c.joined)):
        people.setdefault(row.room, []).append(_saved(row))
    return people


async def removed_of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, list[tuple[str, str, Cause]]]:
    """Sessions that must stay dead, or by which somebody is known again: (session, participant, cause)."""
    columns = (participant.c.room, participant.c.session, participant.c.id, participant.c.cause)
    query = select(*columns).where(participant.c.room.in_(rooms), participant.c.cause.in_(_BARRED))
    ended: dict[str, list[tuple[str, str, Cause]]] = {}
    for row in await tx.execute(query):
        ended.setdefault(row.room, []).append((row.session, row.id, Cause(row.cause)))
    return ended


async def bans_of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, list[tuple[Ban, str]]]:
    """What holds, and the ticket by which each had come."""
    query = select(ban, participant.c.name, participant.c.ticket)
    query = query.join_from(ban, participant, participant.c.id == ban.c.participant)
    bans: dict[str, list[tuple[Ban, str]]] = {}
    for row in await tx.execute(query.where(ban.c.room.in_(rooms)).order_by(ban.c.at)):
        one = Ban(row.participant, row.name, row.kind, row.by, row.reason, row.at)
        bans.setdefault(row.room, []).append((one, row.ticket))
    return bans


def _saved(row: Row[Any]) -> SavedPerson:
    return SavedPerson(
        participant=row.id,
        name=row.name,
        role=Role(row.role),
        client=Shape(row.client),
        language=row.language,
        session=row.session,
        joined=row.joined,
        transport=row.transport,
        publishing=tuple(Source(source) for source in row.publishing.split()),
        ticket=row.ticket,
        role_by=row.role_by,
        name_by=row.name_by,
    )
