"""Zero wrong targets on the whole desk: keys, commands and questions on a list of everybody and on the wall, while rows
come, go and change between the look and the key, between the letters of a command, and while a question stands. What is
done, is done to what was painted under the cursor or painted as marked, or to nothing (D4).

`REGIE_RUNS=10000` makes the long run of it: `make test-targets`.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from console.app import ConsoleApp
from console.model import Ack, Chain, Connection, Context, Detail, DrainPlan, Item, Key, Link, Person, Role, Room, Track
from console.screens.deciding import READ_S
from console.state import Store
from console.widgets.live_table import LiveTable
from tests.console.desk import Console

RUNS = int(os.environ.get("REGIE_RUNS", "40"))
NODES = ("n0", "n1", "n2")
ROOMS = ("r0", "r1")
NAME = re.compile(r"Guest \d{4,}")


@dataclass
class Taken:
    """The edge to the nodes: what is asked of them is written down, and granted."""

    asked: list[tuple[str, Key]] = field(default_factory=list)

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def follow(self, view: str) -> None: ...

    def focus(self, room: Key | None) -> None: ...

    def _take(self, deed: str, key: Key) -> Ack:
        self.asked.append((deed, key))
        return Ack(("microphone",), 1.0)

    async def mute(self, person: Key, sources: Sequence[str], reason: str = "") -> Ack:
        return self._take("mute", person)

    async def unmute(self, person: Key, sources: Sequence[str], reason: str = "") -> Ack:
        return self._take("unmute", person)

    async def remove(self, person: Key, reason: str = "") -> Ack:
        return self._take("remove", person)

    async def do(self, deed: str, target: Key, values: Mapping[str, Any], reason: str = "") -> Ack:
        return self._take(deed, target)

    async def mute_room(self, room: Key, *, dry_run: bool = False, expected: int = 0, reason: str = "") -> Ack:
        return self._take("mute_room", room)

    async def unmute_room(self, room: Key, reason: str = "") -> Ack:
        return self._take("unmute_room", room)

    async def hide(self, message: Key, reason: str = "") -> Ack:
        return self._take("hide", message)

    async def set_cap(self, target: Key, send: int | None, receive: int | None, reason: str = "") -> Ack:
        return self._take("set_cap", target)

    async def quality(self, person: Key) -> Detail:
        raise NotImplementedError

    async def plan(self, context: str, minutes: int) -> DrainPlan:
        raise NotImplementedError

    async def set_quota(self, quota: Key, limit: int, reason: str = "") -> Ack:
        return self._take("set_quota", quota)

    async def verify(self, context: str) -> Chain:
        raise NotImplementedError

    async def admit(self, room: Key, reason: str = "") -> Ack:
        return self._take("admit", room)

    async def close_room(self, room: Key, reason: str = "") -> Ack:
        return self._take("close", room)


class Crowd:
    """People and held messages of three nodes, which come, go and change by the dice; and what is painted of them."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.now, self.count = rng, 1000.0, 0
        self.store = Store([Context(name, "x") for name in NODES], self.now)
        self.names: dict[str, Key] = {}
        for name in NODES:
            self.store.connections[name] = Connection(
                name, operator="anna", role=Role.ADMIN, heard=self.now, link=Link.LIVE
            )
            for room in ROOMS:
                self.store.rooms.put(Room(name, room, open=True))
        for _ in range(24):
            self.come()

    def clock(self) -> float:
        return self.now

    def come(self) -> None:
        self.count += 1
        node, room, name = self.rng.choice(NODES), self.rng.choice(ROOMS), f"Guest {self.count:04d}"
        if self.rng.random() < 0.5:
            person = Person(node, room, f"p{self.count}", name)
            person.loss = self.rng.uniform(0, 20)
            person.tracks = {"microphone": Track(on=True), "camera": Track(on=True)}
            person.hand = self.rng.choice((0.0, 1.0))
            self.store.people.put(person)
            self.names[name] = person.key
        else:
            item = Item(node, room, f"i{self.count}", kind=self.rng.choice(("held", "report")), name=name, text="spam")
            item.at = self.now
            self.store.items.setdefault(node, {})[room, item.item] = item
            self.names[name] = (node, room, item.kind, item.item)

    def stir(self) -> None:
        """Between a look and a key."""
        people = list(self.store.people.rows)
        for key in self.rng.sample(people, min(len(people), 5)):
            if self.rng.random() < 0.15:
                self.store.people.go(key, self.now)
            else:
                old = self.store.people.rows[key]
                old.loss = self.rng.uniform(0, 20)
                self.store.people.touch(key)
        for node, items in self.store.items.items():
            for key in [key for key in items if self.rng.random() < 0.05]:
                del items[key]
            self.store.connections[node].heard = self.now
        for _ in range(self.rng.randrange(4)):
            self.come()
        self.now += self.rng.choice((0.1, 0.5, 1.5, 2.5))
        for connection in self.store.connections.values():
            connection.heard = self.now

    def look(self, c: Console) -> tuple[set[Key], set[Key]]:
        """Under the cursor, and marked: by what is written on the screen."""
        cursor, marked = set(), set()
        for line in c.lines()[3:-2]:
            found = next((self.names[name] for name in NAME.findall(line[:118]) if name in self.names), None)
            if found is not None and line.startswith("▶"):
                cursor.add(found)
            if found is not None and line[1:2] == "✓":
                marked.add(found)
        return cursor, marked


def forget_marks(c: Console) -> None:
    for table in tables(c):
        table.unmark()


def tables(c: Console) -> tuple[LiveTable, LiveTable]:
    return c.desk.participants_pane.table, c.desk.wall_pane.table


async def pass_time(c: Console, crowd: Crowd) -> None:
    """Rows move, and the next frame is painted."""
    crowd.stir()
    c.app.tick()
    await c.heard()


BY_KEY = {"3": ("m", "C", "H", "K", "t", "B"), "4": ("a", "d", "c", "m")}
BY_COMMAND = {
    "3": ("mute .", "mute marked", "kick .", "kick marked", "chatmute .", "hold marked", "unmute ."),
    "4": ("pass .", "pass marked", "hide .", "claim .", "claim marked"),
}


async def one_deed(c: Console, crowd: Crowd, screen: str) -> tuple[str, set[Key]]:
    """A key or a command, letter by letter, and what may have been meant by it: what was painted at the look."""
    rng = crowd.rng
    if rng.random() < 0.5:
        deed = rng.choice(BY_KEY[screen])
        cursor, marked = crowd.look(c)
        crowd.stir()  # the look was before; the frame after it is not painted yet
        await c.press(deed)
        return deed, marked or cursor
    cursor, marked = crowd.look(c)
    deed = rng.choice([deed for deed in BY_COMMAND[screen] if marked or not deed.endswith("marked")])
    await c.press("colon")
    await c.type(deed[: len(deed) // 2])
    await pass_time(c, crowd)
    await c.type(deed[len(deed) // 2 :])
    if rng.random() < 0.5:
        cursor, marked = cursor | crowd.look(c)[0], marked | crowd.look(c)[1]
        crowd.stir()
    await c.press("enter")
    return deed, marked if deed.endswith("marked") else cursor


async def answer(c: Console, crowd: Crowd) -> None:
    """Whatever the bar asks, after rows have moved on."""
    for _ in range(4):
        if not c.desk.bar.is_open:
            return
        await pass_time(c, crowd)
        match c.desk.bar.kind:
            case "confirm":
                await c.press(crowd.rng.choice(("y", "y", "y", "n")))
            case "type":
                question = c.desk.bar._question
                assert question is not None
                await c.type(question.expected)
                await c.press("enter")
            case "reason":
                await c.type("why")
                await c.press("enter")
            case _:
                await c.press("escape")
    assert not c.desk.bar.is_open


def moves(c: Console, crowd: Crowd) -> Callable[[], None]:
    table = c.desk.pane.table
    return crowd.rng.choice(
        (
            lambda: table.move(crowd.rng.randint(-4, 4)),
            lambda: table.move(crowd.rng.randint(-4, 4)),
            table.mark,
            table.mark_all,
            lambda: table.step_column(1),
            table.sort_next,
            lambda: forget_marks(c),
        )
    )


@pytest.mark.timeout(600 + RUNS)
async def test_what_a_desk_acts_on_is_what_was_painted() -> None:
    rng = random.Random(int(os.environ.get("REGIE_SEED", "20261123")))
    crowd, taken = Crowd(rng), Taken()
    app = ConsoleApp(crowd.store, taken, clock=crowd.clock, wall=lambda: 1_795_262_400 + crowd.now)
    wrong: list[tuple[int, str, object, object]] = []
    acted: set[str] = set()
    count = 0
    async with app.run_test(size=(118, 120)) as pilot:
        c = Console(app, pilot)
        for run in range(RUNS):
            screen = rng.choice("34")
            await c.press(screen)
            for _ in range(max(0, 24 - len(crowd.store.people.rows))):
                crowd.come()  # who is on no screen is not followed
            await pass_time(c, crowd)
            for _ in range(rng.randrange(3)):
                moves(c, crowd)()
            await pass_time(c, crowd)
            crowd.now += READ_S
            c.app.tell_time()
            deed, meant = await one_deed(c, crowd, screen)
            await answer(c, crowd)
            await c.settle()
            done = {key for _, key in taken.asked}
            if not done <= meant:
                wrong.append((run, deed, meant, taken.asked[:]))
            if done:
                acted.add(deed)
                count += 1
            taken.asked.clear()
            if rng.random() < 0.4:
                forget_marks(c)
    assert wrong == []
    assert count > RUNS * 0.25, "else it proves nothing"
