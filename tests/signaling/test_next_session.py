"""A permanent room over several sessions, a restart between them, and people who leave and come again."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from node.errors import Refused
from node.features.rooms import floor
from tests.web.house import OPERATOR, House


async def test_the_export_has_what_the_next_session_does_not_show(home: House) -> None:
    """R089, D5: also after a restart of the node; what only some could read is nowhere any more."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    await amina.send(type="chat", text="première séance")
    await amina.send(type="chat", text="à l’animation", to="staff")
    await amina.quiet()
    await home.rooms.end(room.room, by=OPERATOR)
    for _ in range(2):
        host = await home.person(room.room, tickets["host"], "Hélène", attach=False)
        welcome = await host.attach(seq=0)
        assert [message["text"] for message in welcome["chat"]] == []
        assert welcome["older"] is False
        await home.stop()
        await home.open()
    async with home.engine.connect() as tx:
        assert (await tx.execute(text("SELECT COUNT(*) FROM private_message"))).scalar() == 0
    await host.attach(seq=0)
    await host.send(type="chat", text="deuxième séance")
    await host.until("chat")
    await home.moderation.regulate(room.room, by=OPERATOR, slow_s=3)  # durable, and so is all that was before
    answer = await home.request("GET", "/api/session/chat?format=json", bearer=host.session)
    assert [row["text"] for row in await answer.json()] == ["première séance", "deuxième séance"]
    assert [message.text for message in await home.chat.list(room.room)] == ["première séance", "deuxième séance"]


async def test_a_mute_in_the_chat_outlives_leaving_and_a_restart(home: House) -> None:
    room, tickets = await home.create()
    host = await home.person(room.room, tickets["host"], "Hélène")
    mallory = await home.person(room.room, tickets["participant"], "Mallory")
    await host.send(type="restrain", participant=mallory.id, how="mute")
    await mallory.until("restraint")
    await mallory.send(type="leave")
    assert await mallory.closed() == 1000
    await home.stop()
    await home.open()
    for _ in range(2):
        again = await home.person(room.room, tickets["participant"], "mallory")
        await again.send(type="chat", text="me revoilà", key="k")
        assert (await again.until("refused"))["code"] == "CHAT_MUTED"
        await again.send(type="leave")
        assert await again.closed() == 1000
    last = await home.person(room.room, tickets["participant"], "Mallory")
    await home.moderation.restrain(room.room, last.id, "", by=OPERATOR)
    await last.send(type="leave")
    assert await last.closed() == 1000
    await home.stop()
    await home.open()
    free = await home.person(room.room, tickets["participant"], "Mallory")
    await free.send(type="chat", text="pardon", key="k")
    assert (await free.until("chat"))["message"]["text"] == "pardon"


async def test_what_no_database_takes_is_not_given_to_it(home: House) -> None:
    """H17: PostgreSQL refuses a NUL in a text, and with it the whole fact: one character would keep a join, or a
    message, from ever being answered."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina", attach=False)
    await amina.join("Amina", language="f\0r")
    await amina.attach(seq=0)
    await amina.send(type="chat", text="bon\0jour", key="k\0ey")
    assert (await amina.until("chat"))["message"]["text"] == "bonjour"
    late = await home.person(room.room, tickets["participant"], "Bru\0no")
    await home.participants.remove(room.room, late.id, by=OPERATOR, reason="a\0b")
    async with home.engine.connect() as tx:
        assert (await tx.execute(text("SELECT key FROM message"))).scalars().all() == ["key"]
        rows = (await tx.execute(text("SELECT name, language, gone_reason FROM participant ORDER BY joined, id"))).all()
    assert sorted(rows) == [("Amina", "fr", ""), ("Bruno", "fr", "ab")]


async def test_the_removed_are_told_so_and_not_for_ever(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """H32: a permanent room remembers a bounded number of them."""
    monkeypatch.setattr(floor, "REMOVED_KEPT", 2)
    room, tickets = await home.create()
    people = [await home.person(room.room, tickets["participant"], f"P{n}", attach=False) for n in range(3)]
    for page in people:
        await home.participants.remove(room.room, page.id, by=OPERATOR)
    codes = []
    for page in people:
        with pytest.raises(Refused) as refused:
            home.join.who(page.session)
        codes.append(refused.value.code)
    assert codes == ["SESSION_UNKNOWN", "REMOVED", "REMOVED"]
    assert (await people[0].join("P0", expect=403))["code"] == "REMOVED"  # the room itself knows for longer
