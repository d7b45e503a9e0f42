"""HTTP from people who mean harm (H16, H17, H20): the right code, nothing kept, and the node goes on."""

from __future__ import annotations

import asyncio
import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.e2e.machine import until
from tests.web.house import SDP, House, Page


async def refusal(home: House, body: bytes, content_type: str = "application/json") -> tuple[int, str]:
    room, tickets = await home.create()
    headers = {"Authorization": f"Bearer {tickets['participant']}", "Content-Type": content_type}
    where = home.url(f"/api/rooms/{room.room}/join")
    async with home.client.post(where, data=body, headers=headers) as answer:
        return answer.status, (await answer.json())["code"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"name": null, "sdp": null}',
        b'{"name": "A"}',
        b'{"name": "A", "sdp": 1}',
        b'{"name": "A", "sdp": "v=0", "session": 5}',
        b'{"name": "A", "sdp": "v=0", "surplus": 1}',
        b'{"name": "A", "sdp": "v=0", "language": "' + b"x" * 200 + b'"}',
        b"\xff\xfe",
        b"[" * 100_000,
        gzip.compress(b'{"name": "A", "sdp": "v=0"}', mtime=0),
    ],
    ids=lambda body: repr(body[:30]),
)
async def test_absent_and_absurd_fields(home: House, body: bytes) -> None:
    """H17."""
    assert await refusal(home, body) == (400, "BAD_REQUEST")
    assert home.media.transports == {}


async def test_ten_mebibytes(home: House) -> None:
    """H20."""
    assert await refusal(home, b'{"name":"' + b"x" * (10 << 20) + b'"}') == (413, "TOO_LARGE")


async def test_a_compression_bomb_stays_compressed(home: House) -> None:
    """H20: 100 MB in 100 kB."""
    room, tickets = await home.create()
    bomb = gzip.compress(b" " * (100 << 20))
    headers = {
        "Authorization": f"Bearer {tickets['participant']}",
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
    }
    where = home.url(f"/api/rooms/{room.room}/join")
    async with home.client.post(where, data=bomb, headers=headers) as answer:
        assert answer.status in (400, 413)


async def test_not_json(home: House) -> None:
    assert await refusal(home, b"a=b", "application/x-www-form-urlencoded") == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("name", ["", "\u202e", "x" * 61, "e" + "\u0301" * 100_000])
async def test_names_that_will_not_do(home: House, name: str) -> None:
    """H22: a tower of marks too."""
    body = json.dumps({"name": name, "sdp": SDP}, ensure_ascii=False).encode()
    assert await refusal(home, body) in ((422, "NAME_INVALID"), (413, "TOO_LARGE"))


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "NOT_FOUND"),
        ("GET", "/static/../../config.py", 404, "NOT_FOUND"),
        ("GET", "/static/%2e%2e/%2e%2e/app.py", 404, "NOT_FOUND"),
        ("GET", "/static/..%2f..%2fapp.py", 404, "NOT_FOUND"),
        ("GET", "/static/", 404, "NOT_FOUND"),
        ("GET", "/locale/..%2f..%2fapp.json", 404, "NOT_FOUND"),
        ("GET", "/locale/de.json", 404, "NOT_FOUND"),
        ("PUT", "/", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/whip/x", 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_addresses_that_lead_nowhere(home: House, method: str, path: str, status: int, code: str) -> None:
    from yarl import URL

    async with home.client.request(method, URL(home.url("").rstrip("/") + path, encoded=True)) as answer:
        assert (answer.status, (await answer.json())["code"]) == (status, code)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_guessing_tickets_is_slowed_down_and_right_ones_still_work(home: House) -> None:
    """H21's cousin: a flood of wrong tickets costs a hash each, and a shared address is not locked out."""
    room, tickets = await home.create()
    eve = Page(home, "guess", room.room)
    codes = [(await eve.join(expect=401))["code"] for _ in range(20)]
    assert set(codes) == {"TICKET_WRONG"}
    assert (await eve.join(expect=429))["code"] == "TOO_FAST"
    await home.person(room.room, tickets["participant"], attach=False)
    home.clock.time += 3
    assert (await eve.join(expect=401))["code"] == "TICKET_WRONG"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(body=st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["name", "sdp", "session", "language", "x"]), inner, max_size=5
    ),
))  # fmt: skip
def test_any_json_gets_a_refusal_or_a_place(body: object) -> None:
    """H17, at the decoder that every join goes through."""
    import msgspec

    from node.features.join.web import JoinBody

    try:
        decoded = msgspec.json.decode(json.dumps(body).encode(), type=JoinBody)
    except msgspec.DecodeError:
        return
    assert isinstance(decoded.name, str)
    assert isinstance(decoded.sdp, str)


async def test_nothing_is_left_behind(home: House) -> None:
    """Tasks and people return to where they were."""
    room, tickets = await home.create()
    await asyncio.sleep(0)
    before = len(asyncio.all_tasks())
    for _ in range(20):
        page = await home.person(room.room, tickets["participant"])
        await page.send(type="leave")
        assert await page.closed() == 1000

    def ended() -> bool:
        return not home.meter.sockets and not home.media.transports and len(asyncio.all_tasks()) <= before + 1

    await until(ended, 20, "no socket, no transport and no task is left")
    assert len(home.floor.rooms[room.room].people) == 0
