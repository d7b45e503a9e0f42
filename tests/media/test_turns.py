"""D1: a crowd comes in by finishing the handshakes that have begun, and does not make itself wait by asking twice."""

from __future__ import annotations

import asyncio

from node.media.turns import MAX_UNDER_WAY, STALLED_S, Turns, Waiting

HEADER = bytes(11)


async def test_what_has_begun_is_finished_before_anything_new() -> None:
    taken: list[bytes] = []
    all_taken = asyncio.Event()

    def take(_: Waiting, datagram: bytes) -> bool:
        taken.append(datagram[11:])
        if len(taken) == 3:
            all_taken.set()
        return False

    turns: Turns[Waiting] = Turns(take)
    amina, boris, chloe = Waiting(), Waiting(), Waiting()
    turns.add(amina, HEADER + b"hello of Amina", begun=False)
    turns.add(boris, HEADER + b"hello of Boris", begun=False)
    turns.add(chloe, HEADER + b"Finished of Chloe", begun=True)
    async with asyncio.timeout(30):
        await all_taken.wait()
    assert taken == [b"Finished of Chloe", b"hello of Amina", b"hello of Boris"]


async def test_a_message_that_waits_is_not_queued_again_under_another_record_number() -> None:
    taken: list[bytes] = []
    again = asyncio.Event()

    def take(_: Waiting, datagram: bytes) -> bool:
        taken.append(datagram)
        if len(taken) == 2:
            again.set()
        return True

    turns: Turns[Waiting] = Turns(take)
    amina = Waiting()
    turns.add(amina, bytes(10) + b"\x00" + b"hello", begun=False)
    turns.add(amina, bytes(10) + b"\x01" + b"hello", begun=False)
    await asyncio.sleep(0)
    assert taken == [bytes(11) + b"hello"] and amina.queued == ()
    # Once it was read, it may come again: the answer may have been lost.
    turns.add(amina, bytes(10) + b"\x02" + b"hello", begun=True)
    async with asyncio.timeout(30):
        await again.wait()


class Crowd:
    """Twice as many as may begin at a time, each with a hello; who has said Finished is in."""

    def __init__(self) -> None:
        self.now = 0.0
        self.begun: list[Waiting] = []
        self.all_begun = asyncio.Event()
        self.people = [Waiting() for _ in range(2 * MAX_UNDER_WAY)]
        self.turns: Turns[Waiting] = Turns(self.take, now=lambda: self.now)
        for person in self.people:
            self.turns.add(person, HEADER + b"hello", begun=False)

    def take(self, session: Waiting, datagram: bytes) -> bool:
        if datagram.endswith(b"hello"):
            self.begun.append(session)
            if len(self.begun) == len(self.people):
                self.all_begun.set()
            return True
        return False

    async def settle(self) -> None:
        """Until nothing more happens by itself; a slice of work may end early on a busy machine."""
        seen = -1
        while seen != len(self.begun):
            seen = len(self.begun)
            for _ in range(20):
                await asyncio.sleep(0)


async def test_only_so_many_handshakes_are_under_way_and_the_next_begins_when_one_ends() -> None:
    crowd = Crowd()
    await crowd.settle()
    assert crowd.begun == crowd.people[:MAX_UNDER_WAY]
    crowd.turns.add(crowd.people[7], HEADER + b"Finished", begun=True)
    await crowd.settle()
    assert crowd.begun == crowd.people[: MAX_UNDER_WAY + 1]


async def test_who_never_finishes_keeps_nobody_waiting_for_long() -> None:
    crowd = Crowd()
    await crowd.settle()
    crowd.now = STALLED_S
    async with asyncio.timeout(max(30, 10 * STALLED_S)):
        await crowd.all_begun.wait()
    assert crowd.begun == crowd.people
