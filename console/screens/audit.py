"""The audit: what operators of all nodes did and were refused, as it happens, and whether its chain holds."""

from __future__ import annotations

import time

from console.columns.audit import RECORD_COLUMNS, kept, outcome, verdict, who
from console.columns.table import Look
from console.fields import RECORD_FIELDS
from console.i18n import t
from console.model import Record
from console.screens.nodes import fact, title
from console.screens.view import SidePane
from console.text import wrap
from console.widgets.live_table import LiveTable
from console.widgets.paint import Line


class AuditPane(SidePane):
    name_of_view = "audit"
    fields = RECORD_FIELDS

    def __init__(self, look: Look, id: str) -> None:
        table = LiveTable(
            look.store.records, RECORD_COLUMNS, look, sort="at", reverse=True, empty=_empty, id="audit-table"
        )
        super().__init__(look, id, table)

    @property
    def row(self) -> Record | None:
        record: Record | None = self.table.cursor_row
        return record

    def detail(self) -> Line:
        """What a narrow screen has no column for."""
        if (record := self.row) is None:
            return []
        line: Line = [(f"{record.context} {record.number} ", "dim"), (record.targets, "strong")]
        if record.reason:
            line.append((f"  {record.reason}", ""))
        chain = self.look.store.chains.get(record.context)
        return [*line, ("  ", ""), verdict(chain)] if chain is not None else line

    def side(self, cells: int, rows: int) -> list[Line]:
        lines = _facts(self.row, cells) if self.row is not None else []
        lines.append(title(t("audit.chain"), cells))
        for context in self.look.store.connections:
            chain = self.look.store.chains.get(context)
            lines.append(
                [(f" {context}  ", "strong"), verdict(chain) if chain is not None else (t("audit.never"), "dim")]
            )
            if chain is not None:
                lines += [[("   ", ""), (piece, "dim")] for piece in wrap(kept(chain), cells - 4) if piece]
                if chain.older:
                    lines.append([("   ", ""), (t("audit.older", count=chain.older), "dim")])
                lines.append([("   ", ""), (t("audit.note"), "dim")])
                lines += [[("   ", ""), (piece, "")] for piece in _pieces(chain.head, cells - 4)]
        return lines


def _pieces(text: str, cells: int) -> list[str]:
    return [text[at : at + cells] for at in range(0, len(text), max(1, cells))]


def _facts(record: Record, cells: int) -> list[Line]:
    lines = [title(t("audit.side", number=record.number), cells)]
    lines.append(fact("col.at", time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(record.at))))
    lines.append(fact("col.who", f"{who(record)}   {record.role}"))
    lines.append(fact("col.did", record.did))
    lines.append([*fact("col.outcome", ""), outcome(record), (f"  {record.detail}", "dim")])
    lines += [
        fact("col.targets" if not at else "", piece) for at, piece in enumerate(record.targets.split(" ")) if piece
    ]
    pieces = wrap(record.reason, cells - 14) if record.reason else []
    lines += [fact("col.reason" if not at else "", piece) for at, piece in enumerate(pieces)]
    lines.append(fact("col.ms", f"{record.ms:.1f}"))
    if record.request_id:
        lines.append(fact("col.request", record.request_id))
    lines.append(fact("col.node", record.context))
    return lines


def _empty(filtered: bool) -> tuple[str, str]:
    if filtered:
        return t("empty.filter"), t("empty.filter.next")
    return t("empty.audit"), t("empty.audit.next")
