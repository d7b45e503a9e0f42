"""Roles and names that were given, on the rows of the people who have them; and who gave which role to whom, for
review."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Double, ForeignKey, Integer, String, Table, Text, bindparam, insert, update

from node.features.access.store import ticket
from node.features.participants.store import participant
from node.features.roles.rules import PersonRenamed, RoleGiven
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

role_given: Final = Table(
    "role_given",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("participant", String(40), nullable=False),
    Column("before", String(16), nullable=False),
    Column("role", String(16), nullable=False),
    Column("by_kind", String(16), nullable=False),
    Column("by", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Double, nullable=False),
)

_of_participant: Final = update(participant).where(participant.c.id == bindparam("key"))

WRITES: Final[Writes] = {
    RoleGiven: (
        Write(
            _of_participant.values(role=bindparam("new_role"), role_by=bindparam("new_by")),
            lambda f: {"key": f.participant, "new_role": f.role, "new_by": f.by_kind},
        ),
        # A ticket that is one person's has the role that the person has; a link that many share keeps its own.
        Write(
            update(ticket)
            .where(ticket.c.digest == bindparam("key"), ticket.c.id != "")
            .values(role=bindparam("new_role")),
            lambda f: {"key": f.ticket, "new_role": f.role},
        ),
        Write(
            insert(role_given),
            lambda f: {
                "room": f.room,
                "participant": f.participant,
                "before": f.before,
                "role": f.role,
                "by_kind": f.by_kind,
                "by": f.by,
                "reason": f.reason,
                "at": f.at,
            },
        ),
    ),
    PersonRenamed: (
        Write(
            _of_participant.values(name=bindparam("new_name"), name_by=bindparam("new_by")),
            lambda f: {"key": f.participant, "new_name": f.name, "new_by": f.by_kind},
        ),
    ),
}
