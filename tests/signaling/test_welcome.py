"""However much was said, a page is welcomed, and asks for the rest."""

from __future__ import annotations

import asyncio

import msgspec

from node.features.chat.rules import MAX_LENGTH
from node.signaling.socket import MAX_WAITING, TOO_SLOW, Line
from node.signaling.talk import HISTORY_BYTES, QUEUE_BYTES
from tests.web.house import OPERATOR, House, Message, Page

LONG = "&" * (MAX_LENGTH - 10)
"""Five times as long in HTML."""


async def said_much(home: House, page: Page, count: int, to: str = "") -> None:
    for n in range(count):
        home.clock.time += 1
        home.chat.post(page.room, page.id, f"{n} {LONG}", to=to)


def size(message: Message) -> int:
    return len(msgspec.json.encode(message))


async def test_a_welcome_of_long_messages_stays_small_and_the_rest_is_asked_for(home: House) -> None:
    """H20: a page that is slow is not closed for what the node greets it with, and comes back in vain."""
    room, tickets = await home.create()
    helene = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina", attach=False)
    bruno = await home.person(room.room, tickets["participant"], "Bruno", attach=False)
    await said_much(home, helene, 60)
    await said_much(home, helene, 20, to=amina.id)
    await said_much(home, helene, 20, to=bruno.id)
    await said_much(home, helene, 40)
    welcome = await amina.attach(seq=0)
    assert size(welcome) < HISTORY_BYTES * 1.2
    assert welcome["older"] is True
    texts = [message["text"] for message in welcome["chat"]]
    while True:
        await amina.send(type="older", before=min(message["message"] for message in welcome["chat"]))
        older = await amina.until("older")
        assert size(older) < HISTORY_BYTES * 1.2
        texts = [message["text"] for message in older["messages"]] + texts
        welcome["chat"] = older["messages"]
        if not older["more"]:
            break
    assert [text.split()[0] for text in texts] == [str(n) for count in (60, 20, 40) for n in range(count)]
    assert (await bruno.attach(seq=0))["older"] is True


async def test_the_queue_comes_in_pages(home: House) -> None:
    room, tickets = await home.create()
    helene = await home.person(room.room, tickets["host"], "Hélène", attach=False)
    await home.moderation.regulate(room.room, by=OPERATOR, hold=True)
    people = [await home.person(room.room, tickets["participant"], f"P{n}", attach=False) for n in range(5)]
    for page in people:
        for n in range(10):
            home.clock.time += 1
            assert home.chat.post(room.room, page.id, f"{n} {LONG}") is None
    welcome = await helene.attach(seq=0)
    assert (size(welcome) < QUEUE_BYTES * 1.2, welcome["more_items"]) == (True, True)
    items, more = welcome["items"], True
    while more:
        await helene.send(type="queue", after=items[-1]["item"])
        answer = await helene.until("queue")
        assert size(answer) < QUEUE_BYTES * 1.2
        items, more = items + answer["items"], answer["more"]
    assert len({item["item"] for item in items}) == len(items) == 50
    await people[0].attach(seq=0)
    await people[0].send(type="queue", after="i_0")
    assert (await people[0].until("queue"))["items"] == []


async def test_who_missed_too_much_is_welcomed(home: House) -> None:
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    helene = await home.person(room.room, tickets["host"], "Hélène", attach=False)
    seq = amina.seq
    assert amina.socket is not None
    await amina.socket.close()
    await said_much(home, helene, 5)
    assert (await amina.attach(seq=seq))["type"] == "resumed"
    await said_much(home, helene, 60)
    assert (await amina.attach(seq=seq))["type"] == "welcome"


class _Full(asyncio.WriteTransport):
    """A peer that reads as much as it is told to."""

    def __init__(self) -> None:
        self.waiting = 0

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.waiting += len(data)

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return self.waiting


async def test_a_greeting_makes_no_line_too_slow_and_what_follows_does() -> None:
    peer = _Full()
    line = Line(peer)
    line.greet(b"x" * (3 * MAX_WAITING))
    line.flush()
    line.send(b"y" * MAX_WAITING)
    line.flush()
    assert not line.code.done()
    peer.waiting = 0  # it has read all of it: from now on it counts
    line.send(b"y")
    line.flush()
    line.send(b"y" * (MAX_WAITING + 1))
    line.flush()
    assert line.code.result() == TOO_SLOW
