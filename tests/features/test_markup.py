"""Chat text becomes HTML that can do nothing (H22)."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.features.chat.markup import clean_text, to_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("bonjour", "<p>bonjour</p>"),
        ("*oui* **très**", "<p><em>oui</em> <strong>très</strong></p>"),
        ("`a < b`", "<p><code>a &lt; b</code></p>"),
        ("- un\n- deux", "<ul>\n<li>un</li>\n<li>deux</li>\n</ul>"),
        (
            "[ici](https://exemple.fr/)",
            '<p><a href="https://exemple.fr/" rel="noopener noreferrer nofollow">ici</a></p>',
        ),
        ("a\nb", "<p>a<br>\nb</p>"),
    ],
)
def test_what_people_write(text: str, html: str) -> None:
    assert to_html(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        '[x](https://a"onmouseover="alert(1))',
        "![x](https://tiers.example/traceur.png)",
        "<a href='javascript:x'>y</a>",
        "`<iframe src=//x>`",
        "<https://a/<script>>",
    ],
)
def test_what_attackers_write(text: str) -> None:
    html = to_html(clean_text(text))
    tags = set(re.findall(r"<(\w+)", html))
    assert tags <= {"p", "br", "em", "strong", "code", "pre", "a", "ul", "ol", "li"}
    for attributes in re.findall(r"<\w+([^>]*)>", html):
        assert re.fullmatch(r'( href="(https?|mailto):[^"]*")?( rel="noopener noreferrer nofollow")?', attributes)


def test_terminal_escapes_and_overrides_go() -> None:
    osc = "\x1b]52;c;ZXZpbA==\x07 \x1b]8;;http://x\x1b\\clic\x1b]8;;\x1b\\ \x9b31m \u202etxt.exe"
    assert clean_text(osc) == "]52;c;ZXZpbA== ]8;;http://x\\clic]8;;\\ 31m txt.exe"


def test_an_open_isolate_is_closed_and_a_stray_end_dropped() -> None:
    assert clean_text("\u2067abc") == "\u2067abc\u2069"
    assert clean_text("abc\u2069") == "abc"
    assert clean_text("\u2068x\u2069 y") == "\u2068x\u2069 y"


def test_a_megabyte_of_marks_is_a_letter() -> None:
    assert len(clean_text("e" + "\u0301" * 10**6)) == 4


@given(st.text(alphabet="*_`[]()<>-\\ \nab#!&:/", max_size=2000))
def test_no_text_is_slow_or_unsafe(text: str) -> None:
    began = time.process_time()
    html = to_html(clean_text(text))
    assert time.process_time() - began < 0.5, "seconds of processor"
    assert set(re.findall(r"<(\w+)", html)) <= {"p", "br", "em", "strong", "code", "pre", "a", "ul", "ol", "li"}


@pytest.mark.parametrize("text", ["[a](b[" * 333, "*a **b " * 280, "`" * 1000 + "a", "<" * 2000, "\\[" * 900])
def test_what_nobody_types_is_shown_as_it_was_typed(text: str) -> None:
    """H17: brackets in brackets cost the square of their number, on the one loop that everybody shares."""
    assert to_html(text).startswith("<p>")
    assert not re.search(r"<(?!/?p>|br>)", to_html(text))
