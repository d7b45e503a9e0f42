"""regie rates list|set"""

from __future__ import annotations

from typing import Annotated

import typer

from console.ctl import output
from console.ctl.completion import complete_participants, complete_rooms
from console.ctl.filtering import keep
from console.ctl.options import TIMEOUT, ContextOption, FilterOption, OutputOption, ReasonOption, TimeoutOption
from console.ctl.output import Output, Shown
from console.ctl.participants import named
from console.ctl.session import USAGE, ask, stop
from console.ctl.shown import moment
from console.ctl.watching import WatchOption, followed, watch_list
from console.i18n import t
from console.text import rate_of

app = typer.Typer(help=t("ctl.rates"), no_args_is_help=True)

_SHOWN: Shown = (
    ("col.room", lambda r: r.room),
    ("col.person", lambda r: r.participant),
    ("col.send", lambda r: str(r.send or "")),
    ("col.receive", lambda r: str(r.receive or "")),
    ("col.set_by", lambda r: r.set_by),
    ("fact.created", lambda r: moment(r.set)),
)

RoomOrNode = Annotated[
    str, typer.Argument(help=t("ctl.arg.room_or_node"), metavar="[ROOM]", autocompletion=complete_rooms)
]
PersonOrRoom = Annotated[
    str, typer.Argument(help=t("ctl.arg.person"), metavar="[PERSON]", autocompletion=complete_participants)
]


def _asked(text: str) -> int | None:
    if not text:
        return None
    value = rate_of(text)
    if value is None:
        stop(t("ctl.rate", text=text), USAGE)
    return value


@app.command("list", help=t("ctl.rates.list"))
def list_(
    room: RoomOrNode = "",
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
    follow: WatchOption = False,
) -> None:
    if followed(follow, out):
        watch_list(context, timeout, lambda node: node.caps(room), _key, filter)
    found = keep(ask(context, timeout, lambda node: node.caps(room)), filter)
    output.rows(found, _SHOWN, out, _key)


@app.command("set", help=t("ctl.rates.set"))
def set_(
    room: RoomOrNode = "",
    person: PersonOrRoom = "",
    send: Annotated[str, typer.Option("--send", help=t("ctl.opt.send"))] = "",
    receive: Annotated[str, typer.Option("--receive", help=t("ctl.opt.receive"))] = "",
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    asked = _asked(send), _asked(receive)
    if asked == (None, None):
        stop(t("ctl.rates.none"), USAGE)
    one = named(context, timeout, room, [person])[0] if person else ""
    found = ask(context, timeout, lambda node: node.set_cap(room, one, *asked, reason))
    output.one_row(found, _SHOWN, out, _key)


def _key(row: object) -> str:
    return "/".join(part for part in (getattr(row, "room", ""), getattr(row, "participant", "")) if part) or "node"
