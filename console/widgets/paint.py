"""From words with tones to a line of the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import zip_longest

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from console.columns.table import Cell, Tone
from console.text import fit, take, width
from console.theme import ON_BACKGROUND

Part = tuple[str, Tone] | Cell
Line = list[Part]


def strip(parts: Sequence[Part], cells: int, styles: dict[Tone, Style] = ON_BACKGROUND) -> Strip:
    """`parts` in exactly `cells` cells: what does not fit is cut, what is left is filled."""
    segments: list[Segment] = []
    left = cells
    for text, tone in parts:
        if left <= 0:
            break
        size = width(text)
        if size > left:
            text = take(text, left)[0]
            size = width(text)
        segments.append(Segment(text, styles[tone]))
        left -= size
    if left > 0:
        segments.append(Segment(" " * left, styles[""]))
    return Strip(segments, cells)


def spread(left: Sequence[Part], right: Sequence[Part], cells: int) -> Line:
    """`left` at the left, `right` at the right; the right one is whole, the left one yields."""
    room = cells - sum(width(text) for text, _ in right)
    line: Line = []
    for text, tone in left:
        if room <= 0:
            break
        if width(text) > room:
            text = fit(text, room)
        line.append((text, tone))
        room -= width(text)
    if room > 0:
        line.append((" " * room, ""))
    return [*line, *right]


class Lines(Widget):
    """A widget that paints the lines a function gives it; `mark()` says they may have changed."""

    def __init__(
        self, make: Callable[[int, int], list[Line]], styles: dict[Tone, Style] = ON_BACKGROUND, **kw: str
    ) -> None:
        """`make(width, height)` gives the lines."""
        super().__init__(**kw)  # type: ignore[arg-type]
        self._make = make
        self._styles = styles
        self._lines: list[Line] | None = None

    def mark(self) -> None:
        """Paint again the lines that differ from those on the screen."""
        if not self.size.height:
            return
        fresh, old = self._make(self.size.width, self.size.height), self._lines
        if fresh == old:
            return
        self._lines = fresh
        if old is None or not fresh:
            self.refresh()
            return
        pairs = enumerate(zip_longest(fresh[: self.size.height], old[: self.size.height]))
        if changed := [Region(0, y, self.size.width, 1) for y, (new, was) in pairs if new != was]:
            self.refresh(*changed)

    def stand(self, rows: int) -> None:
        """Be so many rows high, and paint. Asked for again where it was not done: a height that is set once and is the
        same ever after brings no second layout."""
        self.styles.height = rows
        if self.size.height != rows:
            self.refresh(layout=True)
        self.mark()

    def on_resize(self) -> None:
        self._lines = None
        self.mark()

    def render_line(self, y: int) -> Strip:
        if self._lines is None:
            self._lines = self._make(self.size.width, self.size.height)
        return strip(self._lines[y] if y < len(self._lines) else (), self.size.width, self._styles)
