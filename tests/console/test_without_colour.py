"""No colour says anything alone: every state is a glyph and a word, on every screen with NO_COLOR, and what colours say
can be told apart by who sees no red or no green."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest
from textual.color import Color

from console.theme import _COLOURS, BACKGROUND, CURSOR, SURFACE
from console.words import WORDS
from tests.console.conftest import Node
from tests.console.desk import Console, console
from tests.console.test_pictures import fleet

STATES = {
    "node": ("link.live", "link.stale", "link.down", "link.denied", "link.connecting"),
    "of a node": ("node.ok", "node.hot", "node.plane_down", "node.fenced", "node.draining", "node.database_away"),
    "room": ("room.open", "room.closed", "room.waiting", "room.cover", "room.asks", "room.waiters", "blocked"),
    "microphone": ("on", "off", "blocked", "talking"),
    "camera": ("on", "off", "blocked.video"),
    "quality": ("grade.1", "grade.2", "grade.3"),
    "wall": tuple(
        f"wall.{kind}" for kind in ("held", "report", "hand", "lobby", "waiter", "cover", "noisy", "failing")
    ),
    "claim": ("wall.yours", "wall.theirs"),
    "alert": ("alert.critical", "alert.warning", "alert.over"),
    "audit": ("audit.ok", "audit.refused"),
    "limit": ("quota.full", "quota.near", "quota.share", "quota.free"),
    "recording": tuple(f"tape.{word}" for word in ("recording", "lagging", "disk_low", "failed", "deleted")),
}
GLYPH_AND_WORD = re.compile(r"[^\w\s]\s\S*[\w{]")
# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
NO_GREEN = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))
NO_RED = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))


@pytest.mark.parametrize("language", (0, 1), ids=("fr", "en"))
@pytest.mark.parametrize("family", STATES)
def test_every_state_is_a_glyph_and_a_word_of_its_own(family: str, language: int) -> None:
    said = {key: WORDS[key][language] for key in STATES[family]}
    assert {key: text for key, text in said.items() if not GLYPH_AND_WORD.match(text)} == {}
    assert len(set(said.values())) == len(said)


async def test_no_screen_has_a_colour_with_no_color(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    nodes = await fleet(node)
    async with console(*nodes, size=(120, 30)) as c:
        for key, seen in SCREENS:
            if key == "0":
                c.desk.enter(("fra-01", "daily"))
            else:
                await c.press(key)
            await c.sees(seen)
            assert list(coloured(c)) == [], seen


SCREENS = (
    ("1", "▲ HOT"),
    ("2", "▲ COVER"),
    ("0", "⊘ MUTED"),
    ("3", "◉ talks"),
    ("4", "! reported"),
    ("5", "! warning"),
    ("6", "[6 Audit]"),
    ("7", "[7 Quotas]"),
    ("8", "[8 Recordings]"),
)


def coloured(c: Console) -> Iterator[str]:
    """Pieces of the screen that are not grey."""
    for strip in c.app.screen._compositor.render_strips():
        for segment in strip:
            style = segment.style
            for colour in (style.color, style.bgcolor) if style is not None else ():
                if colour is not None and len({*colour.get_truecolor()}) > 1:
                    yield f"{segment.text!r} {colour.get_truecolor()}"


@pytest.mark.parametrize(("eye", "least"), ((NO_GREEN, 4.5), (NO_RED, 4.0)), ids=("deuteranopia", "protanopia"))
def test_tones_are_read_and_told_apart_without_red_or_green(eye: tuple[tuple[float, ...], ...], least: float) -> None:
    """WCAG 2.2 AA, 4.5 to 1 for text on every background; 4 to 1 is what remains of the bold warnings on the cursor for
    who sees no red. What is well, asked for and bad differ for those eyes too."""
    seen = {tone or "plain": through(eye, colour) for tone, colour in _COLOURS.items()}
    for background in (BACKGROUND, SURFACE, CURSOR):
        ground = through(eye, background)
        faint = {tone: round(contrast(colour, ground), 2) for tone, colour in seen.items()}
        assert min(share for tone, share in faint.items() if tone != "dim") >= least, (background, faint)
        assert faint["dim"] >= 3.0, (background, faint)
    apart = {
        (one, other): round(difference(seen[one], seen[other]), 1)
        for one, other in itertools.combinations(("good", "accent", "warn", "bad"), 2)
    }
    assert min(apart[pair] for pair in (("good", "warn"), ("good", "bad"), ("accent", "warn"), ("accent", "bad"))) > 12


def through(eye: tuple[tuple[float, ...], ...], colour: str) -> tuple[float, float, float]:
    """Linear RGB as that eye has it."""
    red, green, blue = (_linear(part / 255) for part in Color.parse(colour).rgb)
    r, g, b = (min(1.0, max(0.0, a * red + c * green + d * blue)) for a, c, d in eye)
    return r, g, b


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: tuple[float, float, float]) -> float:
    red, green, blue = colour
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def difference(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """CIE 1976, of colours under D65."""
    a, b = lab(one), lab(other)
    return float(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5)


def lab(colour: tuple[float, float, float]) -> tuple[float, float, float]:
    red, green, blue = colour
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = luminance(colour)
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
