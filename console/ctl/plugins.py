"""Subcommands that other packages bring (`regie node`, `regie demo`, `regie check`): entry points of `regie.commands`.

An entry point is a callable that takes a list of arguments (or nothing) and gives an exit code. It is imported only
when it is called: the console never needs the node.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Final

GROUP: Final = "regie.commands"


def find(name: str) -> EntryPoint | None:
    return next(iter(entry_points(group=GROUP, name=name)), None)


def names() -> list[str]:
    return sorted({point.name for point in entry_points(group=GROUP)})


def call(point: EntryPoint, argv: Sequence[str]) -> int:
    code = point.load()(list(argv))
    return int(code) if code is not None else 0
