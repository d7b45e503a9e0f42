"""What a question found."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from node.errors import Text

Grade = Literal["good", "warning", "bad"]

MARKS: Final[dict[Grade, str]] = {"good": "✓", "warning": "!", "bad": "✗"}


class Finding(msgspec.Struct, frozen=True):
    """`what`: one sentence; `remedy`: what to do, empty where all is well."""

    check: str
    grade: Grade
    what: Text
    remedy: Text = Text("", "")


def good(check: str, fr: str, en: str) -> Finding:
    return Finding(check, "good", Text(fr, en))
