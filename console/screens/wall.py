"""The moderation wall: what needs a person, on any node, the most urgent first."""

from __future__ import annotations

import statistics
import time

from console.columns.fleet import WALL_COLUMNS, kind, what
from console.columns.table import Look, age
from console.fields import WALL_FIELDS
from console.i18n import n, t
from console.screens.nodes import fact, title
from console.screens.view import SidePane
from console.text import wrap
from console.wall import Task
from console.widgets.live_table import LiveTable
from console.widgets.paint import Line


class WallPane(SidePane):
    name_of_view = "wall"
    fields = WALL_FIELDS

    def __init__(self, look: Look, id: str) -> None:
        table = LiveTable(
            look.store.tasks, WALL_COLUMNS, look, sort="kind", reverse=False, empty=_empty, id="wall-table"
        )
        super().__init__(look, id, table)

    @property
    def row(self) -> Task | None:
        task: Task | None = self.table.cursor_row
        return task

    def summary(self) -> Line:
        """How much was decided here, and how long it had waited: what a queue is judged by."""
        store = self.look.store
        if not store.decisions:
            return []
        waited = age(statistics.median(store.decisions))
        return [(f"  {n('wall.decided', store.decided_here, median=waited)}", "dim")]

    def detail(self) -> Line:
        """The whole text: a narrow column cuts it."""
        if (task := self.row) is None:
            return []
        return [
            kind(task, self.look),
            ("  ", ""),
            (task.name, "strong"),
            ("  ", ""),
            (f"{task.context} › {task.room}", "dim"),
            ("  ", ""),
            (what(task), ""),
        ]

    def side(self, cells: int, rows: int) -> list[Line]:
        if (task := self.row) is None:
            return []
        lines = [title(f"{task.room} — {task.context}", cells), [*fact("col.kind", ""), kind(task, self.look)]]
        lines.append(fact("col.person", task.name or "–"))
        if task.at:
            lines.append(fact("col.since", time.strftime("%H:%M:%SZ", time.gmtime(task.at))))
        if task.claimed_by:
            lines.append(fact("col.claim", task.claimed_by))
        lines.append(title(t("col.text"), cells))
        lines += [[(" ", ""), (piece, "")] for piece in wrap(what(task), cells - 2)]
        messages = list(self.look.store.messages.get((task.context, task.room), {}).values())[-6:]
        lines += [[(" ", ""), (f"{one.name}: ", "dim"), (one.text, "")] for one in messages]
        return lines


def _empty(filtered: bool) -> tuple[str, str]:
    if filtered:
        return t("empty.filter"), t("empty.filter.next")
    return t("empty.wall"), t("empty.wall.next")
