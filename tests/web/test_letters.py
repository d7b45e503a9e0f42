"""What a room does with a telephone and with a post, where a node has them. Here a test has them: this is the room's
side of both, and no node calls or writes to anybody by itself (`node/ports_people.py`)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import icalendar
import pytest

from node.errors import Refused
from node.features.access.rules import Mode
from node.features.invite.service import Guest, Invitations
from node.features.participants.rules import Role
from node.features.schedule.rules import Form
from node.ports_people import Delivery, DialIn, Letter
from tests.web.house import OPERATOR, House, Page, house

GUESTS = (Guest("amina@exemple.fr", "Amina", "fr"), Guest("bob@example.org", "Bob", "en"))


class Exchange:
    """`node.ports_people.Telephone`"""

    def dial_in(self, room: str) -> DialIn | None:
        return DialIn((("Paris", "+33 1 99 00 12 34"), ("Bruxelles", "+32 2 555 12 34")), "40 12 77#")


class Post:
    """`node.ports_people.Mail`"""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> str:
        self.letters.append(letter)
        return f"letter {len(self.letters)}"

    def delivery(self, sent: str) -> Delivery:
        return Delivery.QUEUED


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as made:
        yield made


async def test_everybody_is_written_to_with_a_link_of_their_own(home: House) -> None:
    """R114, and of R116 the room's side alone: in their language, with the date; the link opens the room to them and to
    nobody else at the same time; of each letter is told by what its post can be asked what became of it. There is no
    post yet, and so nothing is known of any delivery."""
    post = Post()
    desk = Invitations(home.floor, home.access, lambda: "http://test", mail=post)
    starts = home.clock.now() + 200
    room, _ = await home.create(form=Form.SCHEDULED, starts=starts, minutes=60)
    await home.access.set(room.room, Mode.TOKEN, by=OPERATOR)
    posted = await desk.post(room.room, GUESTS, zone="Europe/Paris", by=OPERATOR)
    assert [one.sent for one in posted] == ["letter 1", "letter 2"]
    amina, bob = post.letters
    assert (amina.to, bob.to, bob.name) == ("amina@exemple.fr", "bob@example.org", "Bob")
    assert "Quand : " in amina.text and "When: " in bob.text
    links = [letter.text.partition("http://test/r/")[2].split()[0] for letter in post.letters]
    assert links[0] != links[1]
    for letter, link in zip(post.letters, links, strict=True):
        event = icalendar.Calendar.from_ical(letter.calendar).walk("VEVENT")[0]
        assert event.decoded("dtstart").timestamp() == starts and link in str(event["url"])
        page = Page(home, link.partition("#")[2], room.room)
        await page.join("whoever")
        here = {view.name: view.participant for view in home.access.tickets(room.room)}
        assert here[letter.name] == page.id
    assert {view.ticket for view in home.access.tickets(room.room)} == {one.ticket for one in posted}


async def test_without_a_post_nobody_is_given_a_ticket(home: House) -> None:
    """R116 as it is today, D2: the refusal says what to do instead, and nothing was made."""
    desk = Invitations(home.floor, home.access, lambda: "http://test")
    room, _ = await home.create()
    with pytest.raises(Refused, match="NO_MAIL"):
        await desk.post(room.room, GUESTS, by=OPERATOR)
    assert home.access.tickets(room.room) == []


async def test_numbers_and_their_pin_are_in_what_is_sent(home: House) -> None:
    """R117, the room's side of the telephone: in both languages and in the date, where the type may be called into;
    without a telephone, and in other types, there is no such line."""
    desk = Invitations(home.floor, home.access, lambda: "http://test", telephone=Exchange())
    for type_ in ("meeting", "conference", "webinar", "streaming"):
        room, _ = await home.create(type=type_, form=Form.SCHEDULED, starts=home.clock.now() + 200, minutes=60)
        said = await desk.invite(room.room, by=OPERATOR)
        called = home.floor.room(room.room).type.telephone
        for language, words in (("fr", "Par téléphone : "), ("en", "By telephone: ")):
            assert (f"{words}+33 1 99 00 12 34 (Paris), +32 2 555 12 34 (Bruxelles)" in said.text[language]) is called
            assert ("40 12 77#" in said.text[language]) is called
    room, _ = await home.create()
    without = await Invitations(home.floor, home.access, lambda: "http://test").invite(room.room, by=OPERATOR)
    assert "téléphone" not in without.text["fr"]


async def test_both_ways_in_lead_to_the_same_role(home: House) -> None:
    """R129, the room's side: the ticket with which somebody launches who is signed in, and the link for hosts, open the
    same room with the same role; by their own ticket it is the same person on another device. Signing in is the
    console's: the site has no accounts yet."""
    room, tickets = await home.create(type="webinar", minutes=60)
    by_link = await home.person(room.room, tickets["host"], "Hélène", attach=False)
    ((_, _, launch),) = await home.access.invite(room.room, ["Hélène"], role="host", by=OPERATOR)
    by_launch = await home.person(room.room, launch.ticket, "Hélène", attach=False)
    roles = {who.participant: who.role for who in await home.participants.list(room.room)}
    assert roles == {by_link.id: Role.HOST, by_launch.id: Role.HOST}
    elsewhere = await home.person(room.room, launch.ticket, "Hélène", attach=False)
    assert {who.participant for who in await home.participants.list(room.room)} == {by_link.id, elsewhere.id}
