"""A node that hangs, lies, sends names of a megabyte or goes mad harms nobody else: the others are seen, and obey."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from protos.rooms.v1 import rooms_pb2
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import FakeNode
from tests.console.test_away import Clock

MEGABYTE = 1 << 20
MAD = 20_000
"""Changes at once."""


@contextlib.asynccontextmanager
async def beside(good: FakeNode, bad: FakeNode, **values: object) -> AsyncIterator[Console]:
    """A console on both, in the room of the good one, with somebody to mute there."""
    await good.open_room("daily")
    await good.enter("daily", "ada", "Ada")
    await good.enter("daily", "bob", "Bob")
    async with console(good, bad, size=(118, 30), **values) as c:  # type: ignore[arg-type]
        yield c


async def obeys(c: Console, good: FakeNode) -> None:
    """The good node is looked into and acted on: somebody comes and is seen, somebody is muted and it is confirmed."""
    c.desk.enter(("good", "daily"))
    await c.point("Ada")
    await c.press("m")
    await c.sees("microphone blocked: Ada")
    assert [(name, request.participant) for name, request in good.calls] == [("MuteParticipant", "ada")]
    await good.enter("daily", "eve", "Eve came later")
    await c.sees("Eve came later")


async def test_one_that_hangs(node: Node) -> None:
    clock = Clock()
    good, bad = await node("good"), await node("bad")
    await bad.open_room("stuck")
    async with beside(good, bad, clock=clock) as c:
        bad.freeze()
        bad.delay["MuteParticipant"] = 60.0
        heard = c.store.connections["good"].heard
        clock.ahead += 4
        await c.waits(lambda: c.store.connections["good"].heard > heard, "the good one is heard")
        await c.sees("STALE")
        await obeys(c, good)


async def test_names_of_a_megabyte_are_cut_and_take_no_room(node: Node) -> None:
    good, bad = await node("good"), await node("bad")
    await bad.open_room("big", "T" * MEGABYTE)
    await bad.enter("big", "p1", "N" * MEGABYTE)
    await bad.hold("big", "M" * MEGABYTE, "x" * MEGABYTE)
    async with beside(good, bad) as c:
        await c.press("4")
        await c.waits(lambda: bool(c.store.items.get("bad")) and len(c.store.people) == 3, "the big ones")
        rows = [*c.store.people.rows.values(), *c.store.items["bad"].values(), *c.store.rooms.rows.values()]
        texts = [str(getattr(row, name, "")) for row in rows for name in ("name", "text", "title", "room")]
        assert max(map(len, texts)) <= 2000 + len("…")
        assert all(len(line) <= 118 for line in c.lines())
        await obeys(c, good)


async def test_one_that_lies_says_nothing_of_the_others(node: Node) -> None:
    """Rooms and people of the other's names, ends of what it never had, tokens that mean nothing, a foreign node."""
    good, bad = await node("good"), await node("bad")
    await bad.open_room("daily", "not the same one")
    await bad.enter("daily", "ada", "Ada, they say")
    async with beside(good, bad) as c:
        await c.press("3")
        await c.waits(lambda: len(c.store.people) == 3, "everybody")
        for gone in ("ada", "bob", "nobody"):
            await bad.tell("person", "daily", gone)
        closed = rooms_pb2.Room(room="daily", node="good", state=rooms_pb2.Room.STATE_CLOSED)
        await bad.tell("room", "daily", closed)
        await c.waits(lambda: not c.store.rooms.rows["bad", "daily"].open, "the lie was heard")
        assert c.store.rooms.rows["good", "daily"].open
        assert {key for key, row in c.store.people.rows.items() if not row.gone_at} == {
            ("good", "daily", "ada"),
            ("good", "daily", "bob"),
        }
        await obeys(c, good)
        assert bad.calls == []


async def test_one_that_goes_mad(node: Node) -> None:
    """Twenty thousand changes at once, while keys are pressed and another node is muted on."""
    good, bad = await node("good"), await node("bad")
    await bad.open_room("mad")
    for number in range(200):
        await bad.enter("mad", f"p{number}", f"Mad {number}")
    over = asyncio.Event()

    async def rave() -> None:
        people = list(bad.people.values())
        for turn in range(MAD // len(people)):
            for person in people:
                person.level = 20 + turn % 60
                await bad.tell("person", "mad", person)
            await asyncio.sleep(0)
        over.set()

    async with beside(good, bad) as c:
        await c.press("3")
        table = c.desk.participants_pane.table
        await c.waits(lambda: len(table.order) == 202, "everybody is listed")
        raving = asyncio.create_task(rave())
        await c.press("g", "j", "j", "k")
        assert (table.position, table.cursor_key) == (1, ("good", "daily", "bob"))
        await obeys(c, good)
        await over.wait()
        await raving
