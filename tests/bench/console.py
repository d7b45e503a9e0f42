"""What the console costs and how quick it is on a fleet: `make bench-console` (`python -m tests.bench.console`).

A hundred played nodes in a process of their own, over TLS, with 200 rooms, 20,000 people, 2,000 changes and 500
messages a second; the console is `regie console` in a pseudo-terminal of 160×45, read as fast as it writes. A key's
first byte is the first output that shows the cursor on its new row or the new position; its whole reaction is the new
position, which is painted last. Processor time is the console's own, all threads, from /proc.

`--alone`, for a machine that others use too: the console and who reads it on the first core, the played nodes on the
second, both with real-time priority (needs root), as if nobody else were there. The kernel's workers that carry a
terminal's bytes go before both: without it a key, or what was painted for it, lay up to 37 ms in the pseudo-terminal
behind a hundred played nodes, which in life are on machines of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final

ROWS, COLUMNS = 45, 160
TICKS: Final = os.sysconf("SC_CLK_TCK")
TAKEN: Final = re.compile(rb"(\d+\.\d{3})s ")
POSITION: Final = re.compile(rb"[^\d](\d+)/(\d+)")
REGIE: Final = "from console.ctl import entry; entry()"


@contextlib.contextmanager
def placed(core: int, *, alone: bool) -> Iterator[None]:
    """Who is started meanwhile is on `core`, before everybody else there."""
    if not alone:
        yield
        return
    cores, plain = os.sched_getaffinity(0), os.sched_param(0)
    os.sched_setaffinity(0, {core})
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, plain)
        os.sched_setaffinity(0, cores)


@contextlib.contextmanager
def carried(*, alone: bool) -> Iterator[None]:
    """Whoever carries bytes between the two ends of a pseudo-terminal waits for nobody who is `placed`."""
    workers = [comm.parent.name for comm in Path("/proc").glob("[0-9]*/comm") if _carries(comm)] if alone else []
    for number in workers:
        with contextlib.suppress(ProcessLookupError):
            os.sched_setscheduler(int(number), os.SCHED_RR, os.sched_param(2))
    try:
        yield
    finally:
        for number in workers:
            with contextlib.suppress(ProcessLookupError):
                os.sched_setscheduler(int(number), os.SCHED_OTHER, os.sched_param(0))


def _carries(comm: Path) -> bool:
    """Workers of no core of their own, "kworker/u8:3-events_unbound"; processes end while we look."""
    with contextlib.suppress(OSError):
        return comm.read_text().startswith("kworker/u")
    return False


class Terminal:
    """`regie console` in a pseudo-terminal."""

    def __init__(self, contexts: Path) -> None:
        self.output = b""
        self.rate = 0
        """Bytes a second that are read; 0: as fast as it writes."""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        environ = {**os.environ, "REGIE_CONTEXTS": str(contexts), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        environ |= {"XDG_STATE_HOME": str(contexts.parent), "REGIE_LANG": "en"}
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-c", REGIE, "console"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environ,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)

    def read(self, seconds: float) -> bytes:
        """What comes within so many seconds; returns with the first of it."""
        if not select.select([self.master], [], [], max(0.0, seconds))[0]:
            return b""
        got = os.read(self.master, 512 if self.rate else 1 << 20)
        if self.rate:
            time.sleep(len(got) / self.rate)
        self.output = (self.output + got)[-400_000:]
        return got

    def drain(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.read(left)

    def write(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def types(self, *parts: str) -> None:
        """As a person does: looks whether the bar is open before going on."""
        for part in parts:
            self.write(part)
            self.drain(0.3)

    def sees(self, *texts: str, seconds: float = 30.0) -> float:
        """Wait until each of `texts` was written since the last call; seconds that it took."""
        began, self.output = time.monotonic(), b""
        missing = list(texts)
        while missing:
            if time.monotonic() - began > seconds:
                raise TimeoutError(f"never seen: {missing}; the end was {self.output[-600:]!r}")
            self.read(0.5)
            missing = [text for text in missing if text.encode() not in self.output]
        return time.monotonic() - began

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)


class Played:
    """The fleet."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.contexts = folder / "contexts.toml"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "node.demo.fleet", "--folder", str(folder), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what gRPC says of streams that we cut
        )
        self.wait("ready")

    @property
    def _out(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    def wait(self, word: str) -> None:
        if self._out.readline().decode().strip() != word:
            raise RuntimeError("the played nodes did not answer")

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def count(self, what: str) -> float:
        """How many the nodes have had of it."""
        self.tell(what)
        return float(self._out.readline())

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def keys(terminal: Terminal, count: int) -> dict[str, float]:
    """Cursor keys, one after the other, at uneven distances: ms to the first byte and to the whole reaction."""
    first: list[float] = []
    whole: list[float] = []
    terminal.write("g")
    terminal.drain(0.5)
    at = 1
    for number in range(count):
        down = (number // 20) % 2 == 0
        at += 1 if down else -1
        began, seen, begun = time.monotonic(), b"", 0.0
        terminal.write("j" if down else "k")
        wanted = f"{at}/".encode()
        while time.monotonic() - began < 2.0:
            got = terminal.read(0.2)
            now = time.monotonic()
            seen += got
            done = any(match.group(1) + b"/" == wanted for match in POSITION.finditer(seen))
            if not begun and (done or "▶".encode() in seen):
                begun = now
            if done:
                first.append(1000 * (begun - began))
                whole.append(1000 * (now - began))
                break
        terminal.drain(0.05 + 0.013 * (number % 9))
    return {
        "keys": count,
        "answered": len(whole),
        "first_p50_ms": percentile(first, 0.5),
        "first_p99_ms": percentile(first, 0.99),
        "whole_p50_ms": percentile(whole, 0.5),
        "whole_p99_ms": percentile(whole, 0.99),
    }


def ages(terminal: Terminal, fleet: Played, seconds: float) -> dict[str, float]:
    """How old the figures of the node under the cursor are on the screen, from when the node took them: youngest as
    they are painted, oldest when the next are."""
    fleet.tell("date")
    fleet.wait("date")
    terminal.write("g")
    terminal.drain(2.5)
    young: list[float] = []
    old: list[float] = []
    seen, taken, began = b"", 0.0, time.monotonic()
    while time.monotonic() - began < seconds:
        seen = (seen + terminal.read(0.5))[-20_000:]
        now = time.monotonic()
        if (found := TAKEN.findall(seen)) and (latest := float(found[-1])) != taken:
            if taken:
                young.append(now - latest)
                old.append(now - taken)
            taken = latest
    return {"figures": len(old), "youngest_s": min(young), "median_s": percentile(old, 0.5), "oldest_s": max(old)}


def load(terminal: Terminal, seconds: float) -> dict[str, float]:
    """What it takes while nobody touches it."""
    terminal.drain(3)
    before, began = terminal.cpu_s(), time.monotonic()
    terminal.drain(seconds)
    took = time.monotonic() - began
    return {"cpu_percent": 100 * (terminal.cpu_s() - before) / took, "rss_mb": terminal.rss_mb()}


def once(contexts: Path, *words: str, runs: int = 7) -> float:
    """ms of a command, the median."""
    environ = {**os.environ, "REGIE_CONTEXTS": str(contexts)}
    times = []
    for _ in range(runs + 1):  # the first one compiles
        began = time.monotonic()
        subprocess.run([sys.executable, "-c", REGIE, *words], env=environ, check=True, stdout=subprocess.DEVNULL)
        times.append(1000 * (time.monotonic() - began))
    return percentile(times[1:], 0.5)


async def many_rows(count: int) -> dict[str, float]:
    """A table of so many people, without a network: ms to open, filter and sort it, each until it is painted."""
    from console.app import ConsoleApp
    from console.client.fleet import Fleet
    from console.model import Context, Person
    from console.state import Store

    contexts = [Context("n", "127.0.0.1:1", "/nowhere", "")]
    store = Store(contexts, time.monotonic())
    app = ConsoleApp(store, Fleet(contexts, store))
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        for number in range(count):
            person = Person("n", f"r{number % 400}", f"p{number}", f"Person {number * 7919 % count}")
            person.loss = number * 31 % 100 / 10
            store.people.put(person)
        app.desk._view = "rooms"

        async def took(what: Callable[[], object]) -> float:
            best = float("inf")
            for _ in range(3):
                began = time.monotonic()
                what()
                app.screen._compositor.render_strips()
                best = min(best, 1000 * (time.monotonic() - began))
                await pilot.pause()
            return best

        app.desk.show("participants")
        table = app.desk.participants_pane.table
        await pilot.pause()
        first = time.monotonic()
        table.reorder(app.look.now)
        opened = 1000 * (time.monotonic() - first)
        return {
            "rows": len(table.order),
            "open_first_ms": opened,
            "open_ms": await took(table.start_over),
            "filter_ms": await took(lambda: app.desk.set_filter("loss>5 person")),
            "sort_ms": await took(lambda: table.sort_by("loss", not table.reverse)),
        }


def bulk(terminal: Terminal) -> dict[str, float]:
    """A thousand people on a hundred nodes: muted, and the mute taken back; s from the last key to the report."""
    terminal.write("W")
    terminal.sees("ARMED")
    terminal.types("/", "id:p01\r")  # no hosts among them: those are spared
    terminal.sees("/1000")
    terminal.write("*m")
    terminal.sees("1,000 people")
    terminal.write("1000\r")
    terminal.drain(0.5)
    terminal.write("bench\r")
    mute = terminal.sees("ack ")
    terminal.write("u")
    undo = terminal.sees("undone")
    terminal.write("\\")
    return {"people": 1000, "mute_s": mute, "undo_s": undo}


def rough(terminal: Terminal, fleet: Played, asked: argparse.Namespace) -> Iterator[tuple[str, dict[str, float]]]:
    """A terminal on a bad line: 30 kB/s with all the load on it; then one that reads nothing for a minute."""
    terminal.types(":", "@par-01 room town-hall\r")
    terminal.sees("Chat")
    terminal.rate = 30_000
    terminal.drain(3)
    yield "chat at 30 kB/s", keys(terminal, asked.keys)
    terminal.rate = 0
    streams = fleet.count("streams")
    time.sleep(60)
    terminal.drain(1)
    yield "not read for 60 s", {"streams_before": streams, "streams_after": fleet.count("streams")}
    yield "chat keys after it", keys(terminal, asked.keys)


def measure(asked: argparse.Namespace, contexts: Path, fleet: Played) -> Iterator[tuple[str, dict[str, float]]]:
    warm = Terminal(contexts)  # compiles
    warm.drain(3)
    warm.stop()
    terminal = Terminal(contexts)
    try:
        terminal.sees("Régie")
        paint = time.monotonic() - terminal.began
        terminal.sees(f"● {asked.nodes} ok")
        if asked.rough:
            yield from rough(terminal, fleet, asked)
            return
        yield "start", {"first_paint_s": paint, "all_nodes_s": time.monotonic() - terminal.began}
        yield "overview", load(terminal, asked.seconds)
        yield "overview keys", keys(terminal, asked.keys)
        yield "age of figures", ages(terminal, fleet, asked.seconds)
        terminal.write("3")
        opened = terminal.sees(f"/{asked.people}")
        yield "participants", {"opened_s": opened, **load(terminal, asked.seconds)}
        yield "participants keys", keys(terminal, asked.keys)
        yield "bulk", bulk(terminal)
        terminal.types(":", "@par-01 room town-hall\r")
        terminal.sees("Chat")
        yield "chat", load(terminal, asked.seconds)
        yield "chat keys", keys(terminal, asked.keys)
        terminal.write("1")
        terminal.drain(1)
        fleet.tell("freeze 7")
        fleet.wait("freeze 7")
        stale = terminal.sees("! 1 STALE")
        yield "frozen node", {"stale_s": stale, "down_s": stale + terminal.sees("✗ 1 DOWN")}
        fleet.tell("thaw 7")
        fleet.wait("thaw 7")
        terminal.sees(f"● {asked.nodes} ok")
        fleet.tell("stop")
        fleet.wait("stop")
        terminal.sees(f"! {asked.nodes} STALE")
        terminal.drain(2)
        fleet.tell("start")
        fleet.wait("start")
        yield "all nodes again", {"back_s": terminal.sees(f"● {asked.nodes} ok")}
    finally:
        terminal.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.console")
    parser.add_argument("--nodes", type=int, default=100)
    parser.add_argument("--rooms", type=int, default=200)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--changes", type=int, default=2_000)
    parser.add_argument("--messages", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=12.0, help="of each look at the processor")
    parser.add_argument("--keys", type=int, default=120)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--rough", action="store_true", help="only what a bad line does, instead of all the rest")
    parser.add_argument("--alone", action="store_true", help="a core each for console and nodes, before all others")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    figures: dict[str, dict[str, float]] = {}
    options = [f"--{name}={getattr(asked, name)}" for name in ("nodes", "rooms", "people", "changes", "messages")]

    def say(what: str, values: dict[str, float]) -> None:
        figures[what] = values
        shown = "  ".join(
            f"{name} {value:.1f}" if value < 100 else f"{name} {value:.0f}" for name, value in values.items()
        )
        print(f"{what:<20}{shown}", flush=True)

    with tempfile.TemporaryDirectory(prefix="regie-bench-") as folder:
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled
        os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"
        with placed(1, alone=asked.alone):
            fleet = Played(Path(folder), *options)
        try:
            with carried(alone=asked.alone), placed(0, alone=asked.alone):
                if not asked.rough:
                    say("many rows", asyncio.run(many_rows(asked.rows)))
                    say("one-shot", {
                        "help_ms": once(fleet.contexts, "--help"),
                        "list_ms": once(fleet.contexts, "rooms", "list", "-c", "par-01", "-o", "json"),
                    })  # fmt: skip
                for what, values in measure(asked, fleet.contexts, fleet):
                    say(what, values)
        finally:
            fleet.stop()
            if asked.json:
                asked.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
