"""What a command or a key is for is what it names and what is seen: no node by half a name, no pattern for a host, no
cap for who is hidden, no undo of what somebody else did (D4, D5)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from protos.flags.v1 import flags_pb2
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import FakeNode
from tests.console.test_ctl import Regie, regie, waw

__all__ = ["regie", "waw"]


def asked(one: FakeNode, method: str) -> list[str]:
    return [request.participant for name, request in one.calls if name == method]


async def hall(node: Node, name: str = "waw-01", people: int = 4) -> FakeNode:
    one = await node(name)
    await one.open_room("daily")
    await one.enter("daily", "host", "Hanna", role="host")
    for number in range(people):
        await one.enter("daily", f"p{number:02d}", f"Guest {number:02d}")
    return one


async def inside(c: Console, people: int) -> None:
    await c.enter_room("daily")
    await c.waits(lambda: len(c.desk.room_pane.table.order) == people, "everybody")


async def test_two_nodes_of_one_name_are_told_apart_by_their_context(node: Node) -> None:
    good, evil = await node("par-01"), await node("evil")
    async with console(good, evil, size=(118, 30)) as c:
        evil.name = "par-01"
        await c.waits(lambda: ("evil", "par-01") in c.store.nodes.rows, "both say the same")
        c.desk.command("drain par-01 5 -r test")
        assert c.desk.bar._question is not None and c.desk.bar._question.expected == "par-01"
        await c.type("par-01")
        await c.press("enter")
        await c.settle()
        assert [name for name, _ in good.calls] == ["StartDrain"] and evil.calls == []


async def test_a_narrowed_list_is_of_that_context_whatever_was_entered_before(node: Node) -> None:
    par, waw = await hall(node, "par-01"), await hall(node, "waw-01")
    async with console(par, waw, size=(118, 30)) as c:
        c.desk.nodes_pane.table.point_at(("par-01", "par-01"))
        await c.press("enter")
        c.desk.command("ctx waw-01")
        assert {key[0] for key in c.desk.rooms_pane.table.order} == {"waw-01"}
        c.desk.command("@par-01 rooms")
        await c.sees("the lists show @waw-01 alone, not @par-01")
        assert {key[0] for key in c.desk.rooms_pane.table.order} == {"waw-01"}


async def test_a_cap_is_for_those_who_are_seen_and_above_twenty_five_it_is_asked(node: Node) -> None:
    one = await hall(node, people=30)
    async with console(one, size=(118, 40)) as c:
        await inside(c, 31)
        await c.press("*")
        c.desk.set_filter("name:nobody")
        await c.press("b")
        assert not c.desk.bar.is_open
        c.desk.set_filter("")
        await c.press("b")
        await c.type("2M")
        await c.press("enter")
        await c.sees("Cap 30 people at 2M?", "type 30")
        await c.type("30")
        await c.press("enter")
        await c.type("narrow line")
        await c.press("enter")
        await c.settle()
        assert len(one.calls) == 30 and "host" not in {request.participant for _, request in one.calls}


async def test_a_pattern_is_no_hosts_name_and_one_name_of_two_is_asked_back(node: Node) -> None:
    one = await hall(node)
    await one.enter("daily", "p90", "Guest 00")
    async with console(one, size=(118, 30)) as c:
        await inside(c, 6)
        c.desk.command("mute *a*")
        await c.sees("nothing here is called “*a*”")
        c.desk.command("mute participant:*")
        await c.settle()
        assert sorted(asked(one, "MuteParticipant")) == ["p00", "p01", "p02", "p03", "p90"]
        one.calls.clear()
        c.desk.command('kick "Guest 00"')
        await c.sees("several people are called “Guest 00”; say which: p00 p90")
        assert not c.desk.bar.is_open


async def test_marks_are_not_counted_in_a_question_about_somebody_else(node: Node) -> None:
    one = await hall(node)
    async with console(one, size=(118, 30)) as c:
        await inside(c, 5)
        await c.point("Guest 00")
        await c.press("space", "space")
        c.desk.command("kick p03")
        await c.sees("Remove Guest 03 from daily")
        assert "marked," not in c.text()


async def test_undo_leaves_a_door_locked_that_was_locked_before(node: Node) -> None:
    one = await hall(node)
    one.flags["daily"] = flags_pb2.Flags(lock_door=True)
    async with console(one, size=(118, 30)) as c:
        await inside(c, 5)
        await c.press("L")
        await c.settle()
        await c.press("u")
        await c.settle()
        assert one.flags["daily"].lock_door


async def test_a_list_that_is_only_now_asked_for_is_written_when_it_is_there(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one = await hall(node)
    async with console(one, size=(118, 30)) as c:
        c.desk.command("participants role:host -o csv")
        await c.waits(lambda: c.desk.bar.is_open, "asks where to")
        await c.sees("Export 1 row to")


async def test_words_that_mean_nothing_are_refused_and_not_passed_over(node: Node) -> None:
    one = await hall(node)
    async with console(one, size=(118, 30)) as c:
        for line, said in (
            ("lang de", "“de” is no language: fr en"),
            ("lang", "“” is no language"),
            ("set mouse off now", "“now” is too much behind set."),
            ("ctx waw-01 par-01", "“par-01” is too much behind ctx."),
            ("undo 3", "“3” is too much behind undo."),
        ):
            c.desk.command(line)
            await c.sees(said)
        assert c.app.look.context == ""


async def test_the_name_of_the_column_in_hand_is_whole_at_eighty_columns(node: Node) -> None:
    async with console(await hall(node), size=(80, 24)) as c:
        for _ in range(6):
            await c.press("l")
        assert "[LEFT]" in c.lines()[1]


async def test_more_than_a_few_are_claimed_only_when_their_number_is_typed(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    for number in range(26):
        await one.hold("daily", "Zed", f"spam {number}")
    async with console(one, size=(118, 40)) as c:
        await c.press("4")
        await c.waits(lambda: len(c.desk.wall_pane.table.order) == 26, "all of them")
        await c.press("*", "c")
        await c.settle()
        assert one.calls == []
        await c.sees("Claim 26 rows? (26 marked, 26 match, 0 hidden")


def test_what_asks_for_no_reason_is_foretold_too_and_a_drain_without_consent(regie: Regie, waw: FakeNode) -> None:
    code, out, err = regie("rooms", "create", "Town hall", "--dry-run", "-o", "json")
    assert code == 0, err
    assert json.loads(out)[0]["call"] == "CreateRoom"
    code, out, err = regie("nodes", "drain", "start", "--minutes", "5", "--dry-run", "-o", "json")
    assert code == 0, err
    assert not [name for name, request in waw.calls if hasattr(request, "request_id")]


def test_a_word_that_is_none_is_refused_where_there_is_nothing(regie: Regie) -> None:
    code, _, err = regie("events", "list", "-c", "waw", "-f", "nosuch=1")
    assert code == 2 and "nosuch" in err
