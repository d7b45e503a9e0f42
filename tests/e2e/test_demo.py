"""`regie demo`: a webinar in progress, and nothing left when it ends."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from node.demo.children import die_with
from node.demo.peer import Door, Message
from tests.e2e.listener import Listener
from tests.e2e.machine import free_port, until

LINK = re.compile(rb"http://localhost:\d+/r/\S+#\S+")
CONSOLE = b"\x1b[?1049h"
"""What a program writes that takes the whole screen."""


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short name: the plane's socket is in it."""
    return tmp_path_factory.mktemp("demo")


def environ(folder: Path) -> dict[str, str]:
    (folder / "tmp").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGIE_")}
    return {
        **kept,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "REGIE_LANG": "fr",
        "TERM": "xterm-256color",
        "TMPDIR": str(folder / "tmp"),
    }


def left_behind(folder: Path) -> list[str]:
    """Processes and files that belong to the demonstration in `folder`."""
    found = [str(path) for path in (folder / "tmp").iterdir()]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if f"TMPDIR={folder / 'tmp'}".encode() in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_bytes().decode())
            except OSError:
                continue
    return found


def heard(guest: Listener) -> Iterator[Message]:
    while not guest.messages.empty():
        yield guest.messages.get_nowait()


async def people(link: str) -> int:
    door = Door.of(link.replace("//localhost:", "//127.0.0.1:"))
    headers = {"Authorization": f"Bearer {door.ticket}"}
    async with aiohttp.ClientSession() as http, http.get(f"{door.base}/api/rooms/{door.room}", headers=headers) as got:
        said = await got.json()
        return int(said["people"])


async def test_without_a_terminal_it_prints_the_links_and_runs_until_stopped(folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "node.demo", "--people", "2", "--port", str(free_port()),
        env=environ(folder), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, preexec_fn=die_with(os.getpid()),
    )  # fmt: skip
    assert process.stdout is not None
    said = await asyncio.wait_for(process.stdout.readuntil(b"Ctrl-C"), 120)
    links = LINK.findall(said)
    assert len(links) == 2
    assert await people(links[0].decode()) == 2
    guest = Listener(Door.of(links[1].decode().replace("//localhost:", "//127.0.0.1:")), "Jean")
    await guest.enter()
    try:
        await until(lambda: len(guest.of("video")) == 2, 20, "both send pictures")
        await until(lambda: guest.packets("video") > 100 and guest.packets("audio") > 50, 20, "somebody talks")
        await until(lambda: any(said["type"] == "chat" or said.get("chat") for said in heard(guest)), 30, "and writes")
    finally:
        await guest.exit()

    process.send_signal(signal.SIGINT)
    await ends(process, folder)
    assert process.returncode == 0
    await until(lambda: not left_behind(folder), 15, "nothing is left")


async def ends(process: asyncio.subprocess.Process, folder: Path) -> None:
    """Not by `process.wait`, which waits for the end of its output as well. Who is still there is said."""
    try:
        await until(lambda: process.returncode is not None, 30, "the demonstration ends")
    except AssertionError as late:
        raise AssertionError(f"{late}; still there: {left_behind(folder)}") from None


async def test_in_a_terminal_leaving_the_console_stops_everything(folder: Path) -> None:
    controller, terminal = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "node.demo", "--people", "1", "--port", str(free_port()),
        env={**environ(folder), "COLUMNS": "100", "LINES": "30"}, stdin=terminal, stdout=terminal, stderr=terminal,
        preexec_fn=die_with(os.getpid()),
    )  # fmt: skip
    os.close(terminal)
    shown = bytearray()

    def read() -> None:
        try:
            shown.extend(os.read(controller, 65536))
        except OSError:  # the other side is closed
            asyncio.get_running_loop().remove_reader(controller)

    asyncio.get_running_loop().add_reader(controller, read)
    try:
        await until(lambda: LINK.search(shown), 120, "the links", every=0.1)
        os.write(controller, b"\r")
        await until(lambda: CONSOLE in shown and "démo".encode() in shown, 60, "the console shows the node", every=0.1)
        os.write(controller, b"\x11")  # Ctrl-Q
        assert await asyncio.wait_for(process.wait(), 30) == 0
        await until(lambda: not left_behind(folder), 15, "nothing is left")
    finally:
        asyncio.get_running_loop().remove_reader(controller)
        os.close(controller)
