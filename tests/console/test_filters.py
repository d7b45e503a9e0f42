"""The filter language: what it finds, and how it says no."""

from __future__ import annotations

import pytest

from console.fields import NODE_FIELDS, PERSON_FIELDS, ROOM_FIELDS
from console.filters import FilterError, compile_filter
from console.model import Node, Person, Room, Track

ADA = Person("waw", "hall", "p1", "Ada", role="host", loss=0.1, rtt_ms=31)
BOB = Person("waw", "hall", "p2", "Bob", loss=4.0, rtt_ms=210, tracks={"microphone": Track(on=True, muted=True)})
ZED = Person("waw", "hall", "p3", "Zed Bobson", loss=9.0, speaking=True)


def who(source: str) -> str:
    predicate = compile_filter(source, PERSON_FIELDS)
    return "".join(p.name[0] for p in (ADA, BOB, ZED) if predicate is None or predicate(p))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("", "ABZ"),
        ("bob", "BZ"),
        ("bob*", "B"),
        ("name:ada", "A"),
        ("name=bob", "B"),
        ("!role:host", "BZ"),
        ("loss>2", "BZ"),
        ("loss>2 rtt<=300ms rtt>0", "B"),
        ("loss>2 !muted", "Z"),
        ("muted:yes", "B"),
        ("muted", "B"),
        ("speaking | host", "AZ"),
        ("(ada | zed) !host", "Z"),
        ("name~^.ed", "Z"),
        ("role!=host", "BZ"),
        ("loss>=4,0", "BZ"),
    ],
)
def test_finds(source: str, found: str) -> None:
    assert who(source) == found


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("los>2", "filter.unknown_field"),
        ("loss>many", "filter.number"),
        ("name~[", "filter.regex"),
        ("(ada", "filter.bracket"),
        ("ada)", "filter.bracket"),
        ("ada |", "filter.empty_side"),
        ("!", "filter.empty_side"),
        ("x" * 401, "filter.too_long"),
    ],
)
def test_refuses_with_a_reason(source: str, word: str) -> None:
    with pytest.raises(FilterError) as caught:
        compile_filter(source, PERSON_FIELDS)
    assert caught.value.word == word


def test_an_unknown_field_names_the_nearest() -> None:
    with pytest.raises(FilterError) as caught:
        compile_filter("peopel>3", ROOM_FIELDS)
    assert caught.value.values["near"] == "people"


def test_units() -> None:
    busy = Node("c", "n", packets_out=12_000, bits_out=90_000_000)
    predicate = compile_filter("pps>10k mbps<100", NODE_FIELDS)
    assert predicate is not None and predicate(busy)
    room = compile_filter("screen", ROOM_FIELDS)
    assert room is not None and room(Room("c", "r", screen=True)) and not room(Room("c", "r"))


@pytest.mark.parametrize("word", ["guest", "invité", "participant", "GUEST"])
def test_a_role_is_found_by_the_word_on_the_screen(word: str) -> None:
    found = compile_filter(f"role:{word}", PERSON_FIELDS)
    assert found is not None
    assert [person.name for person in (ADA, BOB, ZED) if found(person)] == ["Bob", "Zed Bobson"]
