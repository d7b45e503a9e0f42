"""What may be said in a room, by whom, and what waits for a moderator. Pure.

Every message for the room passes `judge`: it is refused, it waits, or it is posted. What waits, and what people report,
are items of one queue. A moderator claims an item before thinking about it, so that two never decide on the same one; a
claim that nobody acts on ends by itself. Nothing here touches moderators themselves (R194), nor a question to them: a
person who may not write to the room can still ask for help (T7).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import msgspec

from node.errors import Refused
from node.features.moderation.absent import Absent, Mark
from node.features.moderation.ends import Ends, end_of
from node.features.moderation.restraint import Bound as Bound
from node.features.moderation.restraint import PersonRestrained as PersonRestrained
from node.features.moderation.restraint import Restrain as Restrain
from node.features.moderation.restraint import Restraint as Restraint
from node.features.moderation.restraint import RestraintMoved as RestraintMoved
from node.features.moderation.words import NONE, fold, found, own
from node.features.participants.rules import STAFF, People, Person, PersonGone, PersonJoined
from node.ports import Actor, Event, Fact, Notice

EVERYBODY: Final = ""
TO_STAFF: Final = "staff"
"""Whom a message is for, beside the id of one person."""

CLAIM_S: Final = 120.0
OPEN_MOST: Final = 500
"""Items that wait; beyond, what would wait is refused."""
DONE_KEPT: Final = 100
HELD_EACH: Final = 10
"""Held messages of one person; beyond, more of theirs is refused and others' still has its place."""
REPORTS: Final = 10
"""Open reports of one person."""
WHY_LENGTH: Final = 200
SLOW_MOST_S: Final = 3600
WORDS_MOST: Final = 200
WORD_LENGTH: Final = 40
SAME_S: Final = 30.0
SAME_LENGTH: Final = 10
"""The same text again within `SAME_S` is refused; shorter ones (yes, 42, thank you) are answers."""
RECENT: Final = 8
COVER_SLOW_S: Final = 15

Held = Literal["", "room", "person", "words", "cover"]
Verdict = Literal["approve", "decline", "hide", "dismiss"]
Strictness = Literal["", "slow", "hold"]
VERDICTS: Final[dict[str, tuple[Verdict, Verdict]]] = {"held": ("approve", "decline"), "report": ("hide", "dismiss")}


class Settings(msgspec.Struct, frozen=True):
    """Of one room. `public`, `private`, `to_staff`: may participants write to everybody, to each other, to moderators
    (R106, R191, R192, T7). `slow_s`: at least so long between two messages of a person. `hold`: everything waits for
    approval. `words`: what happens to listed words, and to `own_words`. `per_moderator`: people that one moderator can
    look after; 0: not watched (D6)."""

    public: bool = True
    private: bool = True
    to_staff: bool = True
    slow_s: int = 0
    hold: bool = False
    words: Literal["allow", "hold", "refuse"] = "allow"
    own_words: tuple[str, ...] = ()
    per_moderator: int = 40


class Item(msgspec.Struct, frozen=True):
    """Something that a moderator must look at. `why`: why it is held, or what the first reporter said. `message`: the
    one that is reported, "" for a held one. `private`: not written to the room; its text is for moderators whom the
    addressee showed it, never for operators. `at`: seconds since the epoch."""

    item: str
    room: str
    kind: Literal["held", "report"]
    participant: str
    name: str
    text: str
    html: str
    at: float
    why: str
    message: str = ""
    reply: str = ""
    key: str = ""
    private: bool = False
    to: str = ""
    """Of a private one that is reported."""
    sent: float = 0.0
    """Of one that is reported."""
    reports: int = 0
    claimed_by: str = ""
    claimed_name: str = ""
    claimed_at: float = 0.0
    verdict: Verdict | Literal[""] = ""
    decided_by: str = ""


# ---------------------------------------------------------------- what is asked


class Regulate(msgspec.Struct, frozen=True):
    """Settings to change; None: as it was."""

    by: Actor
    public: bool | None = None
    private: bool | None = None
    to_staff: bool | None = None
    slow_s: int | None = None
    hold: bool | None = None
    words: Literal["allow", "hold", "refuse"] | None = None
    own_words: tuple[str, ...] | None = None
    per_moderator: int | None = None


class Claim(msgspec.Struct, frozen=True):
    item: str
    by: Actor


class Release(msgspec.Struct, frozen=True):
    item: str
    by: Actor


class Decide(msgspec.Struct, frozen=True):
    item: str
    verdict: Verdict
    by: Actor


# ---------------------------------------------------------------- what happened


class SettingsChanged(Fact, frozen=True):
    room: str
    settings: Settings
    by: str
    at: float


class ItemOpened(Fact, frozen=True):
    """Also when a further report is added to it."""

    room: str
    item: Item


class ItemClaimed(Notice, frozen=True):
    """Or released."""

    room: str
    item: Item


class ItemDecided(Fact, frozen=True):
    room: str
    item: Item
    at: float


class StrictnessChanged(Notice, frozen=True):
    """What holds because of missing moderators."""

    room: str
    strictness: Strictness


# ---------------------------------------------------------------- state


@dataclass(slots=True)
class Habits:
    """What one person wrote lately."""

    public_at: float | None = None
    texts: deque[tuple[str, float]] = field(default_factory=lambda: deque(maxlen=RECENT))


@dataclass(slots=True, frozen=True)
class Left:
    """What held for somebody who is gone. `first`: as whom they came first."""

    participant: str
    first: str
    restraint: Restraint
    habits: Habits


class Moderation:
    """Of one room."""

    def __init__(self, room: str, people: People, *, moderated: bool = True) -> None:
        """`moderated`: whether anybody may moderate the chat in a room of this type. Where nobody may, nothing can be
        written to moderators, and none are missed; operators still decide what waits."""
        self.room = room
        self.moderated = moderated
        self.settings = Settings()
        self.strictness: Strictness = ""
        self._people = people
        self._own_words = NONE
        self._restraints: dict[str, Restraint] = {}
        self._ends: Ends[str] = Ends()
        """Of restraints, also of people who left."""
        self._habits: dict[str, Habits] = {}
        self.absent: Absent[Left] = Absent()
        """Of those who left during the session."""
        self._first: dict[str, str] = {}
        """As whom people came first, of those who came more than once."""
        self._open: dict[str, Item] = {}
        self._done: OrderedDict[str, Item] = OrderedDict()
        self._reporters: dict[str, set[str]] = {}
        self._last = 0

    # ------------------------------------------------------------ reading

    @property
    def deadline(self) -> float | None:
        claims = [item.claimed_at + CLAIM_S for item in self._open.values() if item.claimed_by]
        return min([*claims, *([self._ends.first] if self._ends.first else [])], default=None)

    def queue(self) -> tuple[Item, ...]:
        """What waits, the oldest first."""
        return tuple(self._open.values())

    def item(self, item: str) -> Item | None:
        return self._open.get(item) or self._done.get(item)

    def waiting(self, item: str) -> Item | None:
        """It, while it waits."""
        return self._open.get(item)

    def restraint(self, participant: str) -> Restraint:
        return self._restraints.get(participant, "")

    def bound(self, participant: str) -> Bound:
        return Bound(self.restraint(participant), self._ends.of(participant))

    def restraints(self) -> dict[str, Bound]:
        """Of people who have a place."""
        return {who: self.bound(who) for who in self._restraints if self._people.find(who) is not None}

    @property
    def to_staff(self) -> bool:
        """Whether participants write to moderators."""
        return self.settings.to_staff and self.moderated

    @property
    def slow_s(self) -> int:
        """What holds now."""
        return max(self.settings.slow_s, COVER_SLOW_S if self.strictness else 0)

    def waiting_with(self, participant: str, key: str) -> Item | None:
        """What this person wrote with this key, while it waits."""
        return next((i for i in self._open.values() if key and i.participant == participant and i.key == key), None)

    def restore(self, settings: Settings, restraints: dict[str, Bound], items: list[Item], last: int) -> None:
        self.settings = settings
        self._own_words = own(settings.own_words)
        for who, bound in restraints.items():
            self._restraints[who] = bound.how
            self._ends.put(who, bound.until)
        self._open = {item.item: item for item in items}
        self._last = last

    # ------------------------------------------------------------ may it be said

    def judge(self, person: Person, to: str, text: str, now: float) -> Held:
        """Why a message must wait; "": it may be posted. Changes nothing.

        Raises:
            Refused: CHAT_OFF, PRIVATE_CHAT_OFF, CHAT_MUTED, SLOW_MODE, MESSAGE_REPEATED, WORD_REFUSED,
                TOO_MANY_WAITING, QUEUE_FULL.
        """
        if person.role in STAFF:
            return ""
        self._check_channel(person, to)
        self._check_repetition(person, text, now)
        if to == TO_STAFF or self._is_staff(to):
            return ""
        bad = self.settings.words != "allow" and found(text, self._own_words)
        if bad and (self.settings.words == "refuse" or to != EVERYBODY):
            raise Refused("WORD_REFUSED", set_by="room")
        if to != EVERYBODY:
            return ""
        self._check_pace(person, now)
        held = self._held(person, bad)
        if held:
            self._check_queue(person)
        return held

    def said(self, person: Person, to: str, text: str, now: float) -> None:
        """It was taken: what comes next is measured by it."""
        habits = self._habits.setdefault(person.id, Habits())
        if to == EVERYBODY:
            habits.public_at = now
        if len(text) >= SAME_LENGTH:
            habits.texts.append((_same(text), now))

    def _is_staff(self, participant: str) -> bool:
        person = self._people.find(participant)
        return person is not None and person.role in STAFF

    def _check_channel(self, person: Person, to: str) -> None:
        staff = to == TO_STAFF or self._is_staff(to)
        if self.restraint(person.id) == "mute" and not staff:
            raise Refused("CHAT_MUTED", set_by="room")
        if to == EVERYBODY:
            if not self.settings.public:
                raise Refused("CHAT_OFF", set_by="room")
        elif not (self.to_staff if staff else self.settings.private):
            raise Refused("PRIVATE_CHAT_OFF", set_by="room")

    def _check_repetition(self, person: Person, text: str, now: float) -> None:
        habits = self._habits.get(person.id)
        if habits is None or len(text) < SAME_LENGTH:
            return
        same = _same(text)
        if any(before == same and 0.0 <= now - at < SAME_S for before, at in habits.texts):
            raise Refused("MESSAGE_REPEATED", limit=f"{SAME_S:g} s", set_by="room")

    def _check_pace(self, person: Person, now: float) -> None:
        habits = self._habits.get(person.id)
        if not self.slow_s or habits is None or habits.public_at is None:
            return
        left = habits.public_at + self.slow_s - now
        if 0.0 < left <= self.slow_s:  # a clock that stepped back silences nobody for longer
            set_by = "cover" if self.slow_s > self.settings.slow_s else "room"
            raise Refused("SLOW_MODE", limit=f"{self.slow_s} s", current=f"{left:.0f} s", set_by=set_by)

    def _check_queue(self, person: Person) -> None:
        first = self._first_of(person.id)
        held = (item for item in self._open.values() if item.kind == "held")
        mine = sum(self._first_of(item.participant) == first for item in held)
        if mine >= HELD_EACH:
            raise Refused("TOO_MANY_WAITING", limit=HELD_EACH, current=mine, set_by="room")
        if len(self._open) >= OPEN_MOST:
            raise Refused("QUEUE_FULL", limit=OPEN_MOST, current=len(self._open), set_by="room")

    def _held(self, person: Person, bad: bool) -> Held:
        if self.restraint(person.id) == "hold":
            return "person"
        if bad:
            return "words"
        if self.settings.hold:
            return "room"
        return "cover" if self.strictness == "hold" else ""

    # ------------------------------------------------------------ the queue

    def open(self, item: Item) -> list[Event]:
        """A held message, or a report; `item.item` is given here. Numbers are at least the seconds since the epoch: one
        that was decided before a restart of the node never names another."""
        self._last = max(self._last + 1, int(item.at))
        item = msgspec.structs.replace(item, item=f"i_{self._last}", room=self.room)
        self._open[item.item] = item
        return [ItemOpened(self.room, item)]

    def report(self, reporter: Person, item: Item) -> list[Event]:
        """A message that somebody finds wrong. Reports of the same message are one item.

        Raises:
            Refused: TOO_FAST with `REPORTS` open reports; QUEUE_FULL.
        """
        mine = sum(reporter.id in self._reporters.get(one, ()) for one in self._open)
        same = next((i for i in self._open.values() if i.kind == "report" and i.message == item.message), None)
        if same is not None and reporter.id in self._reporters.get(same.item, ()):
            return []
        if mine >= REPORTS:
            raise Refused("TOO_FAST", limit=REPORTS, current=mine, set_by="room")
        if same is not None:
            more = self._open[same.item] = msgspec.structs.replace(same, reports=same.reports + 1)
            self._reporters.setdefault(same.item, set()).add(reporter.id)
            return [ItemOpened(self.room, more)]
        if len(self._open) >= OPEN_MOST:
            raise Refused("QUEUE_FULL", limit=OPEN_MOST, current=len(self._open), set_by="room")
        events = self.open(msgspec.structs.replace(item, reports=1))
        self._reporters[next(reversed(self._open))] = {reporter.id}
        return events

    def claim(self, command: Claim, now: float) -> list[Event]:
        item = self._free(command.item, command.by, now)
        if item.claimed_by == command.by.id:
            return []
        return [self._claimed(item, command.by, now)]

    def release(self, command: Release, now: float) -> list[Event]:
        item = self._free(command.item, command.by, now)
        return [self._claimed(item, None, now)] if item.claimed_by else []

    def decide(self, command: Decide, now: float) -> list[Event]:
        """The end of an item. The same decision of the same person twice is one.

        Raises:
            Refused: ITEM_UNKNOWN, ITEM_CLAIMED, ITEM_DONE; VALUE_INVALID for a verdict of the other kind.
        """
        done = self._done.get(command.item)
        if done is not None and (done.decided_by, done.verdict) == (command.by.id, command.verdict):
            return []
        item = self._free(command.item, command.by, now)
        allowed = VERDICTS[item.kind]
        if command.verdict not in allowed:
            raise Refused("VALUE_INVALID", limit=", ".join(allowed), current=command.verdict)
        return [self._settle(item, command.verdict, command.by.id, now)]

    def _settle(self, item: Item, verdict: Verdict, by: str, now: float) -> ItemDecided:
        del self._open[item.item]
        self._reporters.pop(item.item, None)
        decided = self._done[item.item] = msgspec.structs.replace(item, verdict=verdict, decided_by=by)
        while len(self._done) > DONE_KEPT:
            self._done.popitem(last=False)
        return ItemDecided(self.room, decided, now)

    def _free(self, item_id: str, by: Actor, now: float) -> Item:
        """An open item that nobody else has claimed.

        Raises:
            Refused: ITEM_UNKNOWN, ITEM_CLAIMED, ITEM_DONE.
        """
        if item_id in self._done:
            done = self._done[item_id]
            raise Refused("ITEM_DONE", current=self._name(done.decided_by), limit=done.verdict, set_by="room")
        item = self._open.get(item_id)
        if item is None:
            raise Refused("ITEM_UNKNOWN", current=item_id[:64])
        if item.claimed_by not in ("", by.id) and now < item.claimed_at + CLAIM_S:
            raise Refused("ITEM_CLAIMED", limit=f"{CLAIM_S:g} s", current=item.claimed_name, set_by="room")
        return item

    def _claimed(self, item: Item, by: Actor | None, now: float) -> ItemClaimed:
        who, name = (by.id, self._name(by.id)) if by is not None else ("", "")
        item = msgspec.structs.replace(item, claimed_by=who, claimed_name=name, claimed_at=now if by else 0.0)
        self._open[item.item] = item
        return ItemClaimed(self.room, item)

    def _name(self, who: str) -> str:
        person = self._people.find(who)
        return person.name if person is not None else who

    # ------------------------------------------------------------ commands

    def regulate(self, command: Regulate, now: float) -> list[Event]:
        """
        Raises:
            Refused: VALUE_INVALID.
        """
        asked = {
            name: value
            for name in Settings.__struct_fields__
            if (value := getattr(command, name)) is not None and value != getattr(self.settings, name)
        }
        if not asked:
            return []
        settings = msgspec.structs.replace(self.settings, **asked)
        if not 0 <= settings.slow_s <= SLOW_MOST_S:
            raise Refused("VALUE_INVALID", limit=f"0 … {SLOW_MOST_S}", current=f"slow_s = {settings.slow_s}")
        if not 0 <= settings.per_moderator <= 1000:
            raise Refused("VALUE_INVALID", limit="0 … 1000", current=f"per_moderator = {settings.per_moderator}")
        if len(settings.own_words) > WORDS_MOST or any(len(word) > WORD_LENGTH for word in settings.own_words):
            raise Refused("VALUE_INVALID", limit=f"{WORDS_MOST} × {WORD_LENGTH}", current="own_words")
        self.settings = settings
        self._own_words = own(settings.own_words)
        return [SettingsChanged(self.room, settings, command.by.id, now)]

    def restrain(self, command: Restrain, now: float) -> list[Event]:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN; NOT_ALLOWED for a moderator (R194); VALUE_INVALID.
        """
        person = self._people.get(command.participant)
        if person.role in STAFF and command.how:
            raise Refused("NOT_ALLOWED", limit="participant", current=person.role, set_by="room")
        until = end_of(command.for_s, now) if command.how else 0.0
        if self.bound(person.id) == (command.how, until):
            return []
        if command.how:
            self._restraints[person.id] = command.how
        else:
            del self._restraints[person.id]
        self._ends.put(person.id, until)
        return [PersonRestrained(self.room, person.id, command.how, command.by.id, now, until)]

    # ------------------------------------------------------------ reactions

    def person_joined(self, event: PersonJoined, mark: Mark, now: float) -> list[Event]:
        """Leaving and coming again ends no restraint, no slow mode, and gives nobody another share of the queue."""
        left = self.absent.back(event.participant, mark)
        if left is None:
            return []
        self._first[event.participant] = left.first
        self._habits[event.participant] = left.habits
        if not left.restraint:
            return []
        self._restraints[event.participant] = left.restraint
        self._ends.move(left.participant, event.participant)
        until = self._ends.of(event.participant)
        return [RestraintMoved(self.room, left.participant, event.participant, left.restraint, until)]

    def restore_absent(self, participant: str, mark: Mark, bound: Bound) -> None:
        left = Left(participant, participant, bound.how, Habits())
        self._ends.put(participant, bound.until)
        self.absent.remember(participant, mark, left, matters=True)

    def over(self, *, keep_items: bool) -> list[Event]:
        """A session is over: what held for people, and unless they are kept, what waits."""
        self.absent.over()
        self._ends.keep(self._restraints)
        self._first.clear()
        if not keep_items:
            self._open.clear()
            self._done.clear()
            self._reporters.clear()
        return []

    def _first_of(self, participant: str) -> str:
        return self._first.get(participant, participant)

    def person_gone(self, event: PersonGone, now: float) -> list[Event]:
        """What a moderator who leaves has claimed is free again."""
        who = event.participant
        habits, restraint = self._habits.pop(who, Habits()), self._restraints.pop(who, "")
        waits = self._waits(who)
        if restraint or waits or habits.public_at is not None:
            left = Left(who, self._first_of(who), restraint, habits)
            self.absent.gone(who, left, matters=bool(restraint or waits))
        self.absent.forget(who)
        mine = [item for item in self._open.values() if item.claimed_by == event.participant]
        return [self._claimed(item, None, now) for item in mine]

    def role_given(self, participant: str, by: str, now: float) -> list[Event]:
        """Who moderates now is not restrained; what one who does not any more has claimed is free again."""
        if self._people.get(participant).role in STAFF:
            lifted = self._restraints.pop(participant, "")
            self._ends.put(participant, 0.0)
            return [PersonRestrained(self.room, participant, "", by, now)] if lifted else []
        return [self._claimed(item, None, now) for item in self._open.values() if item.claimed_by == participant]

    def tick(self, command: object, now: float) -> list[Event]:
        late = [item for item in self._open.values() if item.claimed_by and item.claimed_at + CLAIM_S <= now]
        freed = [event for who in self._ends.due(now) for event in self._freed(who, now)]
        return [*freed, *(self._claimed(item, None, now) for item in late)]

    def _freed(self, who: str, now: float) -> list[Event]:
        """The time of a restraint is over; who left meanwhile comes back without it."""
        if not self._restraints.pop(who, ""):
            if (left := self.absent.left(who)) is None or not left.restraint:
                return []
            self.absent.amend(who, replace(left, restraint=""), matters=self._waits(who))
        return [PersonRestrained(self.room, who, "", "", now)]

    def _waits(self, who: str) -> bool:
        return any(item.participant == who for item in self._open.values())

    def hidden(self, message: str, by: str, now: float) -> list[Event]:
        """Reports of a message that is hidden are settled; not by its author, who takes back what somebody reported."""
        reports = [item for item in self._open.values() if item.message == message and item.participant != by]
        return [self._settle(item, "hide", by, now) for item in reports]

    def stricter(self, strictness: Strictness) -> list[Event]:
        if strictness == self.strictness:
            return []
        self.strictness = strictness
        return [StrictnessChanged(self.room, strictness)]


def number_of_item(item: str) -> int:
    """By which items are in order; 0 for anything else."""
    number = item.removeprefix("i_")
    return int(number) if number.isdecimal() and len(number) <= 18 else 0


def _same(text: str) -> str:
    return "".join(fold(text).split())
