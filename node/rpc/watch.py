"""Watching: a snapshot, then what changed, and a heartbeat on each wall-clock second.

Changes are gathered for 100 ms before they are sent, so a busy room costs ten messages a second at the most, and only
the last state of each thing is in them. Heartbeats are on the second (a console then wakes once for a hundred nodes),
spread over 20 ms so that the nodes do not speak at the same instant.

Nothing is queued for a watcher: it reads the journal when the connection takes the next message. Who is slow gets
fewer, newer states; who was away too long gets a snapshot.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from typing import Final

import msgspec

from node.errors import Refused
from node.journal import Change, Journal

GATHER_S: Final = 0.1
JITTER_S: Final = (0.005, 0.02)
"""After the second. Not before 5 ms: what the node measures on the second is then in the heartbeat."""
NEAR_S: Final = 0.03
"""A change so shortly before a heartbeat goes with it."""
PER_MESSAGE: Final = 2_000
"""Things in one message: half a megabyte of participants, below the 4 MiB that clients accept."""
MAX_TOKEN: Final = 128


class Frame(msgspec.Struct, frozen=True):
    """One message to be. `position` is empty while more of the same snapshot follows."""

    snapshot: bool
    changes: Sequence[Change]
    position: str


async def watch(
    journal: Journal,
    topics: Collection[str],
    snapshot: Callable[[], Awaitable[Sequence[Change]]],
    *,
    resume: str = "",
    room: str = "",
    now: Callable[[], float] = time.time,
) -> AsyncIterator[Frame]:
    """Frames for ever. Raises BAD_REQUEST for a token that no node ever gave."""
    if len(resume) > MAX_TOKEN:
        raise Refused("BAD_REQUEST", current="resume_token", set_by="protocol")
    loop = asyncio.get_running_loop()
    jitter = random.uniform(*JITTER_S)
    position: str | None = resume
    beat = float("-inf")
    while True:
        news, looked = journal.news, loop.time()
        batch = journal.since(position, topics)
        changes = await snapshot() if batch.reset else [c for c in batch.changes if not room or c.key[1] == room]
        position = batch.position
        if batch.reset or changes or loop.time() >= beat:
            for frame in _frames(batch.reset, changes, position):
                yield frame
            at = now()
            beat = loop.time() + (int(at) + 1 - at) + jitter
        try:
            async with asyncio.timeout_at(beat):
                await news.wait()
                send = max(looked + GATHER_S, loop.time())
                await asyncio.sleep((send if send < beat - NEAR_S else beat) - loop.time())
        except TimeoutError:
            pass


def _frames(snapshot: bool, changes: Sequence[Change], position: str) -> list[Frame]:
    starts = range(0, max(len(changes), 1), PER_MESSAGE)
    return [
        Frame(
            snapshot=snapshot and start == 0,
            changes=changes[start : start + PER_MESSAGE],
            position=position if start + PER_MESSAGE >= len(changes) else "",
        )
        for start in starts
    ]
