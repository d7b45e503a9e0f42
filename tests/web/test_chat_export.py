"""The chat to take away: hosts alone, what everybody could read, whole."""

from __future__ import annotations

import msgspec
import pytest

from node.features.chat.service import PAGE
from node.features.chat.view import MessageView
from node.features.chat.web import EXPORT_EVERY_S
from tests.web.house import OPERATOR, House


async def test_a_host_takes_the_chat_away_as_text_and_json(home: House) -> None:
    room, tickets = await home.create()
    host = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await host.send(type="chat", text="pour elle seule", to=amina.id)
    await host.quiet()
    for n in range(700):
        home.clock.time += 1
        home.chat.post(room.room, amina.id, f"message {n}\nsuite")
    home.clock.time += 1
    hidden = home.chat.post(room.room, amina.id, "publicité")
    assert hidden is not None
    await home.chat.hide(room.room, hidden.message, by=OPERATOR)  # durable, and so is all that was before
    answer = await home.request("GET", "/api/session/chat", bearer=host.session)
    assert answer.status == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="chat-{room.room}.txt"'
    lines = (await answer.text()).splitlines()
    assert len(lines) == 1400
    assert lines[:2] == ["2023-11-14T22:13:21Z  Amina: message 0", "    suite"]
    rows = await (await home.request("GET", "/api/session/chat?format=json", bearer=host.session)).json()
    assert [row["text"] for row in rows] == [f"message {n}\nsuite" for n in range(700)]


async def test_nobody_else_does(home: House) -> None:
    """H18."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    for bearer, path, status, code in (
        (amina.session, "/api/session/chat", 403, "NOT_ALLOWED"),
        ("wrong", "/api/session/chat", 401, "SESSION_UNKNOWN"),
        (amina.session, "/api/session/chat?format=exe", 422, "VALUE_INVALID"),
    ):
        answer = await home.request("GET", path, bearer=bearer)
        assert (answer.status, (await answer.json())["code"]) == (status, code)


async def test_an_empty_chat_is_an_empty_file(home: House) -> None:
    room, tickets = await home.create()
    host = await home.person(room.room, tickets["host"], "Hélène")
    assert await (await home.request("GET", "/api/session/chat", bearer=host.session)).text() == ""
    answer = await home.request("GET", "/api/session/chat?format=json", bearer=host.session)
    assert await answer.json() == []


async def test_it_is_taken_away_three_times_at_once_and_then_one_by_one(home: House) -> None:
    """H20: reading all of a long chat costs the node something, and is not free for whoever asks."""
    room, tickets = await home.create()
    host, other = [await home.person(room.room, tickets["host"], name) for name in ("Hélène", "Igor")]
    taken = [await home.request("GET", "/api/session/chat", bearer=host.session) for _ in range(4)]
    assert [answer.status for answer in taken] == [200, 200, 200, 429]
    assert (await taken[3].json())["code"] == "TOO_FAST"
    assert (await home.request("GET", "/api/session/chat", bearer=other.session)).status == 200
    home.clock.time += EXPORT_EVERY_S
    assert (await home.request("GET", "/api/session/chat", bearer=host.session)).status == 200


async def test_the_node_reads_no_more_of_it_than_a_page_at_once(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """H20: however long the chat, it is in memory a page at a time; the next page waits until this one is taken."""
    room, tickets = await home.create()
    host = await home.person(room.room, tickets["host"], "Hélène")
    asked: list[tuple[str, int]] = []

    async def long(room_id: str, *, after: str = "", limit: int = 0) -> list[MessageView]:
        asked.append((after, limit))
        if len(asked) > 200:
            return []
        first = len(asked) * PAGE
        row = MessageView("", room_id, "p1", "Amina", "x" * 2000, "", 1.7e9)
        return [msgspec.structs.replace(row, message=f"m_{first + n:09d}") for n in range(PAGE)]

    monkeypatch.setattr(home.chat, "list", long)
    answer = await home.request("GET", "/api/session/chat", bearer=host.session)
    assert await answer.content.readexactly(PAGE * 3000)
    answer.close()
    assert {limit for _after, limit in asked} == {PAGE}
    assert len(asked) < 100  # what is on the way fits into the sockets
    assert asked[1][0] == f"m_{2 * PAGE - 1:09d}"
