"""regie events list: what happens on all nodes, in order of time. Operators' acts, as in the audit; with `--watch` also
alerts as they rise and go, a node that falls silent among them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

from console.columns.audit import outcome
from console.ctl import output
from console.ctl.alerts import Eyes
from console.ctl.filtering import keep_plain
from console.ctl.options import TIMEOUT, ContextOption, FilterOption, OutputOption, TimeoutOption
from console.ctl.output import Output
from console.ctl.session import ask_each, complain, several
from console.ctl.shown import moment
from console.ctl.watching import EVERY_S, WatchOption, followed
from console.explaining import explain
from console.i18n import t
from console.model import Failure
from console.text import clean, safe_json

if TYPE_CHECKING:
    from console.client.once import Found

app = typer.Typer(help=t("ctl.events"), no_args_is_help=True)

WORDS: Final = ("at", "context", "kind", "what", "who", "on", "outcome", "number")
NEW: Final = 500
"""Records of a node that one look of `--watch` takes: more than an operator makes in a second."""


def _record(one: Found) -> dict[str, Any]:
    row = one.row
    return {
        "at": moment(row.at),
        "context": row.context,
        "kind": "record",
        "what": row.did,
        "who": row.who,
        "on": row.targets,
        "outcome": outcome(row).text,
        "number": row.number,
    }


def _alert(one: dict[str, Any], state: str, wall: float) -> dict[str, Any]:
    return {
        "at": moment(wall),
        "context": one["context"],
        "kind": "alert",
        "what": one["alert"],
        "who": "",
        "on": one["cause"],
        "outcome": state,
        "number": 0,
    }


@app.callback()
def _only() -> None:
    """So that `list` stays a word of its own."""


@app.command("list", help=t("ctl.events.list"))
def list_(
    most: Annotated[int, typer.Option("-n", "--most", help=t("ctl.opt.most"), min=1, max=100_000)] = 200,
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
    follow: WatchOption = False,
) -> None:
    if followed(follow, out):
        _watch(context, timeout, filter)
    found, silent, code = ask_each(several(context), timeout, lambda node: node.records(most))
    rows = keep_plain([_record(one) for one in sorted(found, key=lambda one: one.row.at)], filter, WORDS)[-most:]
    if not output.as_data([*rows, *silent], out):
        if out is Output.id:
            print("\n".join(f"{row['context']}/{row['number']}" for row in rows))
        else:
            names = ("at", "context", "what", "who", "on", "outcome")
            output.table([t(f"col.event.{name}") for name in names], [[str(row[n]) for n in names] for row in rows])
    raise typer.Exit(code)


def _watch(context: str, timeout: float, filter: str) -> NoReturn:
    """From now on, a line for each."""
    keep_plain([], filter, WORDS)  # a word that there is not is said at once, not with the first event
    contexts = several(context)
    eyes, seen, standing = Eyes(contexts, timeout), dict[str, int](), dict[str, dict[str, Any]]()
    refused: set[str] = set()
    seq, first = 0, True
    while True:
        lines = [] if first else _news(contexts, timeout, seen, refused)
        if first:
            _news(contexts, timeout, seen, refused)
        now = {f"{one.row.context}/{one.row.name}": one.data for one in eyes.look() if one.data["state"] == "firing"}
        wall = time.time()
        lines += [_alert(now[key], "firing", wall) for key in now if key not in standing]
        lines += [_alert(standing[key], "over", wall) for key in standing if key not in now]
        standing, first = now, False
        for line in keep_plain(lines, filter, WORDS):
            seq += 1
            print(safe_json({"seq": seq, **line}, indent=None), flush=True)
        time.sleep(EVERY_S)


def _news(contexts: Any, timeout: float, seen: dict[str, int], refused: set[str]) -> list[dict[str, Any]]:
    """Records that were not there at the look before, the oldest first. A node that cannot be asked is told once, and
    what it has is told when it can."""
    from console.client.once import run_each

    news: list[Found] = []
    for context, said in run_each(contexts, timeout, lambda node: node.records(NEW)):
        if isinstance(said, Failure):
            if context.name not in refused:
                complain(clean(f"{context.name}: {explain(said)}", 400))
            refused.add(context.name)
            continue
        refused.discard(context.name)
        if context.name in seen:
            news += [one for one in said if one.row.number > seen[context.name]]
        seen[context.name] = max((one.row.number for one in said), default=seen.get(context.name, 0))
    return [_record(one) for one in sorted(news, key=lambda one: one.row.at)]
