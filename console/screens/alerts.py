"""Alerts: what is wrong on which node, why, and the page that says what to do."""

from __future__ import annotations

from console.alerts import Alert
from console.columns.fleet import ALERT_COLUMNS, cause, severity
from console.columns.nodes import node_state
from console.columns.table import Look, age
from console.fields import ALERT_FIELDS
from console.i18n import number, t
from console.screens.nodes import fact, title
from console.screens.view import SidePane
from console.text import wrap
from console.widgets.live_table import LiveTable
from console.widgets.paint import Line


class AlertsPane(SidePane):
    name_of_view = "alerts"
    fields = ALERT_FIELDS

    def __init__(self, look: Look, id: str) -> None:
        table = LiveTable(
            look.store.alerts, ALERT_COLUMNS, look, sort="severity", reverse=True, empty=_empty, id="alerts-table"
        )
        super().__init__(look, id, table)

    @property
    def row(self) -> Alert | None:
        alert: Alert | None = self.table.cursor_row
        return alert

    def detail(self) -> Line:
        """The page: a narrow screen has no other place for it."""
        if (alert := self.row) is None:
            return []
        return [(alert.context, "strong"), ("  ", ""), (t("alert.runbook_is", page=alert.runbook), "accent")]

    def side(self, cells: int, rows: int) -> list[Line]:
        if (alert := self.row) is None:
            return []
        lines = [
            title(f"{alert.name} — {alert.context}", cells),
            [*fact("col.severity", ""), severity(alert, self.look)],
        ]
        lines.append(fact("col.since", age(self.look.now - alert.since)))
        pieces = wrap(cause(alert), cells - 14)
        lines += [fact("col.cause" if not at else "", piece) for at, piece in enumerate(pieces)]
        lines.append(fact("alert.runbook", alert.runbook))
        for node in self.look.store.nodes.under(alert.context):
            lines.append([*fact("col.node", ""), node_state(node, self.look)[1]])
            figures = f"CPU {node.cpu:.0f} %   p99 {number(node.lag_ms)} ms   {node.people} / {node.rooms}"
            lines.append(fact("", figures))
        return lines


def _empty(filtered: bool) -> tuple[str, str]:
    if filtered:
        return t("empty.filter"), t("empty.filter.next")
    return t("empty.alerts"), t("empty.alerts.next")
