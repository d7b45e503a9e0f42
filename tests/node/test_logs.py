"""No name, no address, no word of the chat, no secret appears in the logs (str0m's `tests/pii.rs`)."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import structlog
from aiohttp import WSMsgType
from sqlalchemy import text

from node import logs, tracing
from node.logs import Format, Pii
from node.signaling import messages
from node.signaling.commands import HANDLERS
from tests.web.house import OPERATOR, Page, house

NAME = "Zénobie-Très-Reconnaissable"
SAID = "phrase-que-personne-ne-doit-lire"


def test_pii_prints_as_a_mark_of_itself() -> None:
    assert f"{Pii(NAME)} {Pii(NAME)!r}" == "‹pii› ‹pii›"
    assert Pii(NAME) == Pii(NAME)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that goes to stderr, at the most talkative level."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.configure("json", "debug")
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def test_both_kinds_of_loggers_come_out_as_json(written: io.StringIO) -> None:
    structlog.get_logger().info("one_event", room="r1")
    logging.getLogger("somebody.else").warning("another %s", "event", extra={"port": 1})
    one, two = (json.loads(line) for line in written.getvalue().splitlines())
    assert (one["action"], one["room"], one["level"]) == ("one_event", "r1", "info")
    assert (two["action"], two["library"], two["message"]) == ("library", "somebody.else", "another event")
    assert (two["port"], two["level"]) == (1, "warning")


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7", "::1", "::ffff:192.0.2.7"])
def test_a_library_tells_nobody_s_address(written: io.StringIO, address: str) -> None:
    """Neither in its sentence nor in what it raised; and what only looks like one stays readable."""
    try:
        raise OSError(f"no way to {address} at 12:34:56")
    except OSError:
        logging.getLogger("aiohttp.server").exception("Error handling request from %s", address)
    (line,) = (json.loads(line) for line in written.getvalue().splitlines())
    assert line["message"] == "Error handling request from ‹ip›"
    assert "no way to ‹ip› at 12:34:56" in line["exception"] and address not in written.getvalue()


def test_a_line_says_of_which_request_it_is(written: io.StringIO) -> None:
    """And what the node does by itself is of none."""
    log = structlog.get_logger()
    with tracing.request("7" * 32):
        log.info("inside")
    log.info("outside")
    inside, outside = (json.loads(line) for line in written.getvalue().splitlines())
    assert list(inside)[:4] == ["timestamp", "level", "action", "request"] and inside["request"] == "7" * 32
    assert "request" not in outside


@pytest.mark.parametrize("format_", ["json", "console"])
async def test_a_fault_is_told_without_what_it_was_about(
    tmp_path: Path, written: io.StringIO, monkeypatch: pytest.MonkeyPatch, format_: Format
) -> None:
    """Neither the variables of the functions on the way, nor what the database would not take."""
    monkeypatch.setattr("sys.stderr", written)
    logs.configure(format_, "debug")
    async with house(tmp_path) as home:
        room, tickets = await home.create()

        async def fails(**_: object) -> None:
            async with home.engine.begin() as tx:
                await tx.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": NAME})

        home.media.open = fails  # type: ignore[method-assign, assignment]
        await Page(home, tickets["host"], room.room).join(NAME, expect=500)
    said = written.getvalue()
    assert "request_failed" in said and "nowhere" in said
    for secret in (NAME, tickets["host"]):
        assert secret not in said


def filled(kind: type[messages.FromPage], person: str) -> dict[str, object]:
    """A message with words of the person wherever it has a place for them."""
    said: dict[str, object] = {"type": kind.__struct_config__.tag}
    for field in msgspec.structs.fields(kind):
        info = msgspec.inspect.type_info(field.type)
        while isinstance(info, msgspec.inspect.UnionType):
            info = info.types[0]
        match info:
            case msgspec.inspect.StrType(max_length=most):
                said[field.name] = person if field.name == "participant" else SAID[:most]
            case msgspec.inspect.LiteralType(values=values):
                said[field.name] = values[-1]
            case msgspec.inspect.BoolType():
                said[field.name] = True
            case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
                said[field.name] = 1
            case _:
                said[field.name] = []
    return said


async def test_nothing_that_a_page_can_say_leaves_a_trace(tmp_path: Path, written: io.StringIO) -> None:
    """Every message of the protocol, found in its table, from a host: whatever comes of it."""
    async with house(tmp_path) as home:
        room, tickets = await home.create()
        guest = await home.person(room.room, tickets["participant"], "Bruno")
        ends = (messages.Leave, messages.End)
        late = (messages.Ban, messages.Lobby, *ends)  # he does not come back from these
        kinds = sorted(HANDLERS, key=lambda kind: (late.index(kind) + 1 if kind in late else 0, kind.__name__))
        for kind in kinds:
            host = await home.person(room.room, tickets["host"], NAME, connect=False)
            await host.send(**filled(kind, guest.id))
            assert host.socket is not None
            if kind not in ends:
                await host.send(type="ping", n=1)
            while (frame := await host.socket.receive(15)).type is WSMsgType.TEXT and '"pong"' not in frame.data:
                pass
            await host.socket.close()
            if kind is messages.Remove:
                guest = await home.person(room.room, tickets["participant"], "Bruno")
    said = [json.loads(line) for line in written.getvalue().splitlines()]
    heard = {line["kind"] for line in said if line["action"] == "message"}
    assert heard >= {kind.__name__.lower() for kind in kinds}
    for secret in (NAME, SAID[:8], "Bruno", "127.0.0.1", *tickets.values()):
        assert secret not in written.getvalue()


async def test_a_whole_visit_leaves_no_trace_of_the_person(tmp_path: Path, written: io.StringIO) -> None:
    async with house(tmp_path) as home:
        room, tickets = await home.create()
        page = await home.person(room.room, tickets["participant"], NAME)
        await page.send(type="chat", text=SAID)
        await page.until("chat")
        await home.mute.mute(room.room, page.id, frozenset(), by=OPERATOR)
        assert page.socket is not None
        await page.socket.send_str('{"type": "chat", "text": 5, "' + SAID + '": 1}')
        await page.closed()
        wrong = Page(home, "un-billet-devinable", room.room)
        await wrong.join(NAME, expect=401)
        await home.request("POST", f"/whip/{room.room}?name={NAME}", bearer=tickets["host"], data="x")
        await home.participants.remove(room.room, page.id, by=OPERATOR, reason=SAID)
        home.media.refuse = "SDP_INVALID"
        await Page(home, tickets["host"], room.room).join(NAME, expect=400)
        secrets = [page.session, *tickets.values()]
    said = written.getvalue()
    assert "page_attached" in said
    for secret in (NAME, SAID, "un-billet-devinable", "127.0.0.1", *secrets):
        assert secret not in said
