"""A table of tens of thousands of live rows. The cursor is on a row, not on a line.

Deltas mark keys as dirty; `tick` (the frame clock) paints those that are visible. The order changes at most once a
second and never within two seconds of a cursor key. The row under the cursor never leaves by itself: one that stopped
matching or has gone stays, marked, until the operator moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.columns.table import Column, Look, Placed, heading, place
from console.filters import Predicate
from console.model import Key
from console.state import Table
from console.text import fit
from console.theme import HEADING, HEADING_IN_HAND, ON_BACKGROUND, ON_BLURRED, ON_CURSOR
from console.widgets.paint import strip

HOLD: Final = 2.0  # seconds without a new order after a cursor key
ORDER_PAUSE: Final = 1.0  # seconds between two orders
_DONE: Final = object()
AT_ONCE: Final = 2000  # rows put in order before the loop may answer a key: about 3 ms
LABELS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"  # as many rows as are jumped to
_GUTTER: Final = 3  # cursor, mark, space


class LiveTable(ScrollView, can_focus=True, inherit_bindings=False):
    DEFAULT_CSS = """
    LiveTable { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; height: 1fr; width: 1fr; }
    """

    class Moved(Message):
        """The cursor is on another row."""

    class Opened(Message):
        """The row under the pointer was asked for by a second click."""

    def __init__(
        self,
        table: Table[Any],
        columns: tuple[Column, ...],
        look: Look,
        *,
        sort: str,
        reverse: bool,
        empty: Callable[[bool], tuple[str, str]],
        scope: Callable[[], Key] = lambda: (),
        id: str | None = None,
    ) -> None:
        """`empty(filtered)` gives two lines for an empty table; rows outside `scope()` are not shown."""
        super().__init__(id=id)
        self.rows = table
        self.columns = columns
        self.look = look
        self.sort_id, self.reverse = sort, reverse
        self.column_id = ""  # of the column in hand; empty: none, until a key asks for one
        self.predicate: Predicate | None = None
        self.filter_text = ""
        self.marks: set[Key] = set()
        self.named: set[Key] = set()  # of the marks, those that were made one by one
        self.cursor_key: Key | None = None
        self.order: list[Key] = []
        self.paused = False
        self._empty = empty
        self._scope = scope
        self._dirty = table.view()
        self._at = -1  # where the cursor was found last
        self._placed: list[Placed] = []
        self._placed_for: tuple[int, str] = (-1, "")
        self._held_until = 0.0
        self._ordered_at = float("-inf")
        self._stale_order = True
        self._steps: Iterator[None] | None = None  # of the order that is being made
        self._base: list[Key] = []  # the order of all rows of the scope, of `_base_of`
        self._base_of: tuple[str, bool, Key] | None = None
        self._painted: dict[int, Key] = {}
        self._ages: dict[int, tuple[str, ...]] = {}  # as painted, by line
        self._from: Key | None = None  # where a range was begun
        self._outside: set[Key] = set()  # marks that are not of the range
        self.labels: dict[Key, str] = {}  # of the rows that a character jumps to

    # ------------------------------------------------------------------ the frame clock

    def tick(self, now: float) -> None:
        """Paint what changed; order again when it is time."""
        if self.paused:
            return
        if self._dirty.everything:
            self.refresh()
        keys, members = self._dirty.take()
        if members:
            self._base_of = None
        moves = self.predicate is not None or not self._column(self.sort_id).steady
        self._stale_order = self._stale_order or members or (bool(keys) and moves)
        due = now - self._ordered_at >= ORDER_PAUSE and not self.held
        if self._stale_order and (due or not self.order):
            if self.order and len(self.rows.rows) > AT_ONCE:
                self._reorder_by_and_by(now)
            else:
                self.reorder(now)
        elif members:
            self._drop_missing()
            self._append_new()
        self._refresh_rows(keys | self._aged())

    def _aged(self) -> set[Key]:
        """Rows on the screen of which a cell says something else by now, though nothing was told of them."""
        if not any(placed.column.ages for placed in self._place()):
            return set()
        there = self.rows.rows
        return {key for y, key in self._painted.items() if key in there and self._ages_of(key) != self._ages.get(y)}

    def _ages_of(self, key: Key) -> tuple[str, ...]:
        row = self.rows.rows[key]
        return tuple(placed.column.cell(row, self.look).text for placed in self._place() if placed.column.ages)

    def flush(self) -> None:
        """Paint what a key just changed, now."""
        self._refresh_rows(set(self._dirty.keys))
        self._dirty.keys.clear()

    def _refresh_rows(self, keys: set[Key]) -> None:
        """Those that are on the screen."""
        if not keys:
            return
        top, rows, cells = self.scroll_offset.y, max(0, self.size.height - 1), self.size.width
        seen = self.order[top : top + rows]
        if regions := [Region(0, line + 1, cells, 1) for line, key in enumerate(seen) if key in keys]:
            self.refresh(*regions)

    def reorder(self, now: float) -> None:
        """Filter and sort all rows of the scope. The row under the cursor keeps its place in the list."""
        self._ordered_at, self._stale_order, self._steps = now, False, None
        self._from = None  # another order has something else between its ends
        for _ in self._ordering(max(1, len(self.rows.rows))):
            pass

    def _reorder_by_and_by(self, now: float) -> None:
        """The same, a piece at a time, so that a key gets in between; when it moved the cursor, not now."""
        self._ordered_at, self._stale_order = now, False
        self._steps = steps = self._ordering(AT_ONCE)

        def go_on() -> None:
            if self._steps is not steps:
                return
            if self.held:
                self._steps, self._stale_order = None, True
            elif next(steps, _DONE) is not _DONE:
                self.call_later(go_on)

        go_on()

    def _ordering(self, at_once: int) -> Iterator[None]:
        scope = self._in_scope()
        depth = len(scope)
        self.rows.ordered()  # equal rows keep one order, whoever was heard first
        table, wanted, sort, look = self.rows.rows, self.predicate, self._column(self.sort_id).sort, self.look
        all_keys, all_rows = list(table), list(table.values())
        if depth:
            kept = [index for index, key in enumerate(all_keys) if key[:depth] == scope]
            all_keys, all_rows = [all_keys[index] for index in kept], [all_rows[index] for index in kept]
        keys: list[Key] = []
        values: list[Any] = []
        sorted_runs: list[int] = []
        for start in range(0, len(all_keys), at_once):
            yield
            of_keys, rows = all_keys[start : start + at_once], all_rows[start : start + at_once]
            if wanted is not None:
                kept = [index for index, row in enumerate(rows) if wanted(row)]
                of_keys, rows = [of_keys[index] for index in kept], [rows[index] for index in kept]
            run = range(len(keys), len(keys) + len(rows))
            keys += of_keys
            values += [sort(row, look) for row in rows]
            sorted_runs += sorted(run, key=values.__getitem__, reverse=self.reverse)
        yield
        if len(all_keys) > at_once:
            sorted_runs.sort(key=values.__getitem__, reverse=self.reverse)
        there = self.rows.rows  # rows go between two pieces
        order = [key for index in sorted_runs if (key := keys[index]) in there]
        if wanted is None:
            self._base, self._base_of = order, (self.sort_id, self.reverse, scope)
        self._take_order(order)

    def _in_scope(self) -> Key:
        """How the identities of the rows begin that are shown."""
        scope, context = self._scope(), self.look.context
        return (context,) if context and len(scope) < 2 else scope  # a room is entered by its own name

    def _filter_again(self) -> bool:
        """Of rows that are in order already only those that match: can that be done?"""
        scope, table, wanted = self._in_scope(), self.rows.rows, self.predicate
        if self._base_of != (self.sort_id, self.reverse, scope) or self._dirty.members:
            return False
        self._steps, self._stale_order = None, True  # what has moved since is put in its place when it is time
        if wanted is None:
            order = [key for key in self._base if key in table]
        else:
            order = [key for key in self._base if (row := table.get(key)) is not None and wanted(row)]
        self._take_order(order)
        return True

    def _take_order(self, order: list[Key]) -> None:
        cursor = self.cursor_row
        if cursor is not None and self.predicate is not None and not self.predicate(cursor):
            old, scope = self.position, self._in_scope()
            if old >= 0 and cursor.key[: len(scope)] == scope:
                order.insert(min(old, len(order)), cursor.key)
        self._set_order(order)

    def _drop_missing(self) -> None:
        """Rows were dropped while the order is held: close the gaps, move nothing else."""
        order = [key for key in self.order if key in self.rows.rows]
        if len(order) != len(self.order):
            self._set_order(order)

    def _append_new(self) -> None:
        """Rows that came while the order is held: below all others, so that nothing moves between a look and a key, and
        who is quick has no end of the list to wait at."""
        if self.ranging or len(self.rows.rows) > AT_ONCE:
            return
        known, scope, wanted = set(self.order), self._in_scope(), self.predicate
        came = [
            (key, row)
            for key, row in self.rows.rows.items()
            if key not in known and key[: len(scope)] == scope and not row.gone_at and (wanted is None or wanted(row))
        ]
        if came:
            sort = self._column(self.sort_id).sort
            came.sort(key=lambda one: sort(one[1], self.look), reverse=self.reverse)
            self._set_order([*self.order, *(key for key, _ in came)])

    def _set_order(self, order: list[Key]) -> None:
        if order == self.order and self.virtual_size.height == len(order) + 1:
            return
        old = max(0, self.position)
        self.order = order
        if self.marks:
            self.marks &= self.rows.rows.keys()
        self.virtual_size = Size(self.size.width, len(order) + 1)
        if self.position < 0:
            self.cursor_key = order[min(old, len(order) - 1)] if order else None
            self.post_message(self.Moved())
        self._show_cursor()
        self.refresh()

    def hold(self) -> None:
        self._held_until = self.look.now + HOLD

    @property
    def held(self) -> bool:
        return self.ranging or self.look.now < self._held_until

    @property
    def ranging(self) -> bool:
        """A range is open: the order stands until it is closed, so that nothing comes between its ends unseen."""
        return self._from is not None

    # ------------------------------------------------------------------ what the operator asks

    @property
    def cursor_row(self) -> Any:
        return self.rows.rows.get(self.cursor_key) if self.cursor_key is not None else None

    @property
    def position(self) -> int:
        """Where the cursor is in the order; -1: nowhere."""
        key, order = self.cursor_key, self.order
        if key is None:
            return -1
        if not (0 <= self._at < len(order) and order[self._at] == key):
            try:
                self._at = order.index(key)
            except ValueError:
                self._at = -1
        return self._at

    def move(self, lines: int) -> None:
        if self.order:
            self.point(min(max(self.position + lines, 0), len(self.order) - 1))

    def step(self, lines: int) -> None:
        """To the next or the previous of those that match, from the last to the first."""
        if self.order:
            self.point((self.position + lines) % len(self.order))

    def order_now(self) -> None:
        """As it is at this moment, however short ago the cursor was moved; the cursor stays on its row."""
        self._held_until = 0.0
        self.reorder(self.look.now)
        self._show_cursor()
        self.refresh()

    def page(self, pages: int) -> None:
        self.move(pages * max(1, self.size.height - 2))

    def point(self, index: int) -> None:
        """Put the cursor on the row at `index` of the order."""
        old, self.cursor_key = self.cursor_key, self.order[index]
        self.hold()
        if old is not None and old != self.cursor_key:
            self._stale_order = True  # a row kept only because it was under the cursor may go
            self._refresh_rows({old})
        self._refresh_rows({self.cursor_key})
        self._mark_range()
        self._show_cursor()
        self.post_message(self.Moved())

    def point_at(self, key: Key) -> bool:
        if key not in self.order:
            return False
        self.point(self.order.index(key))
        return True

    def label(self) -> bool:
        """Put a character before every row on the screen: it stays with its row, wherever that goes."""
        top, rows = self.scroll_offset.y, max(0, self.size.height - 1)
        seen = [key for key in self.order[top : top + rows] if key in self.rows.rows]
        self.labels = dict(zip(seen, LABELS, strict=False))
        self.refresh()
        return bool(self.labels)

    def jump(self, character: str | None) -> bool:
        """To the row behind `character`; either way the characters go."""
        key = next((key for key, label in self.labels.items() if label == character), None)
        self.labels = {}
        self.refresh()
        return key is not None and self.point_at(key)

    def _show_cursor(self) -> None:
        index, rows = self.position, max(1, self.size.height - 1)
        top = self.scroll_offset.y
        if index < 0:
            return
        if index < top:
            self.scroll_to(y=index, animate=False, immediate=True)
        elif index >= top + rows:
            self.scroll_to(y=index - rows + 1, animate=False, immediate=True)

    def sort_by(self, column_id: str, reverse: bool) -> None:
        self.sort_id, self.reverse = column_id, reverse
        self.reorder(self.look.now)
        self.refresh()

    def sort_next(self) -> None:
        """By the column in hand; when it is sorted by that already, or none is in hand, by the next on the screen."""
        shown = [placed.column for placed in self._place()]
        ids = [column.id for column in shown]
        if self.column_id not in ("", self.sort_id):
            at = ids.index(self.column_id)
        else:
            at = (ids.index(self.sort_id) + 1) % len(ids) if self.sort_id in ids else 0
            self.column_id = ids[at] if self.column_id else ""
        self.sort_by(shown[at].id, shown[at].descending)

    @property
    def column_in_hand(self) -> Column | None:
        return self._column(self.column_id) if self.column_id else None

    def step_column(self, columns: int) -> None:
        """Take the next column in hand, or the previous one: of all there are. One that the screen was too narrow for
        is shown while it is in hand. The first step shows where one is: at the column that the rows are sorted by."""
        ids = [column.id for column in self.columns]
        at = ids.index(self.column_id or self.sort_id)
        self.column_id = ids[min(max(at + (columns if self.column_id else 0), 0), len(ids) - 1)]
        self.hold()
        self.refresh()

    def set_filter(self, text: str, predicate: Predicate | None) -> None:
        self.filter_text, self.predicate = text, predicate
        self._from = None
        self.cursor_key = self.cursor_key if self._matches(self.cursor_key) else None
        if not self._filter_again():
            self.reorder(self.look.now)
        self.refresh()

    def _matches(self, key: Key | None) -> bool:
        row = self.rows.rows.get(key) if key else None
        return row is not None and (self.predicate is None or self.predicate(row))

    def mark(self) -> None:
        """Mark or unmark the row under the cursor, and go one down."""
        if self.cursor_key is not None:
            self._from = None
            self.marks ^= {self.cursor_key}
            self.named = (self.named | {self.cursor_key}) & self.marks
            self._refresh_rows({self.cursor_key})
            self.move(1)

    def mark_range(self) -> None:
        """Begin a range at the cursor, or close the one that is open: what it marked stays marked."""
        self._from = self.cursor_key if self._from is None else None
        self._outside = set(self.marks)
        self._mark_range()

    def _mark_range(self) -> None:
        """All rows from where the range was begun to the cursor, both with them."""
        if self._from is None:
            return
        if self._from not in self.order:
            self._from = None
            return
        first, last = sorted((self.order.index(self._from), self.position))
        between = self.order[first : last + 1]
        self.marks = self._outside | {key for key in between if key in self.rows.rows and self._markable(key)}
        self.refresh()

    def mark_all(self) -> None:
        self._from = None
        self.marks = {key for key in self.order if key in self.rows.rows and self._markable(key)}
        self.refresh()

    def _markable(self, key: Key) -> bool:
        return not self.rows.rows[key].gone_at and self._matches(key)

    def unmark(self) -> None:
        self._from = None
        self.marks, self.named = set(), set()
        self.refresh()

    def start_over(self) -> None:
        """Another scope: nothing is kept of the old one."""
        self.cursor_key, self.order, self._at = None, [], -1
        self.marks, self.named = set(), set()
        self.labels, self._from = {}, None
        self._held_until, self._stale_order = 0.0, True
        self.virtual_size = Size(self.size.width, 1)
        self.scroll_to(y=0, animate=False, immediate=True)
        self.reorder(self.look.now)
        self.refresh()

    # ------------------------------------------------------------------ painting

    def _column(self, column_id: str) -> Column:
        return next((column for column in self.columns if column.id == column_id), self.columns[0])

    def _place(self) -> list[Placed]:
        if self._placed_for != (self.size.width, self.column_id):
            self._placed_for = (self.size.width, self.column_id)
            self._placed = place(self.columns, self.size.width - _GUTTER - 1, self.column_id)
        return self._placed

    def render_line(self, y: int) -> Strip:
        cells = self.size.width
        if y == 0:
            return self._headings(cells)
        index = self.scroll_offset.y + y - 1
        if not self.order:
            return self._empty_line(y, cells)
        if index >= len(self.order):
            self._painted.pop(y, None)
            return strip((), cells)
        key = self.order[index]
        self._painted[y] = key
        self._ages[y] = self._ages_of(key) if key in self.rows.rows else ()
        return self._row(key, cells)

    def _headings(self, cells: int) -> Strip:
        segments = [Segment(" " * _GUTTER, HEADING)]
        for placed in self._place():
            in_hand = placed.column.id == self.column_id
            text = heading(placed, self.sort_id, self.reverse, in_hand=in_hand)
            segments += [Segment(text, HEADING_IN_HAND if in_hand else HEADING), Segment(" ", HEADING)]
        return Strip(segments).adjust_cell_length(cells, HEADING).simplify()

    def _row(self, key: Key, cells: int) -> Strip:
        row = self.rows.rows.get(key)
        if row is None:
            return strip((("   ", ""), ("·", "dim")), cells)
        cursor = key == self.cursor_key
        styles = ON_BACKGROUND if not cursor else ON_CURSOR if self.has_focus else ON_BLURRED
        segments = [
            Segment(self.labels[key], styles["warn"])
            if key in self.labels
            else Segment("▶" if cursor else " ", styles["accent"]),
            Segment("✓ " if key in self.marks else "  ", styles["accent"]),
        ]
        for placed in self._place():
            text, tone = placed.column.cell(row, self.look)
            segments.append(Segment(fit(text, placed.width, placed.column.align) + " ", styles[tone]))
        return Strip(segments).adjust_cell_length(cells, styles[""])

    def _empty_line(self, y: int, cells: int) -> Strip:
        first, second = self._empty(self.predicate is not None)
        middle = max(2, (self.size.height - 1) // 2)
        if y == middle:
            return strip([(fit(first, cells - 4).strip().center(cells), "strong")], cells)
        if y == middle + 1:
            return strip([(fit(second, cells - 4).strip().center(cells), "dim")], cells)
        return strip((), cells)

    # ------------------------------------------------------------------ pointer and size

    def on_click(self, event: events.Click) -> None:
        key = self._painted.get(event.y)  # the row that was painted there, whatever the order is now
        if key is None or key not in self.order:
            return
        again = key == self.cursor_key
        self.point(self.order.index(key))
        if again and event.chain > 1:
            self.post_message(self.Opened())

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self.order) + 1)
        self._show_cursor()
        self.refresh()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
