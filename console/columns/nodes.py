"""The columns of the nodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from console.columns.table import HOT, Cell, Column, Look, age, loss, megabits, rate, silent
from console.i18n import number, t
from console.model import Link, Node
from console.text import sparkline, squeeze


def node_state(node: Node, look: Look) -> tuple[int, Cell]:
    """Severity (0 is well) and the cell."""
    match look.store.link(node.context):
        case Link.DOWN:
            return 6, Cell(t("link.down"), "bad")
        case Link.DENIED:
            return 5, Cell(t("link.denied"), "bad")
        case Link.STALE:
            return 4, Cell(t("link.stale"), "warn")
        case Link.CONNECTING:
            return 1, Cell(t("link.connecting"), "dim")
        case Link.LIVE:
            pass
    if node.gone_at:
        return 0, Cell(t("note.gone"), "dim")
    if node.state == "plane_down":
        return 6, Cell(t("node.plane_down"), "bad")
    if node.state == "fenced":
        return 4, Cell(t("node.fenced"), "warn")
    if node.database_away:
        return 4, Cell(t("node.database_away"), "warn")
    if node.cpu >= HOT:
        return 3, Cell(t("node.hot"), "warn")
    if node.state == "draining":
        return 2, Cell(t("node.draining"), "accent")
    return 0, Cell(t("node.ok"), "good")


def _of_node(show: Callable[[Node], Cell]) -> Callable[[Node, Look], Cell]:
    """A figure of a node; old figures are dim, and a node never heard has none."""

    def cell(node: Node, look: Look) -> Cell:
        link = look.store.link(node.context)
        if not node.name or link is Link.DOWN:
            return Cell("–", "dim")
        shown = show(node)
        return Cell(shown.text, "dim") if link is not Link.LIVE else shown

    return cell


def _spark(node: Node, look: Look) -> Cell:
    past = look.store.history.get(node.key)
    bars = sparkline(squeeze(list(past.cpu)[-60:] if past else [], 8), 8, 100.0)
    return Cell(bars, "dim" if silent(node.context, look) else "warn" if node.cpu >= HOT else "accent")


def _node_age(node: Node, look: Look) -> Cell:
    seconds = look.store.age(node.context, look.now)
    return Cell(age(seconds), "warn" if seconds >= 3 else "dim")


def headroom(node: Node) -> float:
    """Per cent that is left, of the processor or of the people it takes, whichever is less."""
    places = 100.0 * (1 - node.people / node.max_people) if node.max_people else 100.0
    return max(0.0, min(100.0 - node.cpu, places))


def node_name(node: Node) -> str:
    return node.name or node.context


NODE_COLUMNS: Final = (
    Column("node", "col.node", 10, lambda r, k: Cell(node_name(r), "strong"), lambda r, k: node_name(r), grow=2),
    Column(
        "state", "col.state", 11, lambda r, k: node_state(r, k)[1], lambda r, k: node_state(r, k)[0], descending=True
    ),
    Column(
        "cpu",
        "col.cpu",
        5,
        _of_node(lambda r: Cell(f"{r.cpu:.0f}", "warn" if r.cpu >= HOT else "")),
        lambda r, k: r.cpu,
        "right",
        descending=True,
    ),
    Column("history", "col.history", 8, _spark, lambda r, k: r.cpu, yields=5, descending=True),
    Column(
        "rooms", "col.rooms", 6, _of_node(lambda r: Cell(str(r.rooms))), lambda r, k: r.rooms, "right", descending=True
    ),
    Column(
        "people",
        "col.people",
        6,
        _of_node(lambda r: Cell(str(r.people))),
        lambda r, k: r.people,
        "right",
        descending=True,
    ),
    Column(
        "left",
        "col.left",
        5,
        _of_node(lambda r: Cell(f"{headroom(r):.0f} %", "warn" if headroom(r) < 10 else "")),
        lambda r, k: headroom(r),
        "right",
        yields=6,
    ),
    Column(
        "pps",
        "col.pps",
        5,
        _of_node(lambda r: Cell(rate(r.packets_in + r.packets_out))),
        lambda r, k: r.packets_in + r.packets_out,
        "right",
        descending=True,
    ),
    Column(
        "mbps",
        "col.mbps",
        5,
        _of_node(lambda r: Cell(megabits(r.bits_out))),
        lambda r, k: r.bits_out,
        "right",
        descending=True,
    ),
    Column("loss", "col.loss", 5, _of_node(lambda r: loss(r.loss)), lambda r, k: r.loss, "right", descending=True),
    Column(
        "nacks",
        "col.nacks",
        6,
        _of_node(lambda r: Cell(rate(r.nacks))),
        lambda r, k: r.nacks,
        "right",
        yields=7,
        descending=True,
    ),
    Column(
        "lag",
        "col.lag",
        6,
        _of_node(lambda r: Cell(number(r.lag_ms), "warn" if r.lag_ms >= 20 else "")),
        lambda r, k: r.lag_ms,
        "right",
        yields=8,
        descending=True,
    ),
    Column(
        "age",
        "col.age",
        4,
        _node_age,
        lambda r, k: k.store.age(r.context, k.now),
        "right",
        descending=True,
    ),
)
