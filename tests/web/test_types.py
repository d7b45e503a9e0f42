"""Types and times at the participants' edge: what the page is told, what the node refuses, what a restart keeps."""

from __future__ import annotations

from pathlib import Path

from node.features.schedule.rules import Form
from node.features.types.rules import TYPES, End
from tests.web.house import OPERATOR, House, Page, house


async def test_a_spectator_is_told_what_they_may_and_is_held_to_it(home: House) -> None:
    """R102, R157: the tracks of a spectator are dropped by the plane from the start, whatever the page does."""
    room, tickets = await home.create(type="webinar")
    await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    assert amina.joined["rights"] == ["chat"]
    assert amina.seen[0]["rights"] == ["chat"]
    assert all(home.media.muted[f"{amina.transport}/{source}"] for source in ("microphone", "camera", "screen"))
    await amina.send(type="publish", source="camera", on=True)
    assert (await amina.until("refused"))["code"] == "NOT_ALLOWED"
    speaker = await home.person(room.room, tickets["speaker"], "Sacha")
    assert not any(home.media.muted[f"{speaker.transport}/{source}"] for source in ("microphone", "camera", "screen"))


async def test_nobody_is_early_by_any_door(home: House) -> None:
    """R132, R165: page and WHIP; the look says for how long."""
    starts = home.clock.time + 3600
    room, tickets = await home.create(type="webinar", form=Form.SCHEDULED, starts=starts, minutes=60)
    page = Page(home, tickets["host"], room.room)
    assert (await page.join(expect=425))["code"] == "ROOM_EARLY"
    whip = await home.request(
        "POST",
        f"/whip/{room.room}",
        bearer=tickets["technician"],
        data="v=0",
        headers={"Content-Type": "application/sdp"},
    )
    assert whip.status == 425
    look = await home.request("GET", f"/api/rooms/{room.room}", bearer=tickets["participant"])
    said = await look.json()
    assert (said["opens_in_s"], said["waits"], said["type"]) == (3300, True, "webinar")
    home.clock.time = starts - 300
    audience = Page(home, tickets["participant"], room.room)
    assert (await audience.join(expect=425))["code"] == "ROOM_NOT_STARTED"
    await page.join()
    await audience.join()


async def test_the_end_is_announced_extended_and_explained(home: House) -> None:
    """R100, R166, T5: pushed to the page; the host extends; who is cut is told why."""
    room, tickets = await home.create(minutes=60)
    host = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    home.clock.time += 50 * 60
    home.floor.tick()
    said = await amina.until("time")
    assert (said["time"]["left_s"], said["time"]["minutes"]) == (600, 60)
    await amina.send(type="extend", minutes=30)
    assert (await amina.until("refused"))["code"] == "NOT_ALLOWED"
    await host.send(type="extend", minutes=5)
    assert (await amina.until("time"))["time"] is None  # the end is far again
    home.clock.time += 15 * 60
    home.floor.tick()
    ended = await amina.until("ended")
    assert (ended["cause"], ended["why"]["code"], ended["why"]["limit"]) == ("closed", "DURATION_OVER", "65")
    assert home.floor.rooms[room.room].closed is None


async def test_a_restart_forgets_neither_type_nor_time(tmp_path: Path) -> None:
    """T5: the session goes on with its end; what ended the last one is still known."""
    async with house(tmp_path / "a") as home:
        room, tickets = await home.create(type="workshop", minutes=60)
        host = await home.person(room.room, tickets["host"])
        await home.person(room.room, tickets["participant"], "Amina")
        await host.send(type="extend", minutes=30)
        await host.quiet()
        before = home.floor.rooms[room.room].schedule.view()
        await home.stop()
        await home.open()
        again = home.floor.rooms[room.room]
        assert again.schedule.view() == before
        assert again.type.key == "workshop"
        await home.rooms.end(room.room, by=OPERATOR)
        await home.stop()
        await home.open()
        assert home.floor.rooms[room.room].schedule.cause is End.OPERATOR


async def test_the_front_page_compares_the_types_as_they_are_enforced(home: House) -> None:
    """R038: the same table, in both languages, with the smaller of the type's limits and the node's."""
    page = await (await home.request("GET", "/")).text()
    assert '<table lang="fr">' in page
    assert '<table lang="en">' in page
    for row in TYPES.values():
        assert row.title.fr in page
        assert row.title.en in page
    assert "55 au plus" in page
    assert "at most 6 h" in page
    assert "45" + "000 au plus" not in page  # this node allows 1000
