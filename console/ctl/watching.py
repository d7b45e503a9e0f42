"""`--watch`: one JSON line for every row that is new, has changed or is gone, asked of the nodes each second."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from console.i18n import t
from console.text import safe_json

if TYPE_CHECKING:
    from console.client.once import Found

WatchOption = Annotated[bool, typer.Option("--watch", "-w", help=t("ctl.opt.watch"))]
EVERY_S: Final = 1.0


def watch(
    look: Callable[[], tuple[list[Found], bool]],
    key: Callable[[Any], str],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Until interrupted. `look` gives the rows, and whether all nodes answered: what a silent node had is not gone.
    Each line has a `seq` that rises by one."""
    gc.enable()
    known: dict[str, dict[str, Any]] = {}
    seq = 0
    while True:
        found, whole = look()
        now = {f"{one.row.context}/{key(one.row)}": one.data for one in found}
        lines = [data for name, data in now.items() if known.get(name) != data]
        if whole:
            lines += [{"gone": name} for name in known if name not in now]
            known = now
        else:
            known |= now
        for line in lines:
            seq += 1
            print(safe_json({"seq": seq, **line}, indent=None), flush=True)
        sleep(EVERY_S)
