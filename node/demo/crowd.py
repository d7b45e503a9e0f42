"""All the synthetic people of one room in one process: `python -m node.demo.crowd --people 5`, the join link on stdin.

Says on stdout, a line each, how far it is (`film 2 5`, `here 3 5`, `ready`), for whoever started it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import random
import signal
import sys
from collections.abc import Coroutine
from typing import Any

import aiohttp
import uvloop

from node.demo import loops, peer, people, tracks


class Attendee:
    """One person of the crowd."""

    def __init__(self, who: people.Person, media: loops.Loops, door: peer.Door) -> None:
        self.who = who
        self.voice = tracks.SpeechTrack(media)
        self.camera = tracks.CameraTrack(media)
        self.peer = peer.Peer(door, who.name, voice=self.voice, camera=self.camera)

    def talk(self, talking: bool) -> None:
        self.voice.talking = self.camera.talking = talking


async def arrive(attendee: Attendee) -> None:
    """Join, however long the node takes to be there; a refusal is final."""
    while True:
        try:
            return await attendee.peer.join()
        except (aiohttp.ClientError, TimeoutError):
            await asyncio.sleep(0.5)


async def take_turns(attendees: list[Attendee], chance: random.Random) -> None:
    """One speaks for some seconds, then another; now and then somebody adds a word."""
    last: Attendee | None = None
    while True:
        speaker = chance.choice([a for a in attendees if a is not last] or attendees)
        speaker.talk(True)
        await asyncio.sleep(chance.uniform(4.0, 9.0))
        if len(attendees) > 2 and chance.random() < 0.3:
            other = chance.choice([a for a in attendees if a is not speaker])
            other.talk(True)
            await asyncio.sleep(1.6)
            other.talk(False)
        speaker.talk(False)
        last = speaker
        await asyncio.sleep(chance.uniform(0.3, 1.0))


async def chatter(attendees: list[Attendee], chance: random.Random) -> None:
    """A line now and then, never two in a row by the same person."""
    last: Attendee | None = None
    number = 0
    while True:
        await asyncio.sleep(chance.uniform(2.0, 4.0) if number < 3 else chance.uniform(8.0, 20.0))
        writer = chance.choice([a for a in attendees if a is not last] or attendees)
        await writer.peer.chat(people.CHAT[number % len(people.CHAT)], f"demo-{number}")
        number, last = number + 1, writer


def say(line: str) -> None:
    print(line, flush=True)


async def run(door: peer.Door, count: int) -> int:
    """Everybody in, until SIGINT or SIGTERM or until the room ends. Returns an exit code."""
    stop = asyncio.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(wanted, stop.set)
    cast = list(people.PEOPLE[:count])
    media = await asyncio.to_thread(loops.load_all, cast, lambda done, of: say(f"film {done} {of}"))
    attendees = [Attendee(who, reel, door) for who, reel in zip(cast, media, strict=True)]
    chance = random.Random()
    try:
        for number, attendee in enumerate(attendees, 1):
            await arrive(attendee)
            say(f"here {number} {count}")
        say("ready")
        activities: list[Coroutine[Any, Any, None]] = [a.peer.stay() for a in attendees]
        activities += [take_turns(attendees, chance), chatter(attendees, chance)]
        running = [asyncio.create_task(activity) for activity in activities]
        stays = asyncio.gather(*running[: len(attendees)])
        stays.add_done_callback(lambda _: stop.set())
        await stop.wait()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, stays, return_exceptions=True)
    except peer.JoinRefused as refused:
        print(refused.refusal.get("message", {}).get("fr", str(refused)), file=sys.stderr)
        return 1
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*(a.peer.leave() for a in attendees), return_exceptions=True), 3)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="node.demo.crowd", description=__doc__)
    parser.add_argument("--people", type=int, default=5)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("aioice").setLevel(logging.ERROR)
    peer.stay_on_this_machine()
    door = peer.Door.of(sys.stdin.readline().strip())  # not an argument: whoever lists processes would read the ticket
    return uvloop.run(run(door, max(1, min(arguments.people, len(people.PEOPLE)))))


if __name__ == "__main__":
    sys.exit(main())
