"""The chat of a room. Pure: the text's HTML is rendered by the caller.

A message is for everybody, for the moderators, or for one person. The last two are facts and views of their own kind:
whoever lists, watches or exports the chat of a room cannot meet them by mistake.

Limits: 2,000 characters a message; ten messages at once, then one a second, by person. Repeating a key repeats nothing.
What may be said is judged by `moderation`.

The room remembers the last messages (`memory`). A command about an older one brings it along, as the ledger has it, in
`found`: what may be done with it is decided here all the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from node.errors import Refused
from node.features.chat.memory import Memory
from node.features.chat.view import MessageView as MessageView
from node.features.chat.view import PrivateView as PrivateView
from node.features.chat.view import Stored, message_id, number_of
from node.features.moderation.rules import EVERYBODY, TO_STAFF, Item, ItemDecided, ItemOpened, Moderation
from node.features.participants.rules import STAFF, People, Person, PersonGone
from node.ports import Actor, Event, Fact, Notice

MAX_LENGTH: Final = 2000
MAX_KEY: Final = 40
BURST: Final = 10
PER_SECOND: Final = 1.0
WELCOME: Final = 200
"""Messages that a newcomer is shown."""
KEYS: Final = 64
"""Keys remembered by person."""


class Say(msgspec.Struct, frozen=True):
    """`text` is as typed, `html` what the caller rendered from it. `to`: "" for everybody, `staff`, or a person."""

    participant: str
    text: str
    html: str
    key: str = ""
    to: str = EVERYBODY
    reply: str = ""
    found: Stored | None = None
    """The one that it answers."""


class Retract(msgspec.Struct, frozen=True):
    """A person takes back what they wrote themselves."""

    participant: str
    message: str
    found: Stored | None = None


class Complain(msgspec.Struct, frozen=True):
    """A person reports a message to the moderators. Showing them a private one is the reader's to decide."""

    participant: str
    message: str
    why: str = ""
    found: Stored | None = None


SERVICE: Final = "Régie"
"""In whose name operators speak to a room: not in their own, which the room need not know."""


class Announce(msgspec.Struct, frozen=True):
    """An operator says something to everybody; the room reads it from the service."""

    text: str
    html: str
    by: Actor


class Hide(msgspec.Struct, frozen=True):
    message: str
    by: Actor
    reason: str = ""
    found: Stored | None = None


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
    """`view`: the message as it is now; None: nobody has it on a screen any more."""

    room: str
    message: str
    by: str
    reason: str
    at: float
    view: MessageView | None = None


class PrivateHidden(Fact, frozen=True):
    """Gone from the node too: nobody reviews it later."""

    room: str
    message: str
    participant: str
    to: str


class ChatBegun(Fact, frozen=True):
    """A session is over: the next one begins with an empty chat. `after`: the number of the last message until now."""

    room: str
    after: int


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
        self._memory = Memory()
        self._voices: dict[str, Voice] = {}
        self._last = 0
        self._begun = 0
        """The last number of an earlier session."""

    @property
    def deadline(self) -> float | None:
        return None

    # ------------------------------------------------------------ reading

    @property
    def whole(self) -> bool:
        """Whether `view` is all that was ever written to everybody; older ones are in the ledger."""
        return self._memory.whole

    @property
    def complete(self) -> bool:
        """Whether all that was said in this session is remembered."""
        return self._memory.complete

    @property
    def begun(self) -> int:
        """Messages up to this number are of an earlier session, which participants do not read."""
        return self._begun

    def view(self) -> tuple[MessageView, ...]:
        """What was written to everybody, hidden ones too."""
        return tuple(self._memory.public.values())

    def recent(self) -> tuple[MessageView, ...]:
        """What a newcomer sees: the last messages that are not hidden."""
        return tuple(m for m in self.view()[-WELCOME:] if not m.hidden)

    def private_of(self, person: Person) -> tuple[PrivateView, ...]:
        """What else this person may read: what they wrote, what was written to them, and the moderators' channel for
        those who moderate."""
        return tuple(self._private_of(person)[-WELCOME:])

    def before(self, person: Person, message: str, stored: Sequence[Stored]) -> list[Stored]:
        """What this person may read of what was said before a message, the oldest first. `stored`: what the ledger has
        of it."""
        known: dict[str, Stored] = {one.message: one for one in stored}
        known |= self._memory.public
        known |= self._memory.private
        readable = (one for one in known.values() if one.message < message and self._may_read(person, one))
        return sorted(readable, key=lambda one: one.message)

    def readers(self, message: PrivateView | PrivatePosted | PrivateHidden) -> frozenset[str]:
        """Who may read it now. Everybody else is told nothing."""
        if message.to != TO_STAFF:
            return frozenset((message.participant, message.to))
        return frozenset(p.id for p in self._people if p.role in STAFF) | {message.participant}

    def get(self, message: str) -> MessageView | None:
        return self._memory.public.get(message)

    def remembers(self, message: str) -> bool:
        return self._memory.get(message) is not None

    def restore(
        self, messages: list[MessageView], last: int, private: list[PrivateView] | None = None, begun: int = 0
    ) -> None:
        """`messages`: oldest first. Their keys hold: a page that heard no answer before the node ended posts again."""
        self._memory.restore(messages, private or ())
        self._memory.whole = self._memory.whole and not begun
        self._last, self._begun = last, begun
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
        return next((self._memory.get(one) for one in known), None)

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

    def announce(self, command: Announce, now: float) -> list[Event]:
        """Whatever the chat's settings are: they are about what participants write.

        Raises:
            Refused: MESSAGE_EMPTY, MESSAGE_TOO_LONG.
        """
        check_length(command.text)
        return [self._post("", SERVICE, command.text, command.html, "", "", now)]

    def hide(self, command: Hide, now: float) -> list[Event]:
        """Of what everybody reads, and of the moderators' channel. A private message is nobody's to hide who did not
        get it.

        Raises:
            Refused: MESSAGE_UNKNOWN.
        """
        message = self._known(command.message, command.found)
        if isinstance(message, MessageView):
            return [] if message.hidden else [self._hide(message, command.by.id, command.reason, now)]
        by = self._people.find(command.by.id)
        if message.to != TO_STAFF or command.by.kind == "operator" or by is None or by.role not in STAFF:
            raise Refused("MESSAGE_UNKNOWN", current=command.message[:64])
        return [self._drop(message.message, message.participant, message.to)]

    def retract(self, command: Retract, now: float) -> list[Event]:
        """
        Raises:
            Refused: MESSAGE_UNKNOWN; NOT_ALLOWED for somebody else's.
        """
        message = self._known(command.message, command.found)
        own = message.participant == command.participant
        if isinstance(message, PrivateView):
            if not own:
                raise Refused("MESSAGE_UNKNOWN", current=command.message[:64])
            return [self._drop(message.message, message.participant, message.to)]
        if not own:
            raise Refused("NOT_ALLOWED", limit="host", current="participant", set_by="room")
        return [] if message.hidden else [self._hide(message, command.participant, "", now)]

    def complain(self, command: Complain, now: float) -> list[Event]:
        """
        Raises:
            Refused: MESSAGE_UNKNOWN, also for what this person may not read; as `Moderation.report` says.
        """
        person = self._people.get(command.participant)
        found = self._readable(person, command.message, command.found)
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
            to=found.to if isinstance(found, PrivateView) else "",
            sent=found.sent,
            reply=found.reply,
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
                return self._hide_reported(item, now)
        return []

    def over(self, now: float) -> list[Event]:
        """A session is over, and what was said in it stays in it: for the export, and for operators."""
        self._memory.begin()
        self._voices.clear()
        self._begun = self._last
        return [ChatBegun(self.room, self._begun)]

    # ------------------------------------------------------------ inside

    def _for_staff(self, message: PrivateView, person: Person) -> bool:
        return message.to == TO_STAFF and person.role in STAFF

    def _private_of(self, person: Person) -> list[PrivateView]:
        return [one for one in self._memory.private.values() if self._may_read(person, one)]

    def _find(self, message: str, found: Stored | None) -> Stored | None:
        """As the room remembers it, or else as the ledger has it."""
        if (known := self._memory.get(message)) is not None:
            return known
        return found if found is not None and found.message == message and not self._memory.is_gone(message) else None

    def _known(self, message_id: str, found: Stored | None) -> Stored:
        message = self._find(message_id, found)
        if message is None:
            raise Refused("MESSAGE_UNKNOWN", current=message_id[:64])
        return message

    def _may_read(self, person: Person, message: Stored) -> bool:
        if (number_of(message.message) or 0) <= self._begun or self._memory.is_gone(message.message):
            return False
        if isinstance(message, MessageView):
            return not message.hidden
        return person.id in (message.participant, message.to) or self._for_staff(message, person)

    def _readable(self, person: Person, message_id: str, found: Stored | None) -> Stored | None:
        message = self._find(message_id, found)
        return message if message is not None and self._may_read(person, message) else None

    def _check_reader(self, person: Person, to: str) -> None:
        if to in (EVERYBODY, TO_STAFF):
            return
        if self._people.find(to) is None or to == person.id:
            raise Refused("PARTICIPANT_UNKNOWN", current=to[:64])

    def _check_reply(self, person: Person, command: Say) -> None:
        """An answer goes where the message was: nothing private is quoted to others."""
        if not command.reply:
            return
        answered = self._readable(person, command.reply, command.found)
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
        self._memory.add(view_of(posted))
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
        self._memory.add(private_view_of(posted))
        return posted

    def _remember(self, participant: str, key: str, message: str) -> None:
        if key and (voice := self._voices.get(participant)) is not None:
            voice.keys.append((key, message))

    def _hide(self, message: MessageView, by: str, reason: str, now: float) -> MessageHidden:
        return MessageHidden(self.room, message.message, by, reason, now, self._memory.hide(message, by))

    def _hide_reported(self, item: Item, now: float) -> list[Event]:
        """Of any age: the report has what it takes."""
        if item.private:
            return [self._drop(item.message, item.participant, item.to)]
        message = self._memory.get(item.message) or MessageView(
            message=item.message,
            room=self.room,
            participant=item.participant,
            name=item.name,
            text=item.text,
            html=item.html,
            sent=item.sent,
            reply=item.reply,
        )
        if not isinstance(message, MessageView) or message.hidden or self._memory.is_gone(item.message):
            return []
        return [self._hide(message, item.decided_by, item.why, now)]

    def _drop(self, message: str, participant: str, to: str) -> PrivateHidden:
        self._memory.drop(message)
        return PrivateHidden(self.room, message, participant, to)


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
