"""Zero wrong targets, many times over: a list of everybody in which rows come, go, change and sort between the look and
the key. What is acted on is what was painted under the cursor, or nothing; what is marked is what was seen marked.

`REGIE_RUNS=10000` makes the long run of it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence

import pytest
from textual.app import App, ComposeResult

from console.columns import Look
from console.columns_fleet import PARTICIPANT_COLUMNS
from console.fields import PERSON_FIELDS
from console.filters import compile_filter
from console.model import Context, Key, Person, Track
from console.state import Store
from console.widgets.live_table import LiveTable

RUNS = int(os.environ.get("REGIE_RUNS", "300"))
SORTS = ("name", "loss", "rtt", "room", "level")
FILTERS = ("", "loss>5", "room:r1", "!muted")


class One(App[None]):
    """The list alone, painted by Textual."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.table = LiveTable(
            look.store.people, PARTICIPANT_COLUMNS, look, sort="loss", reverse=True, empty=lambda filtered: ("", "")
        )

    def compose(self) -> ComposeResult:
        yield self.table


class Crowd:
    """People of several nodes, who come, go and change by the dice."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        contexts = [Context(f"n{number}", "x") for number in range(3)]
        self.store = Store(contexts, 0.0)
        self.look = Look(self.store)
        self.count = 0
        for _ in range(40):
            self.come()

    def come(self) -> None:
        self.count += 1
        node, room = f"n{self.rng.randrange(3)}", f"r{self.rng.randrange(3)}"
        self.put(Person(node, room, f"p{self.count}", f"Guest {self.count:04d}"))

    def put(self, person: Person) -> None:
        person.loss, person.rtt_ms = self.rng.uniform(0, 20), self.rng.uniform(5, 300)
        person.tracks = {"microphone": Track(on=True, muted=self.rng.random() < 0.2)}
        self.store.people.put(person)

    def stir(self) -> None:
        """Between a look and a key."""
        keys = list(self.store.people.rows)
        for key in self.rng.sample(keys, min(len(keys), 12)):
            if self.rng.random() < 0.15:
                self.store.people.go(key, self.look.now)
            else:
                self.put(Person(*key, name=self.store.people.rows[key].name))
        for _ in range(self.rng.randrange(4)):
            self.come()
        self.look.now += self.rng.choice((0.1, 0.5, 3.0, 6.0))


def painted(table: LiveTable) -> tuple[str, list[str]]:
    """Names as they stand on the screen: under the cursor, and marked."""
    cursor, marked = "", []
    for y in range(1, table.size.height):
        text = table.render_line(y).text
        name = text[3:18].strip()
        if text.startswith("▶"):
            cursor = name
        if text[1] == "✓":
            marked.append(name)
    return cursor, marked


def names(crowd: Crowd, keys: Sequence[Key]) -> list[str]:
    return [crowd.store.people.rows[key].name for key in keys]


def sweep(crowd: Crowd, table: LiveTable) -> None:
    held = frozenset((table.cursor_key,)) if table.cursor_key else frozenset()
    crowd.store.people.sweep(crowd.look.now, held)


@pytest.mark.timeout(600)
async def test_what_is_acted_on_is_what_was_painted() -> None:
    rng = random.Random(20_261_122)
    crowd = Crowd(rng)
    app = One(crowd.look)
    wrong: list[tuple[int, str, str]] = []
    acted = marked_seen = 0
    async with app.run_test(size=(110, 60)):
        table = app.table
        table.focus()
        for run in range(RUNS):
            table.tick(crowd.look.now)
            match rng.randrange(6):
                case 0:
                    table.sort_by(rng.choice(SORTS), rng.random() < 0.5)
                case 1:
                    text = rng.choice(FILTERS)
                    table.set_filter(text, compile_filter(text, PERSON_FIELDS))
                case 2:
                    table.mark()
                case _:
                    table.move(rng.randint(-5, 5))
            cursor, marked = painted(table)  # the look
            keys = table.cursor_key, set(table.marks)
            crowd.stir()
            sweep(crowd, table)
            if rng.random() < 0.7:
                table.tick(crowd.look.now)
            row = table.cursor_row  # the key: what an action takes
            after = painted(table)[0]
            if cursor and row is not None and keys[0] == table.cursor_key:
                acted += 1
                if row.name != cursor:
                    wrong.append((run, cursor, row.name))
            elif row is not None and after and row.name != after:
                wrong.append((run, after, row.name))  # the row went: another one is under the cursor, and painted
            now_marked = names(crowd, [key for key in table.marks if key in crowd.store.people.rows])
            if not set(table.marks) <= keys[1]:
                wrong.append((run, "marks", " ".join(now_marked)))
            marked_seen += len(marked)
            if crowd.count % 50 == 0:
                table.unmark()
    assert wrong == []
    assert acted > RUNS * 0.8 and marked_seen > 0
