"""`--watch`: one JSON line for every row that is new, has changed or is gone, asked of the nodes each second; or of
what a node tells by itself."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

from console.ctl.filtering import keep
from console.ctl.output import Output
from console.ctl.session import USAGE, ask, ask_each, complain, one, stop
from console.explaining import explain
from console.i18n import t
from console.model import Failure
from console.text import safe_json

if TYPE_CHECKING:
    from console.client.once import Found, Once

_LINES: Final = (Output.json, Output.jsonl)
_PEOPLE: Final = (Output.table, Output.wide)
WatchOption = Annotated[bool, typer.Option("--watch", "-w", help=t("ctl.opt.watch"))]
EVERY_S: Final = 1.0
KEPT: Final = 400  # of what was told: more than a node says again to who comes back


def in_lines(out: Output) -> bool:
    """Of what goes on for ever: JSON lines, or lines for people? Another form has an end, or a beginning."""
    if out not in (*_LINES, *_PEOPLE):
        stop(t("ctl.watch.form", form=out.value), USAGE)
    return out in _LINES


def followed(follow: bool, out: Output) -> bool:
    """`--watch` gives JSON lines, so no other form may be asked for with it."""
    if follow and out not in (Output.table, *_LINES):
        stop(t("ctl.watch.form", form=out.value), USAGE)
    return follow


def watch_list(
    context: str,
    timeout: float,
    work: Callable[[Once], Awaitable[list[Found]]],
    key: Callable[[Any], str],
    filter: str = "",
    table: str = "",
) -> NoReturn:
    """`watch` what `work` lists on one node, as far as the filter of `table` lets it through."""
    picked = [one(context)]

    def look() -> tuple[list[Found], bool]:
        found, silent, _ = ask_each(picked, timeout, work)
        return keep(found, filter, table), not silent

    watch(look, key)


def watch_plain(
    context: str, timeout: float, work: Callable[[Once], Awaitable[list[dict[str, Any]]]], name: str, filter: str
) -> NoReturn:
    """The same of what comes as objects; `name`: the field that tells one from another."""
    from console.client.once import Found

    async def rows(node: Once) -> list[Found]:
        where = {"context": node.context.name}
        return [Found(SimpleNamespace(**where, id=row[name]), {**where, **row}) for row in await work(node)]

    watch_list(context, timeout, rows, lambda row: str(row.id), filter)


def watch(
    look: Callable[[], tuple[list[Found], bool]],
    key: Callable[[Any], str],
    *,
    sleep: Callable[[float], None] | None = None,
) -> NoReturn:
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
        (sleep or time.sleep)(EVERY_S)


def watch_told(
    context: str,
    timeout: float,
    work: Callable[[Once, str], AsyncIterator[tuple[list[Found], str]]],
    key: Callable[[Any], str],
    filter: str = "",
    table: str = "",
) -> NoReturn:
    """Until interrupted: what a node tells by itself, each version of a row once. `work` gives it from a token on, and
    the next token; a node that went away is asked again each second from there."""
    gc.enable()

    async def follow(node: Once) -> NoReturn:
        known: dict[str, dict[str, Any]] = {}
        seq, token, away = 0, "", False
        while True:
            try:
                async for found, after in work(node, token):
                    token, away = after, False
                    for each in keep(found, filter, table):
                        name = key(each.row)
                        if known.pop(name, None) != each.data:
                            seq += 1
                            print(safe_json({"seq": seq, **each.data}, indent=None), flush=True)
                        known[name] = each.data
                        if len(known) > KEPT:
                            del known[next(iter(known))]
            except Failure as failure:
                if failure.kind not in ("connection", "timeout"):
                    raise
                if not away:
                    complain(f"{node.context.name}: {explain(failure)}")
                away = True
            await asyncio.sleep(EVERY_S)

    try:
        ask(context, timeout, follow)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
