"""The package on a bare Debian that systemd has booted: `make machine`. Exit 1: something is not as the README says.

    python ops/booted.py dist/regie_….deb

A Debian of the least (mmdebstrap, kept in `.run`) is started in a container of its own, with systemd as its first
process and no network but its own loopback; the package is installed there as an operator does. Needs root, and
Debian's mmdebstrap and systemd-container.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
KEPT: Final = ROOT / ".run" / "debian.tar"
PACKAGES: Final = "systemd-sysv,dbus,python3,adduser,ca-certificates"
PATIENCE_S: Final = 300.0
AS_OPERATOR: Final = ("env", "REGIE_CONTEXTS=/var/lib/regie/contexts.toml", "REGIE_LANG=en")
"""README, Ten minutes, 6."""
NODE, PLANE = "regie.service", "regie-plane.service"

READY: Final = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:9464/readyz', timeout=5).read().decode())"

# Somebody in a room for as long as there is a standard input; says when they are in, and how often media was lost.
PERSON: Final = """
import asyncio, sys
from node.demo import peer
async def main():
    peer.stay_on_this_machine()
    person = peer.Peer(peer.Door.of(sys.argv[1]), "Amina", hears=1, sees=1)
    await person.join()
    staying = asyncio.create_task(person.stay())
    await asyncio.gather(person.welcomed.wait(), person.connected.wait())
    first = person.connection
    print("in", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        await asyncio.wait_for(person.welcomed.wait(), 120)
        print("same" if person.connection is first and first.connectionState == "connected" else "lost", flush=True)
    staying.cancel()
    await person.leave()
asyncio.run(main())
"""


class Wrong(Exception):
    """What is not as it should be."""


class Machine:
    """A booted one. `pid`: its systemd, as this machine numbers it."""

    def __init__(self, folder: Path, pid: int) -> None:
        self.folder = folder
        self._inside = ["nsenter", f"--target={pid}", "--all", "--wd=/"]

    def start(self, *words: str) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen([*self._inside, *words], stdin=pipe, stdout=pipe, stderr=pipe, text=True)

    def run(self, *words: str, may_fail: bool = False) -> str:
        process = self.start(*words)
        said, complained = process.communicate(timeout=PATIENCE_S)
        if process.returncode and (not may_fail or not said):
            raise Wrong(f"{' '.join(words)}: {process.returncode}\n{said}{complained}{self.journal()}")
        return said.strip()

    def journal(self) -> str:
        process = self.start("journalctl", "--no-pager", "--lines=40", "--output=short")
        return process.communicate(timeout=PATIENCE_S)[0]

    def of(self, unit: str, what: str) -> str:
        return self.run("systemctl", "show", unit, f"--property={what}", "--value")

    def until(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                raise Wrong(f"not within {PATIENCE_S:.0f} s: {what}\n{self.journal()}")
            time.sleep(0.2)


def debian() -> Path:
    """A bare one, made once."""
    if not KEPT.exists():
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        made = KEPT.with_suffix(".new.tar")
        codename = subprocess.run(["sh", "-c", '. /etc/os-release && echo "$VERSION_CODENAME"'], capture_output=True,
                                  text=True, check=True).stdout.strip()  # fmt: skip
        words = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", codename, made]
        subprocess.run(words, check=True)
        made.rename(KEPT)
    return KEPT


@contextlib.contextmanager
def booted() -> Iterator[Machine]:
    folder = Path(tempfile.mkdtemp(prefix="regie-machine-"))
    root = folder / "root"
    root.mkdir()
    subprocess.run(["tar", "--extract", f"--file={debian()}", f"--directory={root}", "--exclude=./dev/*"], check=True)
    with (folder / "boot.log").open("wb") as log:
        boot = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--boot", f"--directory={root}", "--private-network", "--register=no",
             "--keep-unit", "--console=pipe", "--link-journal=no", f"--machine=regie-{os.getpid()}",
             "systemd.unit=multi-user.target"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield Machine(root, first_process(boot, folder / "boot.log"))
    finally:
        boot.send_signal(signal.SIGTERM)  # powers it off
        try:
            boot.wait(60)
        except subprocess.TimeoutExpired:
            boot.kill()
            boot.wait()
        shutil.rmtree(folder, ignore_errors=True)


def first_process(boot: subprocess.Popen[bytes], log: Path) -> int:
    """Of the machine, once it answers. systemd-nspawn's only child."""
    children = Path(f"/proc/{boot.pid}/task/{boot.pid}/children")
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and boot.poll() is None:
        for pid in children.read_text("ascii").split():
            asked = ["nsenter", f"--target={pid}", "--all", "--wd=/", "systemctl", "is-system-running"]
            said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
            if said in ("running", "degraded"):
                return int(pid)
        time.sleep(0.2)
    raise Wrong(f"the machine does not boot:\n{log.read_text('utf-8', 'replace')[-3000:]}")


# ------------------------------------------------------------------ what is asked of it


def installs(machine: Machine, package: Path) -> None:
    """README, Ten minutes, 1: a user, two units that are enabled, settings that will do."""
    shutil.copy(package, machine.folder / "srv" / "regie.deb")
    machine.run("dpkg", "--install", "/srv/regie.deb")
    for unit in (NODE, PLANE):
        if machine.run("systemctl", "is-enabled", unit) != "enabled":
            raise Wrong(f"{unit} is not enabled")
    machine.run("regie", "config", "validate")


def starts(machine: Machine, package: Path) -> None:
    """READY=1 is waited for (Type=notify), the secret comes by LoadCredential, and `regie check` has no ✗."""
    credentials = machine.folder / "etc/regie/credentials"
    (credentials / "turn.secret").write_text("of the test")
    settings = machine.folder / "etc/regie/node.toml"
    kept = settings.read_text("utf-8")
    settings.write_text(kept.replace("#urls = []", 'urls = ["turn:127.0.0.1:3478"]'))  # will not do without its secret
    machine.run("systemctl", "start", "regie")
    for unit in (NODE, PLANE):
        if machine.of(unit, "ActiveState") != "active":
            raise Wrong(f"{unit} is not active\n{machine.journal()}")
    found: list[dict[str, Any]] = json.loads(machine.run(*AS_OPERATOR, "regie", "check", "-o", "json", may_fail=True))
    bad = [row for row in found if row["grade"] == "bad" and row["check"] != "turn.urls"]  # nobody relays here
    if bad or len(found) < 15:
        raise Wrong(f"regie check: {bad or found}")
    told = [f"{row['check']} {row['grade']} {row['what']['en']}" for row in found]
    plane = f"regie-plane ({machine.of(PLANE, 'MainPID')}), which is ours"
    allowed = machine.run("sh", "-c", f"grep 'open files' /proc/{machine.of(NODE, 'MainPID')}/limits").split()[3]
    for asked in ("media.listen good", "rpc.listen good", "running good regie runs", "running good regie-plane runs",
                  f"nofile good regie: {allowed} ", f"nofile good regie-plane: {allowed} "):  # fmt: skip
        rows = [row for row in told if row.startswith(asked)]
        if not rows or (asked.startswith("media") and not all(plane in row for row in rows)):
            raise Wrong(f"regie check does not say {asked}: {told}")


def serves_as_little_as_it_may(machine: Machine, package: Path) -> None:
    """Neither is root, and what the units forbid is forbidden."""
    for unit in (NODE, PLANE):
        status = machine.run("cat", f"/proc/{machine.of(unit, 'MainPID')}/status")
        words = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        if words["Uid"].startswith("0\t") or words["NoNewPrivs"] != "1" or words["Seccomp"] != "2":
            raise Wrong(f"{unit}: {status}")


def a_hung_node_is_started_again(machine: Machine, package: Path) -> None:
    """Its watchdog, with the haste of a test; who is in the room keeps their connection."""
    drop_in = machine.folder / "etc/systemd/system/regie.service.d"
    drop_in.mkdir(parents=True)
    (drop_in / "haste.conf").write_text("[Service]\nWatchdogSec=4\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", "regie")
    with person(machine) as still_there:
        node, plane = machine.of(NODE, "MainPID"), machine.of(PLANE, "MainPID")
        machine.run("systemctl", "kill", "--signal=SIGSTOP", "--kill-whom=main", NODE)
        machine.until(lambda: machine.of(NODE, "NRestarts") == "1", "systemd starts the hung node again")
        machine.until(lambda: machine.of(NODE, "ActiveState") == "active", "it is ready")
        if "Watchdog timeout" not in machine.run("journalctl", "--no-pager", f"--unit={NODE}"):
            raise Wrong("it was not the watchdog")
        if machine.of(NODE, "MainPID") == node or machine.of(PLANE, "MainPID") != plane:
            raise Wrong("the node is to be another, the plane the same")
        still_there()


def a_hung_plane_is_started_again(machine: Machine, package: Path) -> None:
    """Its watchdog, with the haste of a test; the node stays, and people are let in again."""
    drop_in = machine.folder / "etc/systemd/system/regie-plane.service.d"
    drop_in.mkdir(parents=True)
    (drop_in / "haste.conf").write_text("[Service]\nWatchdogSec=4\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "restart", "regie-plane")
    node, plane = machine.of(NODE, "MainPID"), machine.of(PLANE, "MainPID")
    machine.run("systemctl", "kill", "--signal=SIGSTOP", "--kill-whom=main", PLANE)
    machine.until(lambda: machine.of(PLANE, "NRestarts") == "1", "systemd starts the hung plane again")
    machine.until(lambda: machine.of(PLANE, "ActiveState") == "active", "it is ready")
    if "Watchdog timeout" not in machine.run("journalctl", "--no-pager", f"--unit={PLANE}"):
        raise Wrong("it was not the watchdog")
    if machine.of(PLANE, "MainPID") == plane or machine.of(NODE, "MainPID") != node:
        raise Wrong("the plane is to be another, the node the same")
    ready = f"/opt/regie/bin/python -c {shlex.quote(READY)} || echo no"
    machine.until(lambda: machine.run("sh", "-c", ready) == "ok", "the node has found it")
    with person(machine) as still_there:
        still_there()


def an_upgrade_drops_no_call(machine: Machine, package: Path) -> None:
    """README, Every day: the node is started anew and no call notices; the plane waits until it is told."""
    with person(machine) as still_there:
        node, plane = machine.of(NODE, "MainPID"), machine.of(PLANE, "MainPID")
        said = machine.run("dpkg", "--install", "/srv/regie.deb")
        if machine.of(NODE, "MainPID") == node or machine.of(PLANE, "MainPID") != plane or "restart" not in said:
            raise Wrong(f"the node is to be another, the plane the same: {said}")
        still_there()


def a_backup_is_put_back(machine: Machine, package: Path) -> None:
    """README, Every day."""
    machine.run(*AS_OPERATOR, "regie", "rooms", "create", "Kept")
    machine.run("regie", "backup", "/srv/kept.tar.gz")
    machine.run("systemctl", "stop", "regie")
    machine.run("regie", "restore", "/srv/kept.tar.gz", "--force")
    machine.run("systemctl", "start", "regie")
    if "Kept" not in machine.run(*AS_OPERATOR, "regie", "rooms", "list"):
        raise Wrong("the room is not there")


def wrong_settings_are_said_once(machine: Machine, package: Path) -> None:
    """Exit code 2 is not started again: the line for the operator is the last of the log."""
    settings = machine.folder / "etc/regie/node.toml"
    kept = settings.read_text("utf-8")
    settings.write_text('[web]\nlisten = "nonsense"\n')
    machine.run("sh", "-c", "systemctl restart regie || true")
    if (machine.of(NODE, "ActiveState"), machine.of(NODE, "ExecMainStatus")) != ("failed", "2"):
        raise Wrong(machine.journal())
    settings.write_text(kept)
    machine.run("systemctl", "start", "regie")


def leaves(machine: Machine, package: Path) -> None:
    """What people wrote stays; the processes do not."""
    machine.run("dpkg", "--remove", "regie")
    for unit in (NODE, PLANE):
        if machine.of(unit, "ActiveState") == "active":
            raise Wrong(f"{unit} still runs")
    if not (machine.folder / "var/lib/regie/regie.sqlite3").exists():
        raise Wrong("the database is gone")


@contextlib.contextmanager
def person(machine: Machine) -> Iterator[Callable[[], None]]:
    """Somebody in a room; gives what asks whether they are still on the connection that they came with."""
    made = machine.run(*AS_OPERATOR, "regie", "rooms", "create", "Essai")
    link = next(word for word in made.split() if "/r/" in word)
    somebody = machine.start(*AS_OPERATOR, "/opt/regie/bin/python", "-c", PERSON, link)
    assert somebody.stdin is not None and somebody.stdout is not None
    lines: list[str] = []

    def expect(word: str) -> None:
        assert somebody.stdout is not None
        for line in somebody.stdout:
            lines.append(line)
            if line.strip() in ("in", "same", "lost"):
                break
        if not lines or lines[-1].strip() != word:
            raise Wrong(f"the person is not {word}: {''.join(lines)}{machine.journal()}")

    def still_there() -> None:
        assert somebody.stdin is not None
        print(file=somebody.stdin, flush=True)
        expect("same")

    try:
        expect("in")
        yield still_there
    finally:
        somebody.stdin.close()
        somebody.wait(60)


ASKED: Final[tuple[Callable[[Machine, Path], None], ...]] = (
    installs, starts, serves_as_little_as_it_may, a_hung_node_is_started_again,
    a_hung_plane_is_started_again, an_upgrade_drops_no_call, a_backup_is_put_back, wrong_settings_are_said_once, leaves,
)  # fmt: skip


def main(package: Path) -> int:
    try:
        with booted() as machine:
            for asked in ASKED:
                began = time.monotonic()
                asked(machine, package)
                print(f"✓ {asked.__name__.replace('_', ' ')} ({time.monotonic() - began:.1f} s)", flush=True)
    except Wrong as wrong:
        print(f"✗ {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
