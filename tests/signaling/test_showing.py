"""R183: a layout that a host pushes, and whom they put forward, over real WebSockets."""

from __future__ import annotations

from pathlib import Path

from node.features.layout.service import Layout
from node.ports import Source
from tests.signaling.test_restart import elsewhere, reopened
from tests.web.house import OPERATOR, House


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


async def test_what_is_shown_outlives_the_control_process(tmp_path: Path) -> None:
    """R183. Who is on the stage stays in everybody's slots, and no picture moves."""
    home = await House(tmp_path).open()
    room, tickets = await home.create()
    host = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await amina.send(type="publish", source=str(Source.CAMERA), on=True)
    await host.until("slots")
    await host.send(type="show", view="speaker", spotlight=[amina.id])
    await amina.until("showing", spotlight=[amina.id])
    assigned = dict(home.media.assigned)

    home = await reopened(home)
    try:
        again = elsewhere(host, home)
        assert (await again.attach())["showing"] == {"view": "speaker", "spotlight": [amina.id]}
        assert home.media.assigned == assigned
    finally:
        await home.stop()


async def test_what_was_answered_outlives_a_crash(tmp_path: Path) -> None:
    """R183, H25: the ledger has the layout and the stage when it is answered, and before a host's next word."""
    home = await House(tmp_path).open()
    room, tickets = await home.create()
    host = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await host.send(type="show", view="speaker")
    await host.quiet()
    await Layout(home.floor).show(room.room, by=OPERATOR, view="presentation", spotlight=[amina.id])

    home = await reopened(home, crash=True)
    try:
        again = elsewhere(host, home)
        assert (await again.attach())["showing"] == {"view": "presentation", "spotlight": [amina.id]}
    finally:
        await home.stop()
