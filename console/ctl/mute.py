"""regie mute participant|room, regie unmute participant|room"""

from __future__ import annotations

from typing import Annotated

import typer

from console.actions import MANY
from console.ctl import output
from console.ctl.options import (
    TIMEOUT,
    ContextOption,
    OutputOption,
    PeopleArgument,
    ReasonOption,
    RoomArgument,
    TimeoutOption,
    YesOption,
)
from console.ctl.output import Output
from console.ctl.participants import named
from console.ctl.session import USAGE, ask, complain, stop, targets
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
    room: RoomArgument,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=t("ctl.opt.dry_run"))] = False,
    expect: Annotated[int, typer.Option("--expect", min=0, help=t("ctl.opt.expect"))] = 0,
    yes: YesOption = False,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    count = 0
    if not dry_run:
        who = ask(context, timeout, lambda n: n.mute_room(room, dry_run=True, expected=0, reason=reason))
        count = expect or len(who)
        if len(who) > MANY and not (yes and expect):
            stop(t("ctl.many", count=len(who)), USAGE)
    done = ask(context, timeout, lambda n: n.mute_room(room, dry_run=dry_run, expected=count, reason=reason))
    if not done:
        complain(t("ctl.mute.nobody"))
    output.outcomes(_people(done), out)


@unmute.command("room", help=t("ctl.unmute.room"))
def unmute_room(
    room: RoomArgument,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    done = ask(context, timeout, lambda node: node.unmute_room(room, reason))
    if not done:
        complain(t("ctl.unmute.nobody"))
    output.outcomes(_people(done), out)


def _people(ids: list[str]) -> list[dict[str, object]]:
    return [{"target": one, "ok": True, "changed": ["microphone"], "error": ""} for one in ids]
