"""Nodes: every node of every context, how it is and what it carries."""

from __future__ import annotations

import time

from console.columns.nodes import NODE_COLUMNS, node_name, node_state
from console.columns.rooms import room_state
from console.columns.table import Look, age, megabits, rate
from console.fields import NODE_FIELDS
from console.i18n import n, number, t
from console.model import Link, Node
from console.screens.view import SidePane
from console.text import fit, sparkline, squeeze
from console.widgets.live_table import LiveTable
from console.widgets.paint import Line


class NodesPane(SidePane):
    name_of_view = "nodes"
    fields = NODE_FIELDS

    def __init__(self, look: Look, id: str) -> None:
        table = LiveTable(
            look.store.nodes, NODE_COLUMNS, look, sort="state", reverse=True, empty=_empty, id="nodes-table"
        )
        super().__init__(look, id, table)

    def detail(self) -> Line:
        node: Node | None = self.table.cursor_row
        if node is None:
            return []
        _, state = node_state(node, self.look)
        connection = self.look.store.connections[node.context]
        line: Line = [(node_name(node), "strong"), ("  ", ""), state]
        if connection.link is not Link.LIVE:
            silent = t("fact.silent", age=age(self.look.store.age(node.context, self.look.now)))
            line += [("  ", ""), (silent, "dim")]
            if connection.reason:
                line += [("  ", ""), (connection.reason, "warn")]
        elif not node.optimised:
            line += [("  ", ""), (t("fact.debug_plane"), "warn")]
        else:
            line += [("  ", ""), (node.web_url or connection.address, "dim")]
        return line

    # ------------------------------------------------------------------ beside the table

    def side(self, cells: int, rows: int) -> list[Line]:
        node: Node | None = self.table.cursor_row
        lines: list[Line] = []
        if node is not None:
            lines += _facts(node, self.look, cells)
            lines += _minutes(node, self.look, cells)
            lines += _rooms(node, self.look, cells, max(3, rows - len(lines) - 9))
        lines += _journal(self.look, cells, max(3, rows - len(lines)))
        return lines


def _empty(filtered: bool) -> tuple[str, str]:
    if filtered:
        return t("empty.filter"), t("empty.filter.next")
    return t("empty.nodes"), t("empty.nodes.next")


def title(text: str, cells: int) -> Line:
    """A heading with a rule to the edge."""
    return [(" ", "dim"), (text, "accent"), (" " + "─" * max(0, cells - len(text) - 4), "dim")]


def fact(label: str, value: str, tone_cells: int = 11) -> Line:
    return [(" ", "dim"), (fit(t(label), tone_cells) + " ", "dim"), (value, "")]


def _facts(node: Node, look: Look, cells: int) -> list[Line]:
    connection = look.store.connections[node.context]
    lines = [title(f"{node_name(node)} — {t('side.node')}", cells), fact("fact.address", connection.address)]
    who = f"{connection.operator or '…'} ({t(f'role.{connection.role.word}')})"
    lines.append(fact("fact.operator", who))
    if connection.link is not Link.LIVE and connection.reason:
        lines.append([(" ", "dim"), (fit(t("fact.reason"), 11) + " ", "dim"), (connection.reason, "warn")])
    if not node.name:
        return lines
    up = age(look.wall - node.started) if node.started else "–"
    lines.append(fact("fact.version", f"{node.version or '–'}   {t('fact.up')} {up}"))
    if node.web_url:
        lines.append(fact("fact.web", node.web_url))
    plane = f"{number(node.plane_cpu, 0)} %  {node.plane_bytes / 1e6:.0f} MB  p99 {number(node.lag_ms)} ms"
    lines.append(fact("fact.plane", f"{plane}  {n('fact.restarts', node.plane_restarts)}"))
    control = (
        f"{number(node.control_cpu, 0)} %  {node.control_bytes / 1e6:.0f} MB  p99 {number(node.control_lag_ms)} ms"
    )
    lines.append(fact("fact.control", control))
    rates = (
        f"↓ {rate(node.packets_in)} p/s {megabits(node.bits_in)} Mb/s   "
        f"↑ {rate(node.packets_out)} p/s {megabits(node.bits_out)} Mb/s"
    )
    lines.append(fact("fact.rate", rates))
    if node.drain_deadline:
        at = time.strftime("%H:%M:%SZ", time.gmtime(node.drain_deadline))
        left = t("drain.left", people=n("people", node.people), rooms=n("head.rooms", node.rooms), at=at)
        lines.append([(" ", "dim"), (left, "warn" if node.drain_late else "accent")])
    if not node.optimised:
        lines.append([(" ", "dim"), (t("fact.debug_plane"), "warn")])
    return lines


def _minutes(node: Node, look: Look, cells: int) -> list[Line]:
    past = look.store.history.get(node.key)
    if past is None:
        return []
    bars = max(10, cells - 19)
    series = (
        ("CPU %", list(past.cpu[-600:]), 100.0, f"{node.cpu:.0f}"),
        (t("col.people").lower(), list(past.people[-600:]), 0.0, str(node.people)),
        ("Mb/s", list(past.bits[-600:]), 0.0, megabits(node.bits_out)),
        (t("col.loss").lower(), list(past.loss[-600:]), 0.0, number(node.loss)),
    )
    lines = [title(t("side.minutes"), cells)]
    for label, values, top, last in series:
        drawn = sparkline(squeeze(values, bars), bars, top)
        lines.append([(" ", "dim"), (fit(label, 8) + " ", "dim"), (fit(last, 7, "right") + " ", ""), (drawn, "accent")])
    return lines


def _rooms(node: Node, look: Look, cells: int, most: int) -> list[Line]:
    rooms = [room for room in look.store.rooms.under(node.context) if room.open]
    rooms.sort(key=lambda room: (-room.people, room.room))
    lines = [title(f"{n('head.rooms', len(rooms))}", cells)]
    for room in rooms[: most - 1]:
        lines.append(
            [
                (" ", "dim"),
                (fit(room.room, max(10, cells - 43)) + " ", ""),
                (fit(n("people", room.people), 13, "right") + "  ", ""),
                (fit(megabits(room.bits_out), 6, "right") + " Mb/s  ", ""),
                room_state(room, look),
            ]
        )
    return lines


def _journal(look: Look, cells: int, most: int) -> list[Line]:
    lines = [title(t("side.journal"), cells)]
    for event in list(look.store.events)[::-1][: max(0, most - 1)]:
        clock = time.strftime("%H:%M:%SZ", time.gmtime(event.at))
        glyph = "✗" if event.bad else "●"
        lines.append(
            [
                (" ", "dim"),
                (f"{clock} ", "dim"),
                (f"{glyph} {event.context} ", "warn" if event.bad else "good"),
                (f"{t(event.word)}  ", ""),
                (event.detail, "dim"),
            ]
        )
    if len(lines) == 1:
        lines.append([(" ", "dim"), (t("side.none"), "dim")])
    return lines
