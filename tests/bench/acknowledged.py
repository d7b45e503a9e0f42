"""An operator's mute on a real node: `python -m tests.bench.acknowledged [--presses 120] [--alone]`.

A node with its plane, somebody who talks (WebRTC, 50 packets of sound a second) and somebody who hears them, in a
process of their own; `regie console` in a pseudo-terminal. `m` is pressed on who talks: the time until the
acknowledgement is painted, and the packets that the receiver got from them after that. None may come: the
acknowledgement is the plane's own. Then it is taken back (`u`), and the next press waits until the sound is back. The
target is 100 ms at p99, and not one packet later than the acknowledgement.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from node.demo import people
from node.demo.peer import stay_on_this_machine
from tests.bench.console import Terminal, percentile, placed
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, Room, until

TALKS, HEARS = "Amina", "Jean"
LISTENED_S: Final = 0.3
"""After the acknowledgement: fifteen packets that must not come."""
BACK_S: Final = 20.0
ON_ITS_WAY_S: Final = 0.005
"""A packet that left the plane before may be so long on its way through the kernel and the receiver."""


async def _audience(room: Room, questions: Connection) -> None:
    talks = Listener(room.participant, TALKS, person=people.PEOPLE[0], hears=0, sees=0)
    hears = Listener(room.participant, HEARS, hears=2, sees=0)
    await talks.enter()
    talks.talk()
    await hears.enter()
    await until(lambda: hears.packets("audio") > 20, 30, "the voice arrives")
    questions.send("ready")
    while (since := await asyncio.to_thread(questions.recv)) is not None:
        questions.send([moment for stream in hears.of("audio") for moment in stream.times if moment >= since])
    for person in (talks, hears):
        await person.exit()


def audience(room: Room, questions: Connection) -> None:
    stay_on_this_machine()
    asyncio.run(_audience(room, questions))


class Sound:
    """What the receiver got."""

    def __init__(self, room: Room) -> None:
        self._questions, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self._process = context.Process(target=audience, args=(room, theirs), daemon=True)
        self._process.start()
        if self._questions.recv() != "ready":
            raise RuntimeError("nobody is heard")

    def since(self, moment: float) -> list[float]:
        """When packets of sound came since then; `time.monotonic()` is one clock for all processes."""
        self._questions.send(moment)
        times: list[float] = self._questions.recv()
        return times

    def stop(self) -> None:
        self._questions.send(None)
        self._process.join(10)


def presses(terminal: Terminal, sound: Sound, count: int) -> dict[str, float]:
    """ms from the key to the painted acknowledgement, and what still came after it."""
    acknowledged: list[float] = []
    last: list[float] = []
    late = 0
    for number in range(count):
        terminal.drain(0.05 + 0.037 * (number % 11))  # at any moment of the node's second
        pressed = time.monotonic()
        terminal.write("m")
        painted = pressed + terminal.sees(f"microphone blocked: {TALKS}", "ack ")
        acknowledged.append(1000 * (painted - pressed))
        terminal.drain(LISTENED_S)
        came = sound.since(pressed)
        last.append(1000 * (max(came, default=pressed) - pressed))
        late += sum(moment > painted + ON_ITS_WAY_S for moment in came)
        lifted = time.monotonic()
        terminal.write("u")
        terminal.sees("undone")
        while len(sound.since(lifted)) < 5:
            if time.monotonic() - lifted > BACK_S:
                raise TimeoutError("the sound did not come back")
            terminal.drain(0.1)
    return {
        "presses": count,
        "painted_p50_ms": percentile(acknowledged, 0.5),
        "painted_p99_ms": percentile(acknowledged, 0.99),
        "painted_most_ms": max(acknowledged),
        "last_packet_p50_ms": percentile(last, 0.5),
        "last_packet_most_ms": max(last),
        "packets_after_it": late,
    }


def measure(room: Room, folder: Path, asked: argparse.Namespace) -> dict[str, float]:
    with placed(1, alone=asked.alone):
        sound = Sound(room)
    try:
        with placed(0, alone=asked.alone):
            contexts = folder / "contexts.toml"
            warm = Terminal(contexts)  # compiles
            warm.drain(3)
            warm.stop()
            terminal = Terminal(contexts)
            try:
                terminal.sees("Régie")
                terminal.sees("● 1 ok")
                terminal.write("2")
                terminal.sees("1/1")
                terminal.write("\r")
                terminal.sees(TALKS, HEARS)
                terminal.write("W")
                terminal.sees("ARMED")
                terminal.types("g")
                return presses(terminal, sound, asked.presses)
            finally:
                terminal.stop()
    finally:
        sound.stop()


async def run(asked: argparse.Namespace, folder: Path) -> dict[str, float]:
    machine = Machine(folder)
    try:
        with placed(1, alone=asked.alone):
            await machine.start()
        room = await machine.room()
        return await asyncio.to_thread(measure, room, folder, asked)
    finally:
        await machine.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.acknowledged")
    parser.add_argument("--presses", type=int, default=120)
    parser.add_argument("--alone", action="store_true", help="a core each for console and node, before all others")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="regie-bench-") as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"
        figures = asyncio.run(run(asked, Path(folder)))
    print("  ".join(f"{name} {value:.1f}" if value % 1 else f"{name} {value:.0f}" for name, value in figures.items()))
    if figures["packets_after_it"]:
        raise SystemExit("the acknowledgement was painted, and sound still came")


if __name__ == "__main__":
    main()
