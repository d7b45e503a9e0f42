"""Text of strangers, made safe for a terminal cell (H22).

A name or a chat message may hold escape sequences, bidi overrides or a million combining marks. What leaves this module
holds printable characters only, each with a width the terminal and we agree on.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from typing import Final, Literal

from rich.cells import cell_len, get_character_cell_size

Align = Literal["left", "right"]

# ECMA-48: CSI … final byte; OSC, DCS, SOS, PM, APC … up to BEL or ST; two-byte escapes. The 8-bit forms too.
_SEQUENCES: Final = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]"
)
_MAX_MARKS: Final = 2  # zero-width characters kept after one base: enough for Thai and conjoining Jamo
_PLACEHOLDER: Final = "\ufffd"
_BREAKS: Final = {"\n": " ↵ ", "\r": "", "\t": " ", "\x0b": " ", "\x0c": " ", "\u2028": " ", "\u2029": " ", "\x85": " "}


@lru_cache(maxsize=8192)
def _judge(character: str) -> tuple[str, bool]:
    """What to print for one character, and whether it takes no cell."""
    if character in _BREAKS:
        return _BREAKS[character], False
    category = unicodedata.category(character)
    if category in ("Cc", "Cf"):  # controls; bidi, joiners, tags, byte-order mark
        return "", False
    if category in ("Cs", "Cn", "Co"):  # no agreed width
        return _PLACEHOLDER, False
    if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return "", False  # variation selectors change widths, terminals disagree how
    if category == "Zs":
        return " ", False
    return character, get_character_cell_size(character) == 0


def clean(text: str, limit: int = 4000) -> str:
    """One line of at most about `limit` characters without anything a terminal would obey.

    Work is bounded by `limit`, whatever the length of `text`.
    """
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    return _again(text, limit) if len(text) <= _SHORT else _clean(text, limit)


def _clean(text: str, limit: int) -> str:
    cut = len(text) > 4 * limit
    text = unicodedata.normalize("NFC", _SEQUENCES.sub("", text[: 4 * limit]))
    out: list[str] = []
    marks = _MAX_MARKS  # a mark without a base before it is dropped
    for character in text:
        shown, zero = _judge(character)
        if zero:
            marks += 1
            if marks > _MAX_MARKS:
                continue
        elif shown:
            marks = 0
        out.append(shown)
        if len(out) >= limit:
            cut = True
            break
    result = "".join(out).strip()
    return f"{result}…" if cut else result


_SHORT: Final = 120  # characters: a name, which comes again with each change of its person
_again = lru_cache(maxsize=8192)(_clean)


def width(text: str) -> int:
    """Cells `text` takes; it must be clean."""
    return len(text) if text.isascii() else cell_len(text)


def fit(text: str, cells: int, align: Align = "left") -> str:
    """`text` in exactly `cells` cells: padded, or cut with an ellipsis. It must be clean."""
    if cells <= 0:
        return ""
    size = width(text)
    if size > cells:
        text = take(text, cells - 1)[0] + "…"
        size = width(text)
    pad = " " * (cells - size)
    return pad + text if align == "right" else text + pad


def take(text: str, cells: int) -> tuple[str, str]:
    """The longest beginning of `text` that fits into `cells`, and the rest."""
    if text.isascii():
        return text[:cells], text[cells:]
    used = 0
    for index, character in enumerate(text):
        used += get_character_cell_size(character)
        if used > cells:
            return text[:index], text[index:]
    return text, ""


def wrap(text: str, cells: int, most: int = 8) -> list[str]:
    """`text` in lines of at most `cells`, broken at spaces where there are any; at most `most` lines."""
    cells = max(cells, 2)
    lines: list[str] = []
    rest = text
    while rest and len(lines) < most:
        head, tail = take(rest, cells)
        if tail and not tail.startswith(" ") and (space := head.rfind(" ")) > 0:
            head, tail = head[:space], head[space:] + tail
        lines.append(head.rstrip())
        rest = tail.lstrip()
    if rest and lines:
        lines[-1] = fit(lines[-1] + "…" if width(lines[-1]) < cells else lines[-1] + "  ", cells).rstrip()
    return lines or [""]


_BLOCKS: Final = "▁▂▃▄▅▆▇█"


def sparkline(values: list[float], cells: int, top: float = 0.0) -> str:
    """The last `cells` values as bars; the scale ends at `top`, or at the largest value. Missing ones are dots."""
    last = values[-cells:]
    top = top or max(last, default=0.0) or 1.0
    bars = (_BLOCKS[min(7, max(0, int(value / top * 8)))] for value in last)
    return "".join(bars).rjust(cells, "·")


def squeeze(values: list[float], cells: int) -> list[float]:
    """At most `cells` values, each the largest of its stretch: a peak never disappears."""
    if len(values) <= cells:
        return values
    step = len(values) / cells
    return [max(values[int(i * step) : max(int(i * step) + 1, int((i + 1) * step))]) for i in range(cells)]


def collate(text: str) -> str:
    """A key that sorts Çelik with C and élan with E."""
    return text.casefold() if text.isascii() else _collate(text)


@lru_cache(maxsize=65536)
def _collate(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def meter(share: float, cells: int) -> str:
    """`share` (0 … 1) as a bar of `cells`."""
    full = round(min(1.0, max(0.0, share)) * cells)
    return "▇" * full + "·" * (cells - full)


def safe_json(value: object, *, indent: int | None = 2) -> str:
    """JSON that keeps letters readable and escapes everything a terminal would obey."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if text.isascii():
        return text.replace("\x7f", "\\u007f")
    return "".join(character if _inert(character) else _escape(character) for character in text)


def _inert(character: str) -> bool:
    return character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _escape(character: str) -> str:
    return "\\u007f" if character == "\x7f" else json.dumps(character)[1:-1]


_UNITS: Final = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
_RATE: Final = re.compile(r"(\d{1,12}(?:\.\d{1,3})?) ?([kmg]?)(?:b(?:it)?(?:/s)?)?", re.IGNORECASE | re.ASCII)
_PER_SECOND: Final = re.compile(r"(?<=[bt])/s", re.IGNORECASE)


def rate_of(text: str) -> int | None:
    """bit/s of "500k", "2M", "1.5 Mbit/s", "0"; None for what is no rate."""
    found = _RATE.fullmatch(text.strip())
    if found is None:
        return None
    value = round(float(found[1]) * _UNITS[found[2].lower()])
    return value if value < 2**63 else None


def rates_of(text: str) -> tuple[int | None, int | None] | None:
    """(send, receive) of "500k/2M", of "2M" for both, of "/2M" and "500k/" for one; None for what is none of these."""
    send, slash, receive = _PER_SECOND.sub("", text).partition("/")
    if not slash:
        both = rate_of(send)
        return None if both is None else (both, both)
    parts = [rate_of(part) if part.strip() else None for part in (send, receive)]
    wrong = any(value is None and part.strip() for value, part in zip(parts, (send, receive), strict=True))
    return None if wrong or parts == [None, None] else (parts[0], parts[1])


_TIMES: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_TIME: Final = re.compile(r"([0-9]{1,6})([smhd])")
NO_END: Final = ("none", "0")


def seconds_of(text: str) -> int | None:
    """Of "90s", "10m", "1h", "1d"; 0 of "none" and "0"; None for what is no time."""
    if text in NO_END:
        return 0
    found = _TIME.fullmatch(text)
    return int(found[1]) * _TIMES[found[2]] if found is not None else None
