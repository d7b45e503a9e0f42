"""A newcomer's first minutes, timed: `make newcomer`. Exit 1: something took longer, or is larger, than promised.

    python ops/newcomer.py dist/regie-….whl

From a clean virtual environment and the wheel to a person in a room, by what a newcomer has: no source, no lock, no
cache of bytecode. What is downloaded is downloaded before, and not counted. The same for the console alone: what it
takes on the disk, and how long it is until the terminal shows something.
"""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

IN_A_ROOM_S: Final = 60.0
CONSOLE_MB: Final = 60
CONSOLE_STARTS_S: Final = 1.0
WHOLE_TERMINAL: Final = b"\x1b[?1049h"
TRIES: Final = 5
"""Of starting the console: the quickest is what it costs, the others are what the machine did besides."""

PERSON: Final = """
import asyncio, sys
from node.demo import peer
async def main():
    peer.stay_on_this_machine()
    base, _, rest = sys.argv[1].partition("/r/")
    room, _, ticket = rest.partition("#")
    person = peer.Peer(peer.Door(base, room, ticket), "Newcomer", hears=1, sees=1)
    await person.join()
    staying = asyncio.create_task(person.stay())
    await asyncio.wait_for(asyncio.gather(person.welcomed.wait(), person.connected.wait()), 30)
    staying.cancel()
    await person.leave()
asyncio.run(main())
"""


def run(*words: str | Path, environ: dict[str, str] | None = None) -> str:
    done = subprocess.run(words, capture_output=True, text=True, env=environ, check=False, timeout=600)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done.stdout


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(folder: Path, wheel: Path, extra: str, downloads: Path) -> Path:
    """A clean one, from what was downloaded; its bin folder."""
    run(sys.executable, "-m", "venv", folder)
    here = folder / "bin"
    run(here / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index",
        "--find-links", downloads, f"regie[{extra}] @ file://{wheel}")  # fmt: skip
    return here


def surroundings(folder: Path, here: Path) -> dict[str, str]:
    return {
        "PATH": f"{here}:/usr/bin:/bin",
        "HOME": str(folder),
        "TERM": "xterm-256color",
        "REGIE_CONTEXTS": str(folder / "contexts.toml"),
        "REGIE__NODE__DATA_DIR": str(folder / "data"),
        "REGIE__NODE__RUN_DIR": str(folder / "run"),
        "REGIE__WEB__LISTEN": f"127.0.0.1:{free_port()}",
        "REGIE__RPC__LISTEN": f"127.0.0.1:{free_port()}",
        "REGIE__METRICS__LISTEN": f"127.0.0.1:{free_port()}",
        "REGIE__MEDIA__LISTEN": f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}",
        "REGIE__MEDIA__LISTEN_TCP": "off",
    }


def in_a_room(folder: Path, wheel: Path, downloads: Path) -> float:
    """Seconds from nothing to a person whose media is connected."""
    began = time.monotonic()
    here = environment(folder / "node", wheel, "node", downloads)
    environ = surroundings(folder, here)
    with (folder / "node.log").open("wb") as log:
        node = subprocess.Popen([here / "regie", "node", "--stop-plane"], env=environ, stdout=log, stderr=log)
    try:
        while not (folder / "contexts.toml").exists():
            if node.poll() is not None or time.monotonic() - began > 5 * IN_A_ROOM_S:
                sys.exit((folder / "node.log").read_text("utf-8"))
            time.sleep(0.05)
        made = run(here / "regie", "rooms", "create", "Essai", environ=environ)
        link = next(word for word in made.split() if "/r/" in word)
        run(here / "python", "-c", PERSON, link, environ=environ)
        return time.monotonic() - began
    finally:
        node.send_signal(signal.SIGTERM)
        node.wait(30)


def size_of(folder: Path) -> float:
    """Megabytes on the disk."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) / 1e6


def first_words(command: list[str | Path], environ: dict[str, str]) -> float:
    """Seconds until a program has the whole terminal and its name on it: a refusal, or a fault, does neither."""
    began = time.monotonic()
    child, terminal = pty.fork()
    if child == 0:
        os.execve(command[0], [str(word) for word in command], environ)
    try:
        seen = b""
        while "Régie".encode() not in seen.partition(WHOLE_TERMINAL)[2]:
            if not select.select([terminal], [], [], 30)[0]:
                sys.exit(f"the console shows nothing: {seen[-200:]!r}")
            try:
                seen += os.read(terminal, 65536)
            except OSError:  # it ended
                sys.exit(f"the console does not stay: {seen[-200:]!r}")
        return time.monotonic() - began
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def main(wheel: Path) -> int:
    wheel = wheel.resolve()
    folder = Path(tempfile.mkdtemp(prefix="regie-newcomer-"))
    try:
        downloads = folder / "downloads"
        run(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", downloads,
            f"regie[node] @ file://{wheel}")  # fmt: skip
        bare = folder / "bare"
        run(sys.executable, "-m", "venv", bare)
        tools = size_of(bare)
        seconds = in_a_room(folder, wheel, downloads)
        here = environment(folder / "console", wheel, "console", downloads)
        megabytes = size_of(folder / "console") - tools
        environ = surroundings(folder, here)
        starts = min(first_words([here / "regie", "console"], environ) for _ in range(TRIES))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    rows = (
        ("wheel → a person in a room", seconds, IN_A_ROOM_S, "s"),
        ("regie[console] on the disk", megabytes, CONSOLE_MB, "MB"),
        ("regie console → its first words", starts, CONSOLE_STARTS_S, "s"),
    )
    for what, is_, may, unit in rows:
        print(f"{'✓' if is_ <= may else '✗'} {what}: {is_:.2f} {unit} (at most {may:g} {unit})")
    return int(any(is_ > may for _, is_, may, _ in rows))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
