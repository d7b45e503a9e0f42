"""Colours: one dark theme. Blue and orange tell things apart for the colour-blind, words for everybody."""

from __future__ import annotations

from typing import Final

from rich.style import Style
from textual.theme import Theme

from console.columns.table import Tone

BACKGROUND: Final = "#10141b"
SURFACE: Final = "#161c26"
CURSOR: Final = "#22344f"
BLURRED: Final = "#1b2431"
ACCENT: Final = "#6cb6ff"
TEXT: Final = "#c9d2de"
DIM: Final = "#7b8696"
STRONG: Final = "#eef2f7"
GOOD: Final = "#82b8a9"
WARN: Final = "#e8ad52"
BAD: Final = "#ff8161"

THEME: Final = Theme(
    name="regie",
    primary=ACCENT,
    secondary="#8fa3bf",
    accent=ACCENT,
    warning=WARN,
    error=BAD,
    success=GOOD,
    foreground=TEXT,
    background=BACKGROUND,
    surface=SURFACE,
    panel="#1d2531",
    dark=True,
    variables={
        "input-cursor-background": ACCENT,
        "input-selection-background": "#2b4a73",
        "scrollbar": "#2b3646",
        "scrollbar-background": BACKGROUND,
        "scrollbar-hover": "#3b4a60",
        "scrollbar-active": ACCENT,
        "border": "#2b3646",
    },
)

_COLOURS: Final[dict[Tone, str]] = {
    "": TEXT,
    "dim": DIM,
    "strong": STRONG,
    "accent": ACCENT,
    "good": GOOD,
    "warn": WARN,
    "bad": BAD,
}
_BOLD: Final = frozenset(("bad", "warn"))


def _styles(background: str) -> dict[Tone, Style]:
    return {
        tone: Style(color=colour, bgcolor=background, bold=tone in _BOLD or None) for tone, colour in _COLOURS.items()
    }


ON_BACKGROUND: Final = _styles(BACKGROUND)
ON_SURFACE: Final = _styles(SURFACE)
ON_CURSOR: Final = _styles(CURSOR)
ON_BLURRED: Final = _styles(BLURRED)
HEADING: Final = Style(color=DIM, bgcolor=BACKGROUND, bold=True)
HEADING_IN_HAND: Final = Style(color=ACCENT, bgcolor=CURSOR, bold=True)
TITLE: Final = Style(color=BACKGROUND, bgcolor=ACCENT, bold=True)
TAB: Final = Style(color=STRONG, bgcolor="#2b3a52", bold=True)
