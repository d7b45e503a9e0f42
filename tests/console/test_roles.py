"""D2: a viewer's console offers and does nothing; the node would refuse it too."""

from __future__ import annotations

from console.actions import ACTIONS, View, allowed
from console.model import Role
from tests.console.conftest import Node
from tests.console.desk import console

WRITES = [action for action in ACTIONS if action.role > Role.VIEWER]


def test_every_deed_needs_at_least_a_moderator() -> None:
    assert {action.id for action in ACTIONS if action.group == "act"} == {action.id for action in WRITES}
    assert not any(allowed(action, Role.VIEWER) for action in WRITES)


async def test_a_viewer_walks_through_every_action_of_every_view_and_the_node_hears_nothing(node: Node) -> None:
    one = await node(role="viewer")
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    await one.say("daily", "Ada", "hello")
    async with console(one) as c:
        await c.sees("viewer READ-ONLY")
        await c.enter_room("daily")
        await c.point("Ada")
        await c.sees("(m mute / lift)", "hello")
        views: tuple[View, ...] = ("chat", "room", "rooms", "nodes")
        for view in views:
            if view == "chat" or view == "room":
                await c.press("tab")
            else:
                c.desk.show(view)
            await c.waits(lambda: c.desk.pane.table.cursor_row is not None, "a row in hand")
            for action in WRITES:
                c.desk.report = None
                c.desk.do(action.id)
                await c.heard()
                assert not c.desk.bar.is_open
                if view in action.views and action.id != "undo":
                    assert "needs the role" in c.text(), f"{action.id}\n{c.text()}"
        for command in ("mute Ada", "kick Ada", "close daily", "muteall daily", "unmuteall daily"):
            c.desk.show("room")
            c.desk.command(command)
            await c.heard()
            assert not c.desk.bar.is_open
        await c.settle()
        assert one.calls == []


async def test_read_only_on_request_whatever_the_token(node: Node) -> None:
    one = await node(role="admin")
    await one.open_room("daily")
    async with console(one, read_only=True) as c:
        await c.press("2", "X")
        await c.sees("This needs the role operator; on waw-01 yours is viewer.")


async def test_the_node_enforces_what_the_console_believed(node: Node) -> None:
    one = await node(role="moderator")
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Ada")
        one.role = "viewer"
        await c.press("m")
        await c.sees("NOT_ALLOWED", "Do otherwise.")
        assert "muted by" not in c.text()
