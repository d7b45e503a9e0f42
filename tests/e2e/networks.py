"""A network of a test's own, that ends with it: a thread in a fresh network namespace, with `lo` and one more address.

Everything the thread starts (sockets, child processes) lives there and reaches nothing else. Needs root.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import subprocess
import threading
from collections.abc import Awaitable, Callable
from typing import Final

ADDRESS: Final = "10.213.7.1"
_CLONE_NEWNET: Final = 0x4000_0000  # unshare(2)

_COMMANDS: Final = (
    "ip link set lo up",
    "ip link add regie0 type veth peer name regie1",
    f"ip addr add {ADDRESS}/24 dev regie0",
    "ip link set regie0 up",
    "ip link set regie1 up",
    f"ip route add default via {ADDRESS}",
)


def in_own_network(body: Callable[[], Awaitable[None]]) -> None:
    """Run the coroutine function to its end in a namespace that has 127.0.0.1 and `ADDRESS`; raises what it raises."""
    failed: list[BaseException] = []

    async def wrapped() -> None:
        await body()

    def live() -> None:
        try:
            if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            for command in _COMMANDS:
                subprocess.run(command.split(), check=True, capture_output=True)
            asyncio.run(wrapped())
        except BaseException as cause:
            failed.append(cause)

    thread = threading.Thread(target=live, name="own-network")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
