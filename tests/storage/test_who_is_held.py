"""Rows that older versions left behind hold nobody: of a session that is over, of a room that is closed, of who came
back since and has rows of their own (R102). Who is away now is held as before (H19)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import Connection, insert, select

from node.features.moderation.store import restraint
from node.features.mute.store import block
from node.features.participants.store import participant
from node.features.rooms.store import room
from node.features.schedule.store import sitting
from node.storage.engine import alembic_config, migrate, open_engine, sqlite_url


def person(id_: str, name: str, *, joined: float, gone: float | None, where: str = "r") -> dict[str, Any]:
    return {
        "id": id_,
        "room": where,
        "name": name,
        "role": "participant",
        "client": "page",
        "language": "fr",
        "session": f"s_{id_}",
        "transport": f"t_{id_}",
        "ticket": "link",
        "joined": joined,
        "gone": gone,
    }


PEOPLE = [
    person("p_last_month", "Mallory", joined=10, gone=20),
    person("p_before_they_came_back", "Chloé", joined=110, gone=120),
    person("p_who_came_back", "Chloé", joined=130, gone=None),
    person("p_away", "Bruno", joined=110, gone=140),
    person("p_here", "Amina", joined=110, gone=None),
    person("p_closed", "Dora", joined=5, gone=9, where="closed"),
]


def written(connection: Connection) -> None:
    """As the program of revision 0021 left it."""
    command.upgrade(alembic_config(connection), "0021")
    for id_, closed in (("r", None), ("closed", 9)):
        values = {"id": id_, "title": "Réunion", "max_participants": 9, "created": 1, "created_by": "x"}
        connection.execute(insert(room).values(**values, closed=closed, started=100))
    ended = {"room": "r", "started": 5, "ended": 30, "cause": "host", "ended_by": "", "reason": ""}
    connection.execute(insert(sitting).values(**ended))
    for one in PEOPLE:
        connection.execute(insert(participant).values(**one))
        who = {"participant": one["id"], "room": one["room"], "by": "olga"}
        connection.execute(insert(restraint).values(**who, how="mute"))
        blocked = {"source": "camera", "by_kind": "operator", "reason": "", "with_room": False, "at": one["joined"]}
        connection.execute(insert(block).values(**who, **blocked))


async def test_nobody_is_held_by_what_is_over(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path))
    async with engine.begin() as connection:
        await connection.run_sync(written)
    await migrate(engine)
    async with engine.connect() as connection:
        for table in (block, restraint):
            kept = {row.participant for row in await connection.execute(select(table.c.participant))}
            assert kept == {"p_who_came_back", "p_away", "p_here"}, table.name
    await engine.dispose()
