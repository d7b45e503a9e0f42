"""The end of the terminal is the end of what runs in it, also behind a program that does not pass it on.

When a terminal goes, the kernel tells the leader of its session alone (SIGHUP); everybody else learns of it when that
one ends. `make` started by the terminal itself is that leader and waits for its children, who then wait for it. So we
look for ourselves: a terminal that is gone polls as hung up (tty(4)).
"""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Callable

_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


def end_with_terminal(handler: Callable[[int, object], object]) -> None:
    """Call `handler` in the main thread, which this is, on SIGHUP and when the terminal is gone; `nohup` is heeded."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return
    signal.signal(signal.SIGHUP, handler)
    poller = select.poll()
    terminals = [number for number in (0, 1, 2) if _is_terminal(number)]
    for number in terminals:
        poller.register(number, 0)  # hanging up is told unasked (poll(2))
    if terminals:
        main = threading.get_ident()
        threading.Thread(target=_watch, args=(poller, main), name="terminal", daemon=True).start()


def _watch(poller: select.poll, main: int) -> None:
    while not any(events & _GONE for _, events in poller.poll()):
        pass
    signal.pthread_kill(main, signal.SIGHUP)  # to that thread: it may be waiting in a system call


def _is_terminal(number: int) -> bool:
    try:
        return os.isatty(number)
    except OSError:
        return False
