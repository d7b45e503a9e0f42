"""regie types list"""

from __future__ import annotations

import typer

from console.ctl import output
from console.ctl.filtering import keep
from console.ctl.options import TIMEOUT, ContextOption, FilterOption, OutputOption, TimeoutOption
from console.ctl.output import Output, Shown
from console.ctl.session import ask
from console.ctl.shown import in_words
from console.i18n import t
from console.model import SessionType

app = typer.Typer(help=t("ctl.types"), no_args_is_help=True)


def _yes(value: bool) -> str:
    return t("yes") if value else t("no")


def _at_first(row: SessionType) -> str:
    """What its rooms begin with."""
    said = [in_words("type.view", row.view)] if row.view else []
    said += [t("type.muted")] if row.mute_on_start else []
    said += [] if row.private else [t("type.public")]
    said += [t("type.slow", seconds=row.slow_s)] if row.slow_s else []
    return ", ".join(said)


_SHOWN: Shown = (
    ("col.type", lambda r: r.type),
    ("fact.title", lambda r: r.title),
    ("col.people", lambda r: str(r.people)),
    ("col.most", lambda r: str(r.max_people)),
    ("col.minutes", lambda r: str(r.minutes)),
    ("col.most", lambda r: str(r.max_minutes)),
    ("col.starts_by", lambda r: t(f"type.start.{r.start}")),
    ("col.recording", lambda r: _yes(r.recording)),
    ("col.replay", lambda r: _yes(r.replay)),
    ("col.telephone", lambda r: _yes(r.telephone)),
    ("col.lobby", lambda r: in_words("type.lobby", r.lobby)),
    ("col.roles", lambda r: " ".join(r.roles)),
    ("col.at_first", lambda r: _at_first(r)),
    ("col.suits", lambda r: r.use),
)


def _key(row: SessionType) -> str:
    return row.type


@app.callback()
def _only() -> None:
    """So that `list` stays a word of its own."""


@app.command("list", help=t("ctl.types.list"))
def list_(
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    output.rows(keep(ask(context, timeout, lambda node: node.types()), filter), _SHOWN, out, _key)
