"""The real console on real nodes: one dies and comes back, and the operator goes on (H25)."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

from console import i18n
from console.app import ConsoleApp
from console.client.fleet import Fleet
from console.model import Context, Link
from console.state import Store
from node.demo import people
from node.rpc.local import read_local_context
from tests.console.desk import Console
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, until


def context_of(machine: Machine, name: str) -> Context:
    found = read_local_context(path=machine.contexts)
    assert found is not None
    return Context(name, found.address, found.ca_file, found.token)


@contextlib.asynccontextmanager
async def watching(*contexts: Context) -> AsyncIterator[Console]:
    i18n.use("en")
    store = Store(list(contexts), time.monotonic())
    app = ConsoleApp(
        store, Fleet(list(contexts), store, time.monotonic, time.time), clock=time.monotonic, wall=time.time
    )
    try:
        async with app.run_test(size=(120, 30)) as pilot:
            c = Console(app, pilot)
            await until(lambda: all(one.role and one.heard for one in store.connections.values()), 45, "nodes answer")
            yield c
    finally:
        i18n.use("fr")


async def test_a_node_that_was_killed_comes_back_with_the_same_rows_and_a_mute_works(machine: Machine) -> None:
    room = await machine.room()
    amina = Listener(room.participant, "Amina", person=people.PEOPLE[0], hears=0, sees=0)
    jean = Listener(room.participant, "Jean", hears=3, sees=2)
    for person in (amina, jean):
        await person.enter()
    amina.talk()
    await until(lambda: jean.packets("audio") > 20, 30, "her voice arrives")
    async with watching(context_of(machine, "here")) as c:
        await c.enter_room(room.room)
        await c.sees("Amina", "Jean", seconds=15)
        before = set(c.store.people.rows)

        await machine.kill()
        await until(lambda: c.store.link("here") is not Link.LIVE, 15, "the console notices")
        assert set(c.store.people.rows) == before, "what was known stays on the screen"
        await machine.start()
        await until(lambda: c.store.link("here") is Link.LIVE, 20, "the console is back")
        await c.sees("Amina", "Jean", seconds=15)
        assert set(c.store.people.rows) == before

        await c.point("Amina")
        await c.press("m")
        await c.settle()
        muted = time.monotonic()
        await until(lambda: time.monotonic() - jean.last("audio") > 1.0, 10, "she is silent at the receiver")
        assert jean.last("audio") - muted < 2.0
        await until(lambda: any(row.muted for row in c.store.people.rows.values()), 10, "and shown as muted")
    for person in (amina, jean):
        await person.exit()


async def test_of_two_nodes_one_goes_away_and_comes_back(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    second = Machine(tmp_path / "second", settings={"REGIE__NODE__NAME": "second"})
    await second.start()
    try:
        await machine.room()
        await second.room()
        async with watching(context_of(machine, "first"), context_of(second, "second")) as c:
            await until(lambda: {key[0] for key in c.store.rooms.rows} == {"first", "second"}, 15, "rooms of both")
            await second.kill()
            await until(lambda: c.store.link("second") is not Link.LIVE, 15, "one is away")
            assert c.store.link("first") is Link.LIVE
            assert c.app.is_running
            await second.start()
            await until(lambda: c.store.link("second") is Link.LIVE, 20, "and back")
            assert {key[0] for key in c.store.rooms.rows} == {"first", "second"}
    finally:
        await second.stop()
