"""The columns of the rooms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from console.columns.table import Cell, Column, Look, age, loss, megabits, silent
from console.i18n import t
from console.model import Link, Room
from console.text import collate


def room_state(room: Room, look: Look) -> Cell:
    if room.pending:
        return Cell(t(f"pending.{room.pending}"), "accent")
    match look.store.link(room.context):
        case Link.DOWN | Link.DENIED:
            return Cell(t("link.down"), "bad")
        case Link.STALE:
            return Cell(t("link.stale"), "warn")
        case _:
            pass
    if room.gone_at or not room.open:
        return Cell(t("room.closed"), "dim")
    if room.cover in ("slow", "hold"):
        return Cell(t("room.cover"), "bad")
    if room.waiting:
        return Cell(t("room.asks", n=room.waiting), "warn")
    if room.waiters:
        return Cell(t("room.waiters", n=room.waiters), "warn")
    if room.muted:
        return Cell(t("blocked"), "warn")
    return Cell(t("room.open"), "good") if room.people else Cell(t("room.waiting"), "dim")


def _of_room(show: Callable[[Room], Cell]) -> Callable[[Room, Look], Cell]:
    def cell(room: Room, look: Look) -> Cell:
        shown = show(room)
        return Cell(shown.text, "dim") if room.gone_at or silent(room.context, look) else shown

    return cell


def _people(room: Room) -> Cell:
    if not room.max_participants:
        return Cell(str(room.people))
    full = room.people >= room.max_participants
    return Cell(f"{room.people}/{room.max_participants}", "warn" if full else "")


def _room_since(room: Room, look: Look) -> Cell:
    started = room.started or room.opened or room.created
    return Cell(age(look.wall - started) if started else "–", "dim")


ROOM_COLUMNS: Final = (
    Column("room", "col.room", 14, lambda r, k: Cell(r.room, "strong"), lambda r, k: r.room, grow=2),
    Column(
        "title", "col.title", 12, _of_room(lambda r: Cell(r.title)), lambda r, k: collate(r.title), grow=3, yields=6
    ),
    Column(
        "node", "col.node", 10, _of_room(lambda r: Cell(r.node or r.context)), lambda r, k: r.node, grow=1, yields=3
    ),
    Column("state", "col.open", 10, room_state, lambda r, k: room_state(r, k).text),
    Column("people", "col.people", 7, _of_room(_people), lambda r, k: r.people, "right", descending=True),
    Column(
        "speakers",
        "col.speaking",
        4,
        _of_room(lambda r: Cell(str(r.speaking) if r.speaking else "·")),
        lambda r, k: r.speaking,
        "right",
        yields=7,
        descending=True,
    ),
    Column(
        "cameras",
        "col.cameras",
        4,
        _of_room(lambda r: Cell(str(r.cameras) if r.cameras else "·")),
        lambda r, k: r.cameras,
        "right",
        yields=5,
        descending=True,
    ),
    Column(
        "screen",
        "col.screen",
        6,
        _of_room(lambda r: Cell(t("on") if r.screen else "·", "accent" if r.screen else "dim")),
        lambda r, k: r.screen,
        yields=8,
        descending=True,
    ),
    Column(
        "mbps",
        "col.mbps",
        6,
        _of_room(lambda r: Cell(megabits(r.bits_out))),
        lambda r, k: r.bits_out,
        "right",
        descending=True,
    ),
    Column(
        "loss",
        "col.loss",
        6,
        _of_room(lambda r: loss(r.loss)),
        lambda r, k: r.loss,
        "right",
        yields=4,
        descending=True,
    ),
    Column(
        "since",
        "col.since",
        6,
        _room_since,
        lambda r, k: r.opened or r.created,
        "right",
        yields=9,
    ),
)
