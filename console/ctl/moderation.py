"""regie moderation list|claim|approve|decline|hide|dismiss|settings|restrain"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from console.ctl import output
from console.ctl.completion import complete_rooms
from console.ctl.filtering import keep
from console.ctl.options import (
    TIMEOUT,
    ContextOption,
    FilterOption,
    ForOption,
    OutputOption,
    PeopleArgument,
    ReasonOption,
    RoomArgument,
    TimeoutOption,
)
from console.ctl.output import Output, Shown
from console.ctl.participants import named
from console.ctl.session import USAGE, ask, stop, targets
from console.ctl.shown import moment
from console.ctl.watching import WatchOption, followed, watch_list
from console.i18n import t
from console.text import seconds_of

app = typer.Typer(help=t("ctl.moderation"), no_args_is_help=True)

_SHOWN: Shown = (
    ("col.id", lambda r: r.item),
    ("col.room", lambda r: r.room),
    ("col.sent", lambda r: moment(r.at)),
    ("col.state", lambda r: r.claimed_by or r.kind),
    ("col.name", lambda r: r.name),
    ("col.text", lambda r: t("item.private") if r.private else r.text),
)

ItemsArgument = Annotated[list[str], typer.Argument(help=t("ctl.arg.items"), metavar="ITEM…")]
OneRoom = Annotated[str, typer.Argument(help=t("ctl.arg.room"), metavar="[ROOM]", autocompletion=complete_rooms)]


class Words(StrEnum):
    allow = "allow"
    hold = "hold"
    refuse = "refuse"


class How(StrEnum):
    hold = "hold"
    mute = "mute"
    free = "free"


@app.command("list", help=t("ctl.moderation.list"))
def list_(
    room: OneRoom = "",
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
    follow: WatchOption = False,
) -> None:
    if followed(follow, out):
        watch_list(context, timeout, lambda node: node.items(room), lambda row: str(row.item), filter, "item")
    found = keep(ask(context, timeout, lambda node: node.items(room)), filter, "item")
    output.rows(found, _SHOWN, out, lambda row: str(row.item))


@app.command(help=t("ctl.moderation.claim"))
def claim(
    room: RoomArgument,
    items: ItemsArgument,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    results, code = targets(context, timeout, items, lambda node, one: node.claim(room, one))
    output.outcomes(results, out)
    raise typer.Exit(code)


def _decides(verdict: str) -> None:
    @app.command(verdict, help=t(f"ctl.moderation.{verdict}"))
    def decide(
        room: RoomArgument,
        items: ItemsArgument,
        reason: ReasonOption = "",
        out: OutputOption = Output.table,
        context: ContextOption = "",
        timeout: TimeoutOption = TIMEOUT,
    ) -> None:
        results, code = targets(context, timeout, items, lambda node, one: node.decide(room, one, verdict, reason))
        output.outcomes(results, out)
        raise typer.Exit(code)


for _verdict in ("approve", "decline", "hide", "dismiss"):
    _decides(_verdict)


@app.command(help=t("ctl.moderation.settings"))
def settings(
    room: RoomArgument,
    public: Annotated[bool | None, typer.Option("--public/--no-public", help=t("ctl.opt.public"))] = None,
    private: Annotated[bool | None, typer.Option("--private/--no-private", help=t("ctl.opt.private"))] = None,
    to_staff: Annotated[bool | None, typer.Option("--to-staff/--no-to-staff", help=t("ctl.opt.to_staff"))] = None,
    slow: Annotated[int | None, typer.Option("--slow", min=0, max=3600, help=t("ctl.opt.slow_s"))] = None,
    hold: Annotated[bool | None, typer.Option("--hold/--no-hold", help=t("ctl.opt.hold"))] = None,
    words: Annotated[Words | None, typer.Option("--words", help=t("ctl.opt.words"))] = None,
    per_moderator: Annotated[
        int | None, typer.Option("--per-moderator", min=0, max=1000, help=t("ctl.opt.per_moderator"))
    ] = None,
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    asked = {
        "public": public,
        "private": private,
        "to_staff": to_staff,
        "slow_s": slow,
        "hold": hold,
        "words": words.value if words else None,
        "per_moderator": per_moderator,
    }
    changes = {name: value for name, value in asked.items() if value is not None}
    if changes:
        made = ask(context, timeout, lambda node: node.set_settings(room, changes, reason))
    else:
        made = ask(context, timeout, lambda node: node.settings(room))
    output.settings(made, out)


@app.command(help=t("ctl.moderation.restrain"))
def restrain(
    room: RoomArgument,
    how: Annotated[How, typer.Argument(help=t("ctl.arg.how"))],
    people: PeopleArgument,
    for_: ForOption = "",
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    wanted = "" if how is How.free else how.value
    for_s = seconds_of(for_) if for_ else 0
    if for_s is None:
        stop(t("command.time", text=for_), USAGE)
    if for_ and not wanted:
        stop(t("command.no_time", text=how.value, known=f"{How.hold} {How.mute}"), USAGE)
    ids = named(context, timeout, room, people)
    results, code = targets(context, timeout, ids, lambda node, one: node.restrain(room, one, wanted, reason, for_s))
    output.outcomes(results, out)
    raise typer.Exit(code)
