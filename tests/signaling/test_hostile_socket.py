"""A WebSocket in the hands of somebody who means harm (H17, H18, H20)."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import Fault, Refused
from node.signaling import messages
from tests.web.house import House, Page, house, transport_of


async def raw(home: House, compress: int = 0) -> Page:
    page = Page(home, "", "")
    page.socket = await home.client.ws_connect(home.url("/ws"), protocols=("regie.v1",), compress=compress)
    return page


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"type": null}',
        '{"type": "nothing"}',
        '{"type": "chat"}',
        '{"type": "chat", "text": null}',
        '{"type": "chat", "text": {"a": 1}}',
        '{"type": "chat", "text": "a", "key": "' + "k" * 41 + '"}',
        '{"type": "publish", "source": "microphone", "on": 1}',
        '{"type": "publish", "source": "webcam", "on": true}',
        '{"type": "publish", "source": "camera", "on": true, "surplus": 0}',
        '{"type": "layout", "tiles": -1}',
        '{"type": "layout", "tiles": 1e9}',
        '{"type": "mute", "participant": "", "source": "camera", "muted": true}',
        '{"type": "quality", "video_fps": -1}',
        '{"type": "ping", "n": 99999999999999999999999}',
        '{"type": "hello", "session": "again"}',
        "[" * 8000,
    ],
    ids=lambda text: text[:40],
)
async def test_malformed_is_refused_and_closed_and_touches_nobody_else(home: House, text: str) -> None:
    """H17 (CVE-2025-61602: one malformed message ended the chat for all)."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    eve = await home.person(room.room, tickets["participant"], "Eve")
    assert eve.socket is not None
    await eve.socket.send_str(text)
    refused = await eve.until("refused")
    assert refused["code"] == "BAD_REQUEST"
    assert await eve.closed() == 4000
    await amina.send(type="chat", text="toujours là")
    assert (await amina.until("chat"))["message"]["text"] == "toujours là"


async def test_binary(home: House) -> None:
    room, tickets = await home.create()
    eve = await home.person(room.room, tickets["participant"])
    assert eve.socket is not None
    await eve.socket.send_bytes(b"\x00" * 100)
    assert (await eve.until("refused"))["current"] == "binary message"
    assert await eve.closed() == 4000


async def test_two_mebibytes(home: House) -> None:
    """H20. RFC 6455, 7.4.1: 1009."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    eve = await home.person(room.room, tickets["participant"], "Eve")
    await eve.send(type="chat", text="x" * (2 << 20))
    assert await eve.closed() in (1009, 1006)
    assert {said["type"] for said in await amina.quiet()} <= {"person"}


async def test_sixteen_kibibytes(home: House) -> None:
    """H20: what is shorter is read, and refused for what it says; what is longer is not read at all."""
    room, tickets = await home.create()
    for size, code in ((16 * 1024 - 1, 4000), (16 * 1024 + 1, 1009)):
        eve = await home.person(room.room, tickets["participant"], "Eve")
        assert eve.socket is not None
        await eve.socket.send_str('{"type": "nothing"}'.ljust(size))
        assert await eve.closed() == code


async def test_compression_is_not_spoken(home: House) -> None:
    """H20: no compression, no bomb."""
    page = await raw(home, compress=15)
    assert page.socket is not None
    assert page.socket.compress == 0


async def test_a_megabyte_of_marks_is_too_large(home: House) -> None:
    """H22."""
    room, tickets = await home.create()
    eve = await home.person(room.room, tickets["participant"])
    assert eve.socket is not None
    await eve.socket.send_str(json.dumps({"type": "chat", "text": "e" + "\u0301" * 10**6}, ensure_ascii=False))
    assert await eve.closed() in (1009, 1006)


async def test_no_hello(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.signaling.socket.HELLO_WITHIN_S", 0.05)
    page = await raw(home)
    assert (await page.until("refused"))["code"] == "BAD_REQUEST"
    assert await page.closed() == 4000


async def test_something_else_before_hello(home: House) -> None:
    page = await raw(home)
    await page.send(type="ping", n=1)
    assert (await page.until("refused"))["code"] == "BAD_REQUEST"
    assert await page.closed() == 4000


@pytest.mark.parametrize("session", ["guess", "p_aaaaaaaaaaaaaaa", "s_" + "x" * 100])
async def test_a_wrong_session(home: House, session: str) -> None:
    page = await raw(home)
    await page.send(type="hello", session=session)
    assert (await page.until("refused"))["code"] == "SESSION_UNKNOWN"
    assert await page.closed() == 4003


async def test_guessing_sessions_is_slowed_down(home: House) -> None:
    codes = []
    for _ in range(22):
        page = await raw(home)
        await page.send(type="hello", session="guess")
        codes.append((await page.until("refused"))["code"])
        assert await page.closed() == 4003
    assert codes[:20] == ["SESSION_UNKNOWN"] * 20
    assert codes[-1] == "TOO_FAST"


async def test_without_the_subprotocol(home: House) -> None:
    page = Page(home, "", "")
    page.socket = await home.client.ws_connect(home.url("/ws"))
    assert (await page.until("refused"))["limit"] == "regie.v1"
    assert await page.closed() == 4000


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "http://["])
async def test_a_page_of_another_site(home: House, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await home.client.ws_connect(home.url("/ws"), protocols=("regie.v1",), headers={"Origin": origin})
    assert refused.value.status == 403
    answer = await home.request("GET", "/ws", headers={"Origin": origin})
    assert (answer.status, (await answer.json())["code"]) == (403, "ORIGIN_REFUSED")


async def test_our_own_pages(home: House) -> None:
    for origin in (home.url("").rstrip("/"),):
        socket = await home.client.ws_connect(home.url("/ws"), protocols=("regie.v1",), headers={"Origin": origin})
        await socket.close()


async def test_a_public_address_in_front(home: House) -> None:
    async with house(home.folder / "b", options={"origins": ("https://regie.example",)}) as other:
        headers = {"Origin": "https://regie.example"}
        socket = await other.client.ws_connect(other.url("/ws"), protocols=("regie.v1",), headers=headers)
        await socket.close()


@pytest.mark.parametrize(
    "message",
    [
        {"type": "mute", "source": "microphone", "muted": True},
        {"type": "remove"},
        {"type": "ban"},
    ],
)
async def test_only_hosts(home: House, message: dict[str, object]) -> None:
    """H18 (CVE-2022-41962)."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    eve = await home.person(room.room, tickets["participant"], "Eve")
    await eve.send(participant=amina.id, **message)
    refused = await eve.until("refused")
    assert (refused["code"], refused["limit"], refused["current"]) == ("NOT_ALLOWED", "host", "participant")
    assert not home.media.muted[f"{amina.transport}/microphone"]
    assert {said["type"] for said in await amina.quiet()} <= {"person"}


async def test_talking_without_end(home: House) -> None:
    room, tickets = await home.create()
    eve = await home.person(room.room, tickets["participant"])
    for n in range(200):
        await eve.send(type="ping", n=n)
    assert (await eve.until("refused"))["code"] == "TOO_FAST"
    assert await eve.closed() == 4000


async def test_who_does_not_read_is_let_go(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a megabyte waiting: 4008, and nobody else is slower for it."""
    monkeypatch.setattr("node.signaling.socket.MAX_WAITING", 64 * 1024)
    monkeypatch.setattr("node.signaling.socket.GOODBYE_WITHIN_S", 0.2)
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    slow = await home.person(room.room, tickets["participant"], "Lente")
    assert slow.socket is not None
    reader = transport_of(slow.socket)
    reader.pause_reading()
    stream = home.hub.stream(home.floor.rooms[room.room])
    async with asyncio.timeout(45):
        while slow.id in stream.connections:
            await amina.send(type="chat", text="x" * 1900)
            if (await amina.hear())["type"] == "refused":
                home.clock.time += 10
            # The kernel's own buffers come first: several megabytes on loopback.
            line = stream.connections.get(slow.id)
            for _ in range(200):
                if line is not None:
                    line.send(b"\x81\x7e\x07\xd0" + b" " * 2000)
    assert amina.id in stream.connections
    home.edge.sockets.restart()
    await home.edge.sockets.drained(patience=5)
    assert not home.edge.sockets._lines, "it never reads the goodbye, and is not waited for"
    reader.resume_reading()


async def test_our_own_fault_ends_one_websocket_only(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 6455, 7.4.1: 1011. The page comes back; nothing in HTTP is written into the frames."""
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"], "Amina")
    jean = await home.person(room.room, tickets["participant"], "Jean")

    def fails(*_: object) -> None:
        raise Fault("a disk")

    monkeypatch.setattr(home.floor, "decide", fails)
    await jean.send(type="layout", tiles=3)
    assert (await jean.until("refused"))["code"] == "INTERNAL"
    monkeypatch.undo()
    assert await jean.closed() == 1011
    assert {said["type"] for said in await amina.quiet()} <= {"person"}
    await jean.attach()


Field = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)


@given(st.dictionaries(st.sampled_from(["type", "text", "key", "tiles", "session", "seq", "source", "on", "n"]), Field))
def test_the_decoder_takes_anything(body: dict[str, object]) -> None:
    """H17: a message or a refusal, never anything else."""
    import msgspec

    try:
        decoded = messages.decoder.decode(json.dumps(body).encode())
    except (msgspec.DecodeError, UnicodeError):
        return
    assert isinstance(decoded, messages.FromPage)


async def test_sockets_that_say_nothing_are_bounded(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.signaling.socket.SILENT_MAX", 3)
    room, tickets = await home.create()
    amina = await home.person(room.room, tickets["participant"])
    silent = [await raw(home) for _ in range(3)]
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await raw(home)
    assert refused.value.status == 429
    assert await amina.quiet() == []
    for page in silent:
        assert page.socket is not None
        await page.socket.close()
    await amina.attach()


async def test_a_hello_that_is_refused_late_leaves_nobody_in_the_stream(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session was good a moment ago; a newer process takes over before the WebSocket is attached."""
    room, tickets = await home.create()
    page = await home.person(room.room, tickets["participant"], attach=False)

    def refuses(room_id: str, participant: str) -> None:
        raise Refused("FENCED")

    monkeypatch.setattr(home.join, "attach", refuses)
    await page.attach()
    assert await page.closed() == 1012
    assert page.seen[-1]["code"] == "FENCED"
    stream = home.hub.stream(home.floor.rooms[room.room])
    assert stream.connections == {}
    assert not home.floor.rooms[room.room].people.get(page.id).attached
