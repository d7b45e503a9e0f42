"""A bitmap alphabet, five columns by seven rows, with the accents that French names need."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

# Columns from left to right; the lowest bit is the top row.
_LETTERS: Final = {
    "A": "7e1111117e", "B": "7f49494936", "C": "3e41414122", "D": "7f4141221c", "E": "7f49494941", "F": "7f09090901",
    "G": "3e4149497a", "H": "7f0808087f", "I": "00417f4100", "J": "2040413f01", "K": "7f08142241", "L": "7f40404040",
    "M": "7f020c027f", "N": "7f0408107f", "O": "3e4141413e", "P": "7f09090906", "Q": "3e4151215e", "R": "7f09192946",
    "S": "4649494931", "T": "01017f0101", "U": "3f4040403f", "V": "1f2040201f", "W": "3f4038403f", "X": "6314081463",
    "Y": "0708700807", "Z": "6151494543", "-": "0808080808", "'": "0005030000", " ": "0000000000",
}  # fmt: skip

# Combining marks: (column, row) pixels, row 0 being the top of the letter.
_MARKS: Final = {
    "\u0300": ((1, -3), (2, -2)),
    "\u0301": ((3, -3), (2, -2)),
    "\u0302": ((1, -2), (2, -3), (3, -2)),
    "\u0303": ((0, -2), (1, -3), (2, -2), (3, -3)),
    "\u0308": ((1, -2), (3, -2)),
    "\u0327": ((2, 7), (1, 8)),
}

ADVANCE: Final = 6
"""Columns from one letter to the next."""


def dots(text: str) -> Iterator[tuple[int, int]]:
    """The (column, row) of every dot of `text` in capitals; a letter that has no drawing leaves a gap."""
    column = -ADVANCE
    for character in unicodedata.normalize("NFD", text.replace("’", "'").upper()):
        if character in _MARKS:
            yield from ((column + x, y) for x, y in _MARKS[character])
            continue
        if unicodedata.combining(character):
            continue
        column += ADVANCE
        for x, bits in enumerate(bytes.fromhex(_LETTERS.get(character, _LETTERS[" "]))):
            yield from ((column + x, y) for y in range(7) if bits >> y & 1)


def width(text: str) -> int:
    """Columns that `text` takes."""
    return ADVANCE * sum(not unicodedata.combining(c) for c in unicodedata.normalize("NFD", text)) - 1
