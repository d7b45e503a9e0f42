"""The public chat of a room. Pure: the text's HTML is rendered by the caller.

Limits: 2,000 characters a message; ten messages at once, then one a second, by person. Repeating a key repeats nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import msgspec

from node.errors import Refused
from node.features.participants.rules import People, PersonGone
from node.ports import Actor, Event, Fact

MAX_LENGTH: Final = 2000
MAX_KEY: Final = 40
BURST: Final = 10
PER_SECOND: Final = 1.0
KEPT: Final = 500
"""Messages of a room in memory; older ones are in the ledger."""
WELCOME: Final = 200
"""Messages that a newcomer is shown."""
KEYS: Final = 64
"""Keys remembered by person."""


class MessageView(msgspec.Struct, frozen=True):
    """`sent`: seconds since the epoch. `message` rises within a room."""

    message: str
    room: str
    participant: str
    name: str
    text: str
    html: str
    sent: float
    hidden: bool = False
    hidden_by: str = ""
    key: str = ""


class Say(msgspec.Struct, frozen=True):
    """`text` is as typed, `html` what the caller rendered from it."""

    participant: str
    text: str
    html: str
    key: str = ""


class Hide(msgspec.Struct, frozen=True):
    message: str
    by: Actor
    reason: str = ""


class MessagePosted(Fact, frozen=True):
    room: str
    message: str
    number: int
    participant: str
    name: str
    text: str
    html: str
    key: str
    at: float


class MessageHidden(Fact, frozen=True):
    room: str
    message: str
    by: str
    reason: str
    at: float


@dataclass(slots=True)
class Voice:
    """How fast one person may write: a bucket that fills by `PER_SECOND`."""

    left: float
    at: float
    keys: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=KEYS))

    def take(self, now: float) -> bool:
        # A clock that steps back must not silence anybody (H28).
        self.left = min(float(BURST), self.left + max(0.0, now - self.at) * PER_SECOND)
        self.at = now
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True


def message_id(number: int) -> str:
    """Sorts as text in the order of posting."""
    return f"m_{number:09d}"


def check_length(text: str) -> None:
    """
    Raises:
        Refused: MESSAGE_EMPTY, MESSAGE_TOO_LONG.
    """
    if not text.strip():
        raise Refused("MESSAGE_EMPTY", limit=MAX_LENGTH, current=0)
    if len(text) > MAX_LENGTH:
        raise Refused("MESSAGE_TOO_LONG", limit=MAX_LENGTH, current=len(text))


class Chat:
    """The messages of one room, newest last."""

    def __init__(self, room: str, people: People) -> None:
        self.room = room
        self._people = people
        self._messages: dict[str, MessageView] = {}
        self._voices: dict[str, Voice] = {}
        self._last = 0

    @property
    def deadline(self) -> float | None:
        return None

    def view(self) -> tuple[MessageView, ...]:
        return tuple(self._messages.values())

    def recent(self) -> tuple[MessageView, ...]:
        """What a newcomer sees: the last messages that are not hidden."""
        return tuple(m for m in list(self._messages.values())[-WELCOME:] if not m.hidden)

    def get(self, message: str) -> MessageView | None:
        return self._messages.get(message)

    def restore(self, messages: list[MessageView], last: int) -> None:
        """`messages`: oldest first. Their keys hold: a page that heard no answer before the node ended posts again."""
        self._messages = {m.message: m for m in messages}
        self._last = last
        for message in messages:
            if message.key and self._people.find(message.participant) is not None:
                voice = self._voices.setdefault(message.participant, Voice(left=float(BURST), at=message.sent))
                voice.keys.append((message.key, message.message))

    def posted_with(self, participant: str, key: str) -> MessageView | None:
        """The message that this person posted with this key, if they did lately."""
        voice = self._voices.get(participant)
        if voice is None or not key:
            return None
        return next((self._messages.get(message) for k, message in voice.keys if k == key), None)

    # ------------------------------------------------------------ commands

    def say(self, command: Say, now: float) -> list[Event]:
        person = self._people.get(command.participant)
        check_length(command.text)
        if len(command.key) > MAX_KEY:
            raise Refused("BAD_REQUEST", current="key")
        if self.posted_with(person.id, command.key) is not None:
            return []
        voice = self._voices.get(person.id)
        if voice is None:
            voice = self._voices[person.id] = Voice(left=float(BURST), at=now)
        if not voice.take(now):
            raise Refused("TOO_FAST", limit=f"{PER_SECOND:g}/s", current=f"{BURST}+")
        self._last += 1
        posted = MessagePosted(
            room=self.room,
            message=message_id(self._last),
            number=self._last,
            participant=person.id,
            name=person.name,
            text=command.text,
            html=command.html,
            key=command.key,
            at=now,
        )
        if command.key:
            voice.keys.append((command.key, posted.message))
        self._messages[posted.message] = view_of(posted)
        while len(self._messages) > KEPT:
            del self._messages[next(iter(self._messages))]
        return [posted]

    def hide(self, command: Hide, now: float) -> list[Event]:
        message = self._messages.get(command.message)
        if message is None:
            raise Refused("MESSAGE_UNKNOWN", current=command.message[:64])
        if message.hidden:
            return []
        self._messages[message.message] = msgspec.structs.replace(message, hidden=True, hidden_by=command.by.id)
        return [MessageHidden(self.room, message.message, command.by.id, command.reason, now)]

    # ------------------------------------------------------------ reactions

    def person_gone(self, event: PersonGone, now: float) -> list[Event]:
        self._voices.pop(event.participant, None)
        return []


def view_of(posted: MessagePosted) -> MessageView:
    return MessageView(
        message=posted.message,
        room=posted.room,
        participant=posted.participant,
        name=posted.name,
        text=posted.text,
        html=posted.html,
        sent=posted.at,
        key=posted.key,
    )
