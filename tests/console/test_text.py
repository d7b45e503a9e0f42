"""H22: text of strangers in a terminal cell."""

from __future__ import annotations

import json
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from console.text import clean, fit, meter, safe_json, sparkline, squeeze, width, wrap

HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]52;c;aGVsbG8=\x07clipboard",
    "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x9b31mC1\x9c",
    "\x1bP1$r0m\x1b\\dcs",
    "\x1b]0;title without an end",
    "a\u202egnp.exe",
    "\u2066isolate\u2069",
    "bell\x07back\x08space\x00nul\x7fdel",
    "line\nfeed\r\ttab\u2028sep",
    "zero\u200bwidth\u200djoin\ufeff",
    "tag\U000e0041\U000e0042",
    "e" + "\u0301" * 500,
    "\ud800lone",
    "[red]markup[/red] [@click=app.quit]x[/]",
]


def printable(text: str) -> bool:
    return all(unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in text)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_a_terminal_obeys_survives(text: str) -> None:
    assert printable(clean(text))


def test_what_people_mean_survives() -> None:
    for text in ("Élodie", "李雷", "Çelik Öztürk", "नमस्ते", "ไม่ได้", "مرحبا", "[red]markup[/red]", "a < b && c"):
        assert clean(text) == unicodedata.normalize("NFC", text)


def test_sequences_go_with_their_content_and_text_around_them_stays() -> None:
    assert clean("a\x1b]52;c;aGVsbG8=\x07b\x1b[1mc") == "abc"


def test_a_megabyte_grapheme_costs_little_and_is_cut() -> None:
    started = time.process_time()
    text = clean("e" + "\u0301" * 1_000_000, 64)
    assert time.process_time() - started < 0.2
    assert len(text) <= 10 and width(text) <= 3


@given(st.text(max_size=300), st.integers(1, 60))
def test_any_text_fits_exactly(text: str, cells: int) -> None:
    fitted = fit(clean(text), cells)
    assert cell_len(fitted) == cells
    assert printable(fitted)


@given(st.text(max_size=400), st.integers(4, 40))
def test_any_text_wraps_inside_its_width(text: str, cells: int) -> None:
    assert all(cell_len(line) <= cells for line in wrap(clean(text), cells, 6))
    assert len(wrap(clean(text), cells, 6)) <= 6


@given(st.text(max_size=200))
def test_json_is_inert_and_means_the_same(text: str) -> None:
    written = safe_json({"text": text})
    assert printable(written.replace("\n", ""))
    assert json.loads(written)["text"] == text


def test_bars() -> None:
    assert sparkline([0, 50, 100], 5, 100) == "··▁▅█"
    assert meter(0.5, 4) == "▇▇··"
    assert squeeze([1, 9, 2, 3], 2) == [9, 3]
