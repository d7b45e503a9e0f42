"""regie nodes list|drain"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from console.ctl import drain, output
from console.ctl.filtering import keep
from console.ctl.options import TIMEOUT, ContextOption, FilterOption, OutputOption, TimeoutOption
from console.ctl.output import Output, Shown
from console.ctl.session import ask_each, several
from console.ctl.shown import moment
from console.ctl.watching import WatchOption, followed, watch
from console.i18n import number, t

if TYPE_CHECKING:
    from console.client.once import Found

app = typer.Typer(help=t("ctl.nodes"), no_args_is_help=True)
app.add_typer(drain.app, name="drain")

_SHOWN: Shown = (
    ("col.node", lambda r: r.name),
    ("col.context", lambda r: r.context),
    ("col.state", lambda r: r.state),
    ("col.cpu", lambda r: number(r.cpu)),
    ("col.rooms", lambda r: str(r.rooms)),
    ("col.people", lambda r: str(r.people)),
    ("col.pps", lambda r: str(r.packets_in + r.packets_out)),
    ("col.mbps", lambda r: number(r.bits_out / 1e6)),
    ("col.loss", lambda r: number(r.loss)),
    ("col.version", lambda r: r.version),
    ("fact.up", lambda r: moment(r.started)),
)


@app.command("list", help=t("ctl.nodes.list"))
def list_(
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
    follow: WatchOption = False,
) -> None:
    if followed(follow, out):
        watch(lambda: _look(context, timeout, filter), lambda row: str(row.name))
    found, silent, code = ask_each(several(context), timeout, lambda node: node.nodes())
    output.rows(keep(found, filter, "node"), _SHOWN, out, lambda row: str(row.name), silent)
    raise typer.Exit(code)


def _look(context: str, timeout: float, filter: str) -> tuple[list[Found], bool]:
    found, silent, _ = ask_each(several(context), timeout, lambda node: node.nodes())
    return keep(found, filter, "node"), not silent
