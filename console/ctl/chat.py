"""regie chat list|say|hide|export"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from console.ctl import output
from console.ctl.filtering import keep
from console.ctl.options import (
    TIMEOUT,
    ContextOption,
    FilterOption,
    MessagesArgument,
    OutputOption,
    ReasonOption,
    RoomArgument,
    TimeoutOption,
)
from console.ctl.output import Output, Shown
from console.ctl.session import ask, targets
from console.ctl.shown import moment
from console.ctl.watching import WatchOption, followed, watch_told
from console.i18n import t
from console.text import clean, safe_json

WHOLE = 4000  # characters: no message is longer

app = typer.Typer(help=t("ctl.chat"), no_args_is_help=True)

_SHOWN: Shown = (
    ("col.id", lambda r: r.message),
    ("col.sent", lambda r: moment(r.sent)),
    ("col.name", lambda r: r.name),
    ("col.state", lambda r: f"hidden ({r.hidden_by})" if r.hidden else ""),
    ("col.text", lambda r: r.text),
)


@app.command("list", help=t("ctl.chat.list"))
def list_(
    room: RoomArgument,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help=t("ctl.opt.limit"))] = 200,
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
    follow: WatchOption = False,
) -> None:
    if followed(follow, out):
        told = lambda node, token: node.watch_messages(room, token)  # noqa: E731
        watch_told(context, timeout, told, lambda r: str(r.message), filter, "message")
    found = ask(context, timeout, lambda node: node.messages(room))
    output.rows(keep(found, filter, "message")[-limit:], _SHOWN, out, lambda row: str(row.message))


@app.command(help=t("ctl.chat.say"))
def say(
    room: RoomArgument,
    text: Annotated[str, typer.Argument(help=t("ctl.opt.text"))],
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    results, code = targets(context, timeout, [room], lambda node, one: node.announce(one, text, reason))
    output.outcomes(results, out)
    raise typer.Exit(code)


@app.command(help=t("ctl.chat.hide"))
def hide(
    room: RoomArgument,
    messages: MessagesArgument,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    results, code = targets(context, timeout, messages, lambda node, one: node.hide(room, one, reason))
    output.outcomes(results, out)
    raise typer.Exit(code)


class Format(StrEnum):
    text = "text"
    json = "json"


@app.command(help=t("ctl.chat.export"))
def export(
    room: RoomArgument,
    form: Annotated[Format, typer.Option("--format", help=t("ctl.opt.format"))] = Format.text,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    """What everybody could read; hidden messages are left out."""
    kept = [one for one in ask(context, timeout, lambda node: node.messages(room)) if not one.row.hidden]
    if form is Format.json:
        print(safe_json([one.data for one in kept]))
        return
    for one in kept:
        first, *more = str(one.data["text"]).split("\n")
        print(f"{moment(one.row.sent)}  {clean(one.row.name)}: {clean(first, WHOLE)}")
        for line in more:
            print(f"    {clean(line, WHOLE)}")
