"""Limits: of nodes, types and rooms, with their use, and what they refused."""

from __future__ import annotations

import time

from console.columns.quota import QUOTA_COLUMNS, named, share, word
from console.columns.table import Look, age
from console.fields import QUOTA_FIELDS
from console.i18n import t
from console.model import Denial, Quota
from console.screens.nodes import fact, title
from console.screens.view import SidePane
from console.text import meter
from console.widgets.live_table import LiveTable
from console.widgets.paint import Line


class QuotaPane(SidePane):
    name_of_view = "quota"
    fields = QUOTA_FIELDS

    def __init__(self, look: Look, id: str) -> None:
        table = LiveTable(
            look.store.quotas, QUOTA_COLUMNS, look, sort="share", reverse=True, empty=_empty, id="quota-table"
        )
        super().__init__(look, id, table)

    @property
    def row(self) -> Quota | None:
        quota: Quota | None = self.table.cursor_row
        return quota

    def detail(self) -> Line:
        """The row, and why it last said no: on a narrow screen there is no other place for it."""
        if (quota := self.row) is None:
            return []
        line: Line = [(f"{quota.context} ", "dim"), (named(quota), "strong"), ("  ", ""), share(quota)]
        said = next((denial for denial in self._denials() if denial.quota == quota.key), None)
        if said is not None:
            line += [("  ", ""), (_refused(said), "warn"), (f"  {said.room}", "dim")]
        elif not quota.set_by:
            line += [("  ", ""), (t("quota.by_default"), "dim")]
        return line

    def _denials(self) -> list[Denial]:
        """Of all nodes, the latest first."""
        every = (denial for of_node in self.look.store.denials.values() for denial in of_node)
        return sorted(every, key=lambda denial: (-denial.at, denial.context, -denial.number))

    def side(self, cells: int, rows: int) -> list[Line]:
        lines = _facts(self.row, self.look, cells) if self.row is not None else []
        lines.append(title(t("quota.reasons"), cells))
        denials = self._denials()[: max(1, (rows - len(lines)) // 2)]
        for denial in denials:
            name = ":".join(part for part in (denial.scope, denial.name) if part)
            what = word("what", denial.what)
            lines.append([(" ", ""), (f"{name} ", "strong"), (what, ""), (f"  {denial.context}", "dim")])
            lines.append([("   ", ""), (_refused(denial), "warn"), (f"  {denial.room}", "dim")])
        if not denials:
            lines.append([(" ", ""), (t("side.none"), "dim")])
        return lines


def _refused(denial: Denial) -> str:
    at = time.strftime("%H:%M:%SZ", time.gmtime(denial.at))
    return t("quota.refused", at=at, code=denial.code, current=denial.current, limit=denial.limit)


def _facts(quota: Quota, look: Look, cells: int) -> list[Line]:
    lines = [title(named(quota), cells)]
    limit = str(quota.limit) if quota.limit else t("quota.none")
    lines.append([*fact("col.use", f"{quota.use} / {limit}   "), share(quota)])
    if quota.limit:
        lines.append([*fact("col.share", ""), (meter(quota.share, max(10, cells - 16)), share(quota).tone)])
    lines.append(fact("col.default", str(quota.default) if quota.default else t("quota.none")))
    if quota.set_by:
        day = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(quota.set))
        lines.append(fact("col.set_by", f"{quota.set_by}   {day}"))
    else:
        lines.append(fact("col.set_by", t("quota.by_default")))
    last = f"   {age(look.wall - quota.last_refused)}" if quota.last_refused else ""
    lines.append(fact("col.refused", f"{quota.refused}{last}"))
    lines.append(fact("col.node", quota.context))
    return lines


def _empty(filtered: bool) -> tuple[str, str]:
    if filtered:
        return t("empty.filter"), t("empty.filter.next")
    return t("empty.quota"), t("empty.quota.next")
