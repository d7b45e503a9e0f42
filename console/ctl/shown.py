"""Small texts of table cells."""

from __future__ import annotations

import time

from console.i18n import t
from console.words import WORDS


def moment(seconds: float) -> str:
    """UTC to the second; empty for no time."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)) if seconds else ""


def in_words(kind: str, value: str) -> str:
    """`value` in the reader's language; as it is where a newer node says what we have no word for."""
    key = f"{kind}.{value}"
    return t(key) if key in WORDS else value
