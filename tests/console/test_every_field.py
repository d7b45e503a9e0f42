"""H22: every text that a node can send, in every message and every row, whatever is added to them: found by walking the
contracts and the rows, not by a list that somebody must remember.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

import protos
from console.client import convert
from console.client.failures import _decode
from console.client.plain import plain
from console.ctl import output
from console.model import Person, Refusal, Role, Track
from protos.common.v1 import common_pb2
from tests.console.test_text import HOSTILE, printable

MARK = "Z"
"""Begins every text, so that it is seen in the row whether the text arrived."""
TEXTS = [text for text in HOSTILE if "\ud800" not in text]  # protobuf refuses lone surrogates
DEEP = 6
OURS = {
    ("Node", "context"), ("Node", "state"), ("Node", "pending"),
    ("Room", "context"), ("Room", "form"), ("Room", "end_cause"), ("Room", "pending"),
    ("Person", "context"), ("Person", "client"), ("Person", "state"), ("Person", "cause"), ("Person", "pending"),
    ("SessionType", "start"), ("DrainPlan", "context"), ("Cap", "context"), ("Quota", "context"), ("Quota", "pending"),
    ("Denial", "context"), ("Record", "context"), ("Record", "pending"), ("Recording", "context"),
    ("Recording", "pending"), ("Message", "context"), ("Message", "pending"), ("Item", "context"),
    ("Waiter", "context"), ("Slot", "source"), ("Layer", "source"),
}  # fmt: skip
"""Words that the console chose itself, not the node."""


def filled(kind: type[Message], text: str, deep: int = 0) -> Message:
    """Every field of it set: each text is `text`, each list has one that is whole and one that is known here."""
    message = kind()
    for field in message.DESCRIPTOR.fields:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            _fill_map(getattr(message, field.name), field, text)
        elif field.message_type is not None:
            if deep < DEEP:
                _fill_message(message, field, text, deep)
        elif field.is_repeated:
            getattr(message, field.name).extend([_value(field, text)] * 2)
        elif field.name == "source" and field.type == FieldDescriptor.TYPE_STRING and deep:
            message.source = "microphone"  # type: ignore[attr-defined]
        else:
            setattr(message, field.name, _value(field, text))
    return message


def _fill_message(message: Message, field: FieldDescriptor, text: str, deep: int) -> None:
    made = filled(message_factory.GetMessageClass(field.message_type), text, deep + 1)
    if field.is_repeated:
        wild = getattr(message, field.name).add()
        wild.CopyFrom(made)
        if "source" in field.message_type.fields_by_name:
            wild.source = text
            getattr(message, field.name).add().CopyFrom(made)
    else:
        getattr(message, field.name).CopyFrom(made)


def _fill_map(values: Any, field: FieldDescriptor, text: str) -> None:
    entry = field.message_type.fields_by_name
    if entry["value"].message_type is None:
        values[_value(entry["key"], text)] = _value(entry["value"], text)


def _value(field: FieldDescriptor, text: str) -> Any:
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            return text.encode() if field.type == FieldDescriptor.TYPE_BYTES else text
        case FieldDescriptor.CPPTYPE_BOOL:
            return True
        case FieldDescriptor.CPPTYPE_FLOAT | FieldDescriptor.CPPTYPE_DOUBLE:
            return 1.5
        case FieldDescriptor.CPPTYPE_ENUM:
            return field.enum_type.values[-1].number
        case _:
            return 3


def converters() -> dict[str, tuple[Callable[..., Any], type[Message]]]:
    """Every function that makes a row of a message, by its name, with the message it takes."""
    found = {}
    for name, function in vars(convert).items():
        if not inspect.isfunction(function) or function.__module__ != convert.__name__ or name.startswith("_"):
            continue
        of = function.__annotations__.get("message", "")
        if of.count(".") == 1 and "_pb2." in of:
            module, _, kind = of.partition("_pb2.")
            found[name] = function, getattr(importlib.import_module(f"protos.{module}.v1.{module}_pb2"), kind)
    return found


CONVERTERS = converters()
GIVEN: dict[str, Callable[[], tuple[Any, ...]]] = {
    "session_type": tuple,
    "recorder": tuple,
    "detail": lambda: (Person("here", "daily", "p1"),),
    "plan": lambda: ("here", 30),
}


def row(name: str, text: str) -> Any:
    function, kind = CONVERTERS[name]
    given = GIVEN.get(name, lambda: ("here",))()
    return function(*given, filled(kind, text))


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a row, also in the keys of what it holds."""
    if isinstance(value, str):
        yield path, value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from texts(key, f"{path} key")
            yield from texts(one, f"{path}[…]")
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from texts(one, f"{path}[…]")


def rows_in(value: Any) -> Iterator[Any]:
    """It, and the rows that it holds."""
    if dataclasses.is_dataclass(value):
        yield value
        for field in dataclasses.fields(value):
            yield from rows_in(getattr(value, field.name))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from rows_in(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from rows_in(one)


def test_every_maker_of_rows_is_walked() -> None:
    """One that is written another way would be left out in silence."""
    rows = {name for name, function in vars(convert).items() if inspect.isfunction(function) and name[0] != "_"}
    mine = {name for name in rows if getattr(convert, name).__module__ == convert.__name__}
    assert mine - set(CONVERTERS) == {"seconds", "role"}  # figures
    assert len(CONVERTERS) >= 14


@pytest.mark.parametrize("name", CONVERTERS)
def test_no_text_of_a_node_reaches_a_row_as_it_came(name: str) -> None:
    for text in TEXTS:
        for path, found in texts(row(name, MARK + text)):
            assert printable(found), f"{name}{path}: {found!r}"
            assert len(found) <= 4 * convert.TEXT


@pytest.mark.parametrize("name", CONVERTERS)
def test_every_text_of_a_row_was_among_those_tried(name: str) -> None:
    """A new field of a row is filled by its message here, or is said to be a word of the console's own."""
    untried = [
        (type(one).__name__, field.name)
        for one in rows_in(row(name, MARK))
        for field in dataclasses.fields(one)
        if isinstance(getattr(one, field.name), str) and MARK not in getattr(one, field.name)
    ]
    if name == "detail":  # its person is made by `person`
        untried = [one for one in untried if one[0] != "Person"]
    assert set(untried) <= OURS, f"{name}: {set(untried) - OURS}"


def test_who_muted_a_track_is_clean_too() -> None:
    for text in TEXTS:
        tracks = row("person", MARK + text).tracks
        (track,) = tracks.values()
        assert isinstance(track, Track) and track.muted_by.startswith(MARK) and printable(track.muted_by)


def test_a_refusal_is_clean_in_every_field() -> None:
    for text in TEXTS:
        made: Any = filled(common_pb2.Refusal, MARK + text)
        made.message["en"] = made.next_step["fr"] = MARK + text
        refusal = _decode(made)
        assert isinstance(refusal, Refusal)
        for path, found in texts(refusal):
            assert printable(found), f"{path}: {found!r}"


def test_a_role_is_a_number() -> None:
    assert [convert.role(value) for value in (-1, 99)] == [Role.NONE, Role.NONE]


def kinds() -> dict[str, Descriptor]:
    """Every message that a node may send an operator: of all contracts but the one with its plane."""
    found: dict[str, Descriptor] = {}
    for module in pkgutil.walk_packages(protos.__path__, "protos."):
        if module.name.endswith("_pb2"):
            for one in importlib.import_module(module.name).DESCRIPTOR.message_types_by_name.values():
                if not one.full_name.startswith("regie.plane.") and not one.name.endswith("Request"):
                    found[one.full_name] = one
    return found


KINDS = kinds()


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_command_line_prints_of_any_message_is_inert(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """All that a node can answer, as JSON, as YAML and as a table of settings."""
    of = message_factory.GetMessageClass(KINDS[kind])
    for text in TEXTS:
        values = plain(filled(of, MARK + text))
        assert output.as_data(values, output.Output.json)
        written = capsys.readouterr().out
        assert as_json(values) == as_json(json.loads(written)), "a program reads what the node sent"
        assert output.as_data(values, output.Output.yaml)
        output.settings(values, output.Output.table)
        for line in (written + capsys.readouterr().out).splitlines():
            assert printable(line), f"{kind}: {line!r}"


def as_json(values: Any) -> Any:
    return json.loads(json.dumps(values, default=repr))
