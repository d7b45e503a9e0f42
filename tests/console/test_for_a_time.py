"""Muted in the chat for a time: by key, by command, as the rows say it, and taken back to what was before (R185)."""

from __future__ import annotations

import time

import pytest

from console.grammar import CommandError, parse
from console.text import seconds_of
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import FakeNode
from tests.console.test_keys_beside import one_with_people


async def at_bobs_message(one: FakeNode, c: Console) -> None:
    await one.say("daily", "Bob", "noise", participant="bob")
    await c.enter_room("daily")
    await c.sees("noise")
    await c.press("tab", "k")


async def says(c: Console, line: str) -> None:
    await c.press("colon")
    await c.type(line)
    await c.press("enter")


def asked(one: FakeNode) -> list[tuple[str, str, int]]:
    """(whom, how, for how many seconds) of every restraint that reached the node."""
    return [(r.participant, r.how, r.for_s) for name, r in one.calls if name == "RestrainParticipant"]


async def test_c_is_for_ten_minutes_says_until_when_and_is_taken_back(node: Node) -> None:
    one = await one_with_people(node)
    async with console(one, size=(160, 45)) as c:
        await at_bobs_message(one, c)
        await c.press("c")
        await c.waits(lambda: asked(one) == [("bob", "mute", 600)], "the node is asked")
        until = one.people["daily", "bob"].restrained_until.seconds
        await c.sees(f"✎ muted {time.strftime('%H:%M', time.gmtime(until))}")
        await c.press("u")
        await c.waits(lambda: asked(one)[1:] == [("bob", "", 0)], "taken back")
        await c.waits(lambda: "✎" not in c.text(), "and said so")


async def test_what_held_before_is_what_undo_puts_back(node: Node) -> None:
    """Also for as long as it would have held."""
    one = await one_with_people(node)
    await one.restrain(("daily", "bob"), "hold", 3600)
    async with console(one, size=(160, 45)) as c:
        await at_bobs_message(one, c)
        await c.sees("✎ held ")
        await c.press("c")
        await c.waits(lambda: one.people["daily", "bob"].restraint == "mute", "muted")
        await c.sees("u undo: chat of Bob")
        await c.press("u")
        await c.waits(lambda: one.people["daily", "bob"].restraint == "hold", "as it was")
        ((_, _, for_s),) = asked(one)[1:]
        assert 3500 < for_s <= 3601


@pytest.mark.parametrize(("typed", "for_s"), [("1h", 3600), ("none", 0), ("1d", 86_400)])
async def test_a_time_is_typed(node: Node, typed: str, for_s: int) -> None:
    one = await one_with_people(node)
    async with console(one, size=(120, 30)) as c:
        await at_bobs_message(one, c)
        await c.press("C")
        await c.sees("Mute Bob in chat for:")
        await c.type(typed)
        await c.press("enter")
        await c.waits(lambda: asked(one) == [("bob", "mute", for_s)], "the node is asked")


async def test_what_is_no_time_is_said_while_it_is_typed(node: Node) -> None:
    one = await one_with_people(node)
    async with console(one, size=(120, 30)) as c:
        await at_bobs_message(one, c)
        await c.press("C")
        await c.type("soon")
        await c.sees("“soon” is no time: 90s 10m 1h 1d.")
        await c.press("enter")
        assert asked(one) == []


async def test_by_command_and_the_nodes_own_limits(node: Node) -> None:
    one = await one_with_people(node)
    async with console(one, size=(160, 45)) as c:
        await c.enter_room("daily")
        await says(c, "hold Bob for:90s")
        await c.waits(lambda: asked(one) == [("bob", "hold", 90)], "the node is asked")
        await says(c, "chatmute Ada for:5s")
        await c.sees("0, 10 … 604800 s")
        await says(c, "kick Bob for:10m")
        await c.sees("“kick” does not end by itself: for: goes with chatmute hold.")
        assert [name for name, _ in one.calls if name != "RestrainParticipant"] == []


@pytest.mark.parametrize(
    ("line", "word"),
    [("chatmute . for:soon", "command.time"), ("chatmute . for:", "command.time"), ("lock for:1h", "command.no_time")],
)
def test_refusals(line: str, word: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse(line)
    assert caught.value.word == word


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10m", 600), ("1h", 3600), ("7d", 604_800), ("none", 0), ("0", 0)]
    + [(wrong, None) for wrong in ("", "10", "-1m", "1.5h", "1w", "m", "१m", "10 m", "9999999s")],
)
def test_times(text: str, seconds: int | None) -> None:
    assert seconds_of(text) == seconds
