"""`e`: what the list shows, into a file."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from console.export import ExportError, place, proposed, write
from console.fields import MESSAGE_FIELDS
from console.filters import Fields
from console.i18n import n, t
from console.operations import Report
from console.text import clean
from console.widgets.bar import Line

PATIENCE_S: Final = 3.0
LOOK_S: Final = 0.1

if TYPE_CHECKING:
    from console.screens.desk import DeskScreen


def ask(desk: DeskScreen, form: str = "csv") -> None:
    """Where to? The rows are those of this moment, whatever the list shows when the name is typed."""
    rows, fields = _shown(desk)
    if not rows:
        desk.say(Report(t("export.nothing"), ok=False))
        return
    line = Line(
        t("export.ask", rows=n("rows", len(rows))),
        t("export.hint"),
        done=lambda name: to(desk, name, rows, fields),
        cancel=lambda: None,
        change=_wrong,
    )
    desk.bar.ask_line(line, proposed(desk.pane.view, desk.look.wall, form))


def when_there(desk: DeskScreen, form: str) -> None:
    """The same, of a list that is only now asked of the nodes: when its first rows have come, or none for a while."""
    if _shown(desk)[0]:
        ask(desk, form)
    else:
        desk.operations.spawn(_wait(desk, form))


async def _wait(desk: DeskScreen, form: str) -> None:
    pane = desk.pane
    for _ in range(int(PATIENCE_S / LOOK_S)):
        await asyncio.sleep(LOOK_S)
        if pane.table.order:
            break
    if desk.pane is pane and not desk.bar.is_open:
        ask(desk, form)


def at_once(desk: DeskScreen, name: str) -> None:
    """Without asking."""
    rows, fields = _shown(desk)
    if rows:
        to(desk, name, rows, fields)
    else:
        desk.say(Report(t("export.nothing"), ok=False))


def to(desk: DeskScreen, name: str, rows: list[Any], fields: Fields) -> None:
    if name:
        desk.say(Report(t("going"), going=True))
        desk.operations.spawn(_write(desk, name, rows, fields))


async def _write(desk: DeskScreen, name: str, rows: list[Any], fields: Fields) -> None:
    """In a thread: a list may be long, and a disk slow."""
    try:
        path = place(name)
        count = await asyncio.to_thread(partial(write, path, rows, fields))
    except ExportError as error:
        desk.say(Report(clean(t(error.word, **error.values), 400), ok=False))
    else:
        desk.say(Report(clean(t("export.done", rows=n("rows", count), file=str(path)), 400)))


def _shown(desk: DeskScreen) -> tuple[list[Any], Fields]:
    if desk.pane.view == "chat":
        return list(desk.room_pane.chat.messages.values()), MESSAGE_FIELDS
    table = desk.pane.table
    return [table.rows.rows[key] for key in table.order if key in table.rows.rows], desk.pane.fields


def _wrong(name: str) -> str:
    try:
        place(name or "x.csv")
    except ExportError as error:
        return t(error.word, **error.values)
    return ""
