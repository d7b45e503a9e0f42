"""The chat of a room. Pure: the text's HTML is rendered by the caller.

A message is for everybody, for the moderators, or for one person. The last two are facts and views of their own kind:
whoever lists, watches or exports the chat of a room cannot meet them by mistake.

Limits: 2,000 characters a message; ten messages at once, then one a second, by person. Repeating a key repeats nothing.
What may be said is judged by `moderation`.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from node.errors import Refused
from node.features.moderation.rules import EVERYBODY, TO_STAFF, Item, ItemDecided, ItemOpened, Moderation
from node.features.participants.rules import STAFF, People, Person, PersonGone
from node.ports import Actor, Event, Fact, Notice

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
    """`sent`: seconds since the epoch. `message` rises within a room. `reply`: the message that it answers, or ""."""

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
    reply: str = ""


class PrivateView(msgspec.Struct, frozen=True):
    """A message that not everybody may read. `to`: `staff`, or a person's id. For pages only, never for operators."""

    message: str
    room: str
    participant: str
    name: str
    to: str
    text: str
    html: str
    sent: float
    key: str = ""
    reply: str = ""


class Say(msgspec.Struct, frozen=True):
    """`text` is as typed, `html` what the caller rendered from it. `to`: "" for everybody, `staff`, or a person."""

    participant: str
    text: str
    html: str
    key: str = ""
    to: str = EVERYBODY
    reply: str = ""


class Retract(msgspec.Struct, frozen=True):
    """A person takes back what they wrote themselves."""

    participant: str
    message: str


class Complain(msgspec.Struct, frozen=True):
    """A person reports a message to the moderators. Showing them a private one is the reader's to decide."""

    participant: str
    message: str
    why: str = ""


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
    reply: str = ""


class PrivatePosted(Fact, frozen=True):
    room: str
    message: str
    number: int
    participant: str
    name: str
    to: str
    text: str
    html: str
    key: str
    at: float
    reply: str = ""


class MessageHidden(Fact, frozen=True):
    room: str
    message: str
    by: str
    reason: str
    at: float


class PrivateHidden(Fact, frozen=True):
    """Gone from the node too: nobody reviews it later."""

    room: str
    message: str
    participant: str
    to: str


class Waiting(Notice, frozen=True):
    """A message of a person waits for a moderator."""

    room: str
    participant: str
    item: str
    key: str


class Declined(Notice, frozen=True):
    """It waited in vain."""

    room: str
    participant: str
    item: str
    key: str


class Complained(Notice, frozen=True):
    """The moderators have the report."""

    room: str
    participant: str
    message: str


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

    def __init__(self, room: str, people: People, moderation: Moderation) -> None:
        self.room = room
        self._people = people
        self._moderation = moderation
        self._messages: dict[str, MessageView] = {}
        self._private: dict[str, PrivateView] = {}
        self._voices: dict[str, Voice] = {}
        self._last = 0
        self.whole = True
        """`view` is all that was ever written to everybody; older ones are nowhere else."""

    @property
    def deadline(self) -> float | None:
        return None

    # ------------------------------------------------------------ reading

    def view(self) -> tuple[MessageView, ...]:
        """What was written to everybody, hidden ones too."""
        return tuple(self._messages.values())

    def recent(self) -> tuple[MessageView, ...]:
        """What a newcomer sees: the last messages that are not hidden."""
        return tuple(m for m in list(self._messages.values())[-WELCOME:] if not m.hidden)

    def private_of(self, person: Person) -> tuple[PrivateView, ...]:
        """What else this person may read: what they wrote, what was written to them, and the moderators' channel for
        those who moderate."""
        mine = [m for m in self._private.values() if person.id in (m.participant, m.to) or self._for_staff(m, person)]
        return tuple(mine[-WELCOME:])

    def readers(self, message: PrivateView | PrivatePosted | PrivateHidden) -> frozenset[str]:
        """Who may read it now. Everybody else is told nothing."""
        if message.to != TO_STAFF:
            return frozenset((message.participant, message.to))
        return frozenset(p.id for p in self._people if p.role in STAFF) | {message.participant}

    def get(self, message: str) -> MessageView | None:
        return self._messages.get(message)

    def restore(self, messages: list[MessageView], last: int, private: list[PrivateView] | None = None) -> None:
        """`messages`: oldest first. Their keys hold: a page that heard no answer before the node ended posts again."""
        self._messages = {m.message: m for m in messages}
        self._private = {m.message: m for m in private or ()}
        self._last = last
        self.whole = len(messages) < KEPT
        for message in (*messages, *(private or ())):
            if message.key and self._people.find(message.participant) is not None:
                voice = self._voices.setdefault(message.participant, Voice(left=float(BURST), at=message.sent))
                voice.keys.append((message.key, message.message))

    def posted_with(self, participant: str, key: str) -> MessageView | PrivateView | None:
        """The message that this person posted with this key, if they did lately."""
        voice = self._voices.get(participant)
        if voice is None or not key:
            return None
        known = (message for k, message in voice.keys if k == key)
        return next((self._messages.get(one) or self._private.get(one) for one in known), None)

    # ------------------------------------------------------------ commands

    def say(self, command: Say, now: float) -> list[Event]:
        """
        Raises:
            Refused: MESSAGE_EMPTY, MESSAGE_TOO_LONG, TOO_FAST, PARTICIPANT_UNKNOWN (also the one it is for),
                MESSAGE_UNKNOWN (the one it answers); as `Moderation.judge` says.
        """
        person = self._people.get(command.participant)
        check_length(command.text)
        if len(command.key) > MAX_KEY:
            raise Refused("BAD_REQUEST", current="key")
        if self.posted_with(person.id, command.key) is not None:
            return []
        if (waiting := self._moderation.waiting_with(person.id, command.key)) is not None:
            return [Waiting(self.room, person.id, waiting.item, command.key)]
        self._check_reader(person, command.to)
        self._check_reply(person, command)
        held = self._moderation.judge(person, command.to, command.text, now)
        voice = self._voices.get(person.id)
        if voice is None:
            voice = self._voices[person.id] = Voice(left=float(BURST), at=now)
        if not voice.take(now):
            raise Refused("TOO_FAST", limit=f"{PER_SECOND:g}/s", current=f"{BURST}+")
        self._moderation.said(person, command.to, command.text, now)
        if held:
            return self._hold(person, command, held, now)
        if command.to != EVERYBODY:
            return [self._post_private(person, command, now)]
        return [self._post(person.id, person.name, command.text, command.html, command.key, command.reply, now)]

    def hide(self, command: Hide, now: float) -> list[Event]:
        """Of what everybody reads, and of the moderators' channel. A private message is nobody's to hide who did not
        get it."""
        if (private := self._private.get(command.message)) is not None and private.to == TO_STAFF:
            by = self._people.find(command.by.id)
            if command.by.kind != "operator" and by is not None and by.role in STAFF:
                return [self._drop(private)]
        message = self._known(command.message)
        return [] if message.hidden else [self._hide(message, command.by.id, command.reason, now)]

    def retract(self, command: Retract, now: float) -> list[Event]:
        """
        Raises:
            Refused: MESSAGE_UNKNOWN; NOT_ALLOWED for somebody else's.
        """
        private = self._private.get(command.message)
        if private is not None and private.participant == command.participant:
            return [self._drop(private)]
        message = self._known(command.message)
        if message.participant != command.participant:
            raise Refused("NOT_ALLOWED", limit="host", current="participant", set_by="room")
        return [] if message.hidden else [self._hide(message, command.participant, "", now)]

    def complain(self, command: Complain, now: float) -> list[Event]:
        """
        Raises:
            Refused: MESSAGE_UNKNOWN, also for what this person may not read; as `Moderation.report` says.
        """
        person = self._people.get(command.participant)
        found = self._readable(person, command.message)
        if found is None or found.participant == person.id:
            raise Refused("MESSAGE_UNKNOWN", current=command.message[:64])
        item = Item(
            item="",
            room=self.room,
            kind="report",
            participant=found.participant,
            name=found.name,
            text=found.text,
            html=found.html,
            at=now,
            why=command.why,
            message=found.message,
            private=isinstance(found, PrivateView),
        )
        return [*self._moderation.report(person, item), Complained(self.room, person.id, found.message)]

    # ------------------------------------------------------------ reactions

    def person_gone(self, event: PersonGone, now: float) -> list[Event]:
        self._voices.pop(event.participant, None)
        return []

    def decided(self, event: ItemDecided, now: float) -> list[Event]:
        """What a moderator decided is done. The author may have left: what was approved is said all the same."""
        item = event.item
        match item.verdict:
            case "approve":
                return [self._post(item.participant, item.name, item.text, item.html, item.key, item.reply, now)]
            case "decline":
                return [Declined(self.room, item.participant, item.item, item.key)]
            case "hide":
                if (private := self._private.get(item.message)) is not None:
                    return [self._drop(private)]
                message = self._messages.get(item.message)
                if message is not None and not message.hidden:
                    return [self._hide(message, item.decided_by, item.why, now)]
        return []

    # ------------------------------------------------------------ inside

    def _for_staff(self, message: PrivateView, person: Person) -> bool:
        return message.to == TO_STAFF and person.role in STAFF

    def _known(self, message_id: str) -> MessageView:
        message = self._messages.get(message_id)
        if message is None:
            raise Refused("MESSAGE_UNKNOWN", current=message_id[:64])
        return message

    def _readable(self, person: Person, message_id: str) -> MessageView | PrivateView | None:
        message = self._messages.get(message_id)
        if message is not None:
            return None if message.hidden else message
        private = self._private.get(message_id)
        return private if private is not None and person.id in self.readers(private) else None

    def _check_reader(self, person: Person, to: str) -> None:
        if to in (EVERYBODY, TO_STAFF):
            return
        if self._people.find(to) is None or to == person.id:
            raise Refused("PARTICIPANT_UNKNOWN", current=to[:64])

    def _check_reply(self, person: Person, command: Say) -> None:
        """An answer goes where the message was: nothing private is quoted to others."""
        if not command.reply:
            return
        answered = self._readable(person, command.reply)
        if isinstance(answered, PrivateView):
            among = {answered.to} if answered.to == TO_STAFF else {answered.participant, answered.to} - {person.id}
            if command.to not in among | {answered.participant}:
                answered = None
        if answered is None:
            raise Refused("MESSAGE_UNKNOWN", current=command.reply[:64])

    def _hold(self, person: Person, command: Say, why: str, now: float) -> list[Event]:
        item = Item(
            item="",
            room=self.room,
            kind="held",
            participant=person.id,
            name=person.name,
            text=command.text,
            html=command.html,
            at=now,
            why=why,
            reply=command.reply,
            key=command.key,
        )
        opened = self._moderation.open(item)
        waiting = next(event.item for event in opened if isinstance(event, ItemOpened))
        return [*opened, Waiting(self.room, person.id, waiting.item, command.key)]

    def _post(self, who: str, name: str, text: str, html: str, key: str, reply: str, now: float) -> MessagePosted:
        self._last += 1
        posted = MessagePosted(self.room, message_id(self._last), self._last, who, name, text, html, key, now, reply)
        self._remember(who, key, posted.message)
        self._messages[posted.message] = view_of(posted)
        self.whole = not _bound(self._messages) and self.whole
        return posted

    def _post_private(self, person: Person, command: Say, now: float) -> PrivatePosted:
        self._last += 1
        posted = PrivatePosted(
            room=self.room,
            message=message_id(self._last),
            number=self._last,
            participant=person.id,
            name=person.name,
            to=command.to,
            text=command.text,
            html=command.html,
            key=command.key,
            at=now,
            reply=command.reply,
        )
        self._remember(person.id, command.key, posted.message)
        self._private[posted.message] = private_view_of(posted)
        _bound(self._private)
        return posted

    def _remember(self, participant: str, key: str, message: str) -> None:
        if key and (voice := self._voices.get(participant)) is not None:
            voice.keys.append((key, message))

    def _hide(self, message: MessageView, by: str, reason: str, now: float) -> MessageHidden:
        self._messages[message.message] = msgspec.structs.replace(message, hidden=True, hidden_by=by)
        return MessageHidden(self.room, message.message, by, reason, now)

    def _drop(self, message: PrivateView) -> PrivateHidden:
        del self._private[message.message]
        return PrivateHidden(self.room, message.message, message.participant, message.to)


def _bound(messages: dict[str, Any]) -> bool:
    """Whether one had to go."""
    if len(messages) <= KEPT:
        return False
    del messages[next(iter(messages))]
    return True


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
        reply=posted.reply,
    )


def private_view_of(posted: PrivatePosted) -> PrivateView:
    return PrivateView(
        message=posted.message,
        room=posted.room,
        participant=posted.participant,
        name=posted.name,
        to=posted.to,
        text=posted.text,
        html=posted.html,
        sent=posted.at,
        key=posted.key,
        reply=posted.reply,
    )
