"""The columns of every table: what a cell says, in which tone, how it sorts, and which ones yield to a narrow screen.

A state is always a glyph and a word; a tone only repeats it (colour-blind people and NO_COLOR lose nothing).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from console.i18n import number, t
from console.model import Link
from console.state import Store
from console.text import Align, fit, width

Tone = Literal["", "dim", "strong", "accent", "good", "warn", "bad"]
HOT: Final = 90.0  # per cent of the machine


class Cell(NamedTuple):
    text: str
    tone: Tone = ""


@dataclass(slots=True)
class Look:
    """What a cell may ask for besides its row."""

    store: Store
    now: float = 0.0  # monotonic
    wall: float = 0.0  # Unix
    context: str = ""  # every list shows this one alone; empty: all


@dataclass(frozen=True, slots=True)
class Column:
    """`yields`: 0 always shown; the largest number leaves first when the screen is narrow."""

    id: str
    label: str
    width: int
    cell: Callable[[Any, Look], Cell]
    sort: Callable[[Any, Look], Any]
    align: Align = "left"
    grow: int = 0  # share of the cells left over
    yields: int = 0
    descending: bool = False  # the first press of `s` puts the largest on top
    steady: bool = False  # a change of its value is told as one of the rows (`state.Table`)
    ages: bool = False  # its text changes with time alone


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with the cells it has on this screen."""

    column: Column
    width: int


def place(columns: tuple[Column, ...], cells: int, wanted: str = "") -> list[Placed]:
    """Which columns fit into `cells`, and how wide each is. One cell parts two columns. The one that is `wanted` yields
    to no other."""
    shown = list(columns)
    while sum(column.width + 1 for column in shown) - 1 > cells:
        weak = [column for column in shown if column.yields and column.id != wanted]
        if not weak:
            break
        shown.remove(max(weak, key=lambda column: column.yields))
    rest = max(0, cells - (sum(column.width + 1 for column in shown) - 1))
    shares = sum(column.grow for column in shown)
    placed = []
    for column in shown:
        extra = rest * column.grow // shares if shares else 0
        placed.append(Placed(column, column.width + extra))
    return placed


def heading(placed: Placed, sort: str, reverse: bool, *, in_hand: bool = False) -> str:
    """What is above the rows of one column; an arrow shows the one that they are sorted by, brackets the one that keys
    are for."""
    column, label = placed.column, t(placed.column.label)
    if column.id == sort:
        arrow = "▼" if reverse else "▲"
        label = arrow + label if column.align == "right" else label + arrow
    if in_hand:
        label = f"[{fit(label, min(width(label), placed.width - 2)).rstrip()}]"
    return fit(label, placed.width, column.align)


# ---------------------------------------------------------------------- helpers


def age(seconds: float) -> str:
    """5s, 12m, 3h, 4d: at most four cells up to 999 days."""
    value = max(0, int(seconds))
    if value < 100:
        return f"{value}s"
    if value < 100 * 60:
        return f"{value // 60}m"
    if value < 100 * 3600:
        return f"{value // 3600}h"
    return f"{value // 86400}d"


def rate(value: float) -> str:
    """A number in at most five cells: 950, 12,4k, 3,1M."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size:
            short = value / size
            return f"{number(short, 0 if short >= 100 else 1)}{unit}"
    return f"{value:.0f}"


def kilobits(bits: float) -> str:
    return f"{bits / 1000:.0f}"


def megabits(bits: float) -> str:
    value = bits / 1e6
    return number(value, 0 if value >= 100 else 1)


def loss(value: float) -> Cell:
    return Cell(number(value), "bad" if value >= 8 else "warn" if value >= 2 else "")


def silent(context: str, look: Look) -> bool:
    return look.store.link(context) is not Link.LIVE
