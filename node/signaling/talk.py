"""Chat and its moderation, as the people of a room are told of them: who hears what is decided by the rules; here it is
put into frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from node.features.chat.rules import (
    WELCOME,
    Complained,
    Declined,
    MessageHidden,
    MessagePosted,
    PrivateHidden,
    PrivatePosted,
    Waiting,
    private_view_of,
    view_of,
)
from node.features.chat.view import PrivateView, Stored
from node.features.moderation.rules import (
    Item,
    ItemClaimed,
    ItemDecided,
    ItemOpened,
    PersonRestrained,
    RestraintMoved,
    SettingsChanged,
    StrictnessChanged,
    number_of_item,
)
from node.features.participants.rules import STAFF, Person
from node.features.rooms.rules import Room
from node.ports import Event
from node.signaling import messages as m

if TYPE_CHECKING:
    from node.signaling.stream import Stream


# ---------------------------------------------------------------- what a page is welcomed with


HISTORY_BYTES: Final = 256 * 1024
"""Of messages in one frame: a welcome of long ones must not be what makes a slow line too slow."""
QUEUE_BYTES: Final = 128 * 1024
S = TypeVar("S", bound=msgspec.Struct)


def history(room: Room, person: Person) -> tuple[tuple[m.MessageInfo, ...], bool]:
    """The last of what this person may read, the oldest first, and whether there may be more before it."""
    both: list[Stored] = [*room.chat.recent(), *room.chat.private_of(person)]
    both.sort(key=lambda one: one.message)
    return last_of(both, person, more=not room.chat.complete or len(both) >= WELCOME)


def last_of(messages: Sequence[Stored], person: Person, *, more: bool) -> tuple[tuple[m.MessageInfo, ...], bool]:
    """Of `messages`, the oldest first, the last that go into one frame; and whether there are more before them."""
    infos = (message_of(message, person.id) for message in reversed(messages))
    taken = fitting(infos, HISTORY_BYTES)
    return tuple(reversed(taken)), more or len(taken) < len(messages)


def fitting(infos: Iterable[S], most: int) -> list[S]:
    """The first of them that together take at most `most` bytes; one at least, so that asking on comes to an end."""
    taken: list[S] = []
    for info in infos:
        most -= len(m.encoder.encode(info))
        if most < 0 and taken:
            break
        taken.append(info)
    return taken


def mode_of(room: Room, staff: bool) -> m.ModeInfo:
    settings, moderation = room.moderation.settings, room.moderation
    return m.ModeInfo(
        public=settings.public,
        private=settings.private,
        to_staff=moderation.to_staff,
        slow_s=moderation.slow_s,
        hold=settings.hold,
        words=settings.words,
        strictness=moderation.strictness,
        per_moderator=settings.per_moderator,
        own_words=settings.own_words if staff else msgspec.UNSET,
    )


def queue_for(room: Room, person: Person, after: str = "") -> tuple[tuple[m.ItemInfo, ...], bool]:
    """What waits, the oldest first, after an item; and whether there is more."""
    if person.role not in STAFF:
        return (), False
    waiting = [item for item in room.moderation.queue() if number_of_item(item.item) > number_of_item(after)]
    taken = fitting(map(item_of, waiting), QUEUE_BYTES)
    return tuple(taken), len(taken) < len(waiting)


def waiting_of(room: Room, person: Person) -> tuple[m.ItemInfo, ...]:
    """The person's own messages that wait; who looks after them is not said."""
    mine = (one for one in room.moderation.queue() if one.kind == "held" and one.participant == person.id)
    return tuple(msgspec.structs.replace(item_of(one), claimed_by="", claimed_name="", why="") for one in mine)


def restraints_for(room: Room, person: Person) -> tuple[m.RestraintInfo, ...]:
    """Moderators see all of them, anybody else their own."""
    known = room.moderation.restraints().items()
    mine = ((who, bound) for who, bound in known if person.role in STAFF or who == person.id)
    return tuple(m.RestraintInfo(who, bound.how, int(bound.until * 1000)) for who, bound in mine)


def message_of(message: Stored, reader: str) -> m.MessageInfo:
    return m.MessageInfo(
        message=message.message,
        participant=message.participant,
        name=message.name,
        text=message.text,
        html=message.html,
        sent=int(message.sent * 1000),
        key=message.key if message.participant == reader else "",
        to=message.to if isinstance(message, PrivateView) else "",
        reply=message.reply,
    )


def item_of(item: Item) -> m.ItemInfo:
    return m.ItemInfo(
        item=item.item,
        kind=item.kind,
        participant=item.participant,
        name=item.name,
        text=item.text,
        html=item.html,
        at=int(item.at * 1000),
        why=item.why,
        message=item.message,
        private=item.private,
        reports=item.reports,
        claimed_by=item.claimed_by,
        claimed_name=item.claimed_name,
        verdict=item.verdict,
        decided_by=item.decided_by,
    )


def staff(room: Room) -> frozenset[str]:
    return frozenset(person.id for person in room.people if person.role in STAFF)


# ---------------------------------------------------------------- from events to messages


def _message_posted(stream: Stream, event: MessagePosted) -> None:
    stream.flush([event.participant])
    seq, view = stream.next(), view_of(event)
    said = m.Said(seq, message_of(view, ""))
    own = m.Said(seq, message_of(view, event.participant))
    stream.tell_but(said, seq, event.participant, own, about=event.message)


def _private_posted(stream: Stream, event: PrivatePosted) -> None:
    stream.flush([event.participant])
    seq, view = stream.next(), private_view_of(event)
    own = (event.participant, m.Said(seq, message_of(view, event.participant)))
    stream.tell_some(m.Said(seq, message_of(view, "")), seq, stream.room.chat.readers(event), own, event.message)


def _message_hidden(stream: Stream, event: MessageHidden) -> None:
    stream.forget(event.message)
    seq = stream.next()
    stream.tell(m.Hidden(seq, event.message), seq)


def _private_hidden(stream: Stream, event: PrivateHidden) -> None:
    stream.forget(event.message)
    seq = stream.next()
    stream.tell_some(m.Hidden(seq, event.message), seq, stream.room.chat.readers(event))


def _waiting(stream: Stream, event: Waiting) -> None:
    seq = stream.next()
    stream.tell(m.Waiting(seq, event.item, event.key), seq, to=event.participant)


def _declined(stream: Stream, event: Declined) -> None:
    seq = stream.next()
    stream.tell(m.Declined(seq, event.item, event.key), seq, to=event.participant)


def _complained(stream: Stream, event: Complained) -> None:
    seq = stream.next()
    stream.tell(m.Reported(seq, event.message), seq, to=event.participant)


def _item(stream: Stream, event: ItemOpened | ItemClaimed | ItemDecided) -> None:
    seq = stream.next()
    stream.tell_some(m.Item(seq, item_of(event.item)), seq, staff(stream.room))


def _mode(stream: Stream, event: SettingsChanged | StrictnessChanged) -> None:
    moderators = staff(stream.room)
    seq = stream.next()
    stream.tell_some(m.Mode(seq, mode_of(stream.room, True)), seq, moderators)
    seq = stream.next()
    others = frozenset(person.id for person in stream.room.people) - moderators
    stream.tell_some(m.Mode(seq, mode_of(stream.room, False)), seq, others)


def _restrained(stream: Stream, event: PersonRestrained | RestraintMoved) -> None:
    seq = stream.next()
    to = staff(stream.room) | {event.participant}
    stream.tell_some(m.Restraint(seq, event.participant, event.how, int(event.until * 1000)), seq, to)


# Any: each function takes the event under which it stands.
TELL: Final[dict[type[Event], Callable[[Stream, Any], None]]] = {
    MessagePosted: _message_posted,
    PrivatePosted: _private_posted,
    MessageHidden: _message_hidden,
    PrivateHidden: _private_hidden,
    Waiting: _waiting,
    Declined: _declined,
    Complained: _complained,
    ItemOpened: _item,
    ItemClaimed: _item,
    ItemDecided: _item,
    SettingsChanged: _mode,
    StrictnessChanged: _mode,
    PersonRestrained: _restrained,
    RestraintMoved: _restrained,
}
