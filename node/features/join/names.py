"""What a person may be called, and what a title may be. Pure.

Names are written by strangers and shown to everybody: in the page, in the console, in a terminal. What could move the
cursor, turn the line around or hide something is taken out; what is merely unusual stays.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from node.errors import Refused

MAX_NAME: Final = 60
MAX_TITLE: Final = 120
MAX_MARKS: Final = 3
"""Combining marks on one letter: enough for Vietnamese and Hebrew, not for a tower."""

_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Unicode TR 9, table of directional formatting characters."""
_JOINERS: Final = frozenset("\u200c\u200d")
"""Zero-width (non-)joiner: needed in Persian and in emoji; nothing to see by themselves."""


def clean_name(raw: str) -> str:
    """`raw` made safe to show, 1 … 60 visible characters.

    Raises:
        Refused: NAME_INVALID.
    """
    return _clean(raw, MAX_NAME)


def clean_title(raw: str) -> str:
    """A room's title, 1 … 120 visible characters.

    Raises:
        Refused: NAME_INVALID.
    """
    return _clean(raw, MAX_TITLE)


def _clean(raw: str, limit: int) -> str:
    if len(raw) > limit * (MAX_MARKS + 3):
        raise Refused("NAME_INVALID", limit=limit, current=len(raw))
    kept: list[str] = []
    visible = marks = 0
    for char in unicodedata.normalize("NFC", raw):
        category = unicodedata.category(char)
        if category in ("Zs", "Zl", "Zp") or char in "\t\n\r":
            if kept and kept[-1] != " ":
                kept.append(" ")
                visible += 1
            marks = 0
        elif category.startswith("M"):
            marks += 1
            if visible and marks <= MAX_MARKS:
                kept.append(char)
        elif char in _JOINERS:
            if visible:
                kept.append(char)
        elif char in _BIDI or category in ("Cc", "Cf", "Cs", "Co", "Cn"):
            continue
        else:
            kept.append(char)
            visible += 1
            marks = 0
    name = "".join(kept).strip(" \u200c\u200d")
    visible = sum(1 for c in name if not unicodedata.category(c).startswith("M") and c not in _JOINERS)
    if not 1 <= visible <= limit or len(name) > limit * (MAX_MARKS + 1):
        raise Refused("NAME_INVALID", limit=limit, current=visible)
    return name
