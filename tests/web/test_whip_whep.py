"""WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep): the same join with another shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.ports import Source
from tests.web.house import OPERATOR, SDP, House, house

SDP_TYPE = {"Content-Type": "application/sdp"}
FRAGMENT = {"Content-Type": "application/trickle-ice-sdpfrag"}


async def test_an_encoder_publishes_and_leaves(home: House) -> None:
    room, tickets = await home.create()
    ticket = tickets["participant"]
    answer = await home.request("POST", f"/whip/{room.room}?name=OBS", bearer=ticket, data=SDP, headers=SDP_TYPE)
    assert answer.status == 201
    assert answer.content_type == "application/sdp"
    assert (await answer.text()).startswith("v=0")
    assert answer.headers["ETag"].startswith('"')
    location = answer.headers["Location"]
    assert location.startswith(f"/whip/{room.room}/")

    (person,) = await home.participants.list(room.room)
    assert (person.name, person.client) == ("OBS", "whip")
    assert {track.source for track in person.tracks if track.on} == {Source.MICROPHONE, Source.CAMERA}

    assert (await home.request("DELETE", location, bearer=ticket)).status == 200
    assert await home.participants.list(room.room) == []
    assert (await home.request("DELETE", location, bearer=ticket)).status == 404


async def test_a_player(home: House) -> None:
    room, tickets = await home.create()
    answer = await home.request("POST", f"/whep/{room.room}", bearer=tickets["participant"], data=SDP, headers=SDP_TYPE)
    assert answer.headers["Location"].startswith(f"/whep/{room.room}/")
    (person,) = await home.participants.list(room.room)
    assert (person.name, person.client, person.tracks) == ("WHEP", "whep", ())


@pytest.mark.parametrize("door", ["whip", "whep"])
async def test_who_connects_is_told_of_the_recording_that_runs(home: House, door: str) -> None:
    """D9: the one thing that can be told to what has no page; a room that is not recorded says nothing."""
    room, tickets = await home.create(type="webinar")

    async def told() -> str | None:
        answer = await home.request("POST", f"/{door}/{room.room}", bearer=tickets["host"], data=SDP, headers=SDP_TYPE)
        assert answer.status == 201 and "Regie-Recording" in answer.headers["Access-Control-Expose-Headers"]
        return answer.headers.get("Regie-Recording")

    assert await told() is None
    await home.recordings.start(room.room, "grid", by=OPERATOR)
    assert await told() == "recording"
    await home.recordings.change(room.room, "pause", by=OPERATOR)
    assert await told() == "paused"
    await home.recordings.change(room.room, "stop", by=OPERATOR)
    assert await told() is None


async def test_ice_restart_and_trickle(home: House) -> None:
    """RFC 9725, 4.3."""
    room, tickets = await home.create()
    ticket = tickets["participant"]
    made = await home.request("POST", f"/whip/{room.room}", bearer=ticket, data=SDP, headers=SDP_TYPE)
    where = made.headers["Location"]
    trickle = await home.request(
        "PATCH", where, bearer=ticket, data="a=candidate:1", headers={**FRAGMENT, "If-Match": made.headers["ETag"]}
    )
    assert trickle.status == 204
    assert home.media.restarted == []
    again = await home.request(
        "PATCH", where, bearer=ticket, data="a=ice-ufrag:x", headers={**FRAGMENT, "If-Match": '"*"'}
    )
    assert (again.status, again.content_type) == (200, "application/trickle-ice-sdpfrag")
    assert again.headers["ETag"] != made.headers["ETag"]
    assert len(home.media.restarted) == 1


async def test_options_say_what_is_taken(home: House) -> None:
    answer = await home.request("OPTIONS", "/whip/any")
    assert answer.status == 204
    assert answer.headers["Accept-Post"] == "application/sdp"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("bearer", [None, "guess"])
async def test_deleting_needs_a_ticket_of_the_room(home: House, bearer: str | None) -> None:
    """H18: to know the address is not enough."""
    room, tickets = await home.create()
    made = await home.request("POST", f"/whip/{room.room}", bearer=tickets["participant"], data=SDP, headers=SDP_TYPE)
    assert (await home.request("DELETE", made.headers["Location"], bearer=bearer)).status == 401
    assert len(await home.participants.list(room.room)) == 1


async def test_a_ticket_alone_ends_nobody(home: House) -> None:
    """H18: somebody else in the room knows the participant's id and has a ticket."""
    room, tickets = await home.create()
    await home.request("POST", f"/whip/{room.room}", bearer=tickets["host"], data=SDP, headers=SDP_TYPE)
    (person,) = await home.participants.list(room.room)
    answer = await home.request("DELETE", f"/whip/{room.room}/{person.participant}", bearer=tickets["participant"])
    assert answer.status == 404
    assert len(await home.participants.list(room.room)) == 1


async def test_not_sdp(home: House) -> None:
    room, tickets = await home.create()
    answer = await home.request("POST", f"/whip/{room.room}", bearer=tickets["host"], json={})
    assert (answer.status, (await answer.json())["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert answer.headers["Access-Control-Allow-Origin"] == "*", "players on other sites can read why"


async def test_the_address_is_not_the_session(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses end in logs of proxies: whoever reads one there cannot come back as the encoder, nor end it."""
    room, tickets = await home.create(room_id="salle")
    monkeypatch.setattr("secrets.token_urlsafe", lambda size: "the-secret")
    made = await home.request("POST", "/whip/salle", bearer=tickets["participant"], data=SDP, headers=SDP_TYPE)
    where = made.headers["Location"]
    resource = where.rpartition("/")[2]
    assert "the-secret" not in where
    assert len(resource) == 32

    (person,) = await home.participants.list("salle")
    assert home.join.who("s_the-secret")[1].id == person.participant
    assert (await home.request("DELETE", "/api/session", bearer=resource)).status == 401
    assert (await home.request("DELETE", "/whip/salle/s_the-secret", bearer=tickets["host"])).status == 404
    for method in ("DELETE", "PATCH"):
        assert (await home.request(method, where, data="a=ice-ufrag:x", headers=FRAGMENT)).status == 401
    assert len(await home.participants.list(room.room)) == 1


async def test_the_address_holds_over_a_restart(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        room, tickets = await home.create()
        ticket = tickets["participant"]
        made = await home.request("POST", f"/whip/{room.room}", bearer=ticket, data=SDP, headers=SDP_TYPE)
        await home.stop()
        await home.open()
        assert (await home.request("DELETE", made.headers["Location"], bearer=ticket)).status == 200
        assert await home.participants.list(room.room) == []


async def test_a_patch_says_which_ice_session_it_means(home: House) -> None:
    """RFC 9725, 4.3.1: no If-Match is 428, another session's tag 412, a body that is no fragment 400; a restart makes
    the tag before it another session's."""
    room, tickets = await home.create()
    ticket = tickets["participant"]
    made = await home.request("POST", f"/whip/{room.room}", bearer=ticket, data=SDP, headers=SDP_TYPE)
    where = made.headers["Location"]

    async def patch(tag: str | None, body: str = "a=candidate:1") -> tuple[int, str]:
        headers = {**FRAGMENT, **({"If-Match": tag} if tag is not None else {})}
        answer = await home.request("PATCH", where, bearer=ticket, data=body, headers=headers)
        return answer.status, (await answer.json())["code"] if answer.status >= 400 else ""

    assert await patch(None) == (428, "PRECONDITION_MISSING")
    assert await patch('"wrong"') == (412, "PRECONDITION_FAILED")
    assert await patch(made.headers["ETag"], "garbage") == (400, "SDP_INVALID")
    assert await patch(made.headers["ETag"]) == (204, "")
    assert await patch('"*"', "a=ice-ufrag:x") == (200, "")
    assert await patch(made.headers["ETag"]) == (412, "PRECONDITION_FAILED")
