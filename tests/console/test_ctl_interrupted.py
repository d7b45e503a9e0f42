"""D5: Ctrl-C ends a command that waits for a node, also when the signal comes the instant before it waits, or to
another of its threads: either leaves it waiting, unless the signal itself wakes it."""

from __future__ import annotations

import signal
import subprocess
import sys

WAITS = """
import asyncio, signal, threading
from console.client.once import interruptible

threading.Thread(target=threading.Event().wait, daemon=True).start()
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # that thread has it from now on

async def work():
    print("waits", flush=True)
    await asyncio.Event().wait()

try:
    interruptible(work())
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_a_signal_that_another_thread_was_given_ends_it() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITS], stdout=subprocess.PIPE, text=True) as command:
        try:
            assert command.stdout is not None
            assert command.stdout.readline() == "waits\n"
            command.send_signal(signal.SIGINT)
            assert command.communicate(timeout=30) == ("interrupted\n", None)
        finally:
            command.kill()
