"""D5: what scripts read: YAML, and a line for every change."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import Any

import pytest

from console.ctl.watching import watch
from console.ctl.yaml import dump
from tests.console.test_text import HOSTILE


def test_yaml_is_blocks_with_every_text_quoted() -> None:
    rooms = [
        {"room": "daily", "people": 4, "open": True, "ends": None, "tracks": []},
        {"room": "no", "links": [{"role": "host", "deep": [1, [2, "x"]]}], "more": {"empty": {}}},
    ]
    assert dump(rooms).splitlines() == [
        '- room: "daily"',
        "  people: 4",
        "  open: true",
        "  ends: null",
        "  tracks: []",
        '- room: "no"',
        "  links:",
        '    - role: "host"',
        "      deep:",
        "        - 1",
        "        - - 2",
        '          - "x"',
        "  more:",
        "    empty: {}",
    ]
    assert dump([]) == "[]"


def test_what_strangers_wrote_is_inert_in_yaml() -> None:
    text = dump({"names": [text for text in HOSTILE if "\ud800" not in text]})
    assert all(character == "\n" or unicodedata.category(character) not in ("Cc", "Cf") for character in text)
    assert [json.loads(line.removeprefix("  - ")) for line in text.splitlines()[1:]] == [
        text for text in HOSTILE if "\ud800" not in text
    ]


@dataclass
class Row:
    context: str
    room: str


@dataclass
class Line:
    row: Row
    data: dict[str, Any]


class Over(Exception):
    """The script was interrupted."""


def lines(*looks: tuple[dict[str, int], bool], out: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What is printed while the nodes say these people of these rooms, second by second."""
    told = iter(looks)

    def look() -> tuple[list[Any], bool]:
        try:
            rooms, whole = next(told)
        except StopIteration:
            raise Over from None
        return [Line(Row("n", room), {"room": room, "people": people}) for room, people in rooms.items()], whole

    with pytest.raises(Over):
        watch(look, lambda row: str(row.room), sleep=lambda _: None)
    return [json.loads(line) for line in out.readouterr().out.splitlines()]


def test_a_line_for_what_is_new_changed_or_gone(capsys: pytest.CaptureFixture[str]) -> None:
    said = lines(({"a": 1, "b": 2}, True), ({"a": 1, "b": 2}, True), ({"a": 3}, True), out=capsys)
    assert said == [
        {"seq": 1, "room": "a", "people": 1},
        {"seq": 2, "room": "b", "people": 2},
        {"seq": 3, "room": "a", "people": 3},
        {"seq": 4, "gone": "n/b"},
    ]


def test_what_a_silent_node_had_is_not_gone(capsys: pytest.CaptureFixture[str]) -> None:
    said = lines(({"a": 1}, True), ({}, False), ({"a": 1}, True), out=capsys)
    assert said == [{"seq": 1, "room": "a", "people": 1}]
