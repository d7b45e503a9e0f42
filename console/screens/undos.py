"""Everything that can still be taken back, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from console.i18n import t
from console.text import clean, fit
from console.theme import ON_SURFACE
from console.undoing import Undo, Undos
from console.widgets.paint import Line, Lines

_CLOSE: Final = ("q", "escape", "U", "backspace")
_WORD: Final = 200


class UndosScreen(ModalScreen[None]):
    """The cursor is on an action, not on a line: one whose time is over leaves, and the keys never slip to another."""

    CSS = """
    UndosScreen { align: center middle; background: $background 60%; }
    UndosScreen VerticalScroll { width: 90; max-width: 96%; height: auto; max-height: 80%; background: $surface;
        border: round $border; border-title-color: $accent; border-subtitle-color: #7b8696; padding: 0 1;
        scrollbar-size-vertical: 1; }
    """

    def __init__(self, undos: Undos, take_back: Callable[[Undo], None]) -> None:
        super().__init__()
        self._undos, self._take_back = undos, take_back
        self._cursor = undos.newest()

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = t("undos.title")
            scroll.border_subtitle = t("undos.close")
            yield Lines(self._lines, ON_SURFACE, id="undos-page")

    def on_mount(self) -> None:
        self.tick()

    def tick(self) -> None:
        """One frame: the seconds that are left."""
        self.query_one("#undos-page", Lines).stand(max(1, len(self._undos.standing())))

    def _lines(self, cells: int, rows: int) -> list[Line]:
        standing = self._undos.standing()
        if not standing:
            return [[(t("undos.none"), "dim")]]
        return [self._row(undo, cells) for undo in standing]

    def _row(self, undo: Undo, cells: int) -> Line:
        here = undo is self._cursor
        text = t("undos.row", what=clean(undo.what, _WORD), seconds=self._undos.seconds(undo))
        return [("▶ " if here else "  ", "accent"), (fit(text, cells - 2), "strong" if here else "")]

    def on_key(self, event: events.Key) -> None:
        event.stop()
        match event.key:
            case "j" | "down":
                self._move(1)
            case "k" | "up":
                self._move(-1)
            case "enter" | "u":
                self._undo()
            case key if key in _CLOSE:
                self.dismiss()
            case _:
                pass

    def _move(self, lines: int) -> None:
        standing = self._undos.standing()
        if not standing:
            return
        at = standing.index(self._cursor) + lines if self._cursor in standing else 0
        self._cursor = standing[min(max(at, 0), len(standing) - 1)]
        self.tick()

    def _undo(self) -> None:
        """What is under the cursor, and nothing else: when its time is over, nothing."""
        if self._cursor is not None and self._cursor in self._undos.standing():
            undo = self._cursor
            self.dismiss()
            self._take_back(undo)
