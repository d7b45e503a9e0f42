"""The chat of a room: the newest at the bottom, a cursor on a message when the pane has the focus.

Its size for Textual never changes, for a change of `virtual_size` lays the whole screen out again: it scrolls itself.
"""

from __future__ import annotations

import time
from typing import Final

from textual import events
from textual.message import Message as TextualMessage
from textual.strip import Strip
from textual.widget import Widget

from console.columns.table import Tone
from console.i18n import language, n, t
from console.model import Key, Message
from console.state import Store
from console.text import fit, width, wrap
from console.theme import ON_BACKGROUND, ON_CURSOR, ON_SURFACE
from console.widgets.paint import Line, spread, strip

_TIME: Final = 9  # cells of the time and its space
_MOST_LINES: Final = 6  # of one message


class ChatTail(Widget, can_focus=True):
    DEFAULT_CSS = """
    ChatTail { height: 1fr; width: 1fr; }
    """

    class Moved(TextualMessage):
        """The cursor is on another message."""

    def __init__(self, store: Store, id: str | None = None) -> None:
        super().__init__(id=id)
        self._store = store
        self.room: Key | None = None
        self.cursor_key: Key | None = None
        self.paused = False
        self.follow = True
        self._seen = -1
        self._lines: list[tuple[Key, Line]] = []
        self._cache: dict[Key, tuple[object, list[Line]]] = {}
        self._top = 0
        self._painted: dict[int, Key] = {}

    def show(self, room: Key | None) -> None:
        self.room, self.cursor_key, self.follow, self._seen = room, None, True, -1
        self._rebuild()

    def tick(self) -> None:
        if not self.paused and self._seen != self._store.messages_changed:
            self._rebuild()

    def flush(self) -> None:
        self._rebuild()

    @property
    def messages(self) -> dict[Key, Message]:
        return self._store.messages.get(self.room, {}) if self.room else {}

    @property
    def cursor_message(self) -> Message | None:
        return self.messages.get(self.cursor_key) if self.cursor_key else None

    # ------------------------------------------------------------------ moving

    def move(self, steps: int) -> None:
        keys = list(self.messages)
        if not keys:
            return
        at = keys.index(self.cursor_key) if self.cursor_key in self.messages else len(keys) - 1
        if self.cursor_key is None:
            steps = min(steps, 0) if steps > 0 else steps + 1 if steps < -1 else 0
        self._point(keys[min(max(at + steps, 0), len(keys) - 1)])

    def page(self, pages: int) -> None:
        self.move(pages * max(1, (self.size.height - 2) // 2))

    def point_end(self, *, last: bool) -> None:
        keys = list(self.messages)
        if keys:
            self._point(keys[-1 if last else 0])

    @property
    def _held(self) -> bool:
        """Somebody reads with a cursor: nothing may scroll away below their finger."""
        return self.has_focus and self.cursor_key is not None

    @property
    def cursor_in_view(self) -> bool:
        """Whether the first line of the message under the cursor is on the screen."""
        shown = self._lines[self._top : self._top + self._rows]
        first = next((index for index, (key, _) in enumerate(self._lines) if key == self.cursor_key), None)
        return first is not None and bool(shown) and self._top <= first < self._top + self._rows

    def _point(self, key: Key) -> None:
        self.cursor_key = key
        self.follow = False  # the message under the cursor stays where it is read, whatever comes
        self._scroll()
        self.refresh()
        self.post_message(self.Moved())

    # ------------------------------------------------------------------ lines

    def _rebuild(self) -> None:
        self._seen = self._store.messages_changed
        cells = self.size.width - 2
        lines: list[tuple[Key, Line]] = []
        cache: dict[Key, tuple[object, list[Line]]] = {}
        for key, message in self.messages.items():
            shape = (message.text, message.hidden, message.hidden_by, message.pending, cells, language())
            known = self._cache.get(key)
            made = known[1] if known and known[0] == shape else _message_lines(message, cells)
            cache[key] = (shape, made)
            lines += [(key, line) for line in made]
        self._cache = cache
        anchor = self._lines[self._top][0] if self._top < len(self._lines) else None
        self._lines = lines
        if self.cursor_key is not None and self.cursor_key not in self.messages:
            self.cursor_key = None
        if self.follow or anchor is None:
            self._top = max(0, len(lines) - self._rows)
        else:
            self._top = next((i for i, (key, _) in enumerate(lines) if key == anchor), self._top)
        self.refresh()

    @property
    def _rows(self) -> int:
        return max(1, self.size.height - 1)

    def _scroll(self) -> None:
        """Bring the message under the cursor into view."""
        at = [index for index, (key, _) in enumerate(self._lines) if key == self.cursor_key]
        if not at:
            return
        if at[0] < self._top:
            self._top = at[0]
        elif at[-1] >= self._top + self._rows:
            self._top = at[-1] - self._rows + 1

    # ------------------------------------------------------------------ painting

    def render_line(self, y: int) -> Strip:
        cells = self.size.width
        if y == 0:
            return self._title(cells)
        if not self._lines:
            text = t("empty.chat") if self.room and y == 2 else ""
            return strip([(f"  {text}", "dim")], cells)
        index = self._top + y - 1
        if index >= len(self._lines):
            self._painted.pop(y, None)
            return strip((), cells)
        key, line = self._lines[index]
        self._painted[y] = key
        cursor = key == self.cursor_key and self.has_focus
        first = index == 0 or self._lines[index - 1][0] != key
        gutter = "▶ " if cursor and first else "  "
        return strip([(gutter, "accent"), *line], cells, ON_CURSOR if cursor else ON_BACKGROUND)

    def _title(self, cells: int) -> Strip:
        tone: Tone = "accent" if self.has_focus else "dim"
        right: Line = []
        below = len({key for key, _ in self._lines[self._top + self._rows :]})
        older = self._store.dropped.get(self.room, 0) if self.room else 0
        if below:
            right = [(n("chat.scrolled", below) + " ", "warn")]
        elif older:
            right = [(n("chat.older", older) + " ", "dim")]
        left: Line = [("▌" if self.has_focus else " ", "accent"), (f"{t('chat.title')} ", tone)]
        left.append((n("messages", len(self.messages)), "dim"))
        return strip(spread(left, right, cells), cells, ON_SURFACE)

    # ------------------------------------------------------------------ pointer and size

    def on_click(self, event: events.Click) -> None:
        if (key := self._painted.get(event.y)) is not None and key in self.messages:
            self._point(key)

    def on_mouse_scroll_down(self) -> None:
        self._wheel(3)

    def on_mouse_scroll_up(self) -> None:
        self._wheel(-3)

    def _wheel(self, lines: int) -> None:
        end = max(0, len(self._lines) - self._rows)
        self._top = min(max(0, self._top + lines), end)
        self.follow = self._top == end and not self._held
        self.refresh()

    def on_resize(self) -> None:
        self._rebuild()

    def on_focus(self) -> None:
        if self.cursor_key is None and self.messages:
            self._point(next(reversed(self.messages)))
        self.refresh()

    def on_blur(self) -> None:
        """The tail is followed again by whoever had the last message in hand."""
        self.follow = self.follow or self.cursor_key == next(reversed(self.messages), None)
        self.refresh()


def _message_lines(message: Message, cells: int) -> list[Line]:
    clock = time.strftime("%H:%M:%S", time.gmtime(message.sent)) if message.sent else "--:--:--"
    name = fit(message.name, min(width(message.name), 16))
    indent = _TIME + width(name) + 2 if cells >= 90 else _TIME
    tone: Tone = ""
    text = message.text
    if message.pending:
        text, tone = f"{t(f'pending.{message.pending}')}  {text}", "accent"
    elif message.hidden:
        text, tone = f"{t('chat.hidden_by', who=message.hidden_by or '?')}  {text}", "dim"
    first = max(4, cells - _TIME - width(name) - 2)
    pieces = _hang(text, first, max(4, cells - indent))
    head: Line = [(f"{clock} ", "dim"), (f"{name}: ", "accent" if not message.hidden else "dim"), (pieces[0], tone)]
    return [head, *([(" " * indent, ""), (piece, tone)] for piece in pieces[1:])]


def _hang(text: str, first: int, rest: int) -> list[str]:
    """Wrap with a first line of its own width."""
    head = wrap(text, first, 2)[0]
    if len(head) >= len(text):
        return [head]
    return [head, *wrap(text[len(head) :].lstrip(), rest, _MOST_LINES - 1)]
