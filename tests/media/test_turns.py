"""D1: a crowd comes in by finishing the handshakes that have begun, and does not make itself wait by asking twice."""

from __future__ import annotations

import asyncio

from node.media.turns import Turns, Waiting

HEADER = bytes(11)


async def test_what_has_begun_is_finished_before_anything_new() -> None:
    taken: list[bytes] = []
    all_taken = asyncio.Event()

    def take(_: Waiting, datagram: bytes) -> None:
        taken.append(datagram[11:])
        if len(taken) == 3:
            all_taken.set()

    turns: Turns[Waiting] = Turns(take)
    amina, boris, chloe = Waiting(), Waiting(), Waiting()
    turns.add(amina, HEADER + b"hello of Amina", begun=False)
    turns.add(boris, HEADER + b"hello of Boris", begun=False)
    turns.add(chloe, HEADER + b"Finished of Chloe", begun=True)
    async with asyncio.timeout(5):
        await all_taken.wait()
    assert taken == [b"Finished of Chloe", b"hello of Amina", b"hello of Boris"]


async def test_a_message_that_waits_is_not_queued_again_under_another_record_number() -> None:
    taken: list[bytes] = []
    again = asyncio.Event()

    def take(_: Waiting, datagram: bytes) -> None:
        taken.append(datagram)
        if len(taken) == 2:
            again.set()

    turns: Turns[Waiting] = Turns(take)
    amina = Waiting()
    turns.add(amina, bytes(10) + b"\x00" + b"hello", begun=False)
    turns.add(amina, bytes(10) + b"\x01" + b"hello", begun=False)
    await asyncio.sleep(0)
    assert taken == [bytes(11) + b"hello"] and amina.queued == ()
    # Once it was read, it may come again: the answer may have been lost.
    turns.add(amina, bytes(10) + b"\x02" + b"hello", begun=True)
    async with asyncio.timeout(5):
        await again.wait()
