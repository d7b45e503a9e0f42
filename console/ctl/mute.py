"""regie mute participant|room, regie unmute participant|room"""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

from console.actions import MANY
from console.ctl import output, sets
from console.ctl.options import (
    TIMEOUT,
    ContextOption,
    OutputOption,
    PeopleArgument,
    ReasonOption,
    RoomArgument,
    RoomsArgument,
    TimeoutOption,
    YesOption,
)
from console.ctl.output import Output
from console.ctl.participants import named
from console.ctl.session import EXIT, SOME_FAILED, USAGE, ask, complain, stop, targets
from console.i18n import t
from console.model import SOURCES

mute = typer.Typer(help=t("ctl.mute"), no_args_is_help=True)
unmute = typer.Typer(help=t("ctl.unmute"), no_args_is_help=True)

SourceOption = Annotated[
    list[str] | None,
    typer.Option("-s", "--source", help=t("ctl.opt.source"), autocompletion=lambda: list(SOURCES)),
]


@mute.command("participant", help=t("ctl.mute.participant"))
def mute_participant(
    room: RoomArgument,
    people: PeopleArgument,
    source: SourceOption = None,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    ids = named(context, timeout, room, people)
    work = targets(context, timeout, ids, lambda node, one: node.mute(room, one, source or (), reason))
    output.outcomes(work[0], out)
    raise typer.Exit(work[1])


@unmute.command("participant", help=t("ctl.unmute.participant"))
def unmute_participant(
    room: RoomArgument,
    people: PeopleArgument,
    source: SourceOption = None,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    ids = named(context, timeout, room, people)
    work = targets(context, timeout, ids, lambda node, one: node.unmute(room, one, source or (), reason))
    output.outcomes(work[0], out)
    raise typer.Exit(work[1])


@mute.command("room", help=t("ctl.mute.room"))
def mute_room(
    rooms: RoomsArgument,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=t("ctl.opt.dry_run"))] = False,
    expect: Annotated[int, typer.Option("--expect", min=0, help=t("ctl.opt.expect"))] = 0,
    yes: YesOption = False,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    if len(rooms) > 1:
        _mute_rooms(rooms, context, timeout, out, dry_run=dry_run, expect=expect, yes=yes, reason=reason)
    room, count = rooms[0], 0
    if not dry_run:
        who = ask(context, timeout, lambda n: n.mute_room(room, dry_run=True, expected=0, reason=reason))
        count = expect or len(who)
        if len(who) > MANY and not (yes and expect):
            stop(t("ctl.many", count=len(who)), USAGE)
    done = ask(context, timeout, lambda n: n.mute_room(room, dry_run=dry_run, expected=count, reason=reason))
    if not done:
        complain(t("ctl.mute.nobody"))
    output.outcomes(_people(done), out)


def _mute_rooms(
    rooms: list[str],
    context: str,
    timeout: float,
    out: Output,
    *,
    dry_run: bool,
    expect: int,
    yes: bool,
    reason: str,
) -> NoReturn:
    """Each room is told how many are meant there; `expect` is of all of them together."""
    seen, code = targets(
        context, timeout, rooms, lambda node, room: node.mute_room(room, dry_run=True, expected=0, reason=reason)
    )
    who = {room: len(row["changed"]) for room, row in zip(rooms, seen, strict=True) if row["ok"]}  # type: ignore[arg-type]
    if not dry_run and who:
        count = sum(who.values())
        if count > MANY and not (yes and expect):
            stop(t("ctl.many", count=count), USAGE)
        if expect and expect != count:
            stop(t("ctl.not_expected", count=count, expect=expect), EXIT["precondition"])
        done, code = targets(
            context,
            timeout,
            list(who),
            lambda node, room: node.mute_room(room, dry_run=False, expected=who[room], reason=reason),
        )
        missing = [row for row in seen if not row["ok"]]
        seen, code = [*done, *missing], SOME_FAILED if missing else code
    output.outcomes(seen, out)
    raise typer.Exit(code)


@unmute.command("room", help=t("ctl.unmute.room"))
def unmute_room(
    rooms: RoomsArgument,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    if len(rooms) > 1:
        sets.each(rooms, context, timeout, out, lambda node, room: node.unmute_room(room, reason))
    done = ask(context, timeout, lambda node: node.unmute_room(rooms[0], reason))
    if not done:
        complain(t("ctl.unmute.nobody"))
    output.outcomes(_people(done), out)


def _people(ids: list[str]) -> list[dict[str, object]]:
    return [{"target": one, "ok": True, "changed": ["microphone"], "error": ""} for one in ids]
