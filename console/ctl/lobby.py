"""regie lobby list|admit|refuse|settings"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from console.client.scripted import meant
from console.ctl import output
from console.ctl.filtering import keep_plain
from console.ctl.options import (
    TIMEOUT,
    ContextOption,
    FilterOption,
    OutputOption,
    ReasonOption,
    RoomArgument,
    TimeoutOption,
)
from console.ctl.output import Output
from console.ctl.session import SOME_FAILED, USAGE, ask, stop
from console.ctl.shown import in_words
from console.ctl.watching import WatchOption, followed, watch_plain
from console.i18n import n, t
from console.text import clean

app = typer.Typer(help=t("ctl.lobby"), no_args_is_help=True)

Chosen = Annotated[list[str] | None, typer.Argument(help=t("ctl.arg.waiters"), metavar="[PERSON…]")]
AllOption = Annotated[bool, typer.Option("--all", help=t("ctl.opt.waiters_all"))]


@app.command("list", help=t("ctl.lobby.list"))
def list_(
    room: RoomArgument,
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
    follow: WatchOption = False,
) -> None:
    if followed(follow, out):
        watch_plain(context, timeout, lambda node: node.waiters(room), "participant", filter)
    found = keep_plain(ask(context, timeout, lambda node: node.waiters(room)), filter)
    if out.for_programs or out is Output.id:
        output.plain_rows(found, ("participant",), [], out)
        return
    lines = [
        [clean(one["name"], 60), one["role"], one["since"], in_words("waits", one["why"]), one["participant"]]
        for one in found
    ]
    output.table([t("col.name"), t("col.role"), t("col.since"), t("col.waits"), t("col.id")], lines)


@app.command(help=t("ctl.lobby.admit"))
def admit(
    room: RoomArgument,
    people: Chosen = None,
    every: AllOption = False,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    wanted = _wanted(room, people, every, context, timeout)
    done = ask(context, timeout, lambda node: node.admit(room, wanted, reason))
    if not output.as_data(done, out):
        print(t("ctl.lobby.admitted", who=n("people", len(done["participants"]))))
        if done["limit"]:
            print(t("ctl.lobby.left", who=n("people", done["left"]), code=done["limit"]), file=sys.stderr)
    raise typer.Exit(SOME_FAILED if done["limit"] else 0)


@app.command(help=t("ctl.lobby.refuse"))
def refuse(
    room: RoomArgument,
    people: Chosen = None,
    every: AllOption = False,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    wanted = _wanted(room, people, every, context, timeout)
    refused = ask(context, timeout, lambda node: node.refuse(room, wanted, reason))
    if not output.as_data({"refused": refused}, out):
        print(t("ctl.lobby.refused", who=n("people", refused)))


@app.command(help=t("ctl.lobby.settings"))
def settings(
    room: RoomArgument,
    on: Annotated[bool | None, typer.Option("--on/--off", help=t("ctl.opt.lobby"))] = None,
    agenda: Annotated[str | None, typer.Option("--agenda", help=t("ctl.opt.agenda"))] = None,
    message: Annotated[str | None, typer.Option("--message", help=t("ctl.opt.lobby_message"))] = None,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    asked: dict[str, Any] = {"on": on, "agenda": agenda, "message": message}
    changes = {name: value for name, value in asked.items() if value is not None}
    if changes:
        made = ask(context, timeout, lambda node: node.set_lobby(room, changes, reason))
    else:
        made = ask(context, timeout, lambda node: node.lobby(room))
    output.settings(made, out)


def _wanted(room: str, people: list[str] | None, every: bool, context: str, timeout: float) -> list[str]:
    """Ids, or names of people who wait, as ids; none of them with `--all`."""
    if bool(people) == every:
        stop(t("ctl.waiters_or_all"), USAGE)
    if not people:
        return []
    waiting = ask(context, timeout, lambda node: node.waiters(room))
    ids = []
    for word in people:
        found = [one["participant"] for one in waiting if word == one["participant"]] or [
            one["participant"] for one in waiting if word.casefold() == one["name"].casefold()
        ]
        if len(found) != 1:
            several = t("ctl.ambiguous", name=clean(word), ids=", ".join(found))
            stop(several if found else t("ctl.nobody_waits", name=clean(word)), USAGE)
        ids.append(found[0])
        meant(found[0], word)
    return ids
