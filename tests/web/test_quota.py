"""What operators limited holds after a restart of the node, and who was here is still counted (D1, R099)."""

from __future__ import annotations

from node.ports import Actor
from tests.web.house import House, Page

BY = Actor("operator", "olga", "operator")


async def refusal(home: House, room: str, ticket: str) -> tuple[str, str, str, str]:
    said = await Page(home, ticket, room).join(expect=503 if room == "other" else 403)
    return said["code"], said["set_by"], said["limit"], said["current"]


async def test_limits_and_places_hold_over_a_restart(home: House) -> None:
    room, tickets = await home.create(room_id="hall")
    _, others = await home.create(room_id="other")
    await home.person(room.room, tickets["participant"], attach=False)
    await home.quota.set("room", "hall", "people", 1, by=BY)
    await home.quota.set("room", "hall", "publishers", 1, by=BY)
    await home.quota.set("type", "meeting", "people", 1, by=BY)

    await home.stop()
    await home.open()
    view = await home.quota.get("room", "hall", "people")
    assert (view.limit, view.use, view.default, view.set_by) == (1, 1, 100, "olga") and view.set
    assert (await home.quota.get("room", "hall", "publishers")).limit == 1
    assert await refusal(home, "other", others["participant"]) == ("TYPE_FULL", "type", "1", "1")
    await home.quota.set("type", "meeting", "people", 0, by=BY)
    assert await refusal(home, "hall", tickets["participant"]) == ("ROOM_FULL", "room", "1", "1")
    await home.quota.set("room", "hall", "people", 5, by=BY)
    assert await refusal(home, "hall", tickets["participant"]) == ("PUBLISHERS_FULL", "room", "1", "1")
    assert [denial.code for denial in home.quota.denials] == ["TYPE_FULL", "ROOM_FULL", "PUBLISHERS_FULL"]


async def test_who_leaves_gives_the_place_back_at_once(home: House) -> None:
    room, tickets = await home.create(room_id="hall")
    await home.quota.set("node", "", "people", 1, by=BY)
    amina = await home.person(room.room, tickets["participant"], attach=False)
    await Page(home, tickets["participant"], "hall").join(expect=503)
    await home.participants.remove("hall", amina.id, by=BY)
    await home.person(room.room, tickets["participant"], attach=False)
    assert (await home.quota.get("node", "", "people")).use == 1


async def test_a_negotiation_that_fails_holds_no_place(home: House) -> None:
    _, tickets = await home.create(room_id="hall")
    await home.quota.set("node", "", "people", 1, by=BY)
    page = Page(home, tickets["participant"], "hall")
    home.media.refuse = "SDP_UNSUPPORTED"
    for _ in range(3):
        assert (await page.join(expect=422))["code"] == "SDP_UNSUPPORTED"
    assert (await home.quota.get("node", "", "people")).use == 0
