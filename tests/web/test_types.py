"""Types and times at the participants' edge: what the page is told, what the node refuses, what a restart keeps."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest

from node.errors import Refused
from node.features.schedule.rules import Form
from node.features.types.rules import TYPES, End
from node.ports import Source
from tests.web.house import OPERATOR, House, Page, house

FLOOR = {"microphone", "camera", "screen"}


async def test_a_spectator_is_told_what_they_may_and_is_held_to_it(home: House) -> None:
    """R102, R045: the tracks of a spectator are dropped by the plane from the start, whatever the page does."""
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


async def test_everybody_in_a_video_conference_has_the_floor_from_the_first_second(home: House) -> None:
    """R156 – R158: whoever comes by its one link may send sound, picture and screen when the join is answered, also
    alone and before it has begun; the plane lets all of it through, and nobody granted anything."""
    room, tickets = await home.create(type="conference")
    assert list(tickets) == ["speaker"]
    for name in ("Amina", "Bruno", "Chloé"):
        page = await home.person(room.room, tickets["speaker"], name, attach=False, connect=False)
        assert set(page.joined["rights"]) >= FLOOR
        assert not any(home.media.muted[f"{page.transport}/{source}"] for source in Source)
        home.media.connect(page.transport)
        assert (await page.attach())["type"] == "welcome"
        for source in sorted(FLOOR):
            await page.send(type="publish", source=source, on=True)
        assert not [said for said in await page.quiet() if said["type"] == "refused"]
        tracks = home.floor.rooms[room.room].participant(page.id).tracks
        assert {track.source for track in tracks if track.on and not track.muted} == FLOOR


async def test_the_fifty_sixth_person_is_refused_with_the_reason(home: House) -> None:
    """R163, D2: 55 are in, and it is the type that refuses one more; nor may an operator allow it. A place that is free
    again is the next one's."""
    room, tickets = await home.create(type="conference", max_participants=55)
    people = [await home.person(room.room, tickets["speaker"], f"P{n}", attach=False) for n in range(55)]
    last = Page(home, tickets["speaker"], room.room)
    said = await last.join("P55", expect=403)
    assert (said["code"], said["limit"], said["current"], said["set_by"]) == ("ROOM_FULL", "55", "55", "type")
    assert all("55" in said["message"][language] for language in ("fr", "en"))
    assert "un autre type de séance" in said["next_step"]["fr"] and "another session type" in said["next_step"]["en"]
    assert len(home.floor.rooms[room.room].people) == 55
    with pytest.raises(Refused) as refused:
        await home.quota.set("room", room.room, "people", 56, by=OPERATOR)
    assert (refused.value.code, refused.value.set_by) == ("VALUE_INVALID", "type")
    answer = await home.request("DELETE", "/api/session", bearer=people[0].session)
    assert answer.status == 204
    await last.join("P55")
    assert len(home.floor.rooms[room.room].people) == 55


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
    """R038, R169: the same table, in both languages, with the uses of each type and the smaller of its limits and the
    node's."""
    page = await (await home.request("GET", "/")).text()
    assert '<table lang="fr">' in page
    assert '<table lang="en">' in page
    for row in TYPES.values():
        assert row.title.fr in page
        assert row.title.en in page
        assert escape(row.use.en) in page
        assert escape(row.use.fr.replace(" :", "\u00a0:").replace(" ;", "\u00a0;")) in page
    assert "55 au plus" in page
    assert "at most 6 h" in page
    assert "45" + "000 au plus" not in page  # this node allows 1000
