"""No name, no address, no word of the chat, no secret appears in the logs (str0m's `tests/pii.rs`)."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text

from node import logs
from node.logs import Format, Pii
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
    assert (one["event"], one["room"], one["level"]) == ("one_event", "r1", "info")
    assert (two["event"], two["port"], two["level"]) == ("another event", 1, "warning")


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
