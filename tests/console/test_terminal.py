"""The real terminal: private parts of Textual we stand on, back-pressure, and leaving cleanly on signals."""

from __future__ import annotations

import contextlib
import fcntl
import inspect
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import pytest
from textual._compositor import Compositor
from textual.drivers import _writer_thread, linux_driver
from textual.events import Key
from textual.screen import Screen
from textual.widget import Widget

from console.contexts import Contexts, save
from console.model import Context
from console.terminal import OneRead, Writer


def test_textual_still_has_the_parts_the_gate_stands_on() -> None:
    assert issubclass(Writer, _writer_thread.WriterThread)
    assert vars(linux_driver)["WriterThread"] is _writer_thread.WriterThread
    source = Path(linux_driver.__file__).read_text("utf-8")
    assert "self._writer_thread = WriterThread(self._file)" in source
    assert "self._file = sys.__stderr__" in source
    assert vars(linux_driver)["XTermParser"].feed is not None
    assert "parser = XTermParser(self._debug)" in inspect.getsource(linux_driver.LinuxDriver.run_input_thread)
    assert "for event in feed(unicode_data)" in source
    assert "if not self._mouse:" in inspect.getsource(linux_driver.LinuxDriver._enable_mouse_support)
    assert "if not self._mouse:" in inspect.getsource(linux_driver.LinuxDriver._disable_mouse_support)
    for owner, parts in (
        (Widget, ("_layout_required", "_scroll_required", "_repaint_required")),
        (Screen, ("_layout_required", "_scroll_required", "_compositor_refresh")),
        (Compositor, ("update_widgets",)),
    ):
        assert all(part in inspect.getsource(owner) for part in parts)
    assert "self._dirty_widgets.add(widget)" in inspect.getsource(Screen)


def test_what_comes_in_one_read_was_pressed_at_one_time() -> None:
    """So that a key behind Enter in a paste is known to be older than what Enter does."""
    reader = OneRead()
    first, second = list(reader.feed("\rm:q\r")), list(reader.feed("y"))
    assert [event.key for event in (*first, *second) if isinstance(event, Key)] == [
        "enter",
        "m",
        "colon",
        "q",
        "enter",
        "y",
    ]
    assert len({event.time for event in first}) == 1
    assert second[0].time >= first[0].time


def test_the_writer_counts_what_is_not_written_and_never_blocks_the_loop() -> None:
    gate = threading.Event()

    class Slow:
        def write(self, text: str) -> None:
            gate.wait(40)

        def flush(self) -> None: ...

    writer = Writer(cast("IO[str]", Slow()))
    writer.start()
    started = time.monotonic()
    for _ in range(500):  # Textual's own queue holds 30
        writer.write("frame")
    assert time.monotonic() - started < 30, "nobody waited for the gate"
    assert writer.pending == 2500
    gate.set()
    writer.stop()
    assert writer.pending == 0


class Terminal:
    """`regie console` in a pseudo-terminal of 80×24."""

    def __init__(self, contexts: Path) -> None:
        self.output = b""
        self.process: subprocess.Popen[bytes]
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environment = {
            **os.environ,
            "REGIE_CONTEXTS": str(contexts),
            "TERM": "xterm-256color",
            "XDG_STATE_HOME": str(contexts.parent),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "console", "--lang", "en", "console"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)

    def read_until(self, wanted: bytes, seconds: float = 40) -> None:
        end = time.monotonic() + seconds
        while wanted not in self.output:
            left = end - time.monotonic()
            assert left > 0, self.output[-2000:]
            if select.select([self.master], [], [], left)[0]:
                try:
                    self.output += os.read(self.master, 65536)
                except OSError:
                    break
        assert wanted in self.output, self.output[-2000:]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self.master)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    file = tmp_path / "contexts.toml"
    save(Contexts("gone", {"gone": Context("gone", "127.0.0.1:1", "", "t")}), file)
    one = Terminal(file)
    yield one
    one.process.kill()
    one.process.wait()
    one.close()


def test_sigterm_leaves_the_alternate_screen(terminal: Terminal) -> None:
    terminal.read_until(b"gone")
    terminal.process.send_signal(signal.SIGTERM)
    terminal.read_until(b"\x1b[?1049l")
    assert terminal.process.wait(20) == 143


def test_the_pointer_is_given_back_to_the_terminal_and_taken_again(terminal: Terminal) -> None:
    """So that text can be marked as in any terminal (console.md: `:set mouse off`)."""
    terminal.read_until(b"gone")
    for switch, wanted in ((b"off", b"\x1b[?1003l"), (b"on", b"\x1b[?1003h")):
        terminal.output = b""
        os.write(terminal.master, b":")
        terminal.read_until(b"nodes rooms room mute")
        os.write(terminal.master, b"set mouse " + switch + b"\r")
        terminal.read_until(wanted)


def test_a_lost_terminal_ends_the_console(terminal: Terminal) -> None:
    terminal.read_until(b"gone")
    terminal.close()
    assert terminal.process.wait(20) in (129, -signal.SIGHUP, 143, 1)


def test_keys_leave_with_code_zero(terminal: Terminal) -> None:
    terminal.read_until(b"gone")
    os.write(terminal.master, b"q")
    terminal.read_until(b"Leave the console?")
    os.write(terminal.master, b"y")
    terminal.read_until(b"\x1b[?1049l")
    assert terminal.process.wait(20) == 0
