"""Chat: post, list, hide, take back, report."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final, Protocol

import msgspec

from node.errors import Refused
from node.features.chat.markup import clean_text, to_html
from node.features.chat.rules import (
    Announce,
    Complain,
    Hide,
    MessageHidden,
    MessagePosted,
    Retract,
    Say,
    check_length,
)
from node.features.chat.view import MessageView, PrivateView, Stored, number_of
from node.features.moderation.rules import WHY_LENGTH
from node.features.participants.rules import STAFF
from node.features.rooms.floor import Floor
from node.features.rooms.service import REASON_LENGTH
from node.journal import Journal, MessageChanged
from node.ports import Actor

PAGE: Final = 500
OLDER: Final = 100
"""Messages that a page is given at once when it asks for older ones."""
TYPED_MAX: Final = 8000
"""Characters looked at, at most, before a message is refused as too long."""


class Archive(Protocol):
    """Messages that are no longer in memory."""

    async def messages(self, room: str, after: str, limit: int) -> list[MessageView]:
        """Oldest first, those after the message `after` (empty: from the first)."""

    async def message(self, room: str, message: str) -> MessageView | None: ...

    async def stored(self, room: str, message: str) -> Stored | None:
        """Also what only some may read: for the rules, which say what may be done with it."""

    async def before(
        self, room: str, reader: str, staff: bool, before: str, begun: int, limit: int
    ) -> Sequence[Stored]:
        """The last messages before `before` and after the number `begun` that this reader may read, oldest first."""


class Chat:
    """Raises `Refused` as each method says; ROOM_UNKNOWN."""

    def __init__(self, floor: Floor, archive: Archive, journal: Journal) -> None:
        self._floor = floor
        self._archive = archive
        self._journal = journal

    def recent(self, room_id: str | None = None, limit: int = 200) -> list[MessageView]:
        """The last messages of one open room, or of all: the snapshot of a watch stream. Oldest first."""
        rooms = [self._floor.room(room_id)] if room_id else list(self._floor)
        return [message for room in rooms for message in room.chat.view()[-limit:]]

    async def list(self, room_id: str, *, after: str = "", limit: int = 200) -> list[MessageView]:
        """Oldest first, hidden ones too. At most 500."""
        limit = max(1, min(limit, PAGE))
        room = self._floor.rooms.get(room_id)
        if room is None and room_id not in self._floor.closed:
            self._floor.room(room_id)
        if room is not None:
            live = room.chat.view()
            # All of them are in memory, or those asked for are.
            if room.chat.whole or (live and live[0].message <= after):
                return [message for message in live if message.message > after][:limit]
        return await self._archive.messages(room_id, after, limit)

    async def transcript(self, room_id: str, participant_id: str) -> AsyncIterator[Sequence[MessageView]]:
        """What everybody could read, the oldest first, without what was hidden, a page at a time; for a host of the
        room.

        Raises:
            Refused: NOT_ALLOWED, PARTICIPANT_UNKNOWN.
        """
        person = self._floor.room(room_id).people.get(participant_id)
        if person.role not in STAFF:
            raise Refused("NOT_ALLOWED", limit="host", current=person.role, set_by="room")
        return self._pages(room_id)

    async def _pages(self, room_id: str) -> AsyncIterator[Sequence[MessageView]]:
        after = ""
        while page := await self.list(room_id, after=after, limit=PAGE):
            after = page[-1].message
            yield [message for message in page if not message.hidden]

    async def older(self, room_id: str, participant_id: str, before: str) -> tuple[Sequence[Stored], bool]:
        """What this person may read of what was said before the message `before`, the last of it, oldest first; and
        whether there may be more.

        Raises:
            Refused: PARTICIPANT_UNKNOWN.
        """
        room = self._floor.room(room_id)
        person = room.people.get(participant_id)
        staff = person.role in STAFF
        stored = await self._archive.before(room_id, person.id, staff, before, room.chat.begun, OLDER + 1)
        known = room.chat.before(person, before, stored)
        return known[-OLDER:], len(known) > OLDER

    async def found(self, room_id: str, message: str) -> Stored | None:
        """A message that the room does not remember any more, for the rules. None: it does, or there is none."""
        room = self._floor.room(room_id)
        if not message or number_of(message) is None or room.chat.remembers(message):
            return None
        return await self._archive.stored(room_id, message)

    def post(
        self,
        room_id: str,
        participant_id: str,
        text: str,
        key: str = "",
        *,
        to: str = "",
        reply: str = "",
        found: Stored | None = None,
    ) -> MessageView | PrivateView | None:
        """A message of a person who is in the room; the same message again if `key` was used before. None: it waits
        for a moderator. `to`: "" for everybody, `staff`, or a person's id. `found`: the one that it answers, when that
        is old (`found`).

        Raises:
            Refused: MESSAGE_EMPTY, MESSAGE_TOO_LONG, TOO_FAST, PARTICIPANT_UNKNOWN, MESSAGE_UNKNOWN (`reply`),
                CHAT_OFF, PRIVATE_CHAT_OFF, CHAT_MUTED, SLOW_MODE, MESSAGE_REPEATED, WORD_REFUSED, TOO_MANY_WAITING,
                QUEUE_FULL, NOT_ALLOWED.
        """
        check_length(text[:TYPED_MAX])
        text = clean_text(text)
        check_length(text)
        room = self._floor.room(room_id)
        before = room.chat.posted_with(participant_id, key)
        if before is not None:
            return before
        decided = self._floor.decide(room_id, Say(participant_id, text, to_html(text), key, to, reply, found))
        posted = next((event for event in decided.events if isinstance(event, MessagePosted)), None)
        return room.chat.get(posted.message) if posted is not None else None

    async def retract(self, room_id: str, participant_id: str, message: str) -> None:
        """
        Raises:
            Refused: MESSAGE_UNKNOWN, NOT_ALLOWED.
        """
        found = await self.found(room_id, message)
        self._floor.decide(room_id, Retract(participant_id, message, found))

    async def complain(self, room_id: str, participant_id: str, message: str, why: str) -> None:
        """
        Raises:
            Refused: MESSAGE_UNKNOWN, TOO_FAST, QUEUE_FULL.
        """
        found = await self.found(room_id, message)
        self._floor.decide(room_id, Complain(participant_id, message, clean_text(why)[:WHY_LENGTH], found))

    async def announce(self, room_id: str, text: str, *, by: Actor) -> MessageView:
        """
        Raises:
            Refused: MESSAGE_EMPTY, MESSAGE_TOO_LONG, ROOM_CLOSED.
        """
        text = clean_text(text[:TYPED_MAX])
        check_length(text)
        decided = self._floor.decide(room_id, Announce(text, to_html(text), by))
        await decided.done()
        (posted,) = (event for event in decided.events if isinstance(event, MessagePosted))
        room = self._floor.room(room_id)
        return next(view for view in reversed(room.chat.view()) if view.message == posted.message)

    async def hide(self, room_id: str, message: str, *, by: Actor, reason: str = "") -> MessageView | None:
        """Take a message off everybody's screen, however old. Repeating it changes nothing. None: it was for the hosts
        only.

        Raises:
            Refused: MESSAGE_UNKNOWN, NOT_ALLOWED.
        """
        reason = reason[:REASON_LENGTH]
        if room_id not in self._floor.rooms and room_id in self._floor.closed:
            return await self._hide_archived(room_id, message, by, reason)
        found = await self.found(room_id, message)
        decided = self._floor.decide(room_id, Hide(message, by, reason, found))
        await decided.done()
        hidden = next((event.view for event in decided.events if isinstance(event, MessageHidden)), None)
        if hidden is None and isinstance(found, MessageView):
            return found
        return hidden or self._floor.room(room_id).chat.get(message)

    async def _hide_archived(self, room_id: str, message: str, by: Actor, reason: str) -> MessageView:
        """Of a closed room: nobody has it on their screen any more."""
        stored = await self._archive.message(room_id, message)
        if stored is None:
            raise Refused("MESSAGE_UNKNOWN", current=message[:64])
        if stored.hidden:
            return stored
        hidden = msgspec.structs.replace(stored, hidden=True, hidden_by=by.id)
        await self._floor.ledger.note([MessageHidden(room_id, message, by.id, reason, self._floor.clock.now())])
        self._journal.publish(MessageChanged(hidden))
        return hidden
