"""Processes that never outlive the one that started them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

_PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


class Gone(Exception):
    """A child ended that should have gone on. The message is what it said last."""


class Child:
    """A Python module as a child process, its output in a log file of its own.

    `speaks`: stdout comes to us by `stdout` instead. A process of its own group: the terminal's Ctrl-C reaches
    only us, and we stop the children in order.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        log: Path,
        environ: Mapping[str, str],
        speaks: bool = False,
        told: str = "",
    ) -> None:
        self.log = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE if told else subprocess.DEVNULL,
                stdout=subprocess.PIPE if speaks else file,
                stderr=file,
                env=dict(environ),
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),
            )
        if told:
            assert self.process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.write(f"{told}\n".encode())
                self.process.stdin.close()

    @property
    def stdout(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    def check(self) -> None:
        """Raises `Gone` when the child has ended."""
        if self.process.poll() is not None:
            raise Gone(self.last_words())

    def last_words(self) -> str:
        lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        return "\n".join(lines[-12:])

    def stop(self, patience: float = 8.0) -> None:
        """SIGTERM, then after `patience` seconds SIGKILL. Returns when the process is gone."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def die_with(parent: int) -> Callable[[], None] | None:
    """For Popen's `preexec_fn`: the kernel sends SIGTERM when the parent dies, however that happens."""
    if _LIBC is None:
        return None
    libc = _LIBC

    def prepare() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died before the call
            os._exit(1)

    return prepare


def wait_gone(pid: int, patience: float) -> bool:
    """Whether the process `pid` (not necessarily a child) ended within `patience` seconds."""
    until = time.monotonic() + patience
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
