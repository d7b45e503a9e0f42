"""R183: a layout that a host pushes, and whom they put forward, over real WebSockets."""

from __future__ import annotations

from tests.web.house import House


async def test_what_a_host_shows_is_told_to_all_and_to_who_comes_later(home: House) -> None:
    room, tickets = await home.create()
    host = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await amina.send(type="show", view="speaker")
    assert (await amina.until("refused"))["code"] == "NOT_ALLOWED"
    await host.send(type="show", view="speaker", spotlight=[amina.id])
    told = await amina.until("showing")
    assert (told["view"], told["spotlight"]) == ("speaker", [amina.id])
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    assert bruno.seen[0]["showing"] == {"view": "speaker", "spotlight": [amina.id]}
    await host.send(type="show", view="hologram")
    assert (await host.until("refused"))["code"] == "BAD_REQUEST"
