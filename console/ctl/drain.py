"""regie nodes drain plan|start|abort"""

from __future__ import annotations

from typing import Annotated

import typer

from console.ctl import output
from console.ctl.options import TIMEOUT, ContextOption, OutputOption, ReasonOption, TimeoutOption, YesOption
from console.ctl.output import Output, Shown
from console.ctl.scripting import dry_run
from console.ctl.session import USAGE, ask, complain, stop
from console.ctl.shown import moment
from console.i18n import t

app = typer.Typer(help=t("ctl.drain"), no_args_is_help=True)

MinutesOption = Annotated[int, typer.Option("--minutes", min=0, max=1440, help=t("ctl.opt.drain_minutes"))]

_SHOWN: Shown = (
    ("col.node", lambda r: r.name),
    ("col.state", lambda r: r.state),
    ("col.rooms", lambda r: str(r.rooms)),
    ("col.people", lambda r: str(r.people)),
    ("col.ends", lambda r: moment(r.drain_deadline) if r.drain_deadline else "–"),
    ("col.set_by", lambda r: r.drain_by or "–"),
)


@app.command(help=t("ctl.drain.plan"))
def plan(
    minutes: MinutesOption = 30,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    found = ask(context, timeout, lambda node: node.plan_drain(minutes))
    if output.as_data(found["rooms"] if out is Output.csv else found, out):
        return
    output.table(
        [t("col.room"), t("col.people"), t("col.ends"), t("col.result")],
        [
            [
                one["room"],
                str(one["people"]),
                one["ends"] or "–",
                t("ctl.drain.cut" if one["cut"] else "ctl.drain.itself"),
            ]
            for one in found["rooms"]
        ],
    )
    complain(t("ctl.drain.deadline", at=found["deadline"]))


@app.command(help=t("ctl.drain.start"))
def start(
    minutes: MinutesOption = 30,
    reason: ReasonOption = "",
    yes: YesOption = False,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    if dry_run():  # the node says more than what it would be asked
        return plan(minutes, out, context, timeout)
    if not (yes and reason):
        stop(t("ctl.drain.sure"), USAGE)
    found = ask(context, timeout, lambda node: node.start_drain(minutes, reason))
    output.one_row(found, _SHOWN, out, lambda row: str(row.name))


@app.command(help=t("ctl.drain.abort"))
def abort(
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    found = ask(context, timeout, lambda node: node.abort_drain(reason))
    output.one_row(found, _SHOWN, out, lambda row: str(row.name))
