"""D4, R049: the people of all nodes in one list: found, marked, acted on, with a result for each and the way back."""

from __future__ import annotations

import grpc

from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.fleet import FakeNode, refusal


async def two(node: Node) -> tuple[FakeNode, FakeNode]:
    """Two nodes that both have a room `daily`, with two people each."""
    par, waw = await node("par-01"), await node("waw-01")
    for one, names in ((par, ("Ada", "Bob")), (waw, ("Zoé", "Yuki"))):
        await one.open_room("daily")
        for name in names:
            await one.enter("daily", name.lower(), name)
    return par, waw


async def everybody(c: Console, count: int) -> None:
    await c.press("3")
    await c.waits(lambda: len(c.desk.participants_pane.table.order) == count, "everybody")


def asked(one: FakeNode, method: str) -> list[str]:
    return [request.participant for name, request in one.calls if name == method]


async def test_people_of_all_nodes_are_one_list_and_a_marked_set_is_muted_and_undone(node: Node) -> None:
    par, waw = await two(node)
    async with console(par, waw, size=(120, 30)) as c:
        await everybody(c, 4)
        await c.sees("Ada", "Zoé", "par-01", "waw-01", "[3 People]")
        c.desk.set_filter("node:waw* | name:Ada")
        await c.press("*", "m")
        await c.settle()
        assert asked(par, "MuteParticipant") == ["ada"]
        assert sorted(asked(waw, "MuteParticipant")) == ["yuki", "zoé"]
        await c.sees("microphone blocked: 3 people")
        await c.press("u")
        await c.settle()
        assert asked(par, "UnmuteParticipant") == ["ada"]
        assert sorted(asked(waw, "UnmuteParticipant")) == ["yuki", "zoé"]


async def test_each_target_has_its_result(node: Node) -> None:
    par, waw = await two(node)
    waw.refuse["MuteParticipant"] = (grpc.StatusCode.FAILED_PRECONDITION, refusal("ROOM_CLOSED"))
    async with console(par, waw, size=(140, 30)) as c:
        await everybody(c, 4)
        await c.press("*", "m")
        await c.settle()
        await c.sees("2 done, 2 refused")
        await c.press("o")
        await c.sees("par-01 › daily › ada", "✓ done", "waw-01 › daily › zoé", "ROOM_CLOSED")
        await c.press("q")
        await c.sees("[3 People]")


async def test_camera_screen_and_hand_of_whom_the_cursor_is_on(node: Node) -> None:
    par, waw = await two(node)
    par.people["daily", "ada"].hand.FromSeconds(1_795_262_400)
    async with console(par, waw, size=(120, 30)) as c:
        await everybody(c, 4)
        assert c.desk.participants_pane.table.point_at(("par-01", "daily", "ada"))
        await c.press("C")
        await c.settle()
        assert [list(r.sources) for m, r in par.calls if m == "MuteParticipant"] == [["camera"]]
        await c.press("H")
        await c.settle()
        assert asked(par, "LowerHand") == ["ada"]
        await c.press("x")
        await c.sees("Ada shows nothing of the kind.")


async def test_a_person_on_any_node_is_found_from_anywhere_and_their_quality_shown(node: Node) -> None:
    par, waw = await two(node)
    async with console(par, waw, size=(120, 30)) as c:
        await c.press("F")
        await c.type("yuk")
        await c.press("enter")
        await c.waits(lambda: c.desk.participants_pane.table.order == [("waw-01", "daily", "yuki")], "found")
        await c.waits(lambda: c.desk.participants_pane.table.cursor_row is not None, "row")
        await c.press("enter")
        await c.sees("Yuki", "waw-01")


async def test_a_viewer_of_one_node_changes_nothing_on_any(node: Node) -> None:
    par, waw = await node("par-01"), await node("waw-01", role="viewer")
    for one in (par, waw):
        await one.open_room("daily")
        await one.enter("daily", "a", "Ada")
    async with console(par, waw, size=(120, 30)) as c:
        await everybody(c, 2)
        await c.press("*", "m")
        await c.settle()
        assert par.calls == [] and waw.calls == []


async def test_read_only_does_nothing(node: Node) -> None:
    """R: a read-only console has no key that acts."""
    par, waw = await two(node)
    async with console(par, waw, size=(120, 30), read_only=True) as c:
        await everybody(c, 4)
        await c.press("*")
        for key in ("m", "C", "x", "H", "K", "b"):
            await c.press(key)
        for line in ("mute *", "hold .", "kick ."):
            c.desk.command(line)
        for screen, keys in (("2", "MUAX"), ("4", "acdmHAK"), ("1", "Db"), ("7", "c")):
            await c.press(screen, *keys)
        await c.settle()
        assert par.calls == [] and waw.calls == []


async def test_more_than_twenty_five_want_their_number_typed(node: Node) -> None:
    par, waw = await node("par-01"), await node("waw-01")
    for one in (par, waw):
        await one.open_room("daily")
        for number in range(15):
            await one.enter("daily", f"p{number:02d}", f"Guest {number:02d}")
    async with console(par, waw, size=(120, 30)) as c:
        await everybody(c, 30)
        await c.press("*", "m")
        await c.sees("30 people")
        await c.type("30")
        await c.press("enter")
        await c.type("noise")
        await c.press("enter")
        await c.settle()
        assert len(asked(par, "MuteParticipant")) == len(asked(waw, "MuteParticipant")) == 15
        assert {request.reason for _, request in par.calls} == {"noise"}


async def test_settings_of_the_room_in_hand_and_the_way_back(node: Node) -> None:
    par, waw = await two(node)
    async with console(par, waw, size=(120, 30)) as c:
        await c.enter_room("daily")
        for line in ("flags lock_camera=on", "slow 10", "lobby on", "extend 15"):
            c.desk.command(line)
            await c.settle()
        assert [name for name, _ in par.calls] == ["SetFlags", "SetSettings", "SetLobby", "ExtendRoom"]
        assert par.flags["daily"].lock_camera and par.settings["daily"].slow_s == 10
        await c.press("u", "u", "u")
        await c.settle()
        assert not par.flags["daily"].lock_camera and par.settings["daily"].slow_s == 0
        c.desk.command("flags lock_roof=on")
        await c.sees("Unknown flag")
        assert waw.calls == []
