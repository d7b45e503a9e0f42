"""One command on several rooms: a result for each; what cannot be undone is confirmed by typing."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NoReturn

import typer

from console.ctl import output
from console.ctl.output import Output
from console.ctl.session import USAGE, stop, targets
from console.i18n import t
from console.text import clean

if TYPE_CHECKING:
    from console.client.once import Once


def each(
    rooms: list[str], context: str, timeout: float, out: Output, work: Callable[[Once, str], Awaitable[object]]
) -> NoReturn:
    """Do `work` to each room, say what became of each, and leave with the exit code."""

    async def one(node: Once, room: str) -> list[str]:
        await work(node, room)
        return [room]

    results, code = targets(context, timeout, rooms, one)
    output.outcomes(results, out)
    raise typer.Exit(code)


def confirm(rooms: list[str], yes: bool, expect: int) -> None:
    """One room: its id is typed, or `--yes`. Several: their number, or `--yes` with the number that is expected."""
    if len(rooms) == 1:
        if not yes:
            confirm_one(rooms[0])
    elif not (yes and expect == len(rooms)):
        if yes or not sys.stdin.isatty():
            stop(t("ctl.many_rooms", count=len(rooms)), USAGE)
        _typed(t("ctl.type_count", count=len(rooms)), str(len(rooms)))


def confirm_one(room: str) -> None:
    """The id typed once more; without a terminal only `--yes` confirms."""
    if not sys.stdin.isatty():
        stop(t("ctl.need_yes"), USAGE)
    _typed(t("ctl.type_room", room=clean(room)), room)


def _typed(ask: str, expected: str) -> None:
    print(ask, end=" ", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != expected:
        stop(t("say.cancelled"), USAGE)
