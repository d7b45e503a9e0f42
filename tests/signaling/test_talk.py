"""A page in the room: what it says, what it is told."""

from __future__ import annotations

import pytest

from node.features.participants.rules import Measured, State
from node.ports import Level, Source, Speaking, TransportFigures
from tests.web.house import OPERATOR, House, Page


async def test_welcome_has_everything(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await amina.send(type="chat", text="*bonjour*", key="k1")
    await amina.until("chat")
    await home.mute.mute_room(room.room, by=OPERATOR)
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    (welcome,) = bruno.seen
    assert welcome["you"] == bruno.id
    assert welcome["room"] == {
        "room": room.room,
        "title": "Salle",
        "type": "meeting",
        "advice_people": 250,
        "roles": ["host", "participant"],
    }
    assert {person["name"] for person in welcome["people"]} == {"Amina", "Bruno"}
    assert welcome["chat"][0]["html"] == "<p><em>bonjour</em></p>"
    assert "key" not in welcome["chat"][0]
    assert welcome["blocked"] == ["microphone"]
    assert len(welcome["slots"]) == 4


async def test_a_camera_switched_on_fills_a_slot(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    await bruno.send(type="publish", source="camera", on=True)
    slots = await amina.until("slots")
    assert slots["slots"] == [{"slot": 3, "participant": bruno.id, "source": "camera"}]
    assert home.media.assigned[(amina.transport, 3)] == f"{bruno.transport}/camera"
    (person,) = [said["person"] for said in amina.seen if said["type"] == "person" and said["person"]["publishing"]]
    assert (person["participant"], person["publishing"]) == (bruno.id, ["camera"])


async def test_a_person_is_known_before_their_tile(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    await bruno.send(type="publish", source="camera", on=True)
    await amina.until("slots")
    named = [said["person"]["participant"] for said in amina.seen if said["type"] == "person"]
    assert bruno.id in named


async def test_chat_goes_to_all_and_the_key_only_home(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    await amina.send(type="chat", text="bonjour", key="k1")
    assert (await amina.until("chat"))["message"]["key"] == "k1"
    heard = (await bruno.until("chat"))["message"]
    assert heard["text"] == "bonjour"
    assert "key" not in heard


async def test_a_repeated_key_is_answered_and_said_once(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    for _ in range(2):
        await amina.send(type="chat", text="bonjour", key="k1")
        assert (await amina.until("chat"))["message"]["message"] == "m_000000001"
    assert [said["type"] for said in await bruno.quiet()].count("chat") == 1


async def test_refusals_say_what_and_which(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    await amina.send(type="chat", text="x" * 2001, key="k9")
    refused = await amina.until("refused")
    assert (refused["code"], refused["to"], refused["key"]) == ("MESSAGE_TOO_LONG", "chat", "k9")
    assert (refused["limit"], refused["current"]) == ("2000", "2001")
    assert await amina.quiet() == []  # the socket stays


async def test_hiding(home: House) -> None:
    room, tickets = await home.create()
    host = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await amina.send(type="chat", text="publicité")
    message = (await host.until("chat"))["message"]["message"]
    await host.send(type="hide", message=message)
    assert (await amina.until("hidden"))["message"] == message
    (kept,) = await home.chat.list(room.room)
    assert (kept.hidden, kept.hidden_by) == (True, host.id)


async def test_a_host_mutes_and_the_person_is_told_by_whom(home: House) -> None:
    room, tickets = await home.create()
    host = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await host.send(type="mute", participant=amina.id, source="microphone", muted=True)
    told = await amina.until("blocked")
    assert (told["source"], told["blocked"], told["by"]) == ("microphone", True, "host")
    assert home.media.muted[f"{amina.transport}/microphone"]
    while "microphone" not in (await host.until("person"))["person"]["blocked"]:
        pass


async def test_an_operator_mutes(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    changed = await home.mute.mute(room.room, amina.id, frozenset(), by=OPERATOR)
    assert changed == [Source.MICROPHONE]
    assert home.media.muted[f"{amina.transport}/microphone"]
    assert (await amina.until("blocked"))["by"] == "operator"
    await home.mute.unmute(room.room, amina.id, frozenset(), by=OPERATOR)
    assert (await amina.until("blocked"))["blocked"] is False
    assert not home.media.muted[f"{amina.transport}/microphone"]


async def test_speakers_are_told_and_silence_too(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    home.media.tell(Speaking(room.room, (Level(f"{amina.transport}/microphone", 23),)))
    assert (await amina.until("speaking"))["levels"] == [{"participant": amina.id, "level": 23}]
    home.clock.time += 0.01
    home.media.tell(Speaking(room.room, ()))
    assert (await amina.until("speaking"))["levels"] == []


async def test_speakers_are_told_ten_times_a_second_at_most(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    for n in range(100):
        home.clock.time += 0.01
        home.media.tell(Speaking(room.room, (Level(f"{amina.transport}/microphone", 20 + n % 2),)))
    told = [said for said in await amina.quiet() if said["type"] == "speaking"]
    assert 9 <= len(told) <= 12


async def test_somebody_leaves(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    await bruno.send(type="leave")
    assert await bruno.closed() == 1000
    gone = await amina.until("gone")
    assert (gone["participant"], gone["cause"]) == (bruno.id, "left")


async def test_somebody_is_removed(home: House) -> None:
    room, tickets = await home.create()
    host = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    transport = amina.transport
    await host.send(type="remove", participant=amina.id)
    ended = await amina.until("ended")
    assert (ended["cause"], ended["why"]["code"]) == ("removed", "REMOVED")
    assert await amina.closed() == 1000
    assert (await host.until("gone"))["cause"] == "removed"
    assert transport in home.media.closed


async def test_a_host_bans_from_the_page(home: House) -> None:
    """R177, H19: by a link that many share; neither the browser that was here nor the name comes in again, whatever a
    page says, and an operator lifts it. Somebody else comes in as ever."""
    room, tickets = await home.create()
    host = await home.person(room.room, tickets["host"], "Hélène")
    mallory = await home.person(room.room, tickets["participant"], "Mallory")
    await host.send(type="ban", participant=mallory.id)
    assert (await mallory.until("ended"))["why"]["code"] == "BANNED"
    assert (await mallory.join("Somebody else", expect=403))["code"] == "BANNED"
    again = Page(home, tickets["participant"], room.room)
    assert (await again.join("mallory", expect=403))["code"] == "BANNED"
    await Page(home, tickets["participant"], room.room).join("Amina")
    await home.participants.lift(room.room, mallory.id, by=OPERATOR)
    await again.join("mallory")


async def test_somebody_is_banned_or_sent_to_the_lobby(home: House) -> None:
    """R177, D4: the page is told in its own words, and everybody else that they are gone."""
    room, tickets = await home.create()
    host = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    await home.participants.ban(room.room, amina.id, by=OPERATOR)
    await home.lobby.send(room.room, bruno.id, by=OPERATOR)
    for person, cause, code in ((amina, "removed", "BANNED"), (bruno, "refused", "LOBBY")):
        ended = await person.until("ended")
        assert (ended["cause"], ended["why"]["code"]) == (cause, code)
        assert await person.closed() == 1000
    assert [(await host.until("gone"))["cause"] for _ in range(2)] == ["banned", "lobby"]


async def test_the_room_closes(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    closed = await home.rooms.close(room.room, by=OPERATOR, reason="fini")
    assert closed.state == "closed"
    ended = await amina.until("ended")
    assert (ended["cause"], ended["why"]["code"]) == ("closed", "ENDED_BY_OPERATOR")
    assert await amina.closed() == 1000
    assert home.media.transports == {}


async def test_lost_media_calls_the_page_back(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    home.media.lose(amina.transport)
    assert (await amina.until("rejoin"))["cause"] == "ice"
    before = amina.id
    await amina.join()
    home.media.connect(amina.transport)
    assert amina.id == before
    assert (await home.participants.get(room.room, amina.id)).state is State.HERE


@pytest.mark.parametrize("message", [{"type": "layout", "tiles": 1}, {"type": "layout", "tiles": 2, "pinned": "p_x"}])
async def test_layout(home: House, message: dict[str, object]) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    await amina.send(**message)
    assert await amina.quiet() == []


async def test_quality_reaches_the_operator(home: House) -> None:
    """R186: what their page saw and what the plane measured; the person is told the same verdict."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    await amina.send(type="quality", video_fps=25.0, video_lost=0.2, audio_lost=0.0, rtt_ms=40.5, limited="cpu")
    await amina.quiet()
    live = home.floor.rooms[room.room]
    figures = TransportFigures(live.people.get(amina.id).transport, 0, 500_000, 100, 20.0, 0.0, True)
    home.floor.decide(room.room, Measured((figures,), ()))
    quality = live.participant(amina.id).quality
    assert (quality.loss_percent, quality.fps, quality.grade, quality.cause) == (20.0, 25.0, "poor", "network_down")
    told = await amina.until("quality")
    assert (told["grade"], told["cause"]) == ("poor", "network_down")
