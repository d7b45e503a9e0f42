"""Browsers are told of the TURN server where one is configured: before they join, as they do, and when they restart."""

from __future__ import annotations

from pathlib import Path

from node.features.join.turn import Turn
from tests.web.house import SDP, House, Page, house


def turn() -> Turn:
    return Turn(urls=("turn:t.example",), secret="s", lasts_s=600, now=lambda: 0.0, word=lambda: "mot")


async def test_handed_out_with_a_ticket_or_a_session(tmp_path: Path) -> None:
    async with house(tmp_path, options={"turn": turn()}) as home:
        room, tickets = await home.create()
        look = await home.request("GET", f"/api/rooms/{room.room}", bearer=tickets["participant"])
        (server,) = (await look.json())["ice_servers"]
        assert server["urls"] == ["turn:t.example"] and server["username"] == "600:mot"
        page = Page(home, tickets["participant"], room.room)
        assert (await page.join("Amina"))["ice_servers"] == [server]
        again = await home.request("GET", "/api/session", bearer=page.session)
        assert (await again.json())["ice_servers"] == [server]


async def test_strangers_are_told_nothing(tmp_path: Path) -> None:
    """H18: neither a wrong session nor a wrong ticket lets anybody use the server."""
    async with house(tmp_path, options={"turn": turn()}) as home:
        room, _ = await home.create()
        for path, code in (("/api/session", "SESSION_UNKNOWN"), (f"/api/rooms/{room.room}", "TICKET_WRONG")):
            answer = await home.request("GET", path, bearer="wrong")
            said = await answer.json()
            assert (said["code"], "ice_servers" in said) == (code, False)


async def test_encoders_find_it_in_a_link(tmp_path: Path) -> None:
    """RFC 9725 4.6."""
    async with house(tmp_path, options={"turn": turn()}) as home:
        room, tickets = await home.create()
        headers = {"Authorization": f"Bearer {tickets['participant']}", "Content-Type": "application/sdp"}
        async with home.client.post(home.url(f"/whip/{room.room}"), data=SDP, headers=headers) as answer:
            assert answer.status == 201
            (link,) = answer.headers.getall("Link")
            assert link.startswith('<turn:t.example>; rel="ice-server"; username="600:mot"')
            assert "Link" in answer.headers["Access-Control-Expose-Headers"]


async def test_without_a_server_nothing_is_said(home: House) -> None:
    room, tickets = await home.create()
    page = Page(home, tickets["participant"], room.room)
    assert "ice_servers" not in await page.join("Amina")
    answer = await home.request("GET", "/api/session", bearer=page.session)
    assert await answer.json() == {"ice_servers": []}
