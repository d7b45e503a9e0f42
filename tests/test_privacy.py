"""What a participant says and who they are stays out of logs, metrics and addresses."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from node.metrics.table import LIVE, READ
from protos.chat.v1 import chat_pb2
from protos.participants.v1 import participants_pb2
from protos.rooms.v1 import rooms_pb2

WEB = Path(__file__).parent.parent / "node" / "web"

PERSONAL = {"room", "participant", "person", "name", "ip", "address", "ticket", "session", "track", "operator", "user"}

# Namespaces, and hosts that cannot exist (RFC 2606), are names that no browser asks.
NAMESPACE = re.compile(r"https?://(www\.w3\.org|[a-z.]+\.example)\b\S*")


@pytest.mark.parametrize("metric", (*LIVE, *READ), ids=lambda metric: metric.name)
def test_no_metric_tells_rooms_or_people_apart(metric: object) -> None:
    assert not set(getattr(metric, "labels", ())) & PERSONAL


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (participants_pb2.Participant, "name"),
        (chat_pb2.Message, "text"),
        (chat_pb2.Message, "name"),
        (rooms_pb2.JoinLink, "url"),
        (rooms_pb2.JoinLink, "ticket"),
    ],
)
def test_personal_fields_are_marked_in_the_contract(message: type, field: str) -> None:
    """`debug_redact`: whoever prints a message for a log leaves them out."""
    assert message.DESCRIPTOR.fields_by_name[field].GetOptions().debug_redact  # type: ignore[attr-defined]


def test_what_a_node_logs_unasked_names_no_room_and_nobody() -> None:
    """Static, over every call of a logger that is not at debug: ids tie lines together that are about somebody."""
    tellers = {"info", "warning", "error", "exception", "critical"}
    named = [
        (path.name, call.lineno, keyword.arg)
        for path in (WEB.parent).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in tellers
        and ast.unparse(call.func.value) == "log"
        for keyword in call.keywords
        if keyword.arg in PERSONAL - {"address"}  # the node's own
    ]
    assert named == []


@pytest.mark.parametrize("path", sorted((WEB / "static").rglob("*.*")) + sorted((WEB / "templates").rglob("*.html")))
def test_the_page_names_no_other_host(path: Path) -> None:
    """No third-party request: nothing in the page has an address elsewhere."""
    if path.suffix in (".js", ".css", ".html", ".svg"):
        text = NAMESPACE.sub("", path.read_text("utf-8"))
        assert re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}[^\s\"']*", text) == []
