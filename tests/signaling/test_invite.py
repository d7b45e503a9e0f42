"""Inviting from the room: a host's page is given links and a text to send."""

from __future__ import annotations

from tests.web.house import OPERATOR, House, Page


async def test_a_host_is_given_two_links_that_work(home: House) -> None:
    """R119, R121, R122, R127 – R130: one for hosts and one for guests, each saying which; who comes by it has the role,
    without an account, and the links that were sent before open the room as well."""
    room, tickets = await home.create()
    helene = await home.person(room.room, tickets["host"], "Hélène")
    await helene.send(type="invite", zone="Europe/Paris")
    made = await helene.until("invitation")
    links = {link["role"]: link["url"] for link in made["links"]}
    assert list(links) == ["host", "participant"]
    assert links["participant"] in made["text"]["fr"] and links["host"] not in str(made["text"])
    assert (made["starts"], made["calendar"], made["password"]) == (0, "", False)
    for role, url in links.items():
        address, ticket = url.split("#")
        assert address == f"http://test/r/{room.room}"
        assert len(ticket) >= 32, "R126: 128 bits and more"
        guest = await home.person(room.room, ticket, role)
        assert guest.joined["role"] == role
    await home.person(room.room, tickets["participant"], "Amina")


async def test_nobody_else_invites(home: House) -> None:
    """H18, R126."""
    room, tickets = await home.create(type="webinar", minutes=60)
    await home.person(room.room, tickets["host"], "Hélène")
    for role in ("participant", "speaker", "moderator", "technician"):
        other = await home.person(room.room, tickets[role], role)
        await other.send(type="invite")
        assert (await other.until("refused"))["code"] == "NOT_ALLOWED"


async def test_renewing_ends_every_link_of_the_role(home: House) -> None:
    """R123 – R125, T12: those that were added too, and no other role's."""
    room, tickets = await home.create()
    helene = await home.person(room.room, tickets["host"], "Hélène")
    await helene.send(type="invite")
    links = {link["role"]: link["url"].split("#")[1] for link in (await helene.until("invitation"))["links"]}
    await home.access.renew(room.room, "participant", by=OPERATOR)
    for ticket in (tickets["participant"], links["participant"]):
        assert (await Page(home, ticket, room.room).join(expect=401))["code"] == "LINK_RENEWED"
    assert (await Page(home, links["host"], room.room).join())["role"] == "host"


async def test_a_host_renews_the_links_of_a_role_from_the_page(home: House) -> None:
    """R123, R124."""
    room, tickets = await home.create()
    helene = await home.person(room.room, tickets["host"], "Hélène")
    await helene.send(type="invite", renew="participant")
    links = {link["role"]: link["url"].split("#")[1] for link in (await helene.until("invitation"))["links"]}
    assert list(links) == ["host", "participant"]
    refused = await Page(home, tickets["participant"], room.room).join(expect=401)
    assert refused["code"] == "LINK_RENEWED"
    assert (await Page(home, links["participant"], room.room).join())["role"] == "participant"
    assert (await Page(home, tickets["host"], room.room).join())["role"] == "host", "no other role's"


async def test_a_host_has_who_came_by_an_older_link_come_in_again(home: House) -> None:
    """R125: they are told why, and come by the new one; who asks goes on leading, and no other role is touched."""
    room, tickets = await home.create()
    helene = await home.person(room.room, tickets["host"], "Hélène")
    igor = await home.person(room.room, tickets["host"], "Igor")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await helene.send(type="invite", renew="host", recheck=True)
    links = {link["role"]: link["url"].split("#")[1] for link in (await helene.until("invitation"))["links"]}
    ended = await igor.until("ended")
    assert (ended["cause"], ended["why"]["code"]) == ("closed", "LINK_RENEWED")
    assert [person.name for person in await home.participants.list(room.room)] == ["Hélène", "Amina"]
    assert (await Page(home, links["host"], room.room).join("Igor"))["role"] == "host"
    assert not [said for said in await amina.quiet() if said["type"] == "ended"]


async def test_a_role_has_so_many_links_and_no_more(home: House) -> None:
    """D2: inviting for ever fills no memory; the refusal says what to do."""
    room, tickets = await home.create()
    helene = await home.person(room.room, tickets["host"], "Hélène")
    for _ in range(49):
        await home.access.add_links(room.room, ["participant"], by=OPERATOR)
    await helene.send(type="invite")
    refused = await helene.until("refused")
    assert (refused["code"], refused["limit"], refused["current"]) == ("LINKS_FULL", "50", "50")
