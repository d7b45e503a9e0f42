"""`f`: a character before every row on the screen; the next key goes to the row behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.i18n import t
from console.operations import Report

if TYPE_CHECKING:
    from textual import events

    from console.screens.desk import DeskScreen


def begin(desk: DeskScreen) -> None:
    if desk.pane.table.label():
        desk.say(Report(t("jump.hint"), going=True))
    else:
        desk.say(Report(t("say.no_row"), ok=False))


def take(desk: DeskScreen, event: events.Key) -> None:
    """Whatever the key is, it does nothing else: one that is before no row was a slip."""
    event.stop()
    event.prevent_default()
    there = desk.pane.table.jump(event.character)
    desk.say(None if there else Report(t("say.cancelled")))
