"""The bar above the status line: a filter, a command, or the question before something heavy. Never a modal.

A question names target and effect. `y` runs a T2; a T3 wants the number or the name typed, then a reason. No key that
opens a question also answers it, and a paste of several keys cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from console.i18n import t
from console.text import clean

Kind = Literal["", "line", "confirm", "type", "reason"]


@dataclass(slots=True)
class Line:
    """A line to type: `change` at every key, `done` with Enter, `cancel` with Escape."""

    prompt: str
    hint: str
    done: Callable[[str], None]
    cancel: Callable[[], None]
    change: Callable[[str], str] = lambda text: ""  # gives what is wrong with the text, or nothing
    complete: Callable[[str], str] = lambda text: text
    history: tuple[str, ...] = ()


@dataclass(slots=True)
class Question:
    """`expected`: what must be typed; empty: `y` is enough. `reason`: one must be given then. `targets`: the names of
    those it would be done to, when they are several: `v` shows them."""

    ask: str
    run: Callable[[str], None]  # with the reason
    expected: str = ""
    reason: bool = False
    cancel: Callable[[], None] = lambda: None
    targets: Sequence[str] = ()

    @property
    def lists(self) -> bool:
        """Does `v` show the targets? Not where it may be a letter of what is typed."""
        return len(self.targets) > 1 and (not self.expected or self.expected.isdecimal())


class _Entry(Input):
    """An input whose keys the bar may want first."""

    class Special(Message):
        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    asked = False
    """Enter is under way to the bar: what comes behind it is not for what it opens."""

    async def _on_key(self, event: events.Key) -> None:
        bar = self.parent
        if self.asked or (isinstance(bar, Bar) and bar.too_early(event)):
            event.stop()
            event.prevent_default()
            return
        if isinstance(bar, Bar) and bar.shows_targets(event.key):
            event.stop()
            event.prevent_default()
            return
        self.asked = event.key == "enter"
        if event.key in ("escape", "tab", "up", "down", "ctrl+g") or (event.key == "backspace" and not self.value):
            event.stop()
            event.prevent_default()
            self.post_message(self.Special(event.key))
            return
        await super()._on_key(event)


class Bar(Widget, can_focus=True):
    DEFAULT_CSS = """
    Bar { height: auto; display: none; background: $panel; padding: 0 1; border-left: thick $accent; }
    Bar.-open { display: block; }
    Bar.-heavy { border-left: thick $warning; }
    Bar #bar-ask { height: auto; color: $foreground; text-style: bold; }
    Bar #bar-hint { height: 1; color: #7b8696; }
    Bar _Entry { height: 1; border: none; padding: 0; background: $panel; }
    Bar _Entry:focus { border: none; }
    """

    def __init__(
        self,
        closed: Callable[[], None] = lambda: None,
        listed: Callable[[Sequence[str]], None] = lambda targets: None,
        id: str | None = None,
    ) -> None:
        """`closed`: the bar is gone; the focus goes back to the view. `listed`: show these targets."""
        super().__init__(id=id)
        self._when_closed, self._when_listed = closed, listed
        self._opened = 0.0
        self._answered = 0.0
        self.kind: Kind = ""
        self._line: Line | None = None
        self._question: Question | None = None
        self._at = 0

    def compose(self) -> ComposeResult:
        yield Static("", id="bar-ask", markup=False)
        yield _Entry(id="bar-entry", select_on_focus=False, compact=True)
        yield Static("", id="bar-hint", markup=False)

    @property
    def entry(self) -> Input:
        return self._entry

    @property
    def _entry(self) -> _Entry:
        return self.query_one("#bar-entry", _Entry)

    @property
    def is_open(self) -> bool:
        return self.kind != ""

    def answered(self) -> None:
        """What was asked for is done, and something else is on the screen."""
        self._answered = self._now()

    def too_early(self, event: events.Key) -> bool:
        """Was this key pressed before the last answer was acted on? Then it came in one burst with that: a paste, or
        keys that a slow line kept. Nobody had seen what it would act on."""
        return event.time < self._answered

    # ------------------------------------------------------------------ opening

    def ask_line(self, line: Line, initial: str = "") -> None:
        self._line, self._question, self.kind = line, None, "line"
        self._at = len(line.history)
        self._show(line.prompt, line.hint, initial, heavy=False)

    def ask(self, question: Question) -> None:
        self._line, self._question = None, question
        if question.expected:
            self.kind = "type"
            value: str | None = ""
            hint = t("bar.type", text=question.expected)
        else:
            self.kind = "confirm"
            hint, value = t("bar.confirm"), None
        more = f"   {t('bar.list')}" if question.lists else ""
        self._show(question.ask, hint + more, value, heavy=True)

    def shows_targets(self, key: str) -> bool:
        """Was this the key that shows whom the question is about? Then they are shown."""
        question = self._question
        if key != "v" or question is None or self.kind not in ("confirm", "type") or not question.lists:
            return False
        self._when_listed(question.targets)
        return True

    def _show(self, ask: str, hint: str, value: str | None, *, heavy: bool) -> None:
        self._opened = self._now()
        self._entry.asked = False
        self.set_class(heavy, "-heavy")
        self.set_class(True, "-open")
        self.query_one("#bar-ask", Static).update(clean(ask, 400))
        self._hint(hint)
        entry = self.entry
        entry.display = value is not None
        if value is None:
            self.screen.set_focus(self)
            return
        with self.prevent(Input.Changed):
            entry.value = value
        entry.cursor_position = len(value)
        self.screen.set_focus(entry)  # at once: the next key of a paste is for the line

    def _now(self) -> float:
        """By the clock that stamps keys."""
        return events.Event().time

    def _hint(self, text: str) -> None:
        self.query_one("#bar-hint", Static).update(clean(text, 300))

    def close(self) -> None:
        if self.kind:
            self.kind, self._line, self._question = "", None, None
            self.set_class(False, "-open")
            self._when_closed()

    # ------------------------------------------------------------------ answering

    def on_key(self, event: events.Key) -> None:
        if self.kind != "confirm" or self._question is None:
            return
        event.stop()
        event.prevent_default()  # no other key does anything while a question stands
        question = self._question
        if event.time < self._opened or self.too_early(event):
            return  # pasted together with the key that asked
        if self.shows_targets(event.key):
            return
        if event.key == "y" and question.reason:
            self.kind = "reason"
            self._show(question.ask, t("bar.reason"), "", heavy=True)
        elif event.key == "y":
            self.close()
            question.run("")
        elif event.key in ("n", "q", "escape", "backspace"):
            self.close()
            question.cancel()
        else:
            return
        self.answered()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._line is not None:
            wrong = self._line.change(event.value)
            self._hint(wrong or self._line.hint)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        value = event.value.strip()
        try:
            if (line := self._line) is not None:
                self.close()
                line.done(value)
            elif (question := self._question) is not None:
                self._answer(question, value)
        finally:
            self._entry.asked = False
            self.answered()

    def _answer(self, question: Question, value: str) -> None:
        if self.kind == "type":
            if value != question.expected:
                self._hint(t("bar.wrong", text=question.expected))
            elif question.reason:
                self.kind = "reason"
                self._show(question.ask, t("bar.reason"), "", heavy=True)
            else:
                self.close()
                question.run("")
        elif not value:
            self._hint(t("bar.reason_needed"))
        else:
            self.close()
            question.run(clean(value, 200))

    def on__entry_special(self, event: _Entry.Special) -> None:
        event.stop()
        if event.key in ("escape", "ctrl+g", "backspace"):
            line, question = self._line, self._question
            self.close()
            if line is not None:
                line.cancel()
            elif question is not None:
                question.cancel()
        elif self._line is not None:
            self._help_typing(self._line, event.key)

    def _help_typing(self, line: Line, key: str) -> None:
        entry = self.entry
        if key == "tab":
            entry.value = line.complete(entry.value)
        elif line.history:
            self._at = min(max(self._at + (-1 if key == "up" else 1), 0), len(line.history))
            entry.value = line.history[self._at] if self._at < len(line.history) else ""
        entry.cursor_position = len(entry.value)
