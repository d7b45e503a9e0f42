"""Zero wrong targets: an action binds to the row that was painted under the cursor, whatever moves meanwhile."""

from __future__ import annotations

import random

from console.model import Person
from tests.console.conftest import Node
from tests.console.desk import console
from tests.console.test_pictures import Still


async def test_rows_move_between_look_and_key_and_the_seen_one_is_muted(node: Node) -> None:
    rng = random.Random(11)
    one = await node()
    await one.open_room("daily")
    for number in range(20):
        await one.enter("daily", f"p{number:02d}", f"Guest {number:02d}")
    async with console(one, size=(100, 40)) as c:
        await c.enter_room("daily")
        table = c.desk.room_pane.table
        await c.waits(lambda: len(table.order) == 20)
        c.desk.command("sort loss desc")
        for _ in range(60):
            await c.press(rng.choice(("j", "k")), *rng.choices(("j", "k"), k=rng.randint(0, 6)))
            seen = next(line for line in c.lines() if line.startswith("▶")).split()[1:3]
            for person in rng.sample(list(c.store.people.rows.values()), 8):  # deltas and a new order before the key
                c.store.people.put(_with_loss(person, rng.uniform(0, 20)))
            table.look.now += 10
            table.reorder(table.look.now)
            before = len(one.calls)
            await c.press("m")
            await c.settle()
            acted = one.calls[before][1].participant
            assert [c.store.people.rows[("waw-01", "daily", acted)].name] == [" ".join(seen)]


def _with_loss(person: Person, loss: float) -> Person:
    fresh = Person(person.context, person.room, person.participant, person.name, tracks=person.tracks, loss=loss)
    fresh.grade = person.grade
    return fresh


async def test_the_order_is_held_after_a_cursor_key(node: Node) -> None:
    one = await node()
    for room in ("bravo", "delta"):
        await one.open_room(room)
    clock = Still()
    async with console(one, clock=clock) as c:
        table = c.desk.rooms_pane.table
        await c.press("2")
        c.desk.command("sort room")
        await c.press("j")
        await c.sees("order held")
        await one.open_room("alpha")
        await c.waits(lambda: [key[-1] for key in table.order] == ["bravo", "delta", "alpha"], "below the others")
        clock.now += 3
        await c.waits(lambda: [key[-1] for key in table.order] == ["alpha", "bravo", "delta"], "in its place")


async def test_who_leaves_under_the_cursor_stays_visible_and_cannot_be_acted_on(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "a", "Ada")
    await one.enter("daily", "b", "Bob")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Ada")
        await one.leave("daily", "a")
        await c.sees("← left")
        await c.press("K")
        await c.sees("Ada has already left; nothing was done.")
        await c.press("m")
        await c.settle()
        assert one.calls == []


async def test_a_question_keeps_its_target_when_the_cursor_row_changes(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "a", "Ada")
    await one.enter("daily", "b", "Bob")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Bob")
        await c.press("K")
        await c.sees("Remove Bob from daily")
        c.desk.room_pane.table.point_at(("waw-01", "daily", "a"))
        await c.press("y")
        await c.sees("removed: Bob")
        assert [r.participant for _, r in one.calls] == ["b"]


async def test_who_no_longer_matches_the_filter_stays_under_the_cursor(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    for name, loss in (("Ada", 9.0), ("Bob", 5.0)):
        person = await one.enter("daily", name.lower(), name)
        person.quality.loss_percent = loss
        await one.changed(person)
    async with console(one) as c:
        await c.enter_room("daily")
        c.desk.set_filter("loss>2")
        await c.point("Ada")
        await c.waits(lambda: len(c.desk.room_pane.table.order) == 2)
        person = one.people["daily", "ada"]
        person.quality.loss_percent = 0.5
        await one.changed(person)
        await c.waits(lambda: c.store.people.rows[("waw-01", "daily", "ada")].loss == 0.5)
        c.desk.room_pane.table.reorder(c.app.look.now)
        assert c.desk.room_pane.table.cursor_key == ("waw-01", "daily", "ada")
        await c.press("m")
        await c.settle()
        assert [r.participant for _, r in one.calls] == ["ada"]
