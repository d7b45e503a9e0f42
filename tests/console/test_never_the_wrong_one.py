"""Zero wrong targets, many times over: a list of people, of rooms, of what needs a person, in which rows come, go,
change and sort between the look and the key. What is acted on is what was painted under the cursor, or nothing; what is
marked is what was seen marked (D4).

`REGIE_RUNS=10000` makes the long run of it: `make test-targets`.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from textual.app import App, ComposeResult

from console.columns.fleet import PARTICIPANT_COLUMNS, WALL_COLUMNS
from console.columns.rooms import ROOM_COLUMNS
from console.columns.table import Column, Look
from console.fields import PERSON_FIELDS, ROOM_FIELDS, WALL_FIELDS
from console.filters import Fields, compile_filter
from console.model import Context, Key, Person, Room, Track
from console.state import Store, Table
from console.wall import Task
from console.widgets.live_table import LiveTable

RUNS = int(os.environ.get("REGIE_RUNS", "120"))
NODES = 3
NAME = re.compile(r"Guest \d{4,}|room-\d{4,}")


@dataclass(frozen=True)
class Kind:
    """Of what the list is: `make` a row of this number, `again` the same changed, `shown`: by what it is told apart."""

    table: Callable[[Store], Table[Any]]
    columns: tuple[Column, ...]
    fields: Fields
    sorts: tuple[str, ...]
    filters: tuple[str, ...]
    make: Callable[[random.Random, int], Any]
    again: Callable[[random.Random, Any], Any]
    shown: Callable[[Any], str]


def _person(rng: random.Random, number: int) -> Person:
    node, room = f"n{rng.randrange(NODES)}", f"r{rng.randrange(3)}"
    return _measured(rng, Person(node, room, f"p{number}", f"Guest {number:04d}"))


def _measured(rng: random.Random, old: Person) -> Person:
    person = Person(*old.key, name=old.name)
    person.loss, person.rtt_ms = rng.uniform(0, 20), rng.uniform(5, 300)
    person.tracks = {"microphone": Track(on=True, muted=rng.random() < 0.2)}
    return person


def _room(rng: random.Random, number: int) -> Room:
    return _busy(rng, Room(f"n{rng.randrange(NODES)}", f"room-{number:04d}"))


def _busy(rng: random.Random, old: Room) -> Room:
    room = Room(old.context, old.room, title="A room")
    room.people, room.cameras, room.loss = rng.randrange(90), rng.randrange(9), rng.uniform(0, 20)
    room.bits_out, room.muted = rng.randrange(1, 10**8), rng.random() < 0.2
    return room


def _task(rng: random.Random, number: int) -> Task:
    node, kind = f"n{rng.randrange(NODES)}", rng.choice(("held", "report", "hand", "waiter", "noisy"))
    return _claimed(rng, Task(node, f"r{rng.randrange(3)}", kind, f"t{number}", f"Guest {number:04d}", "words"))


def _claimed(rng: random.Random, old: Task) -> Task:
    task = Task(*old.key, name=old.name, text=old.text)
    task.at, task.claimed_by = rng.uniform(1, 500), rng.choice(("", "anna", "bruno"))
    return task


KINDS = {
    "participants": Kind(
        lambda store: store.people,
        PARTICIPANT_COLUMNS,
        PERSON_FIELDS,
        ("name", "loss", "rtt", "room", "level"),
        ("", "loss>5", "room:r1", "!muted"),
        _person,
        _measured,
        lambda row: row.name,
    ),
    "rooms": Kind(
        lambda store: store.rooms,
        ROOM_COLUMNS,
        ROOM_FIELDS,
        ("room", "people", "loss", "state", "cameras"),
        ("", "loss>5", "people<40", "!muted"),
        _room,
        _busy,
        lambda row: row.room,
    ),
    "wall": Kind(
        lambda store: store.tasks,
        WALL_COLUMNS,
        WALL_FIELDS,
        ("kind", "age", "claim", "room", "name"),
        ("", "kind:held", "room:r1", "!claimed:anna"),
        _task,
        _claimed,
        lambda row: row.name,
    ),
}


class One(App[None]):
    """The list alone, painted by Textual."""

    def __init__(self, look: Look, kind: Kind) -> None:
        super().__init__()
        rows, first = kind.table(look.store), kind.sorts[1]
        empty = lambda filtered: ("", "")  # noqa: E731
        self.table = LiveTable(rows, kind.columns, look, sort=first, reverse=True, empty=empty)

    def compose(self) -> ComposeResult:
        yield self.table


class Crowd:
    """Rows of several nodes, which come, go and change by the dice."""

    def __init__(self, rng: random.Random, kind: Kind) -> None:
        self.rng, self.kind = rng, kind
        self.store = Store([Context(f"n{number}", "x") for number in range(NODES)], 0.0)
        self.look = Look(self.store)
        self.rows = kind.table(self.store)
        self.count = 0
        for _ in range(40):
            self.come()

    def come(self) -> None:
        self.count += 1
        self.rows.put(self.kind.make(self.rng, self.count))

    def stir(self) -> None:
        """Between a look and a key."""
        keys = list(self.rows.rows)
        for key in self.rng.sample(keys, min(len(keys), 12)):
            if self.rng.random() < 0.15:
                self.rows.go(key, self.look.now)
            else:
                self.rows.put(self.kind.again(self.rng, self.rows.rows[key]))
        for _ in range(self.rng.randrange(4) + max(0, 40 - len(self.rows))):
            self.come()  # a list that has run empty would prove nothing
        self.look.now += self.rng.choice((0.1, 0.5, 3.0, 6.0))

    def painted(self, table: LiveTable) -> tuple[Key | None, set[Key]]:
        """Which rows stand on the screen under the cursor, and marked: by what is written there."""
        cursor, marked = None, set()
        by_name = {self.kind.shown(row): key for key, row in self.rows.rows.items()}
        for y in range(1, table.size.height):
            text = table.render_line(y).text
            found = next((by_name[word] for word in NAME.findall(text) if word in by_name), None)
            if text.startswith("▶"):
                cursor = found
            if text[1] == "✓" and found is not None:
                marked.add(found)
        return cursor, marked


def sweep(crowd: Crowd, table: LiveTable) -> None:
    held = frozenset((table.cursor_key,)) if table.cursor_key else frozenset()
    crowd.rows.sweep(crowd.look.now, held)


@pytest.mark.timeout(600 + RUNS)
@pytest.mark.parametrize("name", KINDS)
async def test_what_is_acted_on_is_what_was_painted(name: str) -> None:
    rng = random.Random(20_261_122)
    kind = KINDS[name]
    crowd = Crowd(rng, kind)
    app = One(crowd.look, kind)
    wrong: list[tuple[int, object, object]] = []
    acted = marked_seen = 0
    async with app.run_test(size=(110, 60)):
        table = app.table
        table.focus()
        for run in range(RUNS):
            table.tick(crowd.look.now)
            match rng.randrange(6):
                case 0:
                    table.sort_by(rng.choice(kind.sorts), rng.random() < 0.5)
                case 1:
                    text = rng.choice(kind.filters)
                    table.set_filter(text, compile_filter(text, kind.fields))
                case 2:
                    table.mark()
                case _:
                    table.move(rng.randint(-5, 5))
            cursor, marked = crowd.painted(table)  # the look
            keys = table.cursor_key, set(table.marks)
            if not marked <= keys[1]:
                wrong.append((run, "painted as marked", marked - keys[1]))
            crowd.stir()
            sweep(crowd, table)
            if rng.random() < 0.7:
                table.tick(crowd.look.now)
            row = table.cursor_row  # the key: what an action takes
            after = crowd.painted(table)[0]
            if cursor and row is not None and keys[0] == table.cursor_key:
                acted += 1
                if row.key != cursor:
                    wrong.append((run, cursor, row.key))
            elif row is not None and after and row.key != after:
                wrong.append((run, after, row.key))  # the row went: another one is under the cursor, and painted
            if not set(table.marks) <= keys[1]:
                wrong.append((run, "marks", set(table.marks) - keys[1]))
            marked_seen += len(marked)
            if crowd.count % 50 == 0:
                table.unmark()
    assert wrong == []
    assert acted > RUNS * 0.8 and marked_seen > 0
