"""Links that a node gave: whole, because a part of one is of no use."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from console.i18n import t
from console.operations import Given
from console.theme import ON_SURFACE
from console.widgets.paint import Line, Lines

_CLOSE: Final = ("q", "escape", "o", "enter", "backspace")


class LinksScreen(ModalScreen[None]):
    CSS = """
    LinksScreen { align: center middle; background: $background 60%; }
    LinksScreen VerticalScroll { width: 110; max-width: 96%; height: auto; max-height: 80%; background: $surface;
        border: round $border; border-title-color: $accent; border-subtitle-color: #7b8696; padding: 0 1;
        scrollbar-size-vertical: 1; }
    """

    def __init__(self, given: Sequence[Given]) -> None:
        super().__init__()
        self._given = given

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = t("links.title")
            scroll.border_subtitle = t("links.close")
            yield Lines(lambda cells, rows: link_lines(self._given, cells), ON_SURFACE, id="links-page")

    def on_resize(self) -> None:
        cells = max(40, min(110, int(self.size.width * 0.96)) - 5)
        self.query_one("#links-page", Lines).stand(len(link_lines(self._given, cells)))

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key == "y":
            self.app.copy_to_clipboard("\n".join(one.url for one in self._given))
        if event.key in (*_CLOSE, "y"):
            self.dismiss()


def link_lines(given: Sequence[Given], cells: int) -> list[Line]:
    lines: list[Line] = [[(t("links.warn"), "warn")], []]
    for one in given:
        until = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(one.until))
        lines.append([(t("links.until", who=one.who, until=until), "strong")])
        lines += [[(one.url[at : at + cells], "accent")] for at in range(0, len(one.url), max(1, cells))]
        lines.append([])
    return lines[:-1]
