"""What a decision on the wall takes (D4): `python -m tests.bench.wall [--presses 120] [--messages 20] [--alone]`.

Four real nodes with their planes and fifty rooms in which every message waits for a moderator; people with a WebSocket
each, who came in by HTTP as a page does, write so many messages a second between them. `regie console` in a
pseudo-terminal has the wall of all nodes on it. The cursor goes to the next message that waits and `a` publishes it:
told are the time until the page of everybody in that room has it, which is the effect, and the time until the console
has painted what the node answered. The target is 500 ms at p95 for the effect.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import aiohttp

from console.contexts import Contexts, save
from console.model import Context
from node.rpc.local import read_local_context
from tests.bench.chat import Crowd, Page
from tests.bench.console import POSITION, Terminal, percentile, placed
from tests.e2e.machine import Machine
from tests.media.light import LightClient

NODES, ROOMS, PEOPLE = 4, 50, 5
WITHIN_S: Final = 30.0
LOOK_UP: Final = 40
HELD_S: Final = 3.5
"""After so many the operator lets the list take in what came: while keys come, its order stands. Seconds."""
SENT: Final = b'"text":"m '


class Witness(Page):
    """A page that says when it was told of which message."""

    heard: dict[int, list[float]]
    """By message: the moments of all pages, `time.monotonic()`."""

    def _told(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"chat"') and (at := payload.find(SENT)) >= 0:
            at += len(SENT)
            number = int(payload[at : payload.index(b'"', at)])
            self.heard.setdefault(number, []).append(time.monotonic())
        super()._told(payload)


class Hall(Crowd):
    """One room, and what is heard in it."""

    heard: dict[int, list[float]]

    def page(self, port: int, session: str) -> Witness:
        page = Witness(port, session, self.times)
        page.heard = self.heard
        return page


async def _node(folder: Path, number: int) -> Machine:
    (folder / f"n{number}").mkdir()
    machine = Machine(folder / f"n{number}", settings={"REGIE__NODE__NAME": f"n{number}"})
    await machine.start()
    return machine


@contextlib.asynccontextmanager
async def nodes(folder: Path, *, alone: bool) -> AsyncIterator[list[Machine]]:
    started: list[Machine] = []
    try:
        with placed(1, alone=alone):
            for number in range(NODES):
                started.append(await _node(folder, number))
        entries = {}
        for number, machine in enumerate(started):
            local = read_local_context(path=machine.contexts)
            assert local is not None
            entries[f"n{number}"] = Context(f"n{number}", local.address, local.ca_file, local.token)
        save(Contexts("n0", entries), folder / "contexts.toml")
        yield started
    finally:
        for machine in started:
            await machine.stop()


async def fill(machines: list[Machine], http: aiohttp.ClientSession) -> list[Hall]:
    """Rooms in which every message waits, with their people in them."""
    offer = LightClient("Invité").offer
    halls = []
    for number in range(ROOMS):
        hall = Hall(http, await machines[number % NODES].room(), offer)
        hall.heard = {}
        hall.named = 10 * number  # no two have one name: each answer is another line
        host = await hall.come(hall.room.host)
        host.send(type="regulate", hold=True, per_moderator=0)  # nobody is missed, so nobody is slowed down
        for _ in range(PEOPLE):
            await hall.come()
        halls.append(hall)
    return halls


async def talk(halls: list[Hall], messages: int) -> None:
    """So many a second, evenly over rooms and people, until it is cancelled."""
    began, number = time.monotonic(), 0
    while True:
        await asyncio.sleep(max(0.0, began + number / messages - time.monotonic()))
        pages = halls[number % ROOMS].pages
        pages[number // ROOMS % len(pages)].send(type="chat", text=f"m {number}", key=f"k{number}")
        number += 1


def decide(terminal: Terminal, halls: list[Hall], count: int) -> dict[str, float]:
    """ms from the key to the last page of the room, and to the painted answer."""
    effects: list[float] = []
    painted: list[float] = []
    known: set[int] = set()
    began = time.monotonic()
    for number in range(count):
        if number and not number % LOOK_UP:
            terminal.drain(HELD_S)
        terminal.write("j")
        terminal.drain(0.1 + 0.037 * (number % 11))  # at any moment of the node's second
        if _told(halls, known):
            raise RuntimeError("a message that waits was told")
        pressed = time.monotonic()
        terminal.write("a")
        painted.append(1000 * terminal.sees("published: ", "ack "))
        while not (told := _told(halls, known)):
            if time.monotonic() - pressed > WITHIN_S:
                raise TimeoutError("what was published reached nobody")
            terminal.drain(0.02)
        effects.append(1000 * (told - pressed))
    return {
        "presses": count,
        "seconds": time.monotonic() - began,
        "waiting": int(POSITION.findall(terminal.output)[-1][1]),
        "effect_p50_ms": percentile(effects, 0.5),
        "effect_p95_ms": percentile(effects, 0.95),
        "effect_most_ms": max(effects),
        "painted_p50_ms": percentile(painted, 0.5),
        "painted_p95_ms": percentile(painted, 0.95),
        "painted_most_ms": max(painted),
    }


def _told(halls: list[Hall], known: set[int]) -> float:
    """When the last page of its room had the message that was published now; 0: not all have it yet."""
    for hall in halls:
        for number, moments in list(hall.heard.items()):
            if number not in known and len(moments) == PEOPLE + 1:
                known.add(number)
                return max(moments)
    return 0.0


def look(folder: Path, halls: list[Hall], asked: argparse.Namespace) -> dict[str, float]:
    with placed(0, alone=asked.alone):
        warm = Terminal(folder / "contexts.toml")  # compiles
        warm.drain(3)
        warm.stop()
        terminal = Terminal(folder / "contexts.toml")
        try:
            terminal.sees(f"● {NODES} ok")
            terminal.write("W")
            terminal.sees("ARMED")
            terminal.write("4")
            terminal.sees("held")
            terminal.types("g")
            return decide(terminal, halls, asked.presses)
        finally:
            terminal.stop()


async def run(folder: Path, asked: argparse.Namespace) -> dict[str, float]:
    async with nodes(folder, alone=asked.alone) as machines, aiohttp.ClientSession() as http:
        halls = await fill(machines, http)
        talking = asyncio.create_task(talk(halls, asked.messages))
        try:
            figures = await asyncio.to_thread(look, folder, halls, asked)
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)
        lost = sum(page.lost for hall in halls for page in hall.pages)
        return {**figures, "websockets_lost": lost}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.wall")
    parser.add_argument("--presses", type=int, default=120)
    parser.add_argument("--messages", type=int, default=20)
    parser.add_argument("--alone", action="store_true", help="a core each for console and nodes, before all others")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="regie-bench-") as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"
        figures = asyncio.run(run(Path(folder), asked))
    print("  ".join(f"{name} {value:.1f}" if value % 1 else f"{name} {value:.0f}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
