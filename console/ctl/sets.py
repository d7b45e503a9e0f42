"""One command on several rooms or recordings: a result for each; what cannot be undone is confirmed by typing."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from console.client.scripted import SCRIPT
from console.ctl import output
from console.ctl.output import Output
from console.ctl.session import EXIT, USAGE, stop, targets
from console.i18n import t
from console.text import clean

if TYPE_CHECKING:
    from console.client.once import Once


MANY: Final = {
    "rooms": ("ctl.many_rooms", "ctl.type_count"),
    "recordings": ("ctl.many_recordings", "ctl.type_recordings"),
    "people": ("ctl.many_people", "ctl.type_people"),
}
"""What is said of several of them: to a script, and to who types."""


def each(
    names: list[str], context: str, timeout: float, out: Output, work: Callable[[Once, str], Awaitable[object]]
) -> NoReturn:
    """Do `work` to each of them, say what became of each, and leave with the exit code."""

    async def one(node: Once, name: str) -> list[str]:
        await work(node, name)
        return [name]

    results, code = targets(context, timeout, names, one)
    output.outcomes(results, out)
    raise typer.Exit(code)


def confirm(names: list[str], yes: bool, expect: int, of: str = "rooms") -> None:
    """One: its id is typed, or `--yes`. Several: their number, or `--yes` with the number that is expected. A number
    that is not theirs is a precondition that does not hold, of one too."""
    if SCRIPT.get().dry_run:
        return  # nothing is done that would have to be confirmed
    many, type_count = MANY[of]
    if expect and expect != len(names):
        stop(t("ctl.not_expected", count=len(names), expect=expect), EXIT["precondition"])
    if len(names) == 1:
        if not yes:
            confirm_one(names[0])
    elif not (yes and expect):
        if yes or not sys.stdin.isatty():
            stop(t(many, count=len(names)), USAGE)
        _typed(t(type_count, count=len(names)), str(len(names)))


def confirm_one(name: str) -> None:
    """The id typed once more; without a terminal only `--yes` confirms."""
    if SCRIPT.get().dry_run:
        return
    if not sys.stdin.isatty():
        stop(t("ctl.need_yes"), USAGE)
    _typed(t("ctl.type_room", room=clean(name)), name)


def _typed(ask: str, expected: str) -> None:
    print(ask, end=" ", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != expected:
        stop(t("say.cancelled"), USAGE)
