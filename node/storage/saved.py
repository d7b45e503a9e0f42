"""What the database knows of the open rooms: read once, at the start of the node."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

import node.features.access.store as access
import node.features.chat.store as chat
import node.features.flags.store as flags
import node.features.hands.store as hands
import node.features.layout.store as layout
import node.features.lobby.store as lobby
import node.features.moderation.store as moderation
import node.features.mute.store as mute
import node.features.participants.store as participants
import node.features.quota.store as quota
import node.features.rates.store as rates
import node.features.recordings.store as recordings
import node.features.replay.store as replay
import node.features.roles.store as roles
import node.features.rooms.store as rooms
import node.features.schedule.store as schedule
import node.features.texts.store as texts
from node.features.chat.rules import ChatBegun
from node.features.flags.rules import FlagSet
from node.features.layout.showing import Showing
from node.features.recordings.planned import Plan as RecordingPlan
from node.features.rooms.rules import RoomClosed, SavedRoom
from node.features.schedule.rules import SittingEnded
from node.features.texts.rules import Texts
from node.storage.ledger import Writes, merged

_FEATURES: Final = merged(
    (
        rooms.WRITES,
        access.WRITES,
        participants.WRITES,
        mute.WRITES,
        chat.WRITES,
        rates.WRITES,
        quota.WRITES,
        moderation.WRITES,
        lobby.WRITES,
        hands.WRITES,
        flags.WRITES,
        roles.WRITES,
        texts.WRITES,
        layout.WRITES,
        schedule.WRITES,
        recordings.WRITES,
        replay.WRITES,
    )
)
WRITES: Final[Writes] = {
    **_FEATURES,
    RoomClosed: (*_FEATURES[RoomClosed], chat.FORGET, moderation.FORGET),
    ChatBegun: (*_FEATURES[ChatBegun], chat.FORGET, moderation.FORGET),
    SittingEnded: (*_FEATURES[SittingEnded], moderation.FREE, mute.FREE),
}
"""What only some may read goes when the room does, or the session in which it was written; and with a session what held
for people in it."""


async def open_rooms(engine: AsyncEngine) -> list[SavedRoom]:
    async with engine.connect() as tx:
        openings = await rooms.open_rooms(tx)
        ids = [opening.room for opening, _muted in openings]
        links = await access.of_rooms(tx, ids)
        people = await participants.of_rooms(tx, ids)
        ended = await participants.removed_of_rooms(tx, ids)
        banned = await participants.bans_of_rooms(tx, ids)
        present = frozenset(person.participant for of_room in people.values() for person in of_room)
        blocks = await mute.of_rooms(tx, ids, present)
        caps = await rates.of_rooms(tx, ids)
        quotas = await quota.of_rooms(tx, ids)
        raised = await hands.of_rooms(tx, ids)
        taken = await recordings.of_rooms(tx, ids)
        planned = await recordings.plans_of_rooms(tx, ids)
        flagged = await flags.of_rooms(tx, ids)
        shown = await layout.of_rooms(tx, ids)
        said = await texts.of_rooms(tx, ids)
        lobbies = await lobby.of_rooms(tx, ids)
        moderated = await moderation.of_rooms(tx, ids)
        saved = []
        for opening, muted in openings:
            blocked = blocks.get(opening.room, mute.Saved([], []))
            messages, private, last = await chat.last_of_room(tx, opening.room, opening.chat_from)
            saved.append(
                SavedRoom(
                    opening=opening,
                    links=tuple(links.get(opening.room, ())),
                    people=tuple(people.get(opening.room, ())),
                    ended=tuple(ended.get(opening.room, ())),
                    blocks=tuple(blocked.here),
                    blocked_absent=tuple(blocked.absent),
                    room_muted=muted,
                    messages=tuple(messages),
                    last_message=last,
                    caps=caps.get(opening.room, {}),
                    quotas=quotas.get(opening.room, {}),
                    lobby=lobbies[opening.room],
                    hands=raised.get(opening.room, {}),
                    flags=flagged.get(opening.room, FlagSet()),
                    recording=taken.get(opening.room),
                    recorded=planned.get(opening.room, RecordingPlan()),
                    texts=said.get(opening.room, Texts()),
                    bans=tuple(banned.get(opening.room, ())),
                    showing=shown.get(opening.room, Showing()),
                    private=tuple(private),
                    moderation=moderated[opening.room].settings,
                    restraints=moderated[opening.room].restraints,
                    absent=moderated[opening.room].absent,
                    items=moderated[opening.room].items,
                    last_item=moderated[opening.room].last,
                )
            )
        return saved
