"""regie hands list|lower"""

from __future__ import annotations

from typing import Annotated

import typer

from console.client.once import Found, Once
from console.ctl import output
from console.ctl.completion import complete_participants
from console.ctl.filtering import keep
from console.ctl.options import (
    TIMEOUT,
    ContextOption,
    FilterOption,
    OutputOption,
    ReasonOption,
    RoomArgument,
    TimeoutOption,
)
from console.ctl.output import Output, Shown
from console.ctl.participants import named
from console.ctl.session import ask
from console.ctl.shown import moment
from console.ctl.watching import WatchOption, followed, watch_list
from console.i18n import t

app = typer.Typer(help=t("ctl.hands"), no_args_is_help=True)

_SHOWN: Shown = (
    ("col.hand", lambda r: moment(r.hand)),
    ("col.name", lambda r: r.name),
    ("col.id", lambda r: r.participant),
)


async def _raised(node: Once, room: str) -> list[Found]:
    return [one for one in await node.participants(room) if one.row.hand]


@app.command("list", help=t("ctl.hands.list"))
def list_(
    room: RoomArgument,
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
    follow: WatchOption = False,
) -> None:
    if followed(follow, out):
        work = lambda node: _raised(node, room)  # noqa: E731
        watch_list(context, timeout, work, lambda row: str(row.participant), filter, "person")
    people = keep(ask(context, timeout, lambda node: _raised(node, room)), filter, "person")
    output.rows(sorted(people, key=lambda one: one.row.hand), _SHOWN, out, lambda row: str(row.participant))


@app.command(help=t("ctl.hands.lower"))
def lower(
    room: RoomArgument,
    person: Annotated[
        str, typer.Argument(help=t("ctl.arg.person"), metavar="[PERSON]", autocompletion=complete_participants)
    ] = "",
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    wanted = named(context, timeout, room, [person]) if person else []

    async def work(node: Once) -> list[str]:
        ids = wanted or await node.hands(room)
        await node.lower(room, wanted[0] if wanted else "", reason)
        return ids

    lowered = ask(context, timeout, work)
    output.outcomes([{"target": one, "ok": True, "changed": ["hand"], "error": ""} for one in lowered], out)
