"""R182, R185: what needs a person, over all nodes, in one list; nobody acts twice, and nothing is lost."""

from __future__ import annotations

import time

from console.screens.deciding import READ_S
from tests.console.conftest import Node
from tests.console.desk import console
from tests.console.test_away import Clock


async def test_held_and_reported_messages_hands_doors_and_cover_of_all_nodes_are_one_list(node: Node) -> None:
    par, waw = await node("par-01"), await node("waw-01")
    for one in (par, waw):
        await one.open_room("daily")
    await par.hold("daily", "Zed", "buy cheap followers")
    await waw.hold("daily", "Noé", "rude words", kind="report")
    await waw.knock("daily", "w1", "Mallory")
    person = await par.enter("daily", "ada", "Ada")
    person.hand.FromSeconds(int(time.time()) - 300)
    await par.changed(person)
    par.rooms["daily"].cover = "hold"
    await par.tell("room", "daily", par.rooms["daily"])
    async with console(par, waw, size=(118, 30)) as c:
        await c.press("4")
        await c.sees("buy cheap followers", "! reported", "→ at the door", "✋ hand", "▲ cover", "[4 Wall(6)]")
        kinds = [key[2] for key in c.desk.wall_pane.table.order]
        assert kinds == ["report", "held", "cover", "lobby", "waiter", "hand"]


async def test_noise_and_failing_speakers_come_after_their_time(node: Node) -> None:
    from protos.participants.v1 import participants_pb2

    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "kettle", "Noisy Kettle", level=30)
    poor = participants_pb2.Quality(loss_percent=20, grade="GRADE_POOR")
    await one.enter("daily", "host", "Ada", role="host", quality=poor)
    wall = Clock()
    async with console(one, size=(118, 30), wall=lambda: 1_795_263_000 + wall()) as c:
        await c.press("4")
        await c.waits(lambda: len(c.store.people) == 2, "people")
        await c.waits(lambda: len(c.store._wall._since) == 2, "both are heard")
        assert not c.store.tasks.rows
        wall.ahead += 30
        await c.sees("♪ noise", "✗ failing", "Noisy Kettle")
        assert c.desk.wall_pane.table.point_at(("waw-01", "daily", "noisy", "kettle"))
        await c.press("m")
        await c.settle()
        assert [(name, request.participant) for name, request in one.calls] == [("MuteParticipant", "kettle")]


async def test_what_is_approved_or_declined_is_gone_and_the_node_was_asked_once(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    for text in ("first", "second"):
        await one.hold("daily", "Zed", text)
    clock = Clock()
    async with console(one, size=(118, 30), clock=clock) as c:
        await c.press("4")
        await c.sees("first", "second")
        first, second = c.desk.wall_pane.table.order
        c.desk.wall_pane.table.point_at(first)
        await c.press("a")
        await c.settle()
        c.desk.wall_pane.table.point_at(first)
        await c.press("a")  # the same row, which lingers: it is done
        await c.sees("That is not for this row.")
        now = c.app.look.now
        clock.ahead += 1
        await c.waits(lambda: c.app.look.now > now + READ_S, "it has been read")
        c.desk.wall_pane.table.point_at(second)
        await c.press("d")
        await c.settle()
        assert [(r.item, r.verdict) for _, r in one.calls] == [("i00001", "approve"), ("i00002", "decline")]
        await c.waits(lambda: not len(c.store.tasks), "empty")


async def test_two_operators_never_decide_the_same(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    item = await one.hold("daily", "Zed", "first")
    item.claimed_by = "bruno"
    await one.tell("item", "daily", item)
    async with console(one, size=(118, 30)) as c:
        await c.press("4")
        await c.sees("◐ bruno")
        await c.press("a")
        await c.sees("Already claimed by bruno; nothing was done.")
        assert one.calls == []
        item.claimed_by = ""
        await one.tell("item", "daily", item)
        await c.waits(lambda: "bruno" not in c.text() or "Already" in c.text(), "given back")
        await c.waits(lambda: not c.desk.wall_pane.row.claimed_by, "free")  # type: ignore[union-attr]
        item.claimed_by = "bruno"  # a moment before our key: the node has the last word
        await c.press("a")
        await c.settle()
        await c.sees("ITEM_CLAIMED")
        assert not item.verdict


async def test_a_claim_is_seen_and_given_back_with_undo(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    item = await one.hold("daily", "Zed", "first")
    async with console(one, size=(118, 30)) as c:
        await c.press("4")
        await c.sees("first")
        await c.press("c")
        await c.sees("● you")
        assert item.claimed_by == "anna"
        await c.press("u")
        await c.settle()
        assert item.claimed_by == ""


async def test_nothing_is_lost_when_a_node_drops_and_returns(node: Node) -> None:
    clock = Clock()
    here, away = await node("par-01"), await node("waw-01")
    for one in (here, away):
        await one.open_room("daily")
        await one.hold("daily", "Zed", f"from {one.name}")
    async with console(here, away, size=(118, 30), clock=clock) as c:
        await c.press("4")
        await c.sees("from par-01", "from waw-01")
        await away.stop()
        clock.ahead += 11
        await c.sees("✗ DOWN", "from waw-01")
        await away.hold("daily", "Zed", "meanwhile")
        await away.start()
        await c.sees("meanwhile", "from waw-01")


async def test_whose_an_item_is_is_seen_at_eighty_columns(node: Node) -> None:
    """D4: else two would turn to the same one over a narrow terminal."""
    one = await node()
    await one.open_room("daily")
    item = await one.hold("daily", "Zed", "buy cheap followers")
    item.claimed_by = "bruno"
    await one.tell("item", "daily", item)
    async with console(one, size=(80, 24)) as c:
        await c.press("4")
        await c.sees("◐ bruno", "CLAIMED", "buy cheap")
