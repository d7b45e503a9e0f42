"""The terminal's side of back-pressure: the only file with private parts of Textual; `test_terminal.py` guards it.

Textual queues 30 frames and then blocks the event loop until the terminal reads (measured: 5 s). Here the writer
counts what it has not written yet, the frame clock skips frames while that is not nothing, and the queue never blocks
the loop.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from queue import Queue
from typing import IO, Any

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers import linux_driver
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

_STOP_SECONDS = 0.5


class Writer(WriterThread):
    """Knows how many characters the terminal has not taken yet."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(file)
        self._queue = Queue()  # unbounded: the gate bounds it, a full queue would freeze the loop
        self.pending = 0

    def write(self, text: str) -> None:
        self.pending += len(text)
        super().write(text)

    def run(self) -> None:
        while (text := self._queue.get()) is not None:
            self._file.write(text)
            self._file.flush()
            self.pending -= len(text)

    def stop(self) -> None:
        """Leave even when the terminal does not read any more: the thread is a daemon."""
        self._queue.put(None)
        self.join(_STOP_SECONDS)


class OneRead(XTermParser):
    """What the terminal gave in one read came at one time: a key behind Enter there was pressed before anything of what
    Enter did was seen."""

    def feed(self, data: str) -> Iterable[Message]:
        messages = list(super().feed(data))
        for message in messages:
            message.time = messages[0].time
        return messages


class GatedDriver(LinuxDriver):
    """The Linux driver with that writer, and that reader."""

    def run_input_thread(self) -> None:
        vars(linux_driver)["XTermParser"] = OneRead  # the thread takes the class from its module when it starts
        super().run_input_thread()

    def start_application_mode(self) -> None:
        names = vars(linux_driver)  # the driver takes the class from its module when it starts
        plain = names["WriterThread"]
        names["WriterThread"] = Writer
        try:
            super().start_application_mode()  # type: ignore[no-untyped-call]
        finally:
            names["WriterThread"] = plain


def busy(app: App[Any]) -> bool:
    """Has the terminal not yet taken the last frame?"""
    writer = getattr(app._driver, "_writer_thread", None)
    return bool(getattr(writer, "pending", 0))


def use_mouse(app: App[Any], on: bool) -> None:
    """Whether the terminal gives its pointer to the console, or keeps it to mark text with."""
    driver = app._driver
    if isinstance(driver, LinuxDriver):
        driver._mouse = driver._mouse or on  # else the driver was begun without, and enabling is nothing to it
        (driver._enable_mouse_support if on else driver._disable_mouse_support)()
        driver.flush()


def paint_now(screen: Screen[Any]) -> None:
    """Hand to the terminal what waits to be painted: called in the handler of a key.

    Textual sends it through a message of each widget and a timer of its own, 17 ms after the last frame at the
    soonest and behind everything that nodes say meanwhile. A new layout is left to it, and a terminal that is behind.
    """
    app = screen.app
    widgets = screen.walk_children(Widget)
    laid_out = not any(one._layout_required or one._scroll_required for one in (screen, *widgets))
    if not (laid_out and screen.is_current and screen.is_mounted) or app._batch_count or busy(app):
        return
    for widget in widgets:
        if widget._repaint_required:
            widget._repaint_required = False
            screen._dirty_widgets.add(widget)
    if screen._dirty_widgets:
        screen._compositor.update_widgets(screen._dirty_widgets)
        screen._compositor_refresh()


@contextlib.contextmanager
def quiet_stderr(log: Path) -> Iterator[None]:
    """Send what libraries print on file descriptor 2 to `log`; Textual keeps the terminal through a copy."""
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    original = sys.__stderr__
    copy = os.dup(2)
    sink = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    try:
        sys.__stderr__ = os.fdopen(copy, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # type: ignore[misc]
        os.dup2(sink, 2)
        yield
    finally:
        os.dup2(copy, 2)
        sys.__stderr__ = original  # type: ignore[misc]
        os.close(sink)
        os.close(copy)
