"""Hands, reactions and cover over real WebSockets."""

from __future__ import annotations

from node.features.hands.rules import Raise
from tests.web.house import OPERATOR, House


async def test_hands_are_told_in_their_order_to_all_and_to_who_comes_later(home: House) -> None:
    """R155."""
    room, tickets = await home.create()
    host = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    await bruno.send(type="hand", up=True)
    assert [hand["participant"] for hand in (await amina.until("hands"))["hands"]] == [bruno.id]
    home.clock.time += 1
    await amina.send(type="hand", up=True)
    assert [hand["participant"] for hand in (await amina.until("hands"))["hands"]] == [bruno.id, amina.id]
    chloe = await home.person(room.room, tickets["participant"], "Chloé")
    assert [hand["participant"] for hand in chloe.seen[0]["hands"]] == [bruno.id, amina.id]
    await chloe.send(type="lower", participant=bruno.id)
    assert (await chloe.until("refused"))["code"] == "NOT_ALLOWED"
    await home.stop()
    await home.open()
    welcome = await host.attach(seq=0)
    assert [hand["participant"] for hand in welcome["hands"]] == [bruno.id, amina.id]
    await host.send(type="lower")
    assert (await host.until("hands"))["hands"] == []


async def test_many_hands_are_few_messages(home: House) -> None:
    """State changes are batched, not broadcast one by one."""
    room, tickets = await home.create()
    watching = await home.person(room.room, tickets["participant"], "Amina")
    crowd = [await home.person(room.room, tickets["participant"], f"P{n}", attach=False) for n in range(40)]
    await watching.quiet()
    for page in crowd:
        home.floor.decide(room.room, Raise(page.id, True))
    assert (await watching.until("hands"))["total"] == 40


async def test_reactions_are_gathered_and_nothing_foreign_is_repeated(home: House) -> None:
    """H17, CVE-2025-61602: a reaction that is not one ends nobody's chat but the sender's WebSocket."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    for _ in range(3):
        await bruno.send(type="react", reaction="clap")
    counted = 0
    while counted < 3:  # where the machine stood still between two of them, they are not of one moment
        told = await amina.until("reactions")
        (tally,) = told["reactions"]
        assert (tally["reaction"], tally["people"]) == ("clap", [bruno.id])
        assert "seq" not in told
        counted += tally["count"]
    assert counted == 3
    await bruno.send(type="react", reaction="<img src=x onerror=alert(1)>")
    assert (await bruno.until("refused"))["code"] == "BAD_REQUEST"
    assert [said["type"] for said in await amina.quiet() if said["type"] == "reactions"] == []


async def test_cover_is_told_to_moderators_and_its_effect_to_everybody(home: House) -> None:
    """D6."""
    room, tickets = await home.create()
    host = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await home.person(room.room, tickets["participant"], "Bruno")
    await host.quiet()
    await home.moderation.regulate(room.room, by=OPERATOR, per_moderator=1)
    cover = (await host.until("cover"))["cover"]
    assert cover == {"stage": "short", "needed": 2, "present": 1}
    home.clock.time += 60
    home.floor.tick()
    assert (await host.until("cover"))["cover"]["stage"] == "slow"
    while (told := (await amina.until("mode"))["mode"])["strictness"] != "slow":
        pass
    assert told["slow_s"] == 15
    igor = await home.person(room.room, tickets["host"], "Igor")
    assert igor.seen[0]["cover"]["stage"] in ("slow", "covered")
    while (await host.until("cover"))["cover"]["stage"] != "covered":
        pass
    while (await amina.until("mode"))["mode"]["strictness"]:
        pass
    assert not any(said["type"] == "cover" for said in amina.seen)
