"""What needs a person, over all nodes: one list. Pure.

Held and reported messages come from the nodes' queues; hands, doors, cover and sound from the rows of people and rooms.
What a silent node said last stays on the list: nothing is lost when it drops and returns, it only cannot be acted on
meanwhile. Who has claimed an item is what the node says, so two operators never decide the same one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from console.model import Grade, Key, Person

if TYPE_CHECKING:
    from console.state import Store

HAND_S: Final = 60.0  # a hand that is up for so long is forgotten
NOISE_S: Final = 10.0  # sound without a voice
NOISE_LEVEL: Final = 45  # -dBov: louder than this is heard by everybody
FAILING_S: Final = 5.0
SPEAKERS: Final = ("host", "speaker")
URGENCY: Final = {
    "report": 0,
    "held": 1,
    "failing": 2,
    "noisy": 3,
    "cover": 4,
    "lobby": 5,
    "waiter": 6,
    "hand": 7,
}
WAITERS: Final = 20  # of one room, one by one; of more, the row of the room says how many


@dataclass(slots=True)
class Task:
    """`what`: id of the item or of the person; empty for the room itself. `at`: Unix seconds since which it waits."""

    context: str
    room: str
    kind: str
    what: str = ""
    name: str = ""
    text: str = ""
    at: float = 0.0
    claimed_by: str = ""
    gone_at: float = 0.0
    pending: str = ""
    author: str = ""  # who wrote what is held or reported

    @property
    def key(self) -> Key:
        return (self.context, self.room, self.kind, self.what)

    @property
    def person(self) -> Key:
        """Whose it is."""
        return (self.context, self.room, self.author or self.what)


@dataclass(slots=True)
class Wall:
    """Since when somebody is noisy or fails, and a room lacks moderators: as long as we know."""

    _since: dict[tuple[str, Key], float] = field(default_factory=dict)

    def look(self, store: Store, wall: float) -> list[Task]:
        """The list of this moment, the most urgent first."""
        held: set[tuple[str, Key]] = set()
        found = [*_items(store), *self._rooms(store, wall, held)]
        for person in store.people.rows.values():
            # Most are in none of these states: asked here, for 20,000 of them each second.
            if (person.hand or person.level <= NOISE_LEVEL or person.grade is Grade.POOR) and not person.gone_at:
                found += self._of(person, wall, held)
        self._since = {mark: since for mark, since in self._since.items() if mark in held}
        return sorted(found, key=lambda task: (URGENCY.get(task.kind, 9), task.at, task.key))

    def _of(self, person: Person, wall: float, held: set[tuple[str, Key]]) -> Iterator[Task]:
        if person.hand and wall - person.hand >= HAND_S:
            yield _person("hand", person, person.hand)
        for kind, now, after in (("noisy", _noisy(person), NOISE_S), ("failing", _failing(person), FAILING_S)):
            if now:
                since = self._known(kind, person.key, wall, held)
                if wall - since >= after:
                    yield _person(kind, person, since)

    def _rooms(self, store: Store, wall: float, held: set[tuple[str, Key]]) -> Iterator[Task]:
        first: dict[Key, float] = {}
        for waiting in store.waiters.values():
            for waiter in waiting.values():
                place = (waiter.context, waiter.room)
                first[place] = min(first.get(place, waiter.since), waiter.since)
        for room in store.rooms.rows.values():
            if room.gone_at or not room.open:
                continue
            if room.waiters:
                since = self._known("lobby", room.key, wall, held)
                yield Task(room.context, room.room, "lobby", text=str(room.waiters), at=first.get(room.key, since))
            if room.cover in ("slow", "hold"):
                text = f"{room.moderators}/{room.moderators_needed}"
                since = self._known("cover", room.key, wall, held)
                yield Task(room.context, room.room, "cover", text=text, at=since)

    def _known(self, kind: str, key: Key, wall: float, held: set[tuple[str, Key]]) -> float:
        mark = (kind, key)
        held.add(mark)
        return self._since.setdefault(mark, wall)


def _items(store: Store) -> Iterator[Task]:
    for items in store.items.values():
        for item in items.values():
            about = (item.name, item.text, item.at, item.claimed_by)
            yield Task(item.context, item.room, item.kind, item.item, *about, author=item.participant)
    for waiters in store.waiters.values():
        shown: dict[str, int] = {}
        for waiter in sorted(waiters.values(), key=lambda one: one.since):
            shown[waiter.room] = shown.get(waiter.room, 0) + 1
            if waiter.why == "lobby" and shown[waiter.room] <= WAITERS:
                yield Task(waiter.context, waiter.room, "waiter", waiter.participant, waiter.name, at=waiter.since)


def _person(kind: str, person: Person, since: float) -> Task:
    return Task(person.context, person.room, kind, person.participant, person.name, person.cause, since)


def _noisy(person: Person) -> bool:
    """An open microphone that carries sound and no voice."""
    track = person.track("microphone")
    opened = track is not None and track.on and not track.muted
    return opened and not person.speaking and person.level <= NOISE_LEVEL


def _failing(person: Person) -> bool:
    """Who speaks, and is not understood."""
    return person.grade is Grade.POOR and (person.speaking or person.role in SPEAKERS)
