"""Names that strangers choose, shown in pages and terminals (H22)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.errors import Refused
from node.features.join.names import clean_name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Amina", "Amina"),
        ("  Jean-François  d’Été \t", "Jean-François d’Été"),
        ("Nguyễn Thị Hồng", "Nguyễn Thị Hồng"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("می‌خواهم", "می‌خواهم"),
        ("👩‍🏫 Claire", "👩‍🏫 Claire"),
        ("Ève\x1b[31m", "Ève[31m"),
        ("\u202eanimA", "animA"),
        ("A\u2066b\u2069\u200f", "Ab"),
        ("a\nb", "a b"),
        ("Bob\x00\x7f\x9b", "Bob"),
    ],
)
def test_what_stays(raw: str, name: str) -> None:
    assert clean_name(raw) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    "raw", ["", " ", "\u202e", "\u0301\u0301", "\u200d", "x" * 61, "x" * 5000, "e" + "\u0301" * 10**6]
)
def test_what_is_refused(raw: str) -> None:
    with pytest.raises(Refused) as refused:
        clean_name(raw)
    assert refused.value.code == "NAME_INVALID"
    assert refused.value.limit == "60"


def test_a_tower_of_marks_is_cut_down() -> None:
    assert clean_name("Z" + "\u0335\u0336\u0337\u0338\u0339\u033a" + "o") == "Z\u0335\u0336\u0337o"


@given(st.text(max_size=80))
def test_nothing_that_moves_a_cursor_is_left(raw: str) -> None:
    try:
        name = clean_name(raw)
    except Refused:
        return
    assert 1 <= len(name) <= 240
    for char in name:
        assert unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp")
        assert char not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
    assert clean_name(name) == name
