"""`regie console`: the store, the fleet and the application, put together."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from console import habits
from console.app import ConsoleApp
from console.client.fleet import Fleet
from console.model import Context
from console.state import Store
from console.terminal import quiet_stderr

HAND_OVER = 0.001
"""Seconds after which a busy loop lets another thread in: keys come from one, and what is painted leaves by one."""


def run(
    contexts: Sequence[Context],
    *,
    read_only: bool = False,
    armed: bool = False,
    slow: bool = False,
    mouse: bool = True,
) -> int:
    """Show the console until the operator leaves it; the exit code. `armed`: without `W` before the first deed."""
    gc.disable()  # the application says when: `tidying`
    sys.setswitchinterval(HAND_OVER)
    store = Store(contexts, time.monotonic())
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    with quiet_stderr(state / "regie" / "console.log"):
        kept = state / "regie" / "console.json"
        app = ConsoleApp(store, Fleet(contexts, store), read_only=read_only, wants_arming=not armed, slow=slow)
        app.orders = habits.load(kept)
        code = app.run(mouse=mouse)
        habits.save(kept, app.orders)
    return code or 0
