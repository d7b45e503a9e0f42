"""What a room says of itself, as pages are told over HTTP and real WebSockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.features.settings.rules import Wishes
from node.features.settings.service import Settings
from node.features.texts.service import House as TextsHouse
from tests.web.house import OPERATOR, House, house


@pytest.fixture
async def agency(tmp_path: Path) -> AsyncIterator[House]:
    """A node of an agency: a survey after each session, and a support desk."""
    of_all = TextsHouse(
        "https://enquete.exemple.fr/?salle=%%ROOM%%", ("enquete.exemple.fr",), "https://aide.exemple.fr"
    )
    async with house(tmp_path, of_all=of_all) as made:
        yield made


async def test_the_welcome_is_the_first_thing_that_each_reads(agency: House) -> None:
    """R096, R097, R155, R170: safe to show, with the name of the room; beside it the rules of speaking and a guide."""
    room, tickets = await agency.create(type="webinar", minutes=60)
    helene = await agency.person(room.room, tickets["host"], "Hélène")
    await helene.send(type="texts", title="Budget <2027>", welcome="<u>%%CONFNAME%%</u><img src=x>", speaking="%%X%%")
    assert (await helene.until("noted"))["unknown"] == ["%%X%%"]
    told = next(said for said in helene.seen if said["type"] == "texts")
    assert told["title"] == "Budget <2027>"
    amina = await agency.person(room.room, tickets["participant"], "Amina")
    welcome = next(said for said in amina.seen if said["type"] == "welcome")
    assert welcome["room"]["title"] == "Budget <2027>"
    assert welcome["texts"]["welcome"] == "<u>Budget &lt;2027&gt;</u>"
    assert welcome["texts"]["speaking"] == "%%X%%"
    assert welcome["texts"]["guide"] == "/guide/webinar"
    assert welcome["texts"]["written"] is None
    assert told["texts"]["written"] == {"welcome": "<u>%%CONFNAME%%</u><img src=x>", "speaking": "%%X%%"}


async def test_the_word_for_moderators_is_theirs_alone(agency: House) -> None:
    """R107, R108: with a sentence where nobody wrote one; in no message to anybody else, ever."""
    room, tickets = await agency.create(type="webinar", minutes=60)
    helene = await agency.person(room.room, tickets["host"], "Hélène")
    amina = await agency.person(room.room, tickets["participant"], "Amina")
    first = next(said for said in helene.seen if said["type"] == "welcome")
    assert first["texts"]["staff"].startswith("Vous animez")
    await helene.send(type="texts", staff="Entre <strong>nous</strong>")
    assert (await helene.until("texts"))["texts"]["staff"] == "Entre <strong>nous</strong>"
    assert (await amina.until("texts"))["texts"]["staff"] == ""
    assert "Entre" not in str(amina.seen)
    await helene.send(type="role", participant=amina.id, role="moderator")
    assert (await amina.until("welcome"))["texts"]["staff"] == "Entre <strong>nous</strong>"


async def test_where_everybody_goes_afterwards(agency: House) -> None:
    """R109, R110: the node's survey with the id of the room, until the room says otherwise, and never anywhere else."""
    room, tickets = await agency.create()
    helene = await agency.person(room.room, tickets["host"], "Hélène")
    first = next(said for said in helene.seen if said["type"] == "welcome")
    assert first["texts"]["redirect"] == f"https://enquete.exemple.fr/?salle={room.room}"
    await helene.send(type="texts", redirect="https://evil.example/")
    refused = await helene.until("refused")
    assert (refused["code"], refused["limit"]) == ("REDIRECT_REFUSED", "enquete.exemple.fr")
    await helene.send(type="texts", redirect="https://enquete.exemple.fr/b")
    assert (await helene.until("texts"))["texts"]["redirect"] == "https://enquete.exemple.fr/b"


async def test_every_refusal_names_the_support_desk(agency: House) -> None:
    """R252: over HTTP, over the WebSocket, and at the end."""
    room, tickets = await agency.create()
    desk = "https://aide.exemple.fr"
    answer = await agency.client.get(agency.url("/api/rooms/nowhere"), headers={"Authorization": "Bearer wrong"})
    assert (await answer.json())["support"] == desk
    amina = await agency.person(room.room, tickets["participant"], "Amina")
    await amina.send(type="flags", lock_camera=True)
    assert (await amina.until("refused"))["support"] == desk
    assert (await agency.join.look(room.room, tickets["participant"])) is not None
    await agency.participants.remove(room.room, amina.id, by=OPERATOR)
    assert (await amina.until("ended"))["why"]["support"] == desk


async def test_a_look_before_joining_says_what_one_must_know(agency: House) -> None:
    """R154, R155, R142, R162: of the type, of the room, and that one more is more than is advised."""
    room, tickets = await agency.create(type="conference", max_participants=21)
    changes = {"speaking": "<b>x</b>Levez la main", "brand_name": "Ville", "brand_colour": "#102030"}
    await agency.texts.set(room.room, by=OPERATOR, **changes)
    address = agency.url(f"/api/rooms/{room.room}")
    headers = {"Authorization": f"Bearer {tickets['speaker']}"}
    look = await (await agency.client.get(address, headers=headers)).json()
    assert look["notice"]["fr"].startswith("Dans une visioconférence")
    assert (look["speaking"], look["guide"], look["crowded"]) == ("xLevez la main", "/guide/conference", False)
    assert look["brand"] == {"name": "Ville", "colour": "#102030", "logo": ""}
    assert look["support"] == "https://aide.exemple.fr"
    for n in range(20):
        await agency.person(room.room, tickets["speaker"], f"P{n}", attach=False)
    look = await (await agency.client.get(address, headers=headers)).json()
    assert (look["crowded"], look["advice_people"], look["people"]) == (True, 20, 20)


async def test_who_leads_is_told_what_is_not_as_it_should_be(agency: House) -> None:
    """R111, R241: no title, nothing tried; the audience is not."""
    view, links = await agency.rooms.create(title="", type="webinar", minutes=60, by=OPERATOR)
    tickets = {link.role: link.ticket for link in links}
    assert view.risks == ("title", "rehearsal")
    sacha = await agency.person(view.room, tickets["technician"], "Sacha")
    assert next(said for said in sacha.seen if said["type"] == "welcome")["risks"] == []
    assert agency.floor.room(view.room).risks == ("title", "rehearsal")


async def test_who_waits_sees_the_looks_and_the_new_title(agency: House) -> None:
    """R142, R143: pushed while they wait."""
    room, tickets = await agency.create(type="webinar", minutes=60)
    await agency.lobby.set(room.room, on=True, by=OPERATOR)
    from tests.web.house import Page

    amina = Page(agency, tickets["participant"], room.room)
    answer = await agency.post(f"/api/rooms/{room.room}/wait", {"name": "Amina"}, amina.ticket)
    amina.joined = await answer.json()
    first = await amina.attach(seq=0)
    assert first["brand"] == {"name": "", "colour": "", "logo": ""}
    await agency.texts.set(room.room, by=OPERATOR, title="Autre titre", brand_name="Ville")
    told = await amina.until("lobby")
    assert (told["room"]["title"], told["brand"]["name"]) == ("Autre titre", "Ville")


async def test_a_restart_keeps_what_a_room_says(agency: House) -> None:
    """R089, H25: title, texts, plan and links."""
    view, tickets = await agency.create()
    settings = Settings(agency.floor, agency.quota, agency.passwords, agency.of_all)
    wishes = Wishes(title="Gardé", welcome="Bonjour", brand_colour="#102030", disable_notes=True, minutes=0)
    await settings.update(view.room, wishes, by=OPERATOR)
    await agency.stop()
    await agency.open()
    settings = Settings(agency.floor, agency.quota, agency.passwords, agency.of_all)
    kept = settings.get(view.room)
    assert (kept.title, kept.welcome, kept.brand_colour, kept.disable_notes, kept.minutes) == (
        "Gardé",
        "Bonjour",
        "#102030",
        True,
        0,
    )
    assert agency.floor.room(view.room).flags.fixed == ("disable_notes",)
    await agency.person(view.room, tickets["participant"])


async def test_hosts_do_not_lift_what_an_operator_locked(agency: House) -> None:
    """R102, R194: they are told which flags these are, and whom to ask."""
    room, tickets = await agency.create()
    helene = await agency.person(room.room, tickets["host"], "Hélène")
    await agency.flags.set(room.room, by=OPERATOR, lock_camera=True)
    assert await helene.until("flags", fixed=["lock_camera"])
    await helene.send(type="flags", lock_camera=False, mute_on_start=True)
    refused = await helene.until("refused")
    assert (refused["code"], refused["limit"], refused["set_by"]) == ("NOT_ALLOWED", "operator", "operator")
    assert agency.floor.room(room.room).flags.now.on == ("lock_camera",)
    await helene.send(type="flags", lock_microphone=True)
    assert (await helene.until("flags"))["fixed"] == ["lock_camera"]
    await agency.flags.set(room.room, by=OPERATOR, lock_camera=False, lock_microphone=False)
    assert await helene.until("flags", flags=[], fixed=[])
