"""Recordings of all nodes: what runs, what became of the others, and what each node can still record."""

from __future__ import annotations

import time

from console.columns.recordings import RECORDING_COLUMNS, free, late, quota, size, state, word
from console.columns.table import Look
from console.fields import RECORDING_FIELDS
from console.i18n import n, t
from console.model import Recorder, Recording
from console.screens.nodes import fact, title
from console.screens.view import SidePane
from console.text import fit, meter, wrap
from console.widgets.live_table import LiveTable
from console.widgets.paint import Line

DAY: str = "%Y-%m-%d %H:%M:%SZ"


class RecordingsPane(SidePane):
    name_of_view = "recordings"
    fields = RECORDING_FIELDS

    def __init__(self, look: Look, id: str) -> None:
        table = LiveTable(
            look.store.recordings,
            RECORDING_COLUMNS,
            look,
            sort="since",
            reverse=True,
            empty=_empty,
            id="recordings-table",
        )
        super().__init__(look, id, table)

    @property
    def row(self) -> Recording | None:
        recording: Recording | None = self.table.cursor_row
        return recording

    def in_hand(self) -> list[Recording]:
        """The marked ones, else the one under the cursor."""
        rows = self.table.rows.rows
        if self.table.marks:
            return [rows[key] for key in self.table.order if key in self.table.marks and key in rows]
        return [self.row] if self.row is not None else []

    def summary(self) -> Line:
        running = sum(row.live and not row.gone_at for row in self.look.store.recordings.rows.values())
        return [(t("recordings.summary", running=running), "dim")]

    def detail(self) -> Line:
        """What a narrow screen has no place for: why, and what the node can still record."""
        if (row := self.row) is None:
            return []
        line: Line = [(f"{row.room} ", "strong"), state(row), ("  ", "")]
        if row.why:
            line.append((f"{word('why', row.why)}  ", "warn"))
        recorder = self.look.store.recorders.get(row.context)
        if recorder is not None:
            line += [(f"{row.context} ", "dim"), free(recorder), (f"  {_space(recorder)}", "dim")]
        return line

    def side(self, cells: int, rows: int) -> list[Line]:
        lines = _facts(self.row, self.look, cells) if self.row is not None else []
        nodes: list[Line] = []
        for context in self.look.store.connections:
            if (recorder := self.look.store.recorders.get(context)) is not None:
                nodes += _node(context, recorder, cells)
        room = max(0, rows - min(len(nodes), rows // 2))
        return [*lines[:room], *nodes]


def _space(recorder: Recorder) -> str:
    return t("recordings.space", free=size(recorder.free_bytes)) if recorder.free_bytes else "–"


def _node(context: str, recorder: Recorder, cells: int) -> list[Line]:
    lines = [title(t("recordings.node", context=context), cells)]
    lines.append([(" ", ""), free(recorder), (f"   {_space(recorder)}", "")])
    if recorder.reserved_bytes:
        lines.append([(" ", ""), (t("recordings.reserved", bytes=size(recorder.reserved_bytes)), "dim")])
    if recorder.planned:
        lines.append([(" ", ""), (t("recordings.planned", count=recorder.planned), "dim")])
    if recorder.unplaced:
        lines.append([(" ", ""), (t("recordings.unplaced", count=recorder.unplaced), "bad")])
    lines.append([(" ", ""), (t("recordings.workers", free=recorder.workers_free, of=recorder.workers), "dim")])
    minutes = quota(recorder.minutes, recorder.minutes_limit, lambda count: t("recordings.minutes", count=int(count)))
    kept = quota(recorder.bytes, recorder.bytes_limit, size)
    lines.append([(" ", ""), (f"{t('recordings.kept')} ", "dim"), minutes, ("   ", ""), kept])
    return lines


def _facts(row: Recording, look: Look, cells: int) -> list[Line]:
    lines = [title(f"{row.room} {row.recording[:8]}", cells)]
    if row.title and row.title != row.room:
        lines.append(fact("col.title", row.title))
    lines.append([*fact("col.state", ""), state(row)])
    if row.state == "finishing":
        lines.append([*fact("recordings.fact.progress", ""), (meter(row.progress, max(10, cells - 16)), "accent")])
    if row.why:
        lines.append([*fact("recordings.fact.why", ""), (word("why", row.why), "warn")])
    lines.append(fact("recordings.fact.started", f"{time.strftime(DAY, time.gmtime(row.started))}   {row.by}"))
    if row.ended:
        lines.append(fact("recordings.fact.ended", time.strftime(DAY, time.gmtime(row.ended))))
    minutes = t("recordings.minutes", count=int(row.seconds // 60))
    lines.append(fact("recordings.fact.sizes", f"{size(row.bytes)}   {minutes}"))
    if row.live:
        lost = f"   {t('recordings.dropped', count=row.dropped)}" if row.dropped else ""
        lines.append([*fact("recordings.fact.disk", ""), late(row), (lost, "warn")])
    lines += _of_room(row, look)
    if row.files:
        lines.append(title(t("recordings.files"), cells))
        for file in row.files:
            name = fit(file.name, max(12, cells - 12))
            lines.append([(f" {name} ", ""), (fit(size(file.bytes), 9, "right"), "dim")])
    if row.statement:
        lines.append(title(t("recordings.statement"), cells))
        lines += [[(" ", ""), (piece, "")] for piece in wrap(row.statement, cells - 2)]
        lines += [[(" ", ""), (piece, "dim")] for piece in wrap(row.signature, cells - 2)]
    lines.append(title(t("recordings.marks"), cells))
    for at, mark, by in row.marks[-6:]:
        clock = time.strftime("%H:%M:%SZ", time.gmtime(at))
        shown = t("tape.finishing", share="…") if mark == "finishing" else word("tape", mark)
        lines.append([(f" {clock} ", "dim"), (shown, ""), (f"  {by}", "dim")])
    return lines


def _of_room(row: Recording, look: Look) -> list[Line]:
    """Minutes and bytes that are kept of the room, where they are limited."""
    recorder = look.store.recorders.get(row.context)
    if recorder is None or not (recorder.room_minutes_limit or recorder.room_bytes_limit):
        return []
    kept = [one for one in look.store.recordings.under(row.context, row.room) if one.state != "deleted"]
    spent = int(sum(one.seconds for one in kept) // 60)
    minutes = quota(spent, recorder.room_minutes_limit, lambda count: t("recordings.minutes", count=int(count)))
    taken = quota(sum(one.bytes for one in kept), recorder.room_bytes_limit, size)
    return [[*fact("recordings.room", ""), minutes, ("   ", ""), taken]]


def _empty(filtered: bool) -> tuple[str, str]:
    if filtered:
        return t("empty.filter"), t("empty.filter.next")
    return t("empty.recordings"), t("empty.recordings.next")


def named(rows: list[Recording]) -> str:
    """One room's name, or how many recordings there are."""
    return rows[0].room if len(rows) == 1 else n("tapes", len(rows))
