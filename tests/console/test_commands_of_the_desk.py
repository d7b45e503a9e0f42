"""Commands that change what is shown and how: `ctx`, `set`, `-o`, `events` (console.md, grammar)."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from console.app import FRAME_SECONDS, SLOW_SECONDS
from console.grammar import CommandError, parse
from tests.console.conftest import Node
from tests.console.desk import console
from tests.console.fleet import FakeNode


async def two(node: Node) -> list[FakeNode]:
    nodes = [await node("par-01"), await node("waw-01")]
    for one in nodes:
        await one.open_room(f"room-{one.name}")
        await one.enter(f"room-{one.name}", "p1", f"Ada of {one.name}")
        await one.hold(f"room-{one.name}", "Zed", f"spam on {one.name}")
    return nodes


async def test_ctx_narrows_every_list_and_takes_it_back(node: Node) -> None:
    async with console(*await two(node), size=(118, 30)) as c:
        c.desk.command("ctx waw-01")
        for screen, seen, hidden in (
            ("1", "waw-01", "par-01"),
            ("2", "room-waw-01", "room-par-01"),
            ("3", "Ada of waw-01", "Ada of par-01"),
            ("4", "spam on waw-01", "spam on par-01"),
        ):
            await c.press(screen)
            await c.sees(seen, "@waw-01")
            tables = [line for line in c.lines()[2:-2] if hidden in line]
            assert tables == []
        c.desk.command("ctx")
        await c.sees("spam on waw-01", "spam on par-01")
        assert "@waw-01 " not in c.lines()[1]


async def test_an_unknown_context_changes_nothing(node: Node) -> None:
    async with console(*await two(node)) as c:
        c.desk.command("ctx nowhere")
        await c.sees("unknown context: nowhere", "par-01", "waw-01")
        assert c.app.look.context == ""


async def test_o_shows_the_list_and_asks_for_its_file(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with console(*await two(node), size=(118, 30)) as c:
        c.desk.command("rooms -o json waw")
        await c.waits(lambda: c.desk.bar.is_open, "asks where to")
        assert c.desk.bar.entry.value.endswith(".json")
        await c.press("enter")
        await c.settle()
        await c.sees("1 row in")
        (file,) = await asyncio.to_thread(lambda: list(tmp_path.iterdir()))
        assert [row["room"] for row in json.loads(file.read_text("utf-8"))] == ["room-waw-01"]


async def test_o_is_refused_where_there_is_no_list_and_of_a_form_that_is_not_known(node: Node) -> None:
    nodes = await two(node)
    async with console(*nodes) as c:
        await c.press("2")
        c.desk.command("close room-waw-01 -o csv")
        await c.sees("“close” shows no list")
        assert not c.desk.bar.is_open
        c.desk.command("rooms -o pdf")
        await c.sees("“pdf” is no form: csv json")
        assert all(one.calls == [] for one in nodes)


def test_o_is_a_letter_of_what_is_said_and_of_a_reason() -> None:
    said = parse("say use -o csv please")
    assert said is not None and said.targets == ("use -o csv please",) and said.form == ""
    reason = parse("close hall -r the -o option")
    assert reason is not None and reason.reason == "the -o option" and reason.form == ""
    both = parse("rooms -o csv town*")
    assert both is not None and (both.rest, both.form) == ("town*", "csv")
    with pytest.raises(CommandError):
        parse("rooms -o")


async def test_set_slow_is_one_frame_a_second_until_it_is_off(node: Node) -> None:
    async with console(*await two(node)) as c:
        c.desk.command("set slow on")
        await c.sees("slow: on")
        assert c.app._period == SLOW_SECONDS
        c.desk.command("set slow off")
        await c.sees("slow: off")
        assert c.app._period == FRAME_SECONDS


async def test_set_says_what_can_be_set(node: Node) -> None:
    async with console(*await two(node)) as c:
        c.desk.command("set colour on")
        await c.sees("“colour” is nothing to set: mouse slow")
        c.desk.command("set mouse maybe")
        await c.sees("“maybe” is neither on nor off.")


async def test_events_are_the_records(node: Node) -> None:
    async with console(*await two(node)) as c:
        c.desk.command("events")
        assert c.desk.pane is c.desk.audit_pane
