"""The console looks until `W` lets it act, for a quarter of an hour (D5: no hole in reading only)."""

from __future__ import annotations

import pytest

from console.actions import ACTIONS, View
from console.arming import Arming
from console.model import Role
from tests.console.conftest import Node
from tests.console.desk import console
from tests.console.fleet import NOON
from tests.console.test_pictures import Still

WRITES = [action for action in ACTIONS if action.role > Role.VIEWER]
FIRST = "The console only looks: W arms it for 15 minutes"


def test_a_quarter_of_an_hour_and_not_a_second_more() -> None:
    arming = Arming(wanted=True)
    assert not arming.armed(1000.0)
    assert arming.press(1000.0)
    assert (arming.armed(1899.9), arming.left(1000.0), arming.left(1001.0), arming.left(1899.9)) == (True, 15, 15, 1)
    assert not arming.armed(1900.0)
    assert [arming.ran_out(at) for at in (1899.9, 1900.0, 1901.0)] == [False, True, False]
    assert arming.press(2000.0) and not arming.press(2001.0)
    assert not arming.ran_out(9999.0)  # laid down by hand: nothing runs out


def test_reading_only_is_never_armed_and_what_was_started_armed_stays_so() -> None:
    only = Arming(read_only=True, wanted=True)
    only.press(0.0)
    assert not only.armed(1.0)
    assert (Arming().armed(0.0), Arming().left(0.0)) == (True, 0)


async def test_no_action_of_any_view_reaches_the_node_before_w(node: Node) -> None:
    one = await node(role="admin")
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    await one.say("daily", "Ada", "hello")
    async with console(one, size=(120, 30), wants_arming=True) as c:
        await c.enter_room("daily")
        await c.point("Ada")
        await c.sees("admin READ-ONLY: W arms", "(m mute / lift)")
        views: tuple[View, ...] = ("room", "chat", "rooms", "nodes", "participants", "wall", "recordings", "quota")
        for view in views:
            if view == "chat":
                c.desk.show("room")
                c.desk.room_pane.chat.focus()
            else:
                c.desk.show(view)
            await c.heard()
            for action in WRITES:
                c.desk.report = None
                c.desk.do(action.id)
                await c.heard()
                assert not c.desk.bar.is_open, (view, action.id)
        for command in (
            "mute Ada",
            "kick Ada",
            "close daily",
            "muteall daily",
            "record start daily",
            "say hello",
            "end",
        ):
            c.desk.show("room")
            c.desk.command(command)
            await c.heard()
            assert not c.desk.bar.is_open, command
        await c.settle()
        assert one.calls == []


async def test_w_arms_and_w_lays_down(node: Node) -> None:
    one = await node(role="admin")
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    still = Still()  # what was done is said for some seconds: here until it was read
    async with console(one, size=(120, 30), clock=still, wall=lambda: NOON, wants_arming=True) as c:
        await c.enter_room("daily")
        await c.point("Ada")
        await c.press("m")
        await c.sees(FIRST)
        assert one.calls == []
        await c.press("W")
        await c.sees("admin ARMED 15 min", "Armed for 15 minutes")
        await c.press("m")
        await c.settle()
        assert [name for name, _ in one.calls] == ["MuteParticipant"]
        await c.press("W")
        await c.sees("READ-ONLY", "The console only looks.")
        await c.press("u", "K")
        await c.settle()
        assert [name for name, _ in one.calls] == ["MuteParticipant"]


async def test_when_the_time_is_over_it_says_so_and_acts_no_more(node: Node) -> None:
    one = await node(role="admin")
    await one.open_room("daily")
    still = Still()
    async with console(one, size=(120, 30), clock=still, wall=lambda: NOON, wants_arming=True) as c:
        await c.press("2", "W")
        await c.sees("ARMED 15 min")
        still.now += 840.5
        c.app.tick()
        await c.sees("ARMED 1 min")
        still.now += 60.0
        c.app.tick()
        await c.sees("The 15 minutes are over", "READ-ONLY")
        await c.press("X")
        await c.sees(FIRST)
        assert not c.desk.bar.is_open


@pytest.mark.parametrize(
    ("how", "said"),
    [({"read_only": True}, "start it again without --read-only"), ({}, "it was started with --armed")],
    ids=["read-only", "armed"],
)
async def test_w_where_there_is_nothing_to_arm(node: Node, how: dict[str, bool], said: str) -> None:
    one = await node()
    async with console(one, size=(120, 30), **how) as c:
        await c.press("W")
        await c.sees(said)


async def test_a_viewer_is_told_of_the_role_not_of_w(node: Node) -> None:
    one = await node(role="viewer")
    await one.open_room("daily")
    async with console(one, size=(120, 30), wants_arming=True) as c:
        await c.press("W", "2", "X")
        await c.sees("This needs the role operator; on waw-01 yours is viewer.", "READ-ONLY")
