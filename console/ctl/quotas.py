"""regie quotas list|get|set|watch"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from console.ctl import output
from console.ctl.completion import QUOTA_SCOPES, complete_quotas, complete_whats
from console.ctl.filtering import keep
from console.ctl.options import (
    TIMEOUT,
    ContextOption,
    FilterOption,
    OutputOption,
    ReasonOption,
    TimeoutOption,
)
from console.ctl.output import Output, Shown
from console.ctl.session import USAGE, ask, ask_each, several, stop
from console.ctl.shown import in_words, moment
from console.ctl.watching import WatchOption, followed, in_lines, watch_list
from console.i18n import t
from console.model import Quota
from console.text import clean, safe_json

if TYPE_CHECKING:
    from console.client.once import Once, Seen

app = typer.Typer(help=t("ctl.quotas"), no_args_is_help=True)

_SHOWN: Shown = (
    ("col.context", lambda r: r.context),
    ("col.scope", lambda r: in_words("scope", r.scope)),
    ("col.quota_name", lambda r: r.name),
    ("col.what", lambda r: in_words("what", r.what)),
    ("col.use", lambda r: str(r.use)),
    ("col.limit", lambda r: str(r.limit or "–")),
    ("col.default", lambda r: str(r.default or "–")),
    ("col.set_by", lambda r: r.set_by),
    ("col.refused", lambda r: str(r.refused)),
    ("col.last_refused", lambda r: moment(r.last_refused)),
)
ScopeArgument = Annotated[str, typer.Argument(help=t("ctl.arg.scope"), metavar="SCOPE", autocompletion=complete_quotas)]
MaybeScope = Annotated[str, typer.Argument(help=t("ctl.arg.scope"), metavar="[SCOPE]", autocompletion=complete_quotas)]
WhatArgument = Annotated[str, typer.Argument(help=t("ctl.arg.what"), metavar="WHAT", autocompletion=complete_whats)]


def _scope(text: str) -> tuple[str, str]:
    """("type", "webinar") of "type:webinar"; ("node", "") of "node"; ("", "") of nothing."""
    scope, _, name = text.partition(":")
    if text and (scope not in QUOTA_SCOPES or (scope != "node") != bool(name)):
        stop(t("ctl.quotas.scope", text=text), USAGE)
    return scope, name


def _key(row: Quota) -> str:
    return ":".join(part for part in (row.scope, row.name) if part) + f" {row.what}"


@app.command("list", help=t("ctl.quotas.list"))
def list_(
    scope: MaybeScope = "",
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
    follow: WatchOption = False,
) -> None:
    asked = _scope(scope)
    if followed(follow, out):
        watch_list(context, timeout, lambda node: node.quotas(*asked), _key, filter, "quota")
    found, silent, code = ask_each(several(context), timeout, lambda node: node.quotas(*asked))
    output.rows(keep(found, filter, "quota"), _SHOWN, out, _key, silent)
    raise typer.Exit(code)


@app.command("get", help=t("ctl.quotas.get"))
def get(
    scope: ScopeArgument,
    what: WhatArgument,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    asked = _scope(scope)
    output.one_row(ask(context, timeout, lambda node: node.quota(*asked, what)), _SHOWN, out, _key)


@app.command("set", help=t("ctl.quotas.set"))
def set_(
    scope: ScopeArgument,
    what: WhatArgument,
    limit: Annotated[int, typer.Argument(help=t("ctl.arg.limit"), min=0, max=2**32 - 1)],
    reason: ReasonOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    asked = _scope(scope)
    found = ask(context, timeout, lambda node: node.set_quota(*asked, what, limit, reason))
    output.one_row(found, _SHOWN, out, _key)


@app.command("watch", help=t("ctl.quotas.watch"))
def watch(
    resume: Annotated[str, typer.Option("--resume", help=t("ctl.opt.resume"))] = "",
    count: Annotated[int, typer.Option("--count", help=t("ctl.opt.count"), min=0)] = 0,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    lines = in_lines(out)

    async def follow(node: Once) -> None:
        told = 0
        async for seen in node.watch_quotas(resume):
            if seen.snapshot or seen.quotas or seen.gone or seen.denials:
                _tell(seen, lines)
                told += 1
            if count and told >= count:
                return

    try:
        ask(context, timeout, follow)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _tell(seen: Seen, in_json: bool) -> None:
    """One line of JSON for each message, or one line of text for each thing in it."""
    if in_json:
        parts = {"quotas": seen.quotas, "gone": seen.gone, "denials": seen.denials}
        rows = {name: [one.data for one in found] for name, found in parts.items()}
        line = {"snapshot": seen.snapshot, **rows, "resume_token": seen.token}
        print(safe_json(line, indent=None), flush=True)
        return
    for one in seen.quotas:
        row = one.row
        print(clean(f"{_key(row)}  {row.use} / {row.limit or '–'}", 300), flush=True)
    for one in seen.gone:
        print(clean(f"{_key(one.row)}  {t('note.gone')}", 300), flush=True)
    for one in seen.denials:
        no = one.row
        said = t("quota.refused", at=moment(no.at), code=no.code, current=no.current, limit=no.limit)
        print(clean(f"{_key(no)}  {said}  {no.room}", 300).rstrip(), flush=True)
