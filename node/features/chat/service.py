"""Chat: post, list, hide, take back, report."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from node.errors import Refused
from node.features.chat.markup import clean_text, to_html
from node.features.chat.rules import (
    Complain,
    Hide,
    MessageHidden,
    MessagePosted,
    MessageView,
    PrivateView,
    Retract,
    Say,
    check_length,
)
from node.features.moderation.rules import WHY_LENGTH
from node.features.participants.rules import STAFF
from node.features.rooms.floor import Floor
from node.features.rooms.service import REASON_LENGTH
from node.journal import Journal, MessageChanged
from node.ports import Actor

PAGE: Final = 500
TYPED_MAX: Final = 8000
"""Characters looked at, at most, before a message is refused as too long."""


class Archive(Protocol):
    """Messages that are no longer in memory."""

    async def messages(self, room: str, after: str, limit: int) -> list[MessageView]:
        """Oldest first, those after the message `after` (empty: from the first)."""

    async def message(self, room: str, message: str) -> MessageView | None: ...


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

    async def transcript(self, room_id: str, participant_id: str) -> Sequence[MessageView]:
        """What everybody could read, the oldest first, without what was hidden; for a host of the room.

        Raises:
            Refused: NOT_ALLOWED, PARTICIPANT_UNKNOWN.
        """
        person = self._floor.room(room_id).people.get(participant_id)
        if person.role not in STAFF:
            raise Refused("NOT_ALLOWED", limit="host", current=person.role, set_by="room")
        found: deque[MessageView] = deque()
        while page := await self.list(room_id, after=found[-1].message if found else "", limit=PAGE):
            found.extend(page)
        return [message for message in found if not message.hidden]

    def post(
        self, room_id: str, participant_id: str, text: str, key: str = "", *, to: str = "", reply: str = ""
    ) -> MessageView | PrivateView | None:
        """A message of a person who is in the room; the same message again if `key` was used before. None: it waits
        for a moderator. `to`: "" for everybody, `staff`, or a person's id.

        Raises:
            Refused: MESSAGE_EMPTY, MESSAGE_TOO_LONG, TOO_FAST, PARTICIPANT_UNKNOWN, MESSAGE_UNKNOWN (`reply`),
                CHAT_OFF, PRIVATE_CHAT_OFF, CHAT_MUTED, SLOW_MODE, MESSAGE_REPEATED, WORD_REFUSED, QUEUE_FULL.
        """
        check_length(text[:TYPED_MAX])
        text = clean_text(text)
        check_length(text)
        room = self._floor.room(room_id)
        before = room.chat.posted_with(participant_id, key)
        if before is not None:
            return before
        decided = self._floor.decide(room_id, Say(participant_id, text, to_html(text), key, to, reply))
        posted = next((event for event in decided.events if isinstance(event, MessagePosted)), None)
        return room.chat.get(posted.message) if posted is not None else None

    def retract(self, room_id: str, participant_id: str, message_id: str) -> None:
        """
        Raises:
            Refused: MESSAGE_UNKNOWN, NOT_ALLOWED.
        """
        self._floor.decide(room_id, Retract(participant_id, message_id))

    def complain(self, room_id: str, participant_id: str, message_id: str, why: str) -> None:
        """
        Raises:
            Refused: MESSAGE_UNKNOWN, TOO_FAST, QUEUE_FULL.
        """
        self._floor.decide(room_id, Complain(participant_id, message_id, clean_text(why)[:WHY_LENGTH]))

    async def hide(self, room_id: str, message_id: str, *, by: Actor, reason: str = "") -> MessageView | None:
        """Take a message off everybody's screen. Repeating it changes nothing. None: it was for the hosts only.

        Raises:
            Refused: MESSAGE_UNKNOWN, NOT_ALLOWED.
        """
        room = self._floor.rooms.get(room_id)
        if room is None and room_id not in self._floor.closed:
            self._floor.room(room_id)
        if room is not None and (by.kind != "operator" or room.chat.get(message_id) is not None):
            await self._floor.decide(room_id, Hide(message_id, by, reason[:REASON_LENGTH])).done()
            return room.chat.get(message_id)
        return await self._hide_archived(room_id, message_id, by, reason[:REASON_LENGTH])

    async def _hide_archived(self, room_id: str, message_id: str, by: Actor, reason: str) -> MessageView:
        """Of a closed room, or older than what the room remembers: nobody has it on their screen any more."""
        message = await self._archive.message(room_id, message_id)
        if message is None:
            raise Refused("MESSAGE_UNKNOWN", current=message_id[:64])
        if message.hidden:
            return message
        hidden = msgspec.structs.replace(message, hidden=True, hidden_by=by.id)
        await self._floor.ledger.note([MessageHidden(room_id, message_id, by.id, reason, self._floor.clock.now())])
        self._journal.publish(MessageChanged(hidden))
        return hidden
