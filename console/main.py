"""`regie console`: the store, the fleet and the application, put together."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from console.app import ConsoleApp
from console.client.fleet import Fleet
from console.model import Context
from console.state import Store
from console.terminal import quiet_stderr


def run(contexts: Sequence[Context], *, read_only: bool = False, slow: bool = False, mouse: bool = True) -> int:
    """Show the console until the operator leaves it; the exit code."""
    store = Store(contexts, time.monotonic())
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    with quiet_stderr(state / "regie" / "console.log"):
        code = ConsoleApp(store, Fleet(contexts, store), read_only=read_only, slow=slow).run(mouse=mouse)
    return code or 0
