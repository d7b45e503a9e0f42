"""What the last deed did to each of its targets."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from console.columns.table import Tone
from console.i18n import t
from console.operations import Outcomes
from console.text import fit, width, wrap
from console.theme import ON_SURFACE
from console.widgets.paint import Line, Lines

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
        self._outcomes = outcomes

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            what = self._outcomes.what
            scroll.border_title = t("outcomes.title", what=what) if what else t("outcomes.empty")
            scroll.border_subtitle = t("outcomes.close")
            yield Lines(lambda cells, rows: outcome_lines(self._outcomes, cells), ON_SURFACE, id="outcomes-page")

    def on_resize(self) -> None:
        cells = max(40, min(110, int(self.size.width * 0.96)) - 5)
        self.query_one("#outcomes-page", Lines).stand(len(outcome_lines(self._outcomes, cells)))

    def on_key(self, event: events.Key) -> None:
        event.stop()
        if event.key in _CLOSE:
            self.dismiss()


def outcome_lines(outcomes: Outcomes, cells: int) -> list[Line]:
    """How many, then each; those that failed first, with the whole reason: they are why one looks."""
    failed = sum(bool(why) for _, why in outcomes.results)
    if not outcomes.results:
        return [[(t("outcomes.none"), "dim")]]
    count = t("done.some", done=len(outcomes.results) - failed, failed=failed)
    lines: list[Line] = [[(count, "bad" if failed else "good")], []]
    column = min(max(width(target) for target, _ in outcomes.results), cells // 2)
    for target, why in sorted(outcomes.results, key=lambda one: (not one[1], one[0])):
        first, *rest = wrap(f"✗ {why}", cells - column - 4) if why else [t("outcomes.done")]
        tone: Tone = "bad" if why else "good"
        lines.append([(fit(target, column) + "  ", ""), (first, tone)])
        lines += [[(" " * (column + 4), ""), (piece, tone)] for piece in rest]
    return lines
