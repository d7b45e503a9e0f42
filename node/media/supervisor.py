"""Find, start and attach to the plane's process — and never have two.

The plane outlives us: it runs in a session of its own, its output goes to a file, and it is stopped only when that is
asked for. Whoever starts holds `plane.lock` from the look at the socket until a plane answers on it, so that two
control processes that start together end up with one plane (and the younger in control).
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec
import structlog

from node.errors import Fault
from node.media.negotiation import TRANSPORT_CC
from node.media.plane import EventHandler, LostHandler, PlaneClient, PlaneFailed, PlaneGone, PlaneSilent
from protos.plane.v1 import plane_pb2 as wire

ANSWER_WITHIN_S: Final = 15.0
LOCK_WITHIN_S: Final = 15.0
HELP_WITHIN_S: Final = 5.0
TRIES: Final = 25  # a process that is being killed still takes connections for a moment
MAX_LOG: Final = 16 * 1024 * 1024
MISCONFIGURED: Final = 2
"""The plane's exit status for what an operator can put right (`node/plane/driver/src/main.rs`)."""
NOT_THE_PLANES: Final = frozenset({"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
"""systemd asked the node, and would take the plane's word for the node's (sd_notify(3))."""

log: Final = structlog.get_logger()


class MediaSettings(msgspec.Struct, frozen=True):
    """What the media of a node needs to know. `listen` is UDP, the first of `shards` consecutive ports; 0 of them: as
    many as the plane thinks right, and the same for `room_split`. `listen_tcp`: empty for none. `advertise` replaces
    the host's own addresses. `transport_cc`: agree on transport-wide feedback where the plane can do it."""

    run_dir: pathlib.Path
    data_dir: pathlib.Path | None = None
    listen: str = "0.0.0.0:7881"
    listen_tcp: str = ""
    advertise: tuple[str, ...] = ()
    shards: int = 0
    room_split: int = 0
    transport_cc: bool = True
    plane_binary: str = ""
    spool: pathlib.Path | None = None  # where recordings are written; None: nothing is recorded
    orphan_grace_s: int = 600
    start_plane: bool = True  # False: somebody else does, and starts it again
    log: str = "info"
    arguments: tuple[str, ...] = ()  # more of the plane's own options, e.g. ("--gso", "off")

    def usable(self, abilities: Iterable[str]) -> frozenset[str]:
        """What of a plane's abilities is to be made use of."""
        return frozenset(each for each in abilities if each != TRANSPORT_CC or self.transport_cc)


class PlaneMisconfigured(Fault):
    """The plane refuses what it was told: its own sentence, which says what to change."""


class Link(msgspec.Struct):
    """An attached connection. `fresh`: the plane was started for it."""

    client: PlaneClient
    attached: wire.Attached
    fresh: bool


class Supervisor:
    def __init__(self, settings: MediaSettings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self.socket = settings.run_dir / "plane.sock"

    async def attach(self, on_event: EventHandler, on_lost: LostHandler, on_absent: Callable[[], None]) -> Link:
        """Attach to the plane that answers, else call `on_absent` and start one.

        Raises `Fault` with a sentence that says what to do.
        """
        self._settings.run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        with await self._lock():
            for _ in range(TRIES):
                client = await self._connect(on_event, on_lost)
                if client is None:
                    break
                try:
                    return Link(client, await _attach(client), fresh=False)
                except PlaneGone as error:
                    log.info("plane_went_away", why=str(error))
                    await asyncio.sleep(0.02)
            on_absent()
            if not self._settings.start_plane:
                client = await self._awaited(on_event, on_lost)
                return Link(client, await _attach(client), fresh=False)
            process = self._start()
            client = await self._wait(process, on_event, on_lost)
            return Link(client, await _attach(client), fresh=True)

    async def _connect(self, on_event: EventHandler, on_lost: LostHandler) -> PlaneClient | None:
        try:
            return await PlaneClient.connect(self.socket, on_event, on_lost)
        except FileNotFoundError:
            return None
        except ConnectionError:
            # A file that nobody listens on: what a killed plane leaves behind. The next one replaces it by itself; only
            # while nobody else starts one may it be taken away.
            if self._settings.start_plane:
                self.socket.unlink(missing_ok=True)
            return None

    async def _awaited(self, on_event: EventHandler, on_lost: LostHandler) -> PlaneClient:
        """The plane that a service manager starts."""
        loop = asyncio.get_running_loop()
        until = loop.time() + ANSWER_WITHIN_S
        while loop.time() < until:
            client = await self._connect(on_event, on_lost)
            if client is not None:
                return client
            await asyncio.sleep(0.02)
        raise Fault(
            f"No plane answers on {self.socket}: start it (systemctl start regie-plane), or let the node do so "
            "(media.start_plane)."
        )

    def _start(self) -> subprocess.Popen[bytes]:
        command = command_of(self._settings)
        path = self._settings.run_dir / "plane.log"
        with contextlib.suppress(OSError):
            if path.stat().st_size > MAX_LOG:
                path.replace(path.with_suffix(".log.1"))
        with open(path, "ab") as output:
            # Not asyncio's subprocess: it kills its child when the loop goes, and this child must stay.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd="/",
                env={name: value for name, value in os.environ.items() if name not in NOT_THE_PLANES},
            )
        log.info("plane_started", pid=self._process.pid, program=command[0])
        return self._process

    async def _wait(
        self, process: subprocess.Popen[bytes], on_event: EventHandler, on_lost: LostHandler
    ) -> PlaneClient:
        loop = asyncio.get_running_loop()
        until = loop.time() + ANSWER_WITHIN_S
        while loop.time() < until:
            if self.socket.exists():
                with contextlib.suppress(OSError):
                    return await PlaneClient.connect(self.socket, on_event, on_lost)
            if (code := process.poll()) is not None:
                if code == MISCONFIGURED:
                    raise PlaneMisconfigured(self._last_words())
                raise Fault(f"The plane ended with status {code} as it started: {self._last_words()}")
            await asyncio.sleep(0.01)
        process.kill()
        raise Fault(f"The plane did not answer on {self.socket} within {ANSWER_WITHIN_S:.0f} s: {self._last_words()}")

    def _last_words(self) -> str:
        try:
            with open(self._settings.run_dir / "plane.log", "rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - 500))
                last = file.read().decode(errors="replace").strip().split("\n")[-1]
        except OSError:
            last = ""
        with contextlib.suppress(ValueError, KeyError):  # a record of its log: what it is about is in there
            last = str(json.loads(last)["why"]) if last.startswith("{") else last
        return last or "it said nothing."

    @contextlib.contextmanager
    def _held(self, descriptor: int) -> Iterator[None]:
        try:
            yield
        finally:
            os.close(descriptor)

    async def _lock(self) -> contextlib.AbstractContextManager[None]:
        descriptor = os.open(self._settings.run_dir / "plane.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        loop = asyncio.get_running_loop()
        until = loop.time() + LOCK_WITHIN_S
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return self._held(descriptor)
            except BlockingIOError:
                if loop.time() > until:
                    os.close(descriptor)
                    raise Fault(
                        f"Another process has been starting the plane in {self._settings.run_dir} for a long time: "
                        "stop it, or give this node a run_dir of its own."
                    ) from None
            await asyncio.sleep(0.02)

    @property
    def pid(self) -> int | None:
        """Of the plane that this process started, if it did."""
        return self._process.pid if self._process is not None else None

    def reap(self, patience_s: float = 0.0) -> str:
        """How the plane that we started ended; "" when it runs, or was not ours. The kernel closes a dying process's
        sockets a moment before it can be waited for: `patience_s` is for whoever has just seen them closed."""
        if self._process is None:
            return ""
        try:
            code = self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            return ""
        self._process = None
        return f"killed by signal {-code}" if code < 0 else f"ended with status {code}"

    async def ended(self, within_s: float) -> bool:
        """Wait until the plane that we started has ended; kill it when it does not."""
        process = self._process
        if process is None:
            return True
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        while process.poll() is None:
            if loop.time() > until:
                process.kill()
                process.wait()
                return False
            await asyncio.sleep(0.01)
        return True


async def _attach(client: PlaneClient) -> wire.Attached:
    try:
        reply = await client.call(wire.ToPlane(attach=wire.Attach(controller=f"pid {os.getpid()}")))
    except (PlaneSilent, PlaneFailed) as error:
        client.close()
        # A plane that is there but does not answer keeps its ports: starting a second one could not help.
        raise Fault(f"A plane holds the socket but does not answer ({error}): stop that process.") from error
    return reply.attached


def command_of(settings: MediaSettings) -> list[str]:
    """The program and what it is told. Raises `Fault` where there is none."""
    program = str(find_binary(settings.plane_binary))
    records = settings.spool is not None and _knows(program, "--spool")
    return [
        program,
        "--socket",
        str(settings.run_dir / "plane.sock"),
        "--listen",
        settings.listen,
        *(("--listen-tcp", settings.listen_tcp) if settings.listen_tcp else ()),
        "--orphan-grace",
        str(settings.orphan_grace_s),
        "--log",
        settings.log,
        *(("--shards", str(settings.shards)) if settings.shards else ()),
        *(("--room-split", str(settings.room_split)) if settings.room_split else ()),
        *(("--advertise", ",".join(settings.advertise)) if settings.advertise else ()),
        *(("--spool", str(settings.spool)) if records else ()),
        *settings.arguments,
    ]


def _knows(program: str, option: str) -> bool:
    """A plane of before an option refuses to start with it: rather a node that does not record than none."""
    try:
        said = subprocess.run([program, "--help"], capture_output=True, timeout=HELP_WITHIN_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return option.encode() in said.stdout + said.stderr


def find_binary(configured: str) -> pathlib.Path:
    """`regie-plane`: as configured, beside the interpreter, in the source tree, on the path. Raises `Fault`."""
    if configured:
        path = pathlib.Path(configured)
        if not os.access(path, os.X_OK):
            raise Fault(f"media.plane_binary is {configured}, and there is no program: correct the path.")
        return path.resolve()
    target = pathlib.Path(__file__).resolve().parents[1] / "plane" / "target"
    beside = pathlib.Path(sys.executable).parent / "regie-plane"
    for path in (beside, target / "release" / "regie-plane", target / "debug" / "regie-plane"):
        if os.access(path, os.X_OK):
            if path.parent.name == "debug":
                log.warning("plane_is_debug_build", program=str(path), remedy="cargo build --release, in node/plane")
            return path
    found = shutil.which("regie-plane")
    if found is None:
        raise Fault("regie-plane was not found: run `cargo build --release` in node/plane, or set media.plane_binary.")
    return pathlib.Path(found)
