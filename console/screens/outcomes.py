"""What the last deed did to each of its targets."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from console.i18n import t
from console.operations import Outcomes
from console.text import fit
from console.theme import ON_SURFACE
from console.widgets.paint import Line, Lines, Part

_CLOSE = ("q", "escape", "o", "enter", "backspace")


class OutcomesScreen(ModalScreen[None]):
    CSS = """
    OutcomesScreen { align: center middle; background: $background 60%; }
    OutcomesScreen VerticalScroll { width: 110; max-width: 96%; height: 80%; background: $surface;
        border: round $border; border-title-color: $accent; border-subtitle-color: #7b8696; padding: 0 1;
        scrollbar-size-vertical: 1; }
    """

    def __init__(self, outcomes: Outcomes) -> None:
        super().__init__()
        self._lines = outcome_lines(outcomes)
        self._what = outcomes.what

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = t("outcomes.title", what=self._what)
            scroll.border_subtitle = t("help.close")
            page = Lines(lambda cells, rows: self._lines, ON_SURFACE)
            page.styles.height = len(self._lines)
            yield page

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key in _CLOSE:
            self.dismiss()


def outcome_lines(outcomes: Outcomes) -> list[Line]:
    """Those that failed first: they are why one looks."""
    lines: list[Line] = []
    for target, why in sorted(outcomes.results, key=lambda one: (not one[1], one[0])):
        shown: Part = (f"✗ {why}", "bad") if why else (t("outcomes.done"), "good")
        lines.append([(fit(target, 44) + " ", ""), shown])
    return lines or [[(t("outcomes.none"), "dim")]]
