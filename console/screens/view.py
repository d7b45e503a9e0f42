"""What the desk asks of a view."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from console.actions import View
from console.columns.table import Look
from console.filters import Fields
from console.theme import ON_BACKGROUND
from console.widgets.live_table import LiveTable
from console.widgets.paint import Line, Lines


class Pane(Container):
    """One view: a table, and panes beside it where the terminal is wide."""

    name_of_view: View = "nodes"
    fields: ClassVar[Fields] = Fields()

    def __init__(self, look: Look, id: str, table: LiveTable) -> None:
        super().__init__(id=id)
        self.look = look
        self.table = table

    @property
    def view(self) -> View:
        """Which actions are offered now."""
        return self.name_of_view

    @property
    def active(self) -> Widget:
        """The pane that keys move in."""
        return self.table

    def tick(self) -> None:
        """One frame: paint what changed."""
        self.table.tick(self.look.now)

    def flush(self) -> None:
        self.table.flush()

    def pause(self, paused: bool) -> None:
        self.table.paused = paused

    def crumb(self) -> str:
        """Where we are below the tab's name."""
        return ""

    def summary(self) -> Line:
        """What is worth saying after the tabs where there is room."""
        return []

    def detail(self) -> Line:
        """One line about the row under the cursor."""
        return []


class SidePane(Pane):
    """A table, and beside it facts of the row under the cursor: `side` says them."""

    def __init__(self, look: Look, id: str, table: LiveTable) -> None:
        super().__init__(look, id, table)
        self._beside = Lines(self.side, ON_BACKGROUND, classes="side")

    def compose(self) -> ComposeResult:
        yield self.table
        yield self._beside

    def tick(self) -> None:
        super().tick()
        if not self.table.paused:
            self._beside.mark()

    def side(self, cells: int, rows: int) -> list[Line]:
        """What fits into so many cells and rows."""
        return []
