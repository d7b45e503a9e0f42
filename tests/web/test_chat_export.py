"""The chat to take away: hosts alone, what everybody could read, whole."""

from __future__ import annotations

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
