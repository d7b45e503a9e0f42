"""Ban, back to the lobby, and who waits before a door: by key, by command, with the way back (R177, D4)."""

from __future__ import annotations

from tests.console.conftest import Node
from tests.console.desk import console


async def test_a_ban_wants_a_yes_and_a_reason_and_u_lifts_it(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "zed", "Zed")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Zed")
        await c.press("B")
        await c.sees("Ban Zed from daily")
        assert one.calls == []
        await c.press("y")
        await c.press("enter")
        await c.sees("a reason is needed")
        await c.type("insults")
        await c.press("enter")
        await c.settle()
        await c.sees("banned: Zed")
        ((method, request),) = one.calls
        assert (method, request.participant, request.reason) == ("BanParticipant", "zed", "insults")
        await c.press("u")
        await c.settle()
        assert (one.calls[-1][0], one.calls[-1][1].participant, one.bans) == ("LiftBan", "zed", {})


async def test_somebody_goes_to_the_lobby_and_is_let_in_from_the_wall(node: Node) -> None:
    """D4: one who waits is let in or turned away, not only all of them."""
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "zed", "Zed")
    await one.knock("daily", "w1", "Mallory")
    async with console(one, size=(118, 30)) as c:
        await c.enter_room("daily")
        await c.point("Zed")
        await c.press("t", "y")
        await c.settle()
        assert [(name, request.participant) for name, request in one.calls] == [("SendToLobby", "zed")]
        await c.press("4")
        await c.sees("→ waits", "Zed", "Mallory")
        assert c.desk.wall_pane.table.point_at(("waw-01", "daily", "waiter", "w_zed"))
        await c.press("a")
        await c.settle()
        assert (one.calls[-1][0], list(one.calls[-1][1].participants)) == ("AdmitWaiters", ["w_zed"])
        assert c.desk.wall_pane.table.point_at(("waw-01", "daily", "waiter", "w1"))
        await c.press("d")
        await c.sees("Turn Mallory away from daily")
        await c.press("y")
        await c.settle()
        assert (one.calls[-1][0], list(one.calls[-1][1].participants)) == ("RefuseWaiters", ["w1"])
        await c.waits(lambda: not one.waiters and not len(c.store.tasks), "nobody waits")


async def test_the_author_of_what_is_held_is_banned_from_the_wall(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "zed", "Zed")
    await one.hold("daily", "Zed", "rude", participant="zed")
    async with console(one, size=(118, 30)) as c:
        await c.press("4")
        await c.sees("rude")
        await c.waits(lambda: ("waw-01", "daily", "zed") in c.store.people.rows, "the author is here")
        await c.press("B", "y")
        await c.type("rude")
        await c.press("enter")
        await c.settle()
        assert [(name, r.participant, r.reason) for name, r in one.calls] == [("BanParticipant", "zed", "rude")]


async def test_commands_say_the_same(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "zed", "Zed")
    await one.enter("daily", "ada", "Ada")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Zed")
        c.desk.command("tolobby Ada")
        await c.press("y")
        c.desk.command("ban Zed -r insults")
        await c.press("y")
        await c.settle()
        c.desk.command("unban zed")
        await c.settle()
        assert [(name, r.participant) for name, r in one.calls] == [
            ("SendToLobby", "ada"),
            ("BanParticipant", "zed"),
            ("LiftBan", "zed"),
        ]


async def test_who_only_looks_bans_nobody(node: Node) -> None:
    one = await node(role="viewer")
    await one.open_room("daily")
    await one.enter("daily", "zed", "Zed")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Zed")
        for key in "Bt":
            await c.press(key)
            await c.sees("needs the role")
        assert one.calls == []
