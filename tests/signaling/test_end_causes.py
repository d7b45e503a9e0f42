"""What ended the session is what people who were in it are told, in their language (T5, R100, R166, D2)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from node.features.schedule.rules import DrainRoom, Form
from tests.web.house import OPERATOR, House, Page, house

HOUR = 3600.0
Ending = Callable[[House, str, Page], Awaitable[None]]


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


async def _time(home: House, room: str, host: Page) -> None:
    """The host has taken a quarter of an hour more before."""
    await host.send(type="extend", minutes=15)
    await host.until("time")
    home.clock.time += HOUR + 15 * 60 + 300
    home.floor.tick()


async def _host(home: House, room: str, host: Page) -> None:
    await host.send(type="end")


async def _operator(home: House, room: str, host: Page) -> None:
    await home.rooms.end(room, by=OPERATOR)


async def _closed(home: House, room: str, host: Page) -> None:
    await home.rooms.close(room, by=OPERATOR)


async def _drain(home: House, room: str, host: Page) -> None:
    home.floor.decide(room, DrainRoom(home.clock.now() + 60, OPERATOR))
    home.clock.time += 61
    home.floor.tick()


@pytest.mark.parametrize(
    ("form", "ending", "code", "words"),
    [
        (Form.PERMANENT, _time, "DURATION_OVER", ("prévue (80 minutes)", "planned duration (80 minutes)")),
        (Form.SCHEDULED, _time, "TIME_OVER", ("L’heure de fin est passée", "The time is over")),
        (Form.PERMANENT, _host, "ENDED_BY_HOST", ("L’animation a terminé", "The host has ended")),
        (Form.INSTANT, _host, "ENDED_BY_HOST", ("L’animation a terminé", "The host has ended")),
        (Form.PERMANENT, _operator, "ENDED_BY_OPERATOR", ("qui gèrent le service", "who run the service")),
        (Form.PERMANENT, _closed, "ENDED_BY_OPERATOR", ("qui gèrent le service", "who run the service")),
        (Form.PERMANENT, _drain, "ENDED_BY_DRAIN", ("entretenu", "maintained")),
    ],
)
async def test_everybody_is_told_the_cause(
    home: House, form: Form, ending: Ending, code: str, words: tuple[str, str]
) -> None:
    """T5, D2: after the planned end with its extension, by a host, by an operator, because the node is drained."""
    starts = home.clock.now() if form is Form.SCHEDULED else None
    room, tickets = await home.create(minutes=60, form=form, starts=starts)
    host = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await ending(home, room.room, host)
    for page in (host, amina):
        ended = await page.until("ended")
        assert (ended["cause"], ended["why"]["code"]) == ("closed", code)
        assert words[0] in ended["why"]["message"]["fr"] and words[1] in ended["why"]["message"]["en"]


async def test_a_room_that_is_closed_before_it_begins_was_not_ended_by_yesterdays_host(home: House) -> None:
    """T5: what ended the last session is not what puts out who prepares the next one."""
    room, tickets = await home.create(type="webinar", minutes=60)
    host = await home.person(room.room, tickets["host"], "Hélène")
    await host.send(type="end")
    assert (await host.until("ended"))["why"]["code"] == "ENDED_BY_HOST"
    speaker = await home.person(room.room, tickets["speaker"], "Salomé")
    await home.rooms.close(room.room, by=OPERATOR)
    assert (await speaker.until("ended"))["why"]["code"] == "ENDED_BY_OPERATOR"
