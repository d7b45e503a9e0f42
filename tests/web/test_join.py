"""Joining by HTTP: one offer in, one answer out, and every refusal says its code."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from node.features.quota.rules import Limits
from tests.web.house import OPERATOR, SDP, House, Page, house


async def test_an_answer_has_what_the_page_needs(home: House) -> None:
    room, tickets = await home.create(max_participants=3)
    page = Page(home, tickets["participant"], room.room)
    said = await page.join("Amina")
    assert said["participant"].startswith("p_")
    assert said["session"].startswith("s_")
    assert said["role"] == "participant"
    assert said["sdp"].startswith("v=0")
    assert said["tracks"][0] == {"source": "microphone", "mid": "0"}
    assert {slot["kind"] for slot in said["slots"]} == {"audio", "video"}
    assert said["room"] == {"room": room.room, "title": "Salle", "type": "meeting"}
    assert said["rights"] == ["microphone", "camera", "screen", "chat"]
    assert said["max_message"] == 2000
    assert home.meter.joins == ["OK"]


async def test_an_offer_that_comes_in_crumbs_is_read_whole(home: House) -> None:
    room, tickets = await home.create()
    body = json.dumps({"name": "Amina", "sdp": SDP}).encode()

    async def crumbs() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 7):
            yield body[at : at + 7]
            await asyncio.sleep(0)

    headers = {"Authorization": f"Bearer {tickets['participant']}", "Content-Type": "application/json"}
    where = home.url(f"/api/rooms/{room.room}/join")
    async with home.client.post(where, data=crumbs(), headers=headers) as answer:
        assert answer.status == 201
        assert (await answer.json())["sdp"].startswith("v=0")


async def test_a_host_is_one_by_the_ticket(home: House) -> None:
    room, tickets = await home.create()
    assert (await Page(home, tickets["host"], room.room).join())["role"] == "host"


async def test_looking_before_joining(home: House) -> None:
    room, tickets = await home.create(max_participants=7)
    await home.person(room.room, tickets["participant"], attach=False)
    answer = await home.request("GET", f"/api/rooms/{room.room}", bearer=tickets["participant"])
    assert await answer.json() == {
        "room": room.room, "title": "Salle", "people": 1, "max_participants": 7, "role": "participant",
        "type": "meeting", "rights": ["microphone", "camera", "screen", "chat"], "opens_in_s": 0, "waits": False,
        "advice_people": 250, "password": False, "name": "", "lobby": "", "flags": [], "recording": "",
        "notice": None, "crowded": False, "speaking": "", "guide": "/guide/meeting", "support": "",
        "brand": {"name": "", "colour": "", "logo": ""},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("bearer", "room", "status", "code"),
    [
        (None, "", 401, "TICKET_MISSING"),
        ("wrong", "", 401, "TICKET_WRONG"),
        ("wrong", "nowhere", 401, "TICKET_WRONG"),
        ("é" * 20, "", 401, "TICKET_MISSING"),
        ("x" * 600, "", 401, "TICKET_MISSING"),
    ],
)
async def test_who_has_no_business_here(home: House, bearer: str | None, room: str, status: int, code: str) -> None:
    made, _tickets = await home.create()
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    body = {"name": "Eve", "sdp": SDP}
    where = home.url(f"/api/rooms/{room or made.room}/join")
    async with home.client.post(where, json=body, headers=headers) as answer:
        refusal = await answer.json()
        assert (answer.status, refusal["code"]) == (status, code)
        assert set(refusal) == {"code", "rule", "limit", "current", "set_by", "message", "next_step", "support"}
        assert set(refusal["message"]) == {"fr", "en"}
    assert home.media.transports == {}


async def test_a_ticket_of_another_room_opens_nothing_here(home: House) -> None:
    """H18."""
    one, _ = await home.create()
    _two, tickets = await home.create()
    assert (await Page(home, tickets["host"], one.room).join(expect=401))["code"] == "TICKET_WRONG"


async def test_an_expired_ticket(home: House) -> None:
    room, tickets = await home.create(ticket_hours=1)
    home.clock.time += 3601
    assert (await Page(home, tickets["participant"], room.room).join(expect=401))["code"] == "TICKET_EXPIRED"


async def test_a_full_room(home: House) -> None:
    room, tickets = await home.create(max_participants=1)
    await home.person(room.room, tickets["participant"], attach=False)
    refusal = await Page(home, tickets["participant"], room.room).join(expect=403)
    assert (refusal["code"], refusal["limit"], refusal["current"], refusal["set_by"]) == ("ROOM_FULL", "1", "1", "room")
    assert "1" in refusal["message"]["fr"]


async def test_a_full_node(home: House) -> None:
    async with house(home.folder / "small", limits=Limits(node_participants=1)) as small:
        room, tickets = await small.create()
        await small.person(room.room, tickets["participant"], attach=False)
        refusal = await Page(small, tickets["participant"], room.room).join(expect=503)
        assert (refusal["code"], refusal["set_by"]) == ("NODE_FULL", "node")


async def test_a_closed_room(home: House) -> None:
    room, tickets = await home.create()
    await home.rooms.close(room.room, by=OPERATOR)
    assert (await Page(home, tickets["participant"], room.room).join(expect=410))["code"] == "ROOM_CLOSED"


async def test_a_refused_offer_leaves_nothing(home: House) -> None:
    room, tickets = await home.create(max_participants=1)
    home.media.refuse = "SDP_UNSUPPORTED"
    assert (await Page(home, tickets["participant"], room.room).join(expect=422))["code"] == "SDP_UNSUPPORTED"
    home.media.refuse = None
    await Page(home, tickets["participant"], room.room).join()


async def test_places_are_exact_when_all_come_at_once(home: House) -> None:
    """D1, H19: fifty people at the same moment, twenty places."""
    room, tickets = await home.create(max_participants=20)
    home.media.gate.clear()
    asked = [
        asyncio.create_task(
            home.post(f"/api/rooms/{room.room}/join", {"name": "A", "sdp": SDP}, tickets["participant"])
        )
        for _ in range(50)
    ]
    await asyncio.sleep(0.2)
    home.media.gate.set()
    statuses = sorted(answer.status for answer in await asyncio.gather(*asked))
    assert statuses == [201] * 20 + [403] * 30
    assert (await home.rooms.get(room.room)).people == 20


async def test_a_session_brings_the_same_person_back(home: House) -> None:
    room, tickets = await home.create(max_participants=1)
    page = await home.person(room.room, tickets["participant"], attach=False)
    before, first = page.id, page.transport
    await page.join()
    assert page.id == before
    assert first in home.media.closed
    assert len(home.media.transports) == 1


async def test_two_joins_with_one_session_at_the_same_moment(home: House) -> None:
    """H19: both negotiate, the later one counts; one person with one transport is left."""
    room, tickets = await home.create(max_participants=1)
    page = await home.person(room.room, tickets["participant"], attach=False)
    first = page.transport
    home.media.gate = asyncio.Barrier(2)  # type: ignore[assignment]
    body = {"name": "Amina", "sdp": SDP, "session": page.session}
    asked = [home.post(f"/api/rooms/{room.room}/join", body, tickets["participant"]) for _ in range(2)]
    answers = {answer.status: await answer.json() for answer in await asyncio.gather(*asked)}
    assert set(answers) == {201, 401}
    assert answers[401]["code"] == "SESSION_UNKNOWN"
    assert answers[201]["participant"] == page.id
    assert set(home.media.transports) == {page.transport}
    assert first in home.media.closed
    assert (await home.rooms.get(room.room)).people == 1


async def test_a_ticket_that_expired_meanwhile_does_not_end_a_session(home: House) -> None:
    room, tickets = await home.create(ticket_hours=1)
    page = await home.person(room.room, tickets["participant"], attach=False)
    home.clock.time += 3601
    before = page.id
    await page.join()
    assert page.id == before


async def test_an_unknown_session_ejects_nobody(home: House) -> None:
    """H18 (CVE-2022-41960): somebody else's id, or a guessed session, is a newcomer at best."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    eve = Page(home, tickets["participant"], room.room)
    await eve.join("Eve", session=amina.id)
    assert eve.id != amina.id
    assert await amina.quiet() is not None
    assert (await home.rooms.get(room.room)).people == 2


async def test_a_removed_session_is_dead_for_ever(home: House) -> None:
    """H19."""
    room, tickets = await home.create()
    page = await home.person(room.room, tickets["participant"], attach=False)
    await home.participants.remove(room.room, page.id, by=OPERATOR)
    assert (await page.join(expect=403))["code"] == "REMOVED"
    answer = await home.request("PATCH", "/api/session", bearer=page.session, json={"sdp": SDP})
    assert (await answer.json())["code"] == "REMOVED"


async def test_leaving(home: House) -> None:
    room, tickets = await home.create()
    page = await home.person(room.room, tickets["participant"], attach=False)
    transport = page.transport
    answer = await home.request("DELETE", "/api/session", bearer=page.session)
    assert answer.status == 204
    assert transport in home.media.closed
    assert (await home.rooms.get(room.room)).people == 0
    assert (await home.request("DELETE", "/api/session", bearer=page.session)).status == 401


async def test_a_page_that_goes_away_is_kept_its_place_for_five_seconds(home: House) -> None:
    room, tickets = await home.create()
    page = await home.person(room.room, tickets["participant"], attach=False)
    home.media.connect(page.transport)
    before = page.id
    assert (await home.request("POST", "/api/session/leave", data=page.session)).status == 204
    home.clock.time += 4.9
    home.floor.tick()
    await page.join()
    assert page.id == before  # a reload

    home.media.connect(page.transport)
    assert (await home.request("POST", "/api/session/leave", data=page.session)).status == 204
    home.clock.time += 5
    home.floor.tick()
    assert (await home.rooms.get(room.room)).people == 0  # a closed tab
    assert (await home.request("POST", "/api/session/leave", data=page.session)).status == 401


async def test_ice_restart(home: House) -> None:
    room, tickets = await home.create()
    page = await home.person(room.room, tickets["participant"], attach=False)
    answer = await home.request("PATCH", "/api/session", bearer=page.session, json={"sdp": SDP})
    assert await answer.json() == {"sdp": "v=0 (restarted)"}
    assert home.media.restarted == [page.transport]


async def test_muted_before_the_first_packet(home: House) -> None:
    """Late joiners into a muted room: the transport is opened blocked."""
    room, tickets = await home.create()
    await home.mute.mute_room(room.room, by=OPERATOR)
    page = await home.person(room.room, tickets["participant"], attach=False)
    assert home.media.muted[f"{page.transport}/microphone"]
    assert not home.media.muted[f"{page.transport}/camera"]


async def test_a_new_name_is_kept_and_a_hosts_link_makes_a_host(home: House) -> None:
    room, tickets = await home.create()
    page = await home.person(room.room, tickets["participant"], attach=False)
    await page.join("Amina B.")
    assert (await home.participants.get(room.room, page.id)).name == "Amina B."
    page.ticket = tickets["host"]
    before = page.id
    assert (await page.join("Amina B."))["role"] == "host"
    assert page.id == before
    page.ticket = tickets["participant"]
    assert (await page.join("Amina B."))["role"] == "host"  # the other tab of a host takes nothing away
