"""systemd's watchdog hears of the event loop for as long as it turns, and only where it asked (sd_notify(3))."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest

from node.__main__ import say_alive


async def test_the_watchdog_is_told_while_the_loop_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.setblocking(False)
        told = asyncio.create_task(say_alive({"WATCHDOG_USEC": "20000", "WATCHDOG_PID": str(os.getpid())}))
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(20):
            for _ in range(3):
                assert await loop.sock_recv(manager, 100) == b"WATCHDOG=1"
        told.cancel()
        async with asyncio.timeout(30):
            await say_alive({})
            await say_alive({"WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"})
