"""Waiting in front of a room, with the real edge: what is told, who is let in, and no way past it (R143 … R148)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from node.features.participants.rules import LEASE_S, NEGOTIATION_S, Role
from node.features.rooms.service import Form
from tests.web.house import OPERATOR, SDP, House, Message, Page


@dataclass
class Outside(Page):
    """Somebody who waits."""

    async def wait(self, name: str = "Amina", *, expect: int = 201, **body: Any) -> Message:
        session = self.joined.get("session")
        answer = await self.house.post(
            f"/api/rooms/{self.room}/wait", {"name": name, "session": session, **body}, self.ticket
        )
        said: Message = await answer.json()
        assert answer.status == expect, said
        if expect == 201:
            self.joined = said
        return said

    async def arrive(self, name: str = "Amina") -> Message:
        """Waits, with a WebSocket; what is told first."""
        await self.wait(name)
        told = await self.attach()
        assert told["type"] == "lobby"
        return told


async def with_lobby(home: House, **wishes: Any) -> tuple[str, dict[str, str]]:
    room, tickets = await home.create(**wishes)
    await home.lobby.set(room.room, on=True, agenda="*09:00* accueil", message="Bonjour", by=OPERATOR)
    return room.room, tickets


async def test_from_the_hall_into_the_room(home: House) -> None:
    """No media, nobody to be seen, the agenda; let in by a host in the page; then a participant like any other."""
    room, tickets = await with_lobby(home)
    host = await home.person(room, tickets["host"], "Hélène")
    amina = Outside(home, tickets["participant"], room)
    look = await (await home.request("GET", f"/api/rooms/{room}", bearer=tickets["participant"])).json()
    assert look["lobby"] == "lobby"
    assert (await amina.join(expect=425))["code"] == "LOBBY"
    told = await amina.arrive()
    assert (told["why"], told["agenda"], told["message"]) == (
        "lobby", "<p><em>09:00</em> accueil</p>", "<p>Bonjour</p>",
    )  # fmt: skip
    assert set(told) == {"type", "why", "room", "agenda", "message", "opens_in_s", "brand"}
    waiters = (await host.until("waiters"))["lobby"]
    while not waiters["waiters"]:  # the lobby's own change may be told before she came
        waiters = (await host.until("waiters"))["lobby"]
    assert [(w["name"], w["why"]) for w in waiters["waiters"]] == [("Amina", "lobby")]
    assert list(home.media.transports) == [host.transport]
    await host.send(type="chat", text="on commence ?")
    await host.until("chat")
    assert (await amina.join(expect=425))["code"] == "LOBBY"  # with the session that waits, too
    await host.send(type="admit", participant=amina.id)
    assert (await amina.hear())["type"] == "admitted"  # nothing was said of the room before
    waits_as = amina.id
    await amina.join()
    assert amina.id == waits_as
    assert await amina.closed() == 1000
    assert (await amina.attach())["type"] == "welcome"
    assert (await host.until("waiters", lobby={**waiters, "waiters": [], "total": 0}))["seq"]


async def test_the_message_is_changed_while_people_wait(home: House) -> None:
    """R143: by hosts and operators, pushed to who waits; a host sees what is written, a guest what is shown."""
    room, tickets = await with_lobby(home)
    host = await home.person(room, tickets["host"], "Hélène")
    amina = Outside(home, tickets["participant"], room)
    await amina.arrive()
    await host.send(type="lobby", message="**Dix minutes** de retard <script>")
    told = await amina.hear()
    assert told["message"] == "<p><strong>Dix minutes</strong> de retard &lt;script&gt;</p>"
    assert "accueil" in told["agenda"]
    told = (await host.until("waiters"))["lobby"]
    while "Dix" not in told["message"]:
        told = (await host.until("waiters"))["lobby"]
    await amina.send(type="lobby", message="moi")
    assert (await amina.until("refused"))["code"] == "LOBBY"


@pytest.mark.parametrize("door", ["whip", "whep"])
async def test_no_encoder_and_no_player_comes_in_unseen(home: House, door: str) -> None:
    room, tickets = await with_lobby(home)
    answer = await home.request(
        "POST", f"/{door}/{room}", bearer=tickets["participant"], data=SDP, headers={"Content-Type": "application/sdp"}
    )
    assert (answer.status, (await answer.json())["code"]) == (425, "LOBBY")
    assert home.media.transports == {}


async def test_a_dropped_websocket_and_a_restart_keep_the_queue(home: House) -> None:
    room, tickets = await with_lobby(home, max_participants=2)
    people = [Outside(home, tickets["participant"], room) for _ in range(3)]
    for number, one in enumerate(people):
        await one.arrive(f"P{number}")
    assert people[0].socket is not None
    await people[0].socket.close()
    await home.lobby.admit(room, people[1].id, by=OPERATOR)
    await home.stop()
    await home.open()
    assert [(w.name, w.why) for w in home.lobby.waiters(room)] == [("P0", "lobby"), ("P1", ""), ("P2", "lobby")]
    assert (await people[0].attach())["type"] == "lobby"
    assert (await people[0].wait("P0"))["participant"] == people[0].id  # a reload asks again
    assert (await people[1].attach())["type"] == "lobby"
    assert (await people[1].hear())["type"] == "admitted"
    await people[1].join()
    assert len(home.lobby.waiters(room)) == 2


async def test_all_as_far_as_there_are_places_and_the_next_when_one_is_free(home: House) -> None:
    """D1: the fifth waits on, and is told nothing else; a place that is given up is the next one's."""
    room, tickets = await with_lobby(home, max_participants=3)
    host = await home.person(room, tickets["host"], "Hélène")
    people = [Outside(home, tickets["participant"], room) for _ in range(4)]
    for one in people:
        await one.arrive()
    await host.send(type="admit", participant="")
    assert (await host.until("refused"))["code"] == "ROOM_FULL"
    assert [w.why for w in home.lobby.waiters(room)] == ["", "", "lobby", "lobby"]
    assert len(home.floor.rooms[room].people) == 3
    await people[0].join()
    assert (await Page(home, tickets["host"], room).join(expect=403))["code"] == "ROOM_FULL"
    await home.lobby.set(room, on=False, by=OPERATOR)  # they wait for nothing but a place now
    await home.participants.remove(room, people[0].id, by=OPERATOR)
    assert (await people[2].until("admitted"))["type"] == "admitted"
    home.clock.time += NEGOTIATION_S
    home.floor.tick()  # who was admitted and did not come gives the place up
    assert (await people[3].until("admitted"))["type"] == "admitted"


async def test_turned_away_is_told_and_final(home: House) -> None:
    room, tickets = await with_lobby(home)
    host = await home.person(room, tickets["host"], "Hélène")
    amina = Outside(home, tickets["participant"], room)
    await amina.arrive()
    await host.send(type="refuse", participant=amina.id)
    assert await amina.closed() == 1000
    assert (amina.seen[-1]["cause"], amina.seen[-1]["why"]["code"]) == ("refused", "TURNED_AWAY")
    await home.stop()
    await home.open()
    assert (await amina.wait(expect=403))["code"] == "TURNED_AWAY"
    assert (await amina.join(expect=403))["code"] == "TURNED_AWAY"


async def test_early_people_come_in_by_themselves_at_the_hour(home: House) -> None:
    """R144, R165: told how long, told when; the audience of a webinar then waits for the host."""
    starts = home.clock.time + 3600
    view, tickets = await home.create(type="webinar", form=Form.SCHEDULED, starts=starts, minutes=60)
    amina = Outside(home, tickets["participant"], view.room)
    assert (await amina.arrive())["opens_in_s"] == 3300
    home.clock.time = starts - 300
    home.floor.tick()
    told = await amina.hear()
    assert (told["type"], told["why"]) == ("lobby", "start")
    await home.person(view.room, tickets["host"], "Hélène")
    assert (await amina.until("admitted"))["type"] == "admitted"
    await amina.join()


async def test_staff_wait_for_a_moderator_and_then_come_by_themselves(home: House) -> None:
    """R147: a speaker by the page, a technician's encoder, over a restart; the encoder is let in when it asks again."""
    room, tickets = await with_lobby(home, type="webinar")
    samir = Outside(home, tickets["speaker"], room)
    assert (await samir.join(expect=425))["code"] == "LOBBY"
    assert (await samir.arrive("Samir"))["why"] == "lobby"

    async def encoder() -> int:
        sdp = {"Content-Type": "application/sdp"}
        door = f"/whip/{room}"
        return (await home.request("POST", door, bearer=tickets["technician"], data=SDP, headers=sdp)).status

    assert await encoder() == 425
    await home.stop()
    await home.open()
    assert (await samir.attach())["why"] == "lobby"
    assert await encoder() == 425
    await home.person(room, tickets["moderator"], "Mona")
    assert (await samir.until("admitted"))["type"] == "admitted"
    await samir.join()
    assert await encoder() == 201


async def test_who_vanished_is_forgotten_and_a_closed_room_says_so(home: House) -> None:
    room, tickets = await with_lobby(home)
    amina, bruno = Outside(home, tickets["participant"], room), Outside(home, tickets["participant"], room)
    await amina.wait()  # and never says hello
    await bruno.arrive("Bruno")
    home.clock.time += LEASE_S
    home.floor.tick()
    assert [w.name for w in home.lobby.waiters(room)] == ["Bruno"]
    await home.rooms.close(room, by=OPERATOR)
    await bruno.closed()
    assert bruno.seen[-1]["why"]["code"] == "ROOM_CLOSED"


async def test_a_renewed_link_puts_who_waits_out(home: House) -> None:
    """R125."""
    room, tickets = await with_lobby(home)
    amina = Outside(home, tickets["participant"], room)
    await amina.arrive()
    await home.access.renew(room, Role.PARTICIPANT, by=OPERATOR)
    await amina.closed()
    assert amina.seen[-1]["why"]["code"] == "LINK_RENEWED"


async def test_leaving_the_hall(home: House) -> None:
    room, tickets = await with_lobby(home)
    amina, bruno = Outside(home, tickets["participant"], room), Outside(home, tickets["participant"], room)
    await amina.arrive()
    await bruno.arrive()
    await amina.send(type="leave")
    assert await amina.closed() == 1000
    gone = await home.request("DELETE", "/api/session", bearer=bruno.session)
    assert gone.status == 204
    assert home.lobby.waiters(room) == []


async def test_a_hundred_are_let_in_at_once(home: House) -> None:
    """Each is told once, and none of them of the others."""
    room, tickets = await with_lobby(home, max_participants=200)
    people = [Outside(home, tickets["participant"], room) for _ in range(100)]
    for one in people:
        await one.arrive()
    done = await home.lobby.admit_all(room, by=OPERATOR)
    assert (len(done.admitted), done.left, done.refusal) == (100, 0, None)
    told = await asyncio.gather(*(one.hear() for one in people))
    assert {msgspec.json.encode(one) for one in told} == {b'{"type":"admitted"}'}
