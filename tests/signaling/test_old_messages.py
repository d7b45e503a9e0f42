"""Messages that the room does not remember any more, over real WebSockets and the real ledger."""

from __future__ import annotations

from typing import cast

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from node.features.chat.memory import PUBLIC
from node.features.chat.store import SqlArchive
from tests.web.house import OPERATOR, House, Page


async def talked(home: House) -> tuple[str, Page, Page, list[str]]:
    """A room in which so much was said that the first five messages, of Amina, are only in the ledger."""
    room, tickets = await home.create()
    helene = await home.person(room.room, tickets["host"], "Hélène", attach=False)
    amina = await home.person(room.room, tickets["participant"], "Amina", attach=False)
    said = []
    for n in range(PUBLIC + 5):
        home.clock.time += 1
        posted = home.chat.post(room.room, amina.id if n < 5 else helene.id, f"message {n}")
        assert posted is not None
        said.append(posted.message)
    await home.moderation.regulate(room.room, by=OPERATOR, per_moderator=30)  # durable, and so is all that was before
    for page in (helene, amina):
        await page.attach(seq=0)
    return room.room, helene, amina, said[:5]


async def test_whatever_its_age_it_is_taken_off_every_screen(home: House) -> None:
    """R184: by a host, by who wrote it, by an operator and by the verdict on a report; and it stays hidden."""
    room, helene, amina, (one, two, three, four, five) = await talked(home)
    await helene.send(type="hide", message=one)
    assert (await amina.until("hidden"))["message"] == one
    await amina.send(type="retract", message=two)
    assert (await amina.until("hidden"))["message"] == two
    hidden = await home.chat.hide(room, three, by=OPERATOR, reason="publicité")
    assert hidden is not None
    assert (hidden.hidden, hidden.text) == (True, "message 2")
    assert (await amina.until("hidden"))["message"] == three
    await helene.send(type="report", message=four, why="hors sujet")
    item = (await helene.until("item"))["item"]
    await helene.send(type="decide", item=item["item"], verdict="hide")
    assert (await amina.until("hidden"))["message"] == four
    await amina.send(type="hide", message=five)
    assert (await amina.until("refused"))["code"] == "NOT_ALLOWED"
    await amina.send(type="chat", text="je me réponds", reply=five)
    assert (await amina.until("chat"))["message"]["reply"] == five
    await home.rooms.close(room, by=OPERATOR)
    first = await home.chat.list(room, limit=5)
    assert [(message.hidden, message.hidden_by) for message in first] == [
        (True, helene.id), (True, amina.id), (True, "olga"), (True, helene.id), (False, "")
    ]  # fmt: skip


async def test_without_the_database_one_is_told_that_it_is_unknown(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node whose database is away keeps its people: nobody's WebSocket ends because of an old message."""
    _, helene, _, (one, *_) = await talked(home)
    monkeypatch.setattr(home.chat, "_archive", SqlArchive(cast(AsyncEngine, _Away())))
    await helene.send(type="hide", message=one)
    assert (await helene.until("refused"))["code"] == "MESSAGE_UNKNOWN"
    assert await helene.quiet() == []


class _Away:
    """An engine that reaches nothing."""

    def connect(self) -> None:
        raise OSError("connection refused")
