"""What of a decision operators are told: from the events of a room to changes of the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from node.features.chat.rules import MessageHidden, MessagePosted
from node.features.chat.view import MessageView
from node.features.cover.rules import CoverChanged
from node.features.hands.rules import HandLowered, HandRaised
from node.features.lobby.rules import LobbyChanged, WaiterCame, WaiterGone
from node.features.moderation.rules import ItemDecided, ItemOpened
from node.features.mute.rules import RoomMuted, SourceBlocked, SourceUnblocked
from node.features.participants.rules import (
    PersonChanged,
    PersonGone,
    PersonJoined,
    PersonMeasured,
    SpeakersChanged,
)
from node.features.quota.rules import RoomQuotaSet
from node.features.rates.rules import CapsChanged
from node.features.reactions.rules import ReactionGiven
from node.features.rooms.floor import Floor
from node.features.rooms.rules import Room, RoomClosed, RoomCreated
from node.features.schedule.rules import PlanChanged, SittingEnded, SittingExtended, SittingStarted
from node.features.texts.rules import TextsChanged
from node.journal import Journal, MessageChanged, ParticipantChanged, ParticipantGone, RoomChanged, RoomGone
from node.ports import Event

ROOM_EVERY_S: Final = 0.1
"""A room's line is counted anew at most this often, however many people come."""

_PERSON: Final = (
    PersonJoined,
    PersonChanged,
    PersonMeasured,
    SourceBlocked,
    SourceUnblocked,
    HandRaised,
    HandLowered,
)
_ROOM: Final = (
    *_PERSON,
    PersonGone,
    RoomCreated,
    RoomMuted,
    SpeakersChanged,
    CapsChanged,
    CoverChanged,
    ReactionGiven,
    ItemOpened,
    ItemDecided,
    WaiterCame,
    WaiterGone,
    LobbyChanged,
    SittingStarted,
    SittingExtended,
    SittingEnded,
    RoomQuotaSet,
    PlanChanged,
    TextsChanged,
)


class Told:
    """A listener of the floor."""

    def __init__(self, floor: Floor, journal: Journal) -> None:
        self._floor = floor
        self._journal = journal
        self._rooms: set[str] = set()
        self._people: set[tuple[str, str]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self, room: Room, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case PersonGone():
                    self._people.discard((room.id, event.participant))
                    self._journal.publish(ParticipantGone(room.id, event.participant))
                case MessagePosted():
                    if (message := room.chat.get(event.message)) is not None:
                        self._journal.publish(MessageChanged(message))
                case MessageHidden(view=MessageView() as hidden):
                    self._journal.publish(MessageChanged(hidden))
                case RoomClosed():
                    self._rooms.discard(room.id)
                    self._journal.publish(RoomGone(room.id))
                case SpeakersChanged():
                    self._people.update((room.id, participant) for participant, _level in event.levels)
                    self._people.update((room.id, participant) for participant in event.silent)
                case _ if isinstance(event, _PERSON):
                    self._people.add((room.id, event.participant))
            if isinstance(event, _ROOM) and room.closed is None:
                self._rooms.add(room.id)
        if (self._rooms or self._people) and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(ROOM_EVERY_S, self._flush)

    def _flush(self) -> None:
        self._timer = None
        rooms, self._rooms = self._rooms, set()
        people, self._people = self._people, set()
        for room_id in rooms:
            if (room := self._floor.rooms.get(room_id)) is not None:
                self._journal.publish(RoomChanged(room.view()))
        for room_id, participant in people:
            room = self._floor.rooms.get(room_id)
            person = room.people.find(participant) if room is not None else None
            if room is not None and person is not None:
                self._journal.publish(ParticipantChanged(room.view_of(person)))
