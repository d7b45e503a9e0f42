"""Rooms: those of all nodes, or of the one we came from."""

from __future__ import annotations

import time
from collections.abc import Callable

from console.columns.rooms import ROOM_COLUMNS, room_state
from console.columns.table import Look, age, megabits
from console.fields import ROOM_FIELDS
from console.i18n import n, number, t
from console.model import Key, Link, Room
from console.screens.nodes import fact, title
from console.screens.view import SidePane
from console.widgets.live_table import LiveTable
from console.widgets.paint import Line


class RoomsPane(SidePane):
    name_of_view = "rooms"
    fields = ROOM_FIELDS

    def __init__(self, look: Look, id: str) -> None:
        table = LiveTable(
            look.store.rooms,
            ROOM_COLUMNS,
            look,
            sort="people",
            reverse=True,
            empty=_empty(look),
            scope=self._scope,
            id="rooms-table",
        )
        super().__init__(look, id, table)
        self.context = ""  # only the rooms of this context; empty: of all

    def _scope(self) -> Key:
        return (self.context,) if self.context else ()

    def narrow(self, context: str) -> None:
        if context != self.context:
            self.context = context
            self.table.start_over()

    def crumb(self) -> str:
        return self.context

    def detail(self) -> Line:
        room: Room | None = self.table.cursor_row
        if room is None:
            return []
        return [(room.room, "strong"), ("  ", ""), room_state(room, self.look), ("  ", ""), (room.title, "dim")]

    def side(self, cells: int, rows: int) -> list[Line]:
        room: Room | None = self.table.cursor_row
        return room_facts(room, self.look, cells) if room is not None else []


def room_facts(room: Room, look: Look, cells: int) -> list[Line]:
    lines = [title(f"{room.room} — {t('side.room')}", cells), fact("fact.title", room.title or "–")]
    lines.append([*fact("col.open", ""), room_state(room, look)])
    lines.append(fact("col.node", room.node or room.context))
    limit = f" / {room.max_participants}" if room.max_participants else ""
    lines.append(fact("col.people", f"{room.people}{limit}"))
    if room.lobby or room.waiters:
        lines.append(fact("fact.waiters", n("people", room.waiters)))
    lines.append(
        fact("fact.media", f"{room.cameras} {t('col.cameras').lower()}   {room.speaking} {t('col.speaking').lower()}")
    )
    lines.append(fact("col.screen", t("on") if room.screen else t("off")))
    lines.append(fact("fact.rate", f"{megabits(room.bits_out)} Mb/s   {t('col.loss').lower()} {number(room.loss)}"))
    for label, at in (("fact.created", room.created), ("fact.opened", room.opened), ("fact.closed", room.closed)):
        if at:
            day = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(at))
            lines.append(fact(label, f"{day}   {age(look.wall - at)}"))
    if room.type:
        lines.append(fact("col.type", f"{room.type}   {t(f'form.{room.form}')}"))
    for label, at in (("fact.starts", room.starts), ("fact.started", room.started), ("col.ends", room.ends)):
        if at:
            lines.append(fact(label, time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(at))))
    if room.end_cause:
        lines.append(fact("fact.end_cause", t(f"end.{room.end_cause}")))
    if room.closed_by:
        lines.append(fact("fact.reason", f"{room.closed_by}: {room.closed_reason}"))
    return lines


def _empty(look: Look) -> Callable[[bool], tuple[str, str]]:
    def empty(filtered: bool) -> tuple[str, str]:
        if filtered:
            return t("empty.filter"), t("empty.filter.next")
        links = {connection.link for connection in look.store.connections.values()}
        if not links:
            return t("empty.nodes"), t("empty.nodes.next")
        if Link.LIVE in links:
            return t("empty.rooms"), t("empty.rooms.next")
        if Link.CONNECTING in links:
            addresses = ", ".join(connection.address for connection in look.store.connections.values())
            return t("empty.calling"), t("empty.calling.next", addresses=addresses)
        return t("empty.lost"), t("empty.lost.next")

    return empty


__all__ = ["RoomsPane", "n", "room_facts"]
