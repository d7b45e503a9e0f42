"""`t`: the last minutes of all nodes again, a step at a time or played."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.timer import Timer

from console.columns.table import HOT, Tone, age, megabits
from console.i18n import n, number, t
from console.state import Event
from console.text import fit, sparkline
from console.theme import ON_SURFACE
from console.timeline import STEP, Past, Was
from console.widgets.paint import Line, Lines

FRAME_S: Final = 0.25  # while it plays
PER_FRAME_S: Final = 2.0  # of what was, in one frame
NOTED: Final = 4  # events shown


class TimelineScreen(ModalScreen[None]):
    CSS = """
    TimelineScreen { align: center middle; background: $background 60%; }
    TimelineScreen VerticalScroll { width: 100; max-width: 96%; height: auto; max-height: 92%; background: $surface;
        border: round $border; border-title-color: $accent; border-subtitle-color: #7b8696; padding: 0 1;
        scrollbar-size-vertical: 1; }
    """

    def __init__(self, past: Past) -> None:
        super().__init__()
        self._past = past
        self.at = past.last
        self._playing: Timer | None = None
        self._bars: dict[int, str] = {}  # by how many cells they have: a step changes none of them
        self._keys: dict[str, Callable[[], object]] = {
            **dict.fromkeys(("comma", "left"), lambda: self._go(self.at - STEP)),
            **dict.fromkeys(("full_stop", "right"), lambda: self._go(self.at + STEP)),
            "less_than_sign": lambda: self._go(past.preceding(self.at)),
            "greater_than_sign": lambda: self._go(past.following(self.at)),
            **dict.fromkeys(("g", "home"), lambda: self._go(past.first)),
            **dict.fromkeys(("G", "end"), lambda: self._go(past.last)),
            "space": self._play,
            **dict.fromkeys(("j", "down"), lambda: self._scroll.scroll_down(animate=False, immediate=True)),
            **dict.fromkeys(("k", "up"), lambda: self._scroll.scroll_up(animate=False, immediate=True)),
            **dict.fromkeys(("q", "escape", "t", "enter", "backspace"), self.dismiss),
        }

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = t("timeline.title")
            scroll.border_subtitle = t("timeline.close")
            yield Lines(lambda cells, rows: self.lines(cells), ON_SURFACE, id="timeline-page")

    def on_mount(self) -> None:
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        cells = max(40, min(100, int(self.size.width * 0.96)) - 5)
        self.query_one("#timeline-page", Lines).stand(len(self.lines(cells)))

    @property
    def playing(self) -> bool:
        return self._playing is not None

    @property
    def _scroll(self) -> VerticalScroll:
        return self.query_one(VerticalScroll)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self._keys.get(event.key, lambda: None)()

    def _go(self, at: float) -> None:
        """A step by hand stops what plays."""
        self._stop()
        self.at = min(max(at, self._past.first), self._past.last)
        self._fit()

    def _play(self) -> None:
        """From here to the end; from the end, all of it."""
        if self.playing:
            self._stop()
        else:
            self.at = self._past.first if self.at >= self._past.last else self.at
            self._playing = self.set_interval(FRAME_S, self._frame)
        self._fit()

    def _frame(self) -> None:
        self.at = min(self.at + PER_FRAME_S, self._past.last)
        if self.at >= self._past.last:
            self._stop()
        self._fit()

    def _stop(self) -> None:
        if self._playing is not None:
            self._playing.stop()
            self._playing = None

    # ------------------------------------------------------------------ what it says

    def lines(self, cells: int) -> list[Line]:
        if self._past.first >= self._past.last:
            return [[(t("timeline.nothing"), "dim")]]
        nodes = self._past.moment(self.at)
        heard = [one for one in nodes if one.heard]
        state = t("timeline.plays") if self.playing else t("timeline.stands")
        ago = t("timeline.now") if self.at >= self._past.last else t("timeline.ago", age=age(self._past.last - self.at))
        silent: Tone = "bad" if len(heard) < len(nodes) else "good"
        lines: list[Line] = [
            [(f"{_clock(self.at)}  ", "strong"), (f"{ago}  ", ""), (state, "accent")],
            *self._ribbon(cells),
            [
                (t("timeline.heard", heard=len(heard), of=len(nodes)), silent),
                (f"  {n('people', sum(one.people for one in heard))}", ""),
                (f"  {megabits(sum(one.bits for one in heard))} Mb/s", ""),
            ],
            [],
        ]
        lines += [_event(one) for one in self._past.happened(self.at, NOTED)] or [[(t("side.none"), "dim")]]
        name = max(10, cells - 40)
        columns = (("col.state", 11), ("col.cpu", 6), ("col.people", 7), ("col.mbps", 7), ("col.loss", 6))
        heading = fit(t("col.node"), name) + "".join(fit(t(label), width, "right") for label, width in columns)
        return [*lines, [], [(heading, "dim")], *(_node(one, name) for one in nodes)]

    def _ribbon(self, cells: int) -> list[Line]:
        """How many people there were, from the first moment to the last; below, where we are."""
        span = self._past.last - self._past.first
        if cells not in self._bars:
            steps = [self._past.first + span * column / max(1, cells - 1) for column in range(cells)]
            self._bars[cells] = sparkline([float(self._past.people(at)) for at in steps], cells)
        here = round((self.at - self._past.first) / span * (cells - 1))
        begun = _clock(self._past.first)
        scale = fit(begun, max(0, cells - len(begun))) + _clock(self._past.last)
        return [[(self._bars[cells], "accent")], [(" " * here + "▲", "strong")], [(scale, "dim")]]


def _event(event: Event) -> Line:
    tone: Tone = "warn" if event.bad else "good"
    glyph = "✗" if event.bad else "●"
    said = t(event.word)
    return [
        (f"{_clock(event.at)} ", "dim"),
        (f"{glyph} {event.context} ", tone),
        (f"{said}  ", ""),
        (event.detail, "dim"),
    ]


def _node(one: Was, name: int) -> Line:
    label = fit(one.key[-1] or one.key[0], name)
    if not one.heard:
        return [(label, ""), (fit(t("timeline.silent"), 11, "right"), "bad")]
    figures = (number(one.cpu, 0), 6), (str(one.people), 7), (megabits(one.bits), 7), (number(one.loss), 6)
    hot = one.cpu >= HOT
    state = fit(t("node.hot") if hot else t("node.ok"), 11, "right")
    return [
        (label, ""),
        (state, "warn" if hot else "good"),
        ("".join(fit(text, cells, "right") for text, cells in figures), ""),
    ]


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%SZ", time.gmtime(at))
