"""One word for who is in a room: `participants`, in commands, sentences and contracts alike. Nobody is a “user”."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from console.grammar import VERBS, parse
from console.words import WORDS

USER = re.compile(r"(?<![a-z])users?(?![a-z])|utilisat(?:eur|rice)", re.IGNORECASE)
PROTOS = Path(__file__).parents[2] / "protos"


def test_no_command_and_no_sentence_says_user() -> None:
    said = [word for verb in VERBS for word in (verb.name, verb.usage, *verb.aliases)]
    said += [sentence for sentences in WORDS.values() for sentence in sentences]
    assert len(said) > 500
    assert [sentence for sentence in said if USER.search(sentence)] == []


def test_no_name_in_the_contracts_says_user() -> None:
    names: set[str] = set()
    for file in PROTOS.rglob("*_pb2.py"):
        module = importlib.import_module(".".join(("protos", *file.relative_to(PROTOS).with_suffix("").parts)))
        for name, message in module.DESCRIPTOR.message_types_by_name.items():
            names |= {name, *(field.name for field in message.fields)}
        for name, service in module.DESCRIPTOR.services_by_name.items():
            names |= {name, *(method.name for method in service.methods)}
    assert {"Participant", "participants"} <= names
    assert [name for name in names if USER.search(name.replace("_", " "))] == []


def test_the_list_of_everybody_is_asked_for_by_that_word() -> None:
    command = parse("participants name:Ada")
    assert command is not None and (command.verb, command.rest) == ("participants", "name:Ada")
