"""regie rooms create|list|get|extend|end|close"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from console.ctl import output
from console.ctl.filtering import keep
from console.ctl.options import (
    TIMEOUT,
    ContextOption,
    FilterOption,
    OutputOption,
    ReasonOption,
    RoomArgument,
    TimeoutOption,
    YesOption,
)
from console.ctl.output import Output, Shown
from console.ctl.session import USAGE, ask, ask_each, complain, several, stop
from console.ctl.shown import moment
from console.fields import ROOM_FIELDS
from console.i18n import number, t
from console.model import Room
from console.text import clean
from console.words import WORDS

app = typer.Typer(help=t("ctl.rooms"), no_args_is_help=True)

_SHOWN: Shown = (
    ("col.room", lambda r: r.room),
    ("col.title", lambda r: r.title),
    ("col.node", lambda r: r.node or r.context),
    ("col.state", lambda r: t("room.closed") if not r.open else t("blocked") if r.muted else t("room.open")),
    ("col.people", lambda r: str(r.people)),
    ("fact.limit", lambda r: str(r.max_participants or "")),
    ("col.mbps", lambda r: number(r.bits_out / 1e6)),
    ("col.loss", lambda r: number(r.loss)),
    ("fact.created", lambda r: moment(r.created)),
    ("col.type", lambda r: r.type),
    ("col.ends", lambda r: moment(r.ends)),
)
_ONE: Shown = (
    *_SHOWN,
    ("fact.form", lambda r: t(f"form.{r.form}")),
    ("fact.starts", lambda r: moment(r.starts)),
    ("fact.started", lambda r: moment(r.started)),
    ("fact.cut", lambda r: moment(r.cut)),
    ("fact.end_cause", lambda r: t(f"end.{r.end_cause}") if r.end_cause else ""),
)


def _key(room: Room) -> str:
    return room.room


@app.command(help=t("ctl.rooms.create"))
def create(
    title: Annotated[str, typer.Argument(help=t("ctl.arg.title"), metavar="[TITLE]")] = "",
    room: Annotated[str, typer.Option("--id", "--room", help=t("ctl.opt.room_id"))] = "",
    most: Annotated[int, typer.Option("--max", min=0, help=t("ctl.opt.max"))] = 0,
    hours: Annotated[int, typer.Option("--ticket-hours", min=0, help=t("ctl.opt.hours"))] = 0,
    type: Annotated[str, typer.Option("--type", "-t", help=t("ctl.opt.type"))] = "",
    start: Annotated[str, typer.Option("--start", help=t("ctl.opt.start"), metavar="2026-12-01T14:00")] = "",
    minutes: Annotated[int, typer.Option("--minutes", min=0, help=t("ctl.opt.minutes"))] = 0,
    instant: Annotated[bool, typer.Option("--instant", help=t("ctl.opt.instant"))] = False,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    starts = _moment(start)
    if starts and instant:
        stop(t("ctl.instant_start"), USAGE)
    found, links = ask(
        context,
        timeout,
        lambda node: node.create_room(
            title or t("ctl.title.default"),
            room,
            most,
            hours,
            type=type,
            starts=starts,
            minutes=minutes,
            instant=instant,
        ),
    )
    if not title:
        complain(t("ctl.title.unchanged", title=t("ctl.title.default")))
    output.one_row(found, _ONE, out, _key, **({"links": links} if out is Output.json else {}))
    if out is Output.table:
        print()
        for link in links:
            role = str(link["role"])
            print(t(f"ctl.link.{role}") if f"ctl.link.{role}" in WORDS else clean(role))
            print(f"  {clean(str(link['url']))}")


@app.command("list", help=t("ctl.rooms.list"))
def list_(
    closed: Annotated[bool, typer.Option("--closed", help=t("ctl.opt.closed"))] = False,
    everywhere: Annotated[bool, typer.Option("-A", "--all-contexts", help=t("ctl.opt.everywhere"))] = False,
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    silent: list[dict[str, str]] = []
    code = 0
    if everywhere:
        found, silent, code = ask_each(several(context), timeout, lambda node: node.rooms(with_closed=closed))
    else:
        found = ask(context, timeout, lambda node: node.rooms(with_closed=closed))
    output.rows(keep(found, filter, ROOM_FIELDS), _SHOWN, out, _key, silent)
    raise typer.Exit(code)


@app.command(help=t("ctl.rooms.get"))
def get(
    room: RoomArgument,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    output.one_row(ask(context, timeout, lambda node: node.room(room)), _ONE, out, _key)


@app.command(help=t("ctl.rooms.extend"))
def extend(
    room: RoomArgument,
    minutes: Annotated[int, typer.Argument(help=t("ctl.arg.minutes"), metavar="MINUTES", min=1)],
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    found = ask(context, timeout, lambda node: node.extend_room(room, minutes, reason))
    output.one_row(found, _ONE, out, _key)


@app.command(help=t("ctl.rooms.end"))
def end(
    room: RoomArgument,
    reason: ReasonOption = "",
    yes: YesOption = False,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    if not yes:
        confirm(room)
    output.one_row(ask(context, timeout, lambda node: node.end_room(room, reason)), _ONE, out, _key)


@app.command(help=t("ctl.rooms.close"))
def close(
    room: RoomArgument,
    reason: ReasonOption = "",
    yes: YesOption = False,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    if not yes:
        confirm(room)
    output.one_row(ask(context, timeout, lambda node: node.close_room(room, reason)), _SHOWN, out, _key)


def _moment(text: str) -> float:
    """Local time where no zone is said. 0: none."""
    if not text:
        return 0.0
    try:
        return datetime.fromisoformat(text).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        stop(t("ctl.moment", text=text), USAGE)


def confirm(room: str) -> None:
    """The id typed once more; without a terminal only `--yes` confirms."""
    if not sys.stdin.isatty():
        stop(t("ctl.need_yes"), USAGE)
    print(t("ctl.type_room", room=clean(room)), end=" ", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip() != room:
        stop(t("say.cancelled"), USAGE)
