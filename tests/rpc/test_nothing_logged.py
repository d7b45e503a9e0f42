"""What an operator types of people, or reads of them, is in no line of the log, at whatever level."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from node import logs
from tests.rpc.house import House
from tests.rpc.test_nothing_private import Room, answers, methods, path, weight

TYPED = "Zénobie-Très-Reconnaissable"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.configure("json", "debug")
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


async def test_no_call_leaves_a_trace_of_what_it_was_about(house: House, written: io.StringIO) -> None:
    """Every method of the contracts, found in the descriptors, with words about people where it has a place."""
    room = Room(house)
    await room.fill()
    room.ids |= dict.fromkeys(("title", "reason", "text", "message_text", "agenda", "password"), TYPED)
    room.ids["names"] = [TYPED]
    admin = await house.operator("admin", TYPED)
    for method in sorted(methods(), key=weight):
        await answers(admin, method, room.request(method))
    said = [json.loads(line) for line in written.getvalue().splitlines()]
    begun = {line["method"] for line in said if line["action"] == "rpc"}
    assert begun >= {path(method) for method in methods()}, "it was asked of all of them, and told"
    token = dict(admin.metadata)["authorization"].removeprefix("Bearer ")
    for word in (TYPED, "Amina", "Bruno", "127.0.0.1", token, *room.canaries):
        assert word not in written.getvalue()
