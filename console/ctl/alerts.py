"""regie alerts list: what is wrong on the nodes, by the rules of the console's list.

A rule that has to hold for some seconds is `pending` until it has: one look cannot know for how long it holds, and
`--watch` counts from its own beginning.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import typer

from console.ctl import output
from console.ctl.filtering import keep
from console.ctl.options import TIMEOUT, ContextOption, FilterOption, OutputOption, TimeoutOption
from console.ctl.output import Output, Shown
from console.ctl.session import EXIT, OK, SOME_FAILED, several
from console.ctl.shown import in_words, moment
from console.ctl.watching import WatchOption, followed, watch
from console.explaining import explain
from console.i18n import t
from console.model import Context, Failure, FailureKind, Link

if TYPE_CHECKING:
    from console.alerts import Alert
    from console.client.once import Found, Once

app = typer.Typer(help=t("ctl.alerts"), no_args_is_help=True)

_EVER: Final = 1e9
"""Seconds: longer than any rule has to hold."""
_SEVERITY: Final = {1: "warning", 2: "critical"}


class Eyes:
    """Looks at nodes again and again, and knows since when each rule holds."""

    def __init__(self, contexts: Sequence[Context], timeout: float) -> None:
        from console.alerts import Watch
        from console.state import Store

        self._contexts, self._timeout = contexts, timeout
        self._store, self._watch = Store(contexts, time.monotonic()), Watch()
        self.silent: list[FailureKind] = []

    def look(self) -> list[Found]:
        """What is wrong now, the gravest first."""
        from console.alerts import Watch
        from console.client.once import run_each

        now, wall = time.monotonic(), time.time()
        self.silent = []
        for context, said in run_each(self._contexts, self._timeout, _figures):
            self._take(context.name, said, now, wall)
        firing = {alert.key: alert for alert in self._watch.look(self._store, now)}
        anyway = Watch()
        anyway.look(self._store, now - _EVER)
        holds = {alert.key: alert for alert in anyway.look(self._store, now)}
        rows = [self._found(firing.get(key, alert), key in firing, now, wall) for key, alert in holds.items()]
        return sorted(rows, key=lambda one: (-one.row.severity, one.row.context, one.row.name))

    def _take(self, context: str, said: tuple[list[Any], list[Any]] | Failure, now: float, wall: float) -> None:
        connection = self._store.connections[context]
        if isinstance(said, Failure):
            self.silent.append(said.kind)
            connection.reason = explain(said)
            connection.link = Link.DENIED if said.kind == "denied" else Link.DOWN
        else:
            nodes, rooms = said
            self._store.heartbeat(context, nodes, now, wall)
            self._store.rooms.replace((context,), rooms, now)

    def _found(self, alert: Alert, firing: bool, now: float, wall: float) -> Found:
        from console.client.once import Found

        since = wall - (now - alert.since) if firing and now > alert.since else 0.0
        data = {
            "context": alert.context,
            "alert": alert.name,
            "severity": _SEVERITY[alert.severity],
            "state": "firing" if firing else "pending",
            "since": moment(since),
            "cause": t(alert.cause, **alert.values),
            "values": alert.values,
            "runbook": alert.runbook,
        }
        return Found(alert, data)


async def _figures(node: Once) -> tuple[list[Any], list[Any]]:
    return [one.row for one in await node.nodes()], [one.row for one in await node.rooms()]


_SHOWN: Shown = (
    ("col.context", lambda d: d["context"]),
    ("col.severity", lambda d: in_words("severity", d["severity"])),
    ("col.state", lambda d: in_words("firing", d["state"])),
    ("col.alert", lambda d: d["alert"]),
    ("col.cause", lambda d: d["cause"]),
    ("col.runbook", lambda d: d["runbook"]),
)


@app.callback()
def _only() -> None:
    """So that `list` stays a word of its own."""


@app.command("list", help=t("ctl.alerts.list"))
def list_(
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
    follow: WatchOption = False,
) -> None:
    eyes = Eyes(several(context), timeout)
    if followed(follow, out):
        watch(lambda: (keep(eyes.look(), filter, "alert"), True), lambda row: str(row.name))
    found = keep(eyes.look(), filter, "alert")
    if not output.as_data([one.data for one in found], out):
        if out is Output.id:
            print("\n".join(f"{one.row.context}/{one.row.name}" for one in found))
        else:
            lines = [[show(one.data) for _, show in _SHOWN] for one in found]
            output.table([t(label) for label, _ in _SHOWN], lines)
    silent = eyes.silent
    whole = len(several(context))
    raise typer.Exit(OK if not silent else EXIT[silent[0]] if len(silent) == whole else SOME_FAILED)
