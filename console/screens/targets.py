"""Whom a question is about, each by name: before it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from console.i18n import n, t
from console.text import clean
from console.theme import ON_SURFACE
from console.widgets.paint import Line, Lines

_CLOSE: Final = ("q", "escape", "v", "backspace")
_MOVES: Final = {
    "j": "scroll_down",
    "down": "scroll_down",
    "k": "scroll_up",
    "up": "scroll_up",
    "g": "scroll_home",
    "home": "scroll_home",
    "G": "scroll_end",
    "end": "scroll_end",
    "pagedown": "scroll_page_down",
    "ctrl+f": "scroll_page_down",
    "pageup": "scroll_page_up",
    "ctrl+b": "scroll_page_up",
}
_NAME: Final = 200


class TargetsScreen(ModalScreen[None]):
    CSS = """
    TargetsScreen { align: center middle; background: $background 60%; }
    TargetsScreen VerticalScroll { width: 90; max-width: 96%; height: auto; max-height: 70%; background: $surface;
        border: round $border; border-title-color: $accent; border-subtitle-color: #7b8696; padding: 0 1;
        scrollbar-size-vertical: 1; }
    """

    def __init__(self, targets: Sequence[str]) -> None:
        super().__init__()
        self._targets = targets

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = n("targets", len(self._targets))
            scroll.border_subtitle = t("targets.close")
            yield Lines(self._lines, ON_SURFACE, id="targets-page")

    def on_mount(self) -> None:
        self.query_one("#targets-page", Lines).stand(len(self._targets))

    def _lines(self, cells: int, rows: int) -> list[Line]:
        return [[(clean(name, _NAME), "")] for name in self._targets]

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key in _CLOSE:
            self.dismiss()
        elif event.key in _MOVES:
            getattr(self.query_one(VerticalScroll), _MOVES[event.key])(animate=False, immediate=True)
