"""The columns of the lists over all nodes: participants, what needs a person, alerts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from console.alerts import CRITICAL, Alert
from console.columns.people import PERSON_COLUMNS
from console.columns.table import Cell, Column, Look, Tone, age
from console.i18n import t
from console.model import Link, Person
from console.text import collate
from console.wall import URGENCY, Task

_KINDS: Final[dict[str, Tone]] = {"report": "bad", "held": "warn", "failing": "bad", "cover": "bad", "noisy": "warn"}


def _plain(show: Callable[[Person], str]) -> Callable[[Person, Look], Cell]:
    return lambda row, look: Cell(show(row), "dim" if row.gone_at else "")


_OF_PERSON: Final = {column.id: column for column in PERSON_COLUMNS}

PARTICIPANT_COLUMNS: Final = (
    _OF_PERSON["name"],
    Column("room", "col.room", 12, _plain(lambda r: r.room), lambda r, k: r.room, grow=1, steady=True),
    Column("node", "col.node", 8, _plain(lambda r: r.context), lambda r, k: r.context, grow=1, yields=2, steady=True),
    *(column for column in PERSON_COLUMNS if column.id not in ("name", "note")),
    _OF_PERSON["note"],
)


def kind(task: Task, look: Look) -> Cell:
    if task.pending:
        return Cell(t(f"pending.{task.pending}"), "accent")
    if task.gone_at:
        return Cell(t("wall.done"), "dim")
    return Cell(t(f"wall.{task.kind}"), _KINDS.get(task.kind, "accent"))


def _live(show: Callable[[Task, Look], Cell]) -> Callable[[Task, Look], Cell]:
    """What a silent node said last, and what is done, is dim."""

    def cell(task: Task, look: Look) -> Cell:
        shown = show(task, look)
        dim = task.gone_at or look.store.link(task.context) is not Link.LIVE
        return Cell(shown.text, "dim") if dim else shown

    return cell


def _claim(task: Task, look: Look) -> Cell:
    if look.store.link(task.context) is not Link.LIVE:
        return Cell(t("link.down" if look.store.link(task.context) is Link.DOWN else "link.stale"), "warn")
    if not task.claimed_by:
        return Cell("·", "dim")
    ours = task.claimed_by == look.store.connections[task.context].operator
    return Cell(t("wall.yours") if ours else t("wall.theirs", who=task.claimed_by), "accent" if ours else "warn")


def what(task: Task) -> str:
    """What it is about, in one line."""
    said = t(f"wall.{task.kind}.says", text=task.text)
    return said if said != f"wall.{task.kind}.says" else task.text


WALL_COLUMNS: Final = (
    Column("kind", "col.kind", 13, kind, lambda r, k: (URGENCY.get(r.kind, 9), r.at)),
    Column(
        "age",
        "col.age",
        4,
        lambda r, k: Cell(age(k.wall - r.at) if r.at else "–", "dim"),
        lambda r, k: -r.at,
        "right",
        descending=True,
    ),
    Column("claim", "col.claim", 10, _claim, lambda r, k: r.claimed_by),
    Column("room", "col.room", 12, _live(lambda r, k: Cell(r.room)), lambda r, k: r.room, grow=1),
    Column("node", "col.node", 8, _live(lambda r, k: Cell(r.context)), lambda r, k: r.context, yields=2),
    Column(
        "name",
        "col.person",
        14,
        _live(lambda r, k: Cell(r.name or "–", "strong")),
        lambda r, k: collate(r.name),
        grow=1,
    ),
    Column("text", "col.text", 12, _live(lambda r, k: Cell(what(r))), lambda r, k: r.text, grow=4),
)


def severity(alert: Alert, look: Look) -> Cell:
    if alert.gone_at:
        return Cell(t("alert.over"), "dim")
    if alert.seen:
        return Cell(t("alert.seen"), "dim")
    grave = alert.severity >= CRITICAL
    return Cell(t("alert.critical" if grave else "alert.warning"), "bad" if grave else "warn")


def cause(alert: Alert) -> str:
    return t(alert.cause, **alert.values)


ALERT_COLUMNS: Final = (
    Column("severity", "col.severity", 12, severity, lambda r, k: (not r.seen, r.severity, -r.since), descending=True),
    Column("age", "col.age", 5, lambda r, k: Cell(age(k.now - r.since), "dim"), lambda r, k: r.since, "right"),
    Column("node", "col.node", 8, lambda r, k: Cell(r.context, "strong"), lambda r, k: r.context, grow=1),
    Column("alert", "col.alert", 19, lambda r, k: Cell(r.name), lambda r, k: r.name, yields=1),
    Column("cause", "col.cause", 20, lambda r, k: Cell(cause(r)), lambda r, k: cause(r), grow=5),
)
