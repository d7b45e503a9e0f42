"""French and English say the same things (R: French first, English complete)."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from console import i18n
from console.actions import ACTIONS
from console.i18n import choose
from console.words import WORDS

SOURCES = Path(__file__).parents[2] / "console"


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(WORDS))
def test_both_languages_have_the_sentence_and_its_values(key: str) -> None:
    french, english = WORDS[key]
    assert french and english
    assert places(french) == places(english)


def test_every_sentence_the_code_names_is_in_the_table() -> None:
    named = set()
    for file in SOURCES.rglob("*.py"):
        named |= set(re.findall(r"\bt\(\"([a-z_.]+)\"", file.read_text("utf-8")))
        named |= {f"{key}.many" for key in re.findall(r"\bn\(\"([a-z_.]+)\"", file.read_text("utf-8"))}
    named |= {action.label for action in ACTIONS}
    assert {key for key in named if key not in WORDS} == set()


@pytest.mark.parametrize(
    ("asked", "locale", "language"),
    [
        ("", "fr_FR.UTF-8", "fr"),
        ("", "en_GB.UTF-8", "en"),
        ("", "de_DE.UTF-8", "en"),
        ("", "C.UTF-8", "fr"),
        ("", "", "fr"),
        ("en", "fr_FR.UTF-8", "en"),
    ],
)
def test_the_language_is_chosen(asked: str, locale: str, language: str) -> None:
    assert choose(asked, {"LANG": locale}) == language


def test_french_counts_zero_as_one() -> None:
    i18n.use("fr")
    assert i18n.n("people", 0) == "0 personne"
    assert i18n.n("people", 2) == "2 personnes"
    i18n.use("en")
    assert i18n.n("people", 0) == "0 people"
