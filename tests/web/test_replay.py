"""The replay of a room, on its own address: for whoever may come in by the room's rule, and for nobody else."""

from __future__ import annotations

import pytest

from node.features.access.rules import Mode
from node.features.recordings.states import State
from node.features.replay.passes import LIFE_S
from tests.web.house import OPERATOR, House
from tests.web.replays import CLIP, RECORDING, clip_of, looked, recorded

DAY = 86_400.0


@pytest.fixture
async def shown(home: House) -> tuple[str, dict[str, str]]:
    """A webinar whose recording is published."""
    room, tickets = await home.create(type="webinar")
    home.files.files[(RECORDING, "room.webm")] = CLIP
    recorded(home, room.room)
    return room.room, tickets


async def test_what_is_published_is_told_and_played(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """R216: parts between the marks are chapters; what one person sent is not for the page."""
    room, tickets = shown
    look = await looked(home, room, tickets["participant"])
    (one,) = look["recordings"]
    assert (look["title"], one["seconds"], one["chapters"]) == (
        "Salle",
        20.0,
        [{"at": 0.0, "title": ""}, {"at": 10.0, "title": ""}],
    )
    assert [file["type"] for file in one["media"]] == ["video/webm"]
    answer = await home.request("GET", one["media"][0]["url"])
    assert (answer.status, await answer.read()) == (200, CLIP)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_it_stays_where_it_was_when_the_room_is_closed_and_the_links_ran_out(
    home: House, shown: tuple[str, dict[str, str]]
) -> None:
    """R216: the same address, after the event, after a restart."""
    room, tickets = shown
    view = home.recordings.get(RECORDING)
    await home.rooms.close(room, by=OPERATOR)
    home.clock.time += 30 * DAY
    await home.stop()
    await home.open()
    home.recordings._put(view)
    assert await (await home.request("GET", await clip_of(home, room, tickets["participant"]))).read() == CLIP


async def test_a_link_that_ran_out_before_opens_no_later_session(home: House) -> None:
    room, tickets = await home.create(type="webinar", ticket_hours=1)
    home.clock.time += DAY
    recorded(home, room.room)
    assert (await looked(home, room.room, tickets["participant"]))["recordings"] == []


async def test_nothing_is_offered_of_a_video_conference(home: House) -> None:
    """R161: whatever the book says."""
    room, tickets = await home.create(type="conference")
    recorded(home, room.room)
    assert (await looked(home, room.room, tickets["speaker"]))["recordings"] == []


async def test_nothing_is_offered_that_is_not_published(home: House) -> None:
    room, tickets = await home.create(type="webinar")
    for state in State:
        recorded(home, room.room, state=state)
        offered = (await looked(home, room.room, tickets["host"]))["recordings"]
        assert bool(offered) == (state is State.PUBLISHED), state


async def test_a_stranger_learns_nothing(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """R120: no room, a closed one and a wrong ticket are one answer."""
    closed, _tickets = await home.create()
    await home.rooms.close(closed.room, by=OPERATOR)
    said = [await looked(home, room, "t_wrong", expect=401) for room in (shown[0], closed.room, "r_none")]
    assert said[0]["code"] == "TICKET_WRONG"
    assert said[0] == said[1] == said[2]


async def test_guessing_is_slowed_down(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """H20: tickets and passes are one count; a right one still gets in."""
    for n in range(10):
        await looked(home, shown[0], f"t_{n}", expect=401)
        assert (await home.request("GET", f"/replay/guess{n}/{RECORDING}/room.webm")).status == 403
    await looked(home, shown[0], "t_wrong", expect=429)
    assert (await home.request("GET", f"/replay/guess/{RECORDING}/room.webm")).status == 429
    await looked(home, shown[0], shown[1]["participant"])


async def test_the_password_is_asked_for(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """Who does not moderate needs it; a changed one opens nothing more, not even what plays already."""
    room, tickets = shown
    await home.access.set(room, Mode.PASSWORD, "sésame-ouvre", by=OPERATOR)
    assert (await looked(home, room, tickets["participant"], expect=401))["code"] == "PASSWORD_MISSING"
    wrong = await looked(home, room, tickets["participant"], expect=401, password="sésame-ferme")
    assert wrong["code"] == "PASSWORD_WRONG"
    await looked(home, room, tickets["host"])
    clip = await clip_of(home, room, tickets["participant"], password="sésame-ouvre")
    assert (await home.request("GET", clip)).status == 200
    await home.access.set(room, Mode.PASSWORD, "autre-sésame", by=OPERATOR)
    assert (await (await home.request("GET", clip)).json())["code"] == "PASSWORD_MISSING"


async def test_a_room_by_tickets_is_watched_by_ticket(home: House, shown: tuple[str, dict[str, str]]) -> None:
    room, tickets = shown
    await home.access.set(room, Mode.TOKEN, by=OPERATOR)
    assert (await looked(home, room, tickets["participant"], expect=403))["code"] == "TICKET_NAMED"
    ((ticket, _name, link),) = await home.access.invite(room, ["Amina"], by=OPERATOR)
    clip = await clip_of(home, room, link.ticket)
    assert (await home.request("GET", clip)).status == 200
    await home.access.revoke(room, ticket, by=OPERATOR)
    assert (await (await home.request("GET", clip)).json())["code"] == "TICKET_REVOKED"


async def test_a_renewed_link_stops_what_plays(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """R124."""
    room, tickets = shown
    clip = await clip_of(home, room, tickets["participant"])
    await home.access.renew(room, "participant", by=OPERATOR)
    assert (await (await home.request("GET", clip)).json())["code"] == "LINK_RENEWED"
    assert (await looked(home, room, tickets["participant"], expect=401))["code"] == "LINK_RENEWED"


async def test_a_withdrawn_recording_is_gone_at_once(home: House, shown: tuple[str, dict[str, str]]) -> None:
    room, tickets = shown
    clip = await clip_of(home, room, tickets["participant"])
    recorded(home, room, state=State.VERIFIED)
    assert (await home.request("GET", clip)).status == 404
    assert (await home.request("GET", clip.replace("room.webm", "chat"))).status == 404


async def test_a_pass_is_no_ticket_ends_and_is_of_one_room(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """The address of a file is short-lived and opens no other room's."""
    room, tickets = shown
    clip = await clip_of(home, room, tickets["participant"])
    key = clip.split("/")[2]
    assert tickets["participant"] not in clip
    await looked(home, room, key, expect=401)
    other, _tickets = await home.create(type="webinar")
    recorded(home, other.room, recording="f" * 32)
    assert (await home.request("GET", f"/replay/{key}/{'f' * 32}/room.webm")).status == 404
    home.clock.time += LIFE_S
    assert (await (await home.request("GET", clip)).json())["code"] == "RECORDING_LINK"
    assert await clip_of(home, room, tickets["participant"]) != clip


async def test_names_never_become_paths(home: House, shown: tuple[str, dict[str, str]]) -> None:
    """H23: only names of the recording's own files are looked for, and only those of everybody together."""
    room, tickets = shown
    base = (await clip_of(home, room, tickets["participant"])).rpartition("/")[0]
    for name in ("track-1.webm", "..%2froom.webm", "%2fetc%2fpasswd", "room.webm%00", "%2e%2e", "chat%2f.."):
        answer = await home.request("GET", f"{base}/{name}")
        assert answer.status == 404, name
    assert home.files.read_bytes == 0


async def test_the_chat_is_what_everybody_could_read_between_the_marks(home: House) -> None:
    """Nothing hidden, private or of a pause; in the time of the recording."""
    room, tickets = await home.create(type="webinar")
    host = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    recorded(home, room.room)

    async def said(text: str, after: float, **more: str) -> None:
        home.clock.time += after
        await host.send(type="chat", text=text, **more)
        await host.quiet()

    await said("au début", 2)
    await said("pour elle", 1, to=amina.id)
    await said("publicité", 1)
    hidden = home.chat.recent(room.room)[-1].message
    await said("en pause", 8)  # 12 s: between the stretches
    await said("à la fin", 6)  # 18 s: 8 … 13 s of the second
    await said("après", 10)
    await home.chat.hide(room.room, hidden, by=OPERATOR)
    look = await looked(home, room.room, tickets["participant"])
    lines = (await (await home.request("GET", look["recordings"][0]["chat"])).json())["messages"]
    assert [(line["at"], line["name"], line["html"]) for line in lines] == [
        (2.0, "Hélène", "<p>au début</p>"),
        (13.0, "Hélène", "<p>à la fin</p>"),
    ]


async def test_a_body_that_is_no_body_is_refused(home: House, shown: tuple[str, dict[str, str]]) -> None:
    room, tickets = shown
    assert (await home.post(f"/api/rooms/{room}/replay", {"password": 1}, tickets["host"])).status == 400
    assert (await home.post(f"/api/rooms/{room}/replay", {"path": "/"}, tickets["host"])).status == 400
    assert (await home.post(f"/api/rooms/{room}/replay", {}, None)).status == 401
