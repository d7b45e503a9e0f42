"""What is wrong in the fleet, from the figures of its nodes: one table of rules, by the names of their pages. Pure.

A rule gives the cause while it holds; an alert is raised when it has held for `for_s`, and goes with it. Thresholds are
those of ops/prometheus/alerts.yml, over shorter times: whoever looks at a screen wants to know at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from console.model import Key, Link, Node

if TYPE_CHECKING:
    from console.state import Store

WARNING: Final = 1
CRITICAL: Final = 2
QUEUE_S: Final = 300.0  # a held message that nobody has decided for so long
PAGES: Final = "/usr/share/doc/regie/runbooks"
"""On each node: the package and the image bring them."""
FULL: Final = 0.9  # of the people a node may have


@dataclass(slots=True)
class Alert:
    """`cause`: i18n key, with `values`; `since`: monotonic seconds."""

    context: str
    name: str  # RegieNodeDown, as its page
    severity: int
    cause: str
    values: dict[str, str]
    since: float
    gone_at: float = 0.0
    pending: str = ""
    seen: bool = False
    """Somebody at this console knows: it is no news until it is graver, or over and there again."""

    @property
    def key(self) -> Key:
        return (self.context, self.name)

    @property
    def runbook(self) -> str:
        return f"{PAGES}/{self.name}.md"


Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    severity: int
    for_s: float
    cause: str
    holds: Callable[[Store, Node], Values | None]


def _when(test: bool, **values: object) -> Values | None:
    return {name: str(value) for name, value in values.items()} if test else None


def _down(store: Store, node: Node) -> Values | None:
    link = store.link(node.context)
    return _when(link in (Link.DOWN, Link.DENIED), reason=store.connections[node.context].reason or "–")


def _silent(store: Store, node: Node) -> Values | None:
    return _when(store.link(node.context) is Link.STALE)


def _lives(test: Callable[[Store, Node], Values | None]) -> Callable[[Store, Node], Values | None]:
    """A figure of a node that speaks."""
    return lambda store, node: test(store, node) if store.link(node.context) is Link.LIVE else None


def _cover(store: Store, node: Node) -> Values | None:
    rooms = [room.room for room in store.rooms.under(node.context) if room.cover in ("slow", "hold")]
    return _when(bool(rooms), count=len(rooms), rooms=" ".join(sorted(rooms)[:3]))


def _queue(store: Store, node: Node) -> Values | None:
    """Told where the wall is followed; elsewhere the rows of the rooms only count."""
    waiting = sum(room.waiting for room in store.rooms.under(node.context))
    return _when(waiting > 0, count=waiting)


def _full(store: Store, node: Node) -> Values | None:
    quota = store.quotas.rows.get((node.context, "node", "", "people"))
    limit = quota.limit if quota is not None else node.max_people
    return _when(bool(limit) and node.people >= FULL * limit, use=node.people, limit=limit)


RULES: Final[tuple[Rule, ...]] = (
    Rule("RegieNodeDown", CRITICAL, 0.0, "alert.down", _down),
    Rule("RegieNodeDown", WARNING, 0.0, "alert.silent", _silent),
    Rule("RegiePlaneDown", CRITICAL, 0.0, "alert.plane", _lives(lambda s, n: _when(n.state == "plane_down"))),
    Rule(
        "RegiePlaneRestarts",
        WARNING,
        0.0,
        "alert.restarts",
        _lives(lambda s, n: _when(n.plane_restarts > 1, count=n.plane_restarts)),
    ),
    Rule(
        "RegiePlaneLagging",
        WARNING,
        5.0,
        "alert.lag",
        _lives(lambda s, n: _when(n.lag_ms > 20, ms=round(n.lag_ms))),
    ),
    Rule(
        "RegieLoss",
        WARNING,
        5.0,
        "alert.loss",
        _lives(lambda s, n: _when(n.loss > 5 and n.people > 0, loss=round(n.loss, 1))),
    ),
    Rule("RegieDatabaseDown", WARNING, 0.0, "alert.database", _lives(lambda s, n: _when(n.database_away))),
    Rule(
        "RegieEventLoopLags",
        WARNING,
        5.0,
        "alert.loop",
        _lives(lambda s, n: _when(n.control_lag_ms > 250, ms=round(n.control_lag_ms))),
    ),
    Rule("RegieNodeFull", WARNING, 5.0, "alert.full", _lives(_full)),
    Rule("RegieNodeFull", WARNING, 10.0, "alert.hot", _lives(lambda s, n: _when(n.cpu >= 90, cpu=round(n.cpu)))),
    Rule(
        "RegieDrainStuck",
        WARNING,
        0.0,
        "alert.drain",
        _lives(lambda s, n: _when(n.state == "draining" and n.drain_late, rooms=n.rooms, people=n.people)),
    ),
    Rule("RegieModeratorCover", WARNING, 5.0, "alert.cover", _lives(_cover)),
    Rule("RegieModerationQueue", WARNING, QUEUE_S, "alert.queue", _lives(_queue)),
)


@dataclass(slots=True)
class Watch:
    """Since when each rule holds, node by node."""

    _since: dict[tuple[str, str], float] = field(default_factory=dict)
    _seen: dict[Key, int] = field(default_factory=dict)
    """How grave it was when it was acknowledged."""

    def acknowledge(self, alert: Alert) -> None:
        """Or take that back."""
        alert.seen = not alert.seen
        if alert.seen:
            self._seen[alert.key] = alert.severity
        else:
            self._seen.pop(alert.key, None)

    def look(self, store: Store, now: float) -> list[Alert]:
        """The alerts of this moment; of two rules of one name the graver."""
        found: dict[Key, Alert] = {}
        held = set()
        for node in [*store.nodes.rows.values()]:
            if node.gone_at:
                continue
            for rule in RULES:
                values = rule.holds(store, node)
                if values is None:
                    continue
                mark = (node.context, rule.cause)
                held.add(mark)
                since = self._since.setdefault(mark, now)
                if now - since < rule.for_s:
                    continue
                alert = Alert(node.context, rule.name, rule.severity, rule.cause, values, since)
                if alert.key not in found or found[alert.key].severity < rule.severity:
                    found[alert.key] = alert
        self._since = {mark: since for mark, since in self._since.items() if mark in held}
        self._seen = {key: grave for key, grave in self._seen.items() if key in found}
        for key, alert in found.items():
            alert.seen = self._seen.get(key, -1) >= alert.severity
        return list(found.values())
