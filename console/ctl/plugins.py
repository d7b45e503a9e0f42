"""Subcommands that other packages bring (`regie node`, `regie demo`, `regie check`): entry points of `regie.commands`.

An entry point is a callable that takes a list of arguments (or nothing) and gives an exit code. It is imported only
when it is called: the console never needs the node.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Final

import typer

from console.i18n import t

GROUP: Final = "regie.commands"


def find(name: str) -> EntryPoint | None:
    return next(iter(entry_points(group=GROUP, name=name)), None)


def names() -> list[str]:
    return sorted({point.name for point in entry_points(group=GROUP)})


def commands(name: str) -> typer.Typer | None:
    """What the entry point `name` understands, where that can be loaded and is a Typer."""
    point = find(name)
    try:
        loaded = point.load() if point is not None else None
    except ImportError:
        return None
    return loaded if isinstance(loaded, typer.Typer) else None


def call(point: EntryPoint, argv: Sequence[str]) -> int:
    try:
        loaded = point.load()
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("node", "console", "protos"):
            raise
        print(t("ctl.no_extra", name=point.name, missing=error.name), file=sys.stderr)
        return 2
    code = loaded(list(argv))
    return int(code) if code is not None else 0
