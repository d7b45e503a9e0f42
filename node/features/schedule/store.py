"""Table `sitting`: every session that took place in a room, and what ended it. The one that goes on is in `room`."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Double, ForeignKey, Integer, String, Table, Text, bindparam, insert, update

from node.features.rooms.store import room
from node.features.schedule.rules import PlanChanged, SittingEnded, SittingExtended, SittingStarted
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

sitting: Final = Table(
    "sitting",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("started", Double, nullable=False),
    Column("ended", Double, nullable=False),
    Column("cause", String(16), nullable=False),
    Column("ended_by", String(64), nullable=False),
    Column("reason", Text, nullable=False),
)

_of_room: Final = update(room).where(room.c.id == bindparam("key"))
_ended: Final = _of_room.values(
    started=None,
    ends=bindparam("new_ends"),
    ended=bindparam("new_ended"),
    end_cause=bindparam("new_cause"),
    ended_by=bindparam("new_by"),
)

WRITES: Final[Writes] = {
    SittingStarted: (
        Write(
            _of_room.values(
                started=bindparam("new_started"), ends=bindparam("new_ends"), ended=None, end_cause="", ended_by=""
            ),
            lambda f: {"key": f.room, "new_started": f.at, "new_ends": f.ends},
        ),
    ),
    PlanChanged: (
        Write(
            _of_room.values(
                starts=bindparam("new_starts"), minutes=bindparam("new_minutes"), ends=bindparam("new_ends")
            ),
            lambda f: {
                "key": f.room,
                "new_starts": f.plan.starts,
                "new_minutes": f.plan.minutes,
                "new_ends": f.ends,
            },
        ),
    ),
    SittingExtended: (
        Write(_of_room.values(ends=bindparam("new_ends")), lambda f: {"key": f.room, "new_ends": f.ends}),
    ),
    SittingEnded: (
        Write(
            insert(sitting),
            lambda f: {
                "room": f.room,
                "started": f.started,
                "ended": f.at,
                "cause": f.cause,
                "ended_by": f.by,
                "reason": f.reason,
            },
        ),
        Write(
            _ended,
            lambda f: {
                "key": f.room,
                "new_ends": f.ends,
                "new_ended": f.at,
                "new_cause": f.cause,
                "new_by": f.by,
            },
        ),
    ),
}
