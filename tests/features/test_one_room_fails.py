"""What goes wrong in one room stays in it: the others keep their time and hear of the plane."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from node.features.participants.rules import State
from node.ports import PlaneDown, PlaneUp
from tests.web.house import House, Page, house


def fails(command: object, now: float) -> list[object]:
    raise ZeroDivisionError


async def two_rooms(home: House) -> tuple[str, Page]:
    """The first is broken; somebody is in the second."""
    first, tickets = await home.create()
    await home.person(first.room, tickets["participant"], attach=False)
    second, tickets = await home.create()
    return first.room, await home.person(second.room, tickets["participant"], attach=False)


async def test_time_goes_on_in_the_rooms_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with house(tmp_path) as home:
        broken, amina = await two_rooms(home)
        for held in list(home.media.transports):
            home.media.lose(held)
        monkeypatch.setattr(home.floor.rooms[broken], "handle", fails)
        home.clock.time += 31
        with capture_logs() as logs:
            home.floor.tick()
        assert len(home.floor.rooms[amina.room].people) == 0
        assert [(line["event"], line["command"]) for line in logs if line["log_level"] == "error"] == [
            ("room_failed", "Tick")
        ]


async def test_every_other_room_hears_of_the_plane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with house(tmp_path) as home:
        broken, amina = await two_rooms(home)
        monkeypatch.setattr(home.floor.rooms[broken], "handle", fails)
        home.floor.on_media(PlaneDown("it fell"))
        assert home.floor.rooms[amina.room].participant(amina.id).state is State.AWAY
        home.floor.on_media(PlaneUp("b", "1", epoch=2, started_unix_ms=0, optimised=True, fresh=True))
        assert home.floor.plane_up
