"""regie quality get"""

from __future__ import annotations

from typing import Annotated

import typer

from console.ctl import output
from console.ctl.completion import complete_participants
from console.ctl.options import TIMEOUT, ContextOption, OutputOption, RoomArgument, TimeoutOption
from console.ctl.output import Output, Shown
from console.ctl.participants import named
from console.ctl.session import ask
from console.ctl.shown import in_words
from console.i18n import number, t

app = typer.Typer(help=t("ctl.quality"), no_args_is_help=True)

_SHOWN: Shown = (
    ("col.grade", lambda r: t(f"grade.{int(r.grade)}")),
    ("fact.cause", lambda r: in_words("note", r.cause)),
    ("fact.loss_down", lambda r: number(r.loss)),
    ("fact.loss_up", lambda r: number(r.loss_up)),
    ("col.rtt", lambda r: f"{r.rtt_ms:.0f}"),
    ("fact.jitter", lambda r: f"{r.jitter_ms:.0f}"),
    ("fact.target", lambda r: str(r.target or "")),
    ("fact.held", lambda r: t("on") if r.held else t("off")),
    ("fact.protocol", lambda r: "TCP" if r.tcp else "UDP"),
    ("col.send", lambda r: str(r.send_cap or "")),
    ("col.receive", lambda r: str(r.receive_cap or "")),
)


@app.command(help=t("ctl.quality.get"))
def get(
    room: RoomArgument,
    person: Annotated[
        str, typer.Argument(help=t("ctl.arg.people"), metavar="PERSON", autocompletion=complete_participants)
    ],
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    one = named(context, timeout, room, [person])[0]
    found = ask(context, timeout, lambda node: node.quality(room, one))
    output.one_row(found, _SHOWN, out, lambda row: one)
