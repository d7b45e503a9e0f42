"""regie gauge"""

from __future__ import annotations

import typer

from console.ctl import output
from console.ctl.options import TIMEOUT, ContextOption, OutputOption, TimeoutOption
from console.ctl.output import Output
from console.ctl.session import ask
from console.i18n import t

app = typer.Typer(invoke_without_command=True)


@app.callback(help=t("ctl.gauge"))
def gauge(out: OutputOption = Output.table, context: ContextOption = "", timeout: TimeoutOption = TIMEOUT) -> None:
    output.settings(ask(context, timeout, lambda node: node.gauge()), out)
