"""What opens a room cannot be guessed, and is nobody else's (R126, T8, T9)."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator

import pytest

from node.errors import Refused
from node.features.access.rules import Mode
from node.features.types.rules import TYPES
from tests.web.house import OPERATOR, House, Page

BITS = 128


@pytest.fixture
def dice() -> Iterator[None]:
    """The dice that can be foretold fall the same for every secret: one that came from them would be there twice."""
    before = random.getstate()
    random.seed(126)
    yield
    random.setstate(before)


def here(home: House, room: str) -> dict[str, str]:
    """Whose ticket → who is here with it."""
    return {view.name: view.participant for view in home.access.tickets(room)}


async def test_every_link_of_every_role_of_every_room_has_a_secret_of_its_own(home: House, dice: None) -> None:
    """R126: those of new rooms, those that are added or renewed, and those of one person; of their bits, 128 and more
    are now one and now the other."""
    tickets: list[str] = []
    for key in TYPES:
        for _ in range(3):
            random.seed(126)
            room, links = await home.create(type=key)
            tickets += links.values()
            role = next(iter(links))
            tickets.append((await home.access.renew(room.room, role, by=OPERATOR))[0].ticket)
            tickets += [link.ticket for link in await home.access.add_links(room.room, [role], by=OPERATOR)]
            tickets += [
                link.ticket for _, _, link in await home.access.invite(room.room, ["Amina"], role=role, by=OPERATOR)
            ]
    assert len(set(tickets)) == len(tickets) > 100
    numbers = [int.from_bytes(base64.urlsafe_b64decode(ticket)) for ticket in tickets]
    always, ever = numbers[0], 0
    for number in numbers:
        always, ever = always & number, ever | number
    assert (ever & ~always).bit_count() >= BITS


@pytest.mark.parametrize("password", ["Pa55W0rd1", "Pa55W0rd2", " pa55w0rd1 ", "PA55W0RD2"])
async def test_a_password_that_everybody_knows_is_none(home: House, password: str) -> None:
    """R126: neither as a default nor chosen; the room stays as it was."""
    room, _ = await home.create()
    with pytest.raises(Refused) as refused:
        await home.access.set(room.room, Mode.PASSWORD, password, by=OPERATOR)
    assert (refused.value.code, refused.value.current) == ("VALUE_INVALID", "password")
    assert home.access.get(room.room).mode is Mode.OPEN
    made = [(await home.access.set(room.room, Mode.PASSWORD, by=OPERATOR))[1]]
    assert made[0] and made[0] != password


async def test_the_address_is_the_rooms_and_the_ticket_says_who_and_until_when(home: House) -> None:
    """T8: over several sessions one address, also after its links were renewed; a ticket is one person's, whatever they
    call themselves, and one that was given for today does not open tomorrow."""
    room, _ = await home.create()
    (amina, bruno), (chloe,) = (
        await home.access.invite(room.room, ["Amina", "Bruno"], hours=1, by=OPERATOR),
        await home.access.invite(room.room, ["Chloé"], hours=72, by=OPERATOR),
    )
    await home.access.set(room.room, Mode.TOKEN, by=OPERATOR)
    renewed, _ = await home.access.renew(room.room, "participant", by=OPERATOR)
    urls = [amina[2].url, bruno[2].url, chloe[2].url, renewed.url]
    assert {url.partition("#")[0] for url in urls} == {f"http://test/r/{room.room}"}
    assert (await Page(home, renewed.ticket, room.room).join(expect=403))["code"] == "TICKET_NAMED"
    for _, name, link in (amina, bruno, chloe):
        page = await home.person(room.room, link.ticket, "somebody else", attach=False)
        assert here(home, room.room)[name] == page.id
    await home.rooms.end(room.room, by=OPERATOR)
    home.clock.time += 24 * 3600
    assert (await Page(home, amina[2].ticket, room.room).join(expect=401))["code"] == "TICKET_EXPIRED"
    again = await home.person(room.room, chloe[2].ticket, "somebody else", attach=False)
    assert here(home, room.room) == {"Amina": "", "Bruno": "", "Chloé": again.id}


async def test_speakers_of_a_webinar_are_named_and_a_meeting_goes_by_its_link(home: House) -> None:
    """T9: with tickets, a copied speakers' link makes nobody a speaker: only who was named is one, in one place at a
    time; in a meeting whoever has the link may speak."""
    webinar, links = await home.create(type="webinar")
    await home.access.set(webinar.room, Mode.TOKEN, by=OPERATOR)
    await home.person(webinar.room, links["host"], "Hélène", attach=False)
    assert (await Page(home, links["speaker"], webinar.room).join(expect=403))["code"] == "TICKET_NAMED"
    ((_, _, sacha),) = await home.access.invite(webinar.room, ["Sacha"], role="speaker", by=OPERATOR)
    for _ in range(2):
        page = await home.person(webinar.room, sacha.ticket, "Sacha", attach=False)
        speakers = [who.participant for who in await home.participants.list(webinar.room) if who.role == "speaker"]
        assert speakers == [page.id] and here(home, webinar.room) == {"Sacha": page.id}
        assert "camera" in page.joined["rights"]
    meeting, links = await home.create(type="meeting")
    for name in ("Amina", "Bruno"):
        page = await home.person(meeting.room, links["participant"], name, attach=False)
        assert {"microphone", "camera", "screen"} <= set(page.joined["rights"])
