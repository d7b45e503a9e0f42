"""Coming in by links, tickets and a password, on a real port: what strangers learn, what a restart keeps."""

from __future__ import annotations

import asyncio
from typing import Any

from node.features.access.passwords import Passwords
from node.features.access.rules import Mode
from node.features.participants.rules import Role
from tests.web.house import OPERATOR, SDP, House, Page

PASSWORD = "un mot de passe long"


async def answer(home: House, room: str, ticket: str, **body: Any) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a join."""
    got = await home.post(f"/api/rooms/{room}/join", {"name": "Eve", "sdp": SDP, **body}, ticket)
    headers = {name: value for name, value in got.headers.items() if name not in ("Date", "Content-Security-Policy")}
    return got.status, headers, await got.read()


async def test_a_wrong_link_does_not_tell_whether_there_is_such_a_room(home: House) -> None:
    """R120: an open room, a closed one and none at all are the same answer to the byte, on every door; after a restart
    as well. Who has a ticket of the closed room is told that it is closed."""
    room, _tickets = await home.create()
    closed, of_closed = await home.create()
    await home.rooms.close(closed.room, by=OPERATOR)
    for _ in range(2):
        answers = [await answer(home, name, "wrong") for name in (room.room, closed.room, "nowhere")]
        assert answers[0][0] == 401
        assert answers[0] == answers[1] == answers[2]
        looks = []
        for name in (room.room, closed.room, "nowhere"):
            for method, path in (
                ("GET", f"/api/rooms/{name}"),
                ("POST", f"/whip/{name}"),
                ("POST", f"/whep/{name}"),
                ("DELETE", f"/whip/{name}/x"),
            ):
                got = await home.request(
                    method, path, bearer="wrong", data="v=0", headers={"Content-Type": "application/sdp"}
                )
                looks.append((method, path.split("/")[1], got.status, await got.read()))
        assert looks[:4] == looks[4:8] == looks[8:]
        page = Page(home, of_closed["participant"], closed.room)
        assert (await page.join(expect=410))["code"] == "ROOM_CLOSED"
        await home.stop()
        await home.open()


async def test_no_door_that_names_a_room_tells_a_stranger_whether_it_is_there(home: House) -> None:
    """R120: every address of the edge that has a room in it, as the edge lists them; with a wrong ticket and with none.
    What the body says does not matter either."""
    room, _tickets = await home.create()
    protected, _others = await home.create()
    await home.access.set(protected.room, Mode.PASSWORD, PASSWORD, by=OPERATOR)
    closed, _of_closed = await home.create()
    await home.rooms.close(closed.room, by=OPERATOR)
    doors = sorted(
        (route.method, route.resource.canonical)
        for route in home.edge.app.router.routes()
        if route.resource is not None and "{room}" in route.resource.canonical
    )
    assert len(doors) > 20
    for method, path in doors:
        for bearer in ("wrong", ""):
            for body in ({"name": "Eve", "sdp": SDP, "password": PASSWORD, "send": SDP, "receive": SDP}, {}):
                seen = set()
                for name in (room.room, protected.room, closed.room, "nowhere"):
                    address = path.replace("{room}", name)
                    for part in ("resource", "recording", "file"):
                        address = address.replace(f"{{{part}}}", "x")
                    got = await home.request(method, address, bearer=bearer, json=body)
                    seen.add((got.status, (await got.read()).replace(name.encode(), b"ROOM")))
                assert len(seen) == 1, (method, path, bearer, seen)


async def test_a_renewed_link_and_a_removal_hold_over_a_restart(home: House) -> None:
    """R125, H19."""
    room, tickets = await home.create()
    ((_id, _name, mine),) = await home.access.invite(room.room, ["Eve"], by=OPERATOR)
    eve = await home.person(room.room, mine.ticket, "Eve")
    await home.participants.remove(room.room, eve.id, by=OPERATOR)
    new, put_out = await home.access.renew(room.room, Role.PARTICIPANT, by=OPERATOR)
    assert put_out == 0
    await home.stop()
    await home.open()
    assert (await Page(home, mine.ticket, room.room).join(expect=403))["code"] == "REMOVED"
    assert (await Page(home, tickets["participant"], room.room).join(expect=401))["code"] == "LINK_RENEWED"
    await home.person(room.room, new.ticket)
    await home.person(room.room, tickets["host"], "Hélène")


async def test_the_other_page_of_a_ticket_is_told(home: House) -> None:
    """R113: one live session a ticket, also when the node was restarted between them."""
    room, _ = await home.create()
    ((_id, name, mine),) = await home.access.invite(room.room, ["Amina"], by=OPERATOR)
    look = await home.request("GET", f"/api/rooms/{room.room}", bearer=mine.ticket)
    assert (await look.json())["name"] == name == "Amina"
    first = await home.person(room.room, mine.ticket)
    await home.stop()
    await home.open()
    assert (await first.attach())["type"] in ("welcome", "resumed")
    second = await home.person(room.room, mine.ticket)
    assert await first.closed() == 4001
    assert first.seen[-1]["cause"] == "replaced"
    assert [view.participant for view in await home.participants.list(room.room)] == [second.id]


async def test_put_out_and_told_which_link_to_use(home: House) -> None:
    """R125: the host asks to check again."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    _new, put_out = await home.access.renew(room.room, Role.PARTICIPANT, recheck=True, by=OPERATOR)
    assert put_out == 1
    await amina.closed()
    assert (amina.seen[-1]["cause"], amina.seen[-1]["why"]["code"]) == ("closed", "LINK_RENEWED")
    assert (await amina.join(expect=401))["code"] == "LINK_RENEWED"


async def test_a_password_at_every_door(home: House) -> None:
    """R112: asked for, wrong, right; an encoder cannot give one; who is in comes back without; kept by scrypt."""
    room, tickets = await home.create()
    await home.access.set(room.room, Mode.PASSWORD, PASSWORD, by=OPERATOR)
    look = await home.request("GET", f"/api/rooms/{room.room}", bearer=tickets["participant"])
    assert (await look.json())["password"] is True
    page = Page(home, tickets["participant"], room.room)
    assert (await page.join(expect=401))["code"] == "PASSWORD_MISSING"
    assert (await page.join(expect=401, password="un mot de passe court"))["code"] == "PASSWORD_WRONG"
    whip = await home.request(
        "POST",
        f"/whip/{room.room}",
        bearer=tickets["participant"],
        data=SDP,
        headers={"Content-Type": "application/sdp"},
    )
    assert (whip.status, (await whip.json())["code"]) == (401, "PASSWORD_MISSING")
    await page.join(password=PASSWORD)
    await page.join()  # a reload, with the session
    await home.person(room.room, tickets["host"], "Hélène")
    assert home.floor.rooms[room.room].access.password.startswith("scrypt:")
    await home.stop()
    await home.open()
    other = Page(home, tickets["participant"], room.room)
    assert (await other.join(expect=401))["code"] == "PASSWORD_MISSING"
    await other.join(password=f" {PASSWORD} ")


async def test_who_guesses_too_often_is_not_even_looked_at(home: House) -> None:
    """H21: the right password, once known, still gets in from the same address."""
    room, tickets = await home.create()
    await home.access.set(room.room, Mode.PASSWORD, PASSWORD, by=OPERATOR)
    await Page(home, tickets["participant"], room.room).join(password=PASSWORD)
    guesser = Page(home, tickets["participant"], room.room)
    for _ in range(20):
        await answer(home, room.room, "wrong")  # tries are of the address, whatever was tried
    assert (await guesser.join(expect=429, password="au hasard 12"))["code"] == "TOO_FAST"
    await guesser.join(password=PASSWORD)


async def test_a_flood_of_guesses_waits_in_a_short_queue() -> None:
    """H21: what comes beyond it is refused at once, and costs nothing."""
    passwords = Passwords(waiting=3)
    kept = await passwords.made(PASSWORD)
    guesses = [passwords.matches(kept, f"{n}") for n in range(11)]
    results = await asyncio.gather(*guesses, return_exceptions=True)
    passwords.close()
    assert [getattr(result, "code", result) for result in results] == [False] * 3 + ["TOO_FAST"] * 8
