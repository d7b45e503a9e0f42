"""What a hundred nodes say on the second is folded with rests in between, in which a key is seen (D5)."""

from __future__ import annotations

import asyncio

import pytest

from console.client.turns import Turns
from console.pacing import AT_A_TIME, REST, Pace


def test_little_is_folded_at_once() -> None:
    pace, now = Pace(), 100.0
    for _ in range(3):
        assert pace.rest(now) == 0
        pace.done(now, now + AT_A_TIME / 4)
        now += AT_A_TIME / 4
    assert pace.rest(now) == 0


def test_after_a_while_of_work_there_is_a_rest_and_then_as_much_again() -> None:
    pace, now = Pace(), 100.0
    for _ in range(3):
        assert pace.rest(now) == 0
        pace.done(now, now + 1.1 * AT_A_TIME)
        now += 1.1 * AT_A_TIME
        assert pace.rest(now) == REST
        now += REST


def test_a_quiet_moment_is_a_rest() -> None:
    pace = Pace()
    pace.done(100.0, 100.0 + 1.1 * AT_A_TIME)
    assert pace.rest(100.0 + AT_A_TIME + 2 * REST) == 0


class Day:
    """A clock that moves when somebody works or rests."""

    def __init__(self) -> None:
        self.now = 100.0
        self.rests: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.now += seconds


async def test_nodes_fold_one_after_the_other_and_rest_in_between() -> None:
    day, told = Day(), []
    turns = Turns(lambda: day.now, day.sleep)

    async def node(name: str) -> None:
        async with turns:
            told.append(f"{name} begins")
            await asyncio.sleep(0)
            day.now += AT_A_TIME * 0.6
            told.append(f"{name} ends")

    await asyncio.gather(*(node(name) for name in "abcde"))
    assert told == [f"{name} {what}" for name in "abcde" for what in ("begins", "ends")]
    assert day.rests == [REST, REST], "after b and after d"


async def test_who_leaves_during_a_rest_lets_the_next_one_in() -> None:
    day, at_rest, over = Day(), asyncio.Event(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        at_rest.set()
        await over.wait()

    turns = Turns(lambda: day.now, sleep)
    async with turns:
        day.now += 1.1 * AT_A_TIME

    async def node() -> None:
        async with turns:
            raise AssertionError("it was cancelled before its turn")

    leaving = asyncio.create_task(node())
    await at_rest.wait()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    async with turns:  # a rest was taken, whoever it was
        day.now += AT_A_TIME * 0.6
