"""Promote, demote and rename over real WebSockets."""

from __future__ import annotations

import pytest

from node.errors import RULES, Refused
from tests.web.house import OPERATOR, House


async def test_a_host_promotes_and_everybody_knows_at_once(home: House) -> None:
    """R177, R194: the person is told what they may do now, and all that goes with it; the room sees the role."""
    room, tickets = await home.create(type="webinar", minutes=60)
    helene = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    ali = await home.person(room.room, tickets["participant"], "Ali")
    await ali.send(type="role", participant=amina.id, role="host")
    assert (await ali.until("refused"))["code"] == "NOT_ALLOWED"

    await helene.send(type="role", participant=amina.id, role="moderator")
    told = await amina.until("role")
    assert (told["role"], told["by"]) == ("moderator", "host")
    assert "moderate_chat" in told["rights"]
    welcome = await amina.until("welcome")
    assert (welcome["rights"], welcome["cover"]["present"]) == (told["rights"], 2)
    assert {"participant": amina.id, "role": "moderator"}.items() <= (
        await ali.until("person", person=_like(welcome, amina.id))
    )["person"].items()

    await helene.send(type="role", participant=amina.id, role="speaker")
    assert (await amina.until("role"))["role"] == "speaker"
    assert (await amina.until("welcome"))["items"] == []
    assert home.media.muted[f"{amina.transport}/camera"] is False


def _like(welcome: dict[str, object], participant: str) -> object:
    people = welcome["people"]
    assert isinstance(people, list)
    return next(person for person in people if person["participant"] == participant)


async def test_who_was_away_is_welcomed_with_the_new_role(home: House) -> None:
    """R177: nothing that only hosts read is told to who is none any more, not even what was missed."""
    room, tickets = await home.create(type="webinar", minutes=60)
    helene = await home.person(room.room, tickets["host"], "Hélène")
    ali = await home.person(room.room, tickets["host"], "Ali")
    assert ali.socket is not None
    await ali.socket.close()
    await helene.send(type="chat", text="Entre nous", to="staff")
    await helene.until("chat")
    await helene.send(type="role", participant=ali.id, role="participant")
    await helene.quiet()
    ali.seen.clear()
    first = await ali.attach(seq=ali.seq)
    assert first["type"] == "welcome"
    assert "moderate" not in first["rights"]
    assert not any(message.get("to") == "staff" for message in first["chat"])


async def test_a_restart_keeps_roles_and_names(home: House) -> None:
    """R177, H25: what was given in the room is not the ticket's to undo."""
    room, tickets = await home.create(type="webinar", minutes=60)
    helene = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await helene.send(type="role", participant=amina.id, role="speaker")
    await amina.until("role")
    await home.roles.rename(room.room, amina.id, "Amina Benali", by=OPERATOR)
    await home.stop()
    await home.open()
    joined = await amina.join("Reine")
    assert joined["role"] == "speaker"
    assert home.floor.room(room.room).people.get(amina.id).name == "Amina Benali"


async def test_places_of_publishers_follow_the_role(home: House) -> None:
    """D1: a speaker who is demoted gives the publisher's place back at once, and a promotion that is refused keeps
    none."""
    room, tickets = await home.create(type="webinar", minutes=60)
    await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    before = (await home.quota.get("node", "", "publishers")).use
    await home.roles.give(room.room, amina.id, "speaker", by=OPERATOR)
    assert (await home.quota.get("node", "", "publishers")).use == before + 1
    await home.roles.give(room.room, amina.id, "participant", by=OPERATOR)
    assert (await home.quota.get("node", "", "publishers")).use == before
    await home.quota.set("room", room.room, "publishers", 1, by=OPERATOR)
    with pytest.raises(Refused, match="PUBLISHERS_FULL"):
        await home.roles.give(room.room, amina.id, "speaker", by=OPERATOR)
    assert (await home.quota.get("node", "", "publishers")).use == before


async def test_coming_back_as_a_host_in_vain_keeps_no_place(home: House) -> None:
    """D1: the publisher's place that was asked for is free at once when the return is refused."""
    room, tickets = await home.create(type="webinar", minutes=60)
    await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await home.quota.set("room", room.room, "publishers", 1, by=OPERATOR)
    before = (await home.quota.get("node", "", "publishers")).use
    amina.ticket = tickets["host"]
    refused = await amina.join(expect=RULES["PUBLISHERS_FULL"].http)
    assert refused["code"] == "PUBLISHERS_FULL"
    assert (await home.quota.get("node", "", "publishers")).use == before
    assert home.floor.room(room.room).people.get(amina.id).role == "participant"
