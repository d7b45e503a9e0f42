"""What of a decision operators are told: from the events of a room to changes of the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from node.features.chat.rules import MessageHidden, MessagePosted
from node.features.chat.view import MessageView
from node.features.cover.rules import CoverChanged
from node.features.hands.rules import HandLowered, HandRaised
from node.features.lobby.rules import LobbyChanged, LobbyModerated, LobbyOpened, WaiterAdmitted, WaiterCame, WaiterGone
from node.features.moderation.rules import ItemClaimed, ItemDecided, ItemOpened, PersonRestrained, RestraintMoved
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
from node.features.recordings.planned import PlaceTold, RecordingPlanned
from node.features.recordings.rules import RecordingMoved, RecordingStarted
from node.features.rooms.floor import Floor
from node.features.rooms.rules import Room, RoomClosed, RoomCreated
from node.features.schedule.rules import PlanChanged, SittingEnded, SittingExtended, SittingStarted
from node.features.texts.rules import TextsChanged
from node.journal import (
    ItemChanged,
    ItemGone,
    Journal,
    MessageChanged,
    ParticipantChanged,
    ParticipantGone,
    RoomChanged,
    RoomGone,
    WaiterChanged,
)
from node.journal import WaiterGone as WaitsNoMore
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
    PersonRestrained,
    RestraintMoved,
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
    RecordingStarted,
    RecordingMoved,
    RecordingPlanned,
    PlaceTold,
)
_WAITER: Final = (WaiterCame, WaiterAdmitted, WaiterGone)
_WAITERS: Final = (LobbyChanged, LobbyModerated, LobbyOpened, SittingStarted, PlanChanged)
"""After these, everybody who waits may wait for something else."""
_ITEMS_OVER: Final = (SittingEnded, RoomClosed)


class Told:
    """A listener of the floor."""

    def __init__(self, floor: Floor, journal: Journal) -> None:
        self._floor = floor
        self._journal = journal
        self._rooms: set[str] = set()
        self._people: set[tuple[str, str]] = set()
        self._waiters: set[tuple[str, str]] = set()
        self._items: set[tuple[str, str]] = set()
        self._open: dict[str, set[str]] = {}
        """Items that operators were told of and that wait, by room."""
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
            self._note_queues(room, event)
            if isinstance(event, _ROOM) and room.closed is None:
                self._rooms.add(room.id)
        if (self._rooms or self._people or self._waiters or self._items) and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(ROOM_EVERY_S, self._flush)

    def _note_queues(self, room: Room, event: Event) -> None:
        """Of what waits for a moderator, and of who waits before the door."""
        if isinstance(event, ItemOpened | ItemClaimed | ItemDecided):
            self._items.add((room.id, event.item.item))
        elif isinstance(event, _WAITER):
            self._waiters.add((room.id, event.participant))
        elif isinstance(event, _WAITERS):
            self._waiters.update((room.id, waiter.id) for waiter in room.lobby.waiters())
        elif isinstance(event, _ITEMS_OVER):
            self._items.update((room.id, item) for item in self._open.get(room.id, ()))

    def _flush_queues(self) -> None:
        items, self._items = self._items, set()
        waiters, self._waiters = self._waiters, set()
        for room_id, name in items:
            room = self._floor.rooms.get(room_id)
            item = room.moderation.waiting(name) if room is not None else None
            known = self._open.setdefault(room_id, set())
            if item is not None:
                known.add(name)
                self._journal.publish(ItemChanged(item))
            elif name in known:
                known.discard(name)
                self._journal.publish(ItemGone(room_id, name))
            if not known:
                del self._open[room_id]
        for room_id, who in waiters:
            room = self._floor.rooms.get(room_id)
            view = room.lobby.see(who, self._floor.clock.now()) if room is not None else None
            self._journal.publish(WaiterChanged(room_id, view) if view is not None else WaitsNoMore(room_id, who))

    def _flush(self) -> None:
        self._timer = None
        self._flush_queues()
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
