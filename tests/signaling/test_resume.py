"""A WebSocket drops and comes back; nothing is missed, and the media never notices."""

from __future__ import annotations

import asyncio

from node.features.participants.rules import State
from tests.web.house import OPERATOR, House, Page, transport_of


async def dropped(page: Page, *, cut: bool = False) -> None:
    """The page's WebSocket is gone and the node knows. `cut`: without a close frame."""
    assert page.socket is not None
    if cut:
        transport_of(page.socket).abort()
    else:
        await page.socket.close()
    stream = page.house.hub.stream(page.house.floor.rooms[page.room])
    for _ in range(600):
        if page.id not in stream.connections:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("the node does not notice")


async def test_what_was_missed_is_told(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    await amina.until("person")
    await dropped(amina)
    assert (await home.participants.get(room.room, amina.id)).state is State.HERE

    for text in ("un", "deux"):
        await bruno.send(type="chat", text=text)
        await bruno.until("chat")
    first = await amina.attach()
    assert first["type"] == "resumed"
    assert [(await amina.until("chat"))["message"]["text"] for _ in range(2)] == ["un", "deux"]
    assert await amina.quiet() == []


async def test_ones_own_message_keeps_its_key(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    seq = amina.seq
    await amina.send(type="chat", text="un", key="k1")
    await amina.until("chat")
    await dropped(amina)
    assert (await amina.attach(seq=seq))["type"] == "resumed"
    assert (await amina.until("chat"))["message"]["key"] == "k1"


async def test_what_was_said_to_others_is_not_told(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    seq = amina.seq
    await dropped(amina)
    host = await home.person(room.room, tickets["host"], "Hélène")
    await host.send(type="mute", participant=bruno.id, source="camera", muted=True)
    await bruno.until("blocked")
    await amina.attach(seq=seq)
    assert "blocked" not in {said["type"] for said in await amina.quiet()}


async def test_too_long_ago_is_a_welcome(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    assert (await amina.attach(seq=1))["type"] == "welcome"
    assert (await amina.attach(seq=2**53))["type"] == "welcome"


async def test_a_second_window_takes_over(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    other = Page(home, amina.ticket, amina.room, joined=amina.joined)
    assert (await other.attach())["type"] == "welcome"
    assert (await amina.until("ended"))["cause"] == "replaced"
    assert await amina.closed() == 4001
    assert await other.quiet() == []
    assert (await home.participants.get(room.room, amina.id)).state is State.HERE


async def test_a_cut_network_keeps_the_place(home: House) -> None:
    """No close frame, no goodbye: thirty seconds after the media is gone too, the place is free."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    await dropped(bruno, cut=True)
    home.media.lose(bruno.transport)
    home.clock.time += 29
    home.floor.tick()
    assert (await home.participants.get(room.room, bruno.id)).state is State.AWAY
    home.clock.time += 1
    home.floor.tick()
    gone = await amina.until("gone")
    assert (gone["participant"], gone["cause"]) == (bruno.id, "lost")


async def test_a_number_that_was_never_told_brings_no_more_than_a_welcome(home: House) -> None:
    """H18: whoever makes one up in their first hello is not shown what the room had before they came."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    seq = amina.seq
    await amina.send(type="chat", text="à masquer")
    message = (await amina.until("chat"))["message"]["message"]
    await home.chat.hide(room.room, message, by=OPERATOR)
    late = Page(home, tickets["participant"], room.room)
    await late.join("Mallory")
    assert (await late.attach(seq=seq))["type"] == "welcome"
    await late.quiet()
    assert not [said for said in late.seen if "à masquer" in str(said)]


async def test_what_was_hidden_meanwhile_is_told_as_hidden_only(home: House) -> None:
    """Public and private: who comes back is not sent the words that were taken away."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    bruno = await home.person(room.room, tickets["participant"], "Bruno")
    await bruno.quiet()
    await dropped(bruno)
    await amina.send(type="chat", text="un secret", key="k1")
    await amina.send(type="chat", text="un secret à deux", to=bruno.id)
    await amina.send(type="chat", text="bonjour")
    ids = [(await amina.until("chat"))["message"]["message"] for _ in range(3)]
    for message in ids[:2]:
        await amina.send(type="retract", message=message)
        await amina.until("hidden")
    assert (await bruno.attach())["type"] == "resumed"
    said = await bruno.quiet()
    assert [one["message"]["text"] for one in said if one["type"] == "chat"] == ["bonjour"]
    assert [one["message"] for one in said if one["type"] == "hidden"] == ids[:2]
    await amina.send(type="chat", text="un secret", key="k1")  # asked again: the author alone is answered
    assert [one["type"] for one in await amina.quiet()] == ["chat", "hidden"]
