"""Tables `moderation` (settings of a room), `restraint` (of a person) and `moderation_item` (what waits, and only as
long as it does)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, cast

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
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
from sqlalchemy.ext.asyncio import AsyncConnection

from node.features.moderation.rules import (
    Bound,
    Item,
    ItemDecided,
    ItemOpened,
    PersonRestrained,
    Restraint,
    RestraintMoved,
    Settings,
    SettingsChanged,
)
from node.features.participants.store import participant
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

moderation: Final = Table(
    "moderation",
    metadata,
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), primary_key=True),
    Column("settings", Text, nullable=False),
    Column("by", String(64), nullable=False),
)
restraint: Final = Table(
    "restraint",
    metadata,
    Column("participant", String(40), ForeignKey("participant.id", ondelete="CASCADE"), primary_key=True),
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("how", String(8), nullable=False),
    Column("by", String(64), nullable=False),
    Column("until", Double),  # seconds since the epoch; null: no end
)
moderation_item: Final = Table(
    "moderation_item",
    metadata,
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("item", Text, nullable=False),
)

_settings: Final = msgspec.json.Decoder(Settings)
_item: Final = msgspec.json.Decoder(Item)


def _json(value: msgspec.Struct) -> str:
    return msgspec.json.encode(value).decode()


def _number(item: Item) -> int:
    return int(item.item.removeprefix("i_"))


def _which(fact: ItemOpened | ItemDecided) -> dict[str, Any]:
    return {"of": fact.room, "which": _number(fact.item)}


_gone: Final = delete(moderation_item).where(
    moderation_item.c.room == bindparam("of"), moderation_item.c.number == bindparam("which")
)

WRITES: Final[Writes] = {
    SettingsChanged: (
        Write(delete(moderation).where(moderation.c.room == bindparam("of")), lambda f: {"of": f.room}),
        Write(insert(moderation), lambda f: {"room": f.room, "settings": _json(f.settings), "by": f.by}),
    ),
    PersonRestrained: (
        Write(delete(restraint).where(restraint.c.participant == bindparam("of")), lambda f: {"of": f.participant}),
        Write(
            insert(restraint),
            lambda f: {
                "participant": f.participant,
                "room": f.room,
                "how": f.how,
                "by": f.by,
                "until": f.until or None,
            },
        ),
    ),
    RestraintMoved: (
        Write(
            update(restraint)
            .where(restraint.c.participant == bindparam("before"))
            .values(participant=bindparam("after")),
            lambda f: {"before": f.before, "after": f.participant},
        ),
    ),
    ItemOpened: (
        Write(_gone, _which),
        Write(
            insert(moderation_item), lambda f: {"room": f.room, "number": _number(f.item), "item": _json(_kept(f.item))}
        ),
    ),
    ItemDecided: (Write(_gone, _which),),
}


def _kept(item: Item) -> Item:
    """A claim ends with the process."""
    return msgspec.structs.replace(item, claimed_by="", claimed_name="", claimed_at=0.0)


FORGET: Final = Write(
    delete(moderation_item).where(moderation_item.c.room == bindparam("of")), lambda f: {"of": f.room}
)
"""When a room closes, or its chat begins anew."""
FREE: Final = Write(delete(restraint).where(restraint.c.room == bindparam("of")), lambda f: {"of": f.room})
"""When a session is over."""


class Saved(NamedTuple):
    settings: Settings
    restraints: dict[str, Bound]
    absent: tuple[tuple[str, str, str, Bound], ...]
    """Of people who left: as whom, by which ticket, under which name, and what holds for them."""
    items: tuple[Item, ...]
    last: int


async def of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, Saved]:
    settings = {
        row.room: _settings.decode(row.settings)
        for row in await tx.execute(select(moderation).where(moderation.c.room.in_(rooms)))
    }
    restraints: dict[str, dict[str, Bound]] = {}
    absent: dict[str, list[tuple[str, str, str, Bound]]] = {}
    who = select(restraint, participant.c.gone, participant.c.ticket, participant.c.name)
    who = who.join_from(restraint, participant, participant.c.id == restraint.c.participant)
    for row in await tx.execute(
        who.where(restraint.c.room.in_(rooms), restraint.c.how != "").order_by(participant.c.gone)
    ):
        bound = Bound(cast(Restraint, row.how), row.until or 0.0)
        if row.gone is None:
            restraints.setdefault(row.room, {})[row.participant] = bound
        else:
            absent.setdefault(row.room, []).append((row.participant, row.ticket, row.name, bound))
    items: dict[str, list[Item]] = {}
    query = select(moderation_item).where(moderation_item.c.room.in_(rooms)).order_by(moderation_item.c.number)
    for row in await tx.execute(query):
        items.setdefault(row.room, []).append(_item.decode(row.item))
    last = dict(
        (await tx.execute(select(moderation_item.c.room, func.max(moderation_item.c.number)).group_by("room"))).all()
    )
    return {
        room: Saved(
            settings.get(room, Settings()),
            restraints.get(room, {}),
            tuple(absent.get(room, ())),
            tuple(items.get(room, ())),
            last.get(room, 0),
        )
        for room in rooms
    }
