"""A real node for a test: `python -m node` with its plane, in a folder of the test's own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
import grpc

from node.demo.children import die_with
from node.demo.peer import Door
from node.rpc.local import LocalContext, read_local_context
from protos.chat.v1 import chat_pb2_grpc
from protos.mute.v1 import mute_pb2_grpc
from protos.nodes.v1 import nodes_pb2_grpc
from protos.participants.v1 import participants_pb2, participants_pb2_grpc
from protos.quality.v1 import quality_pb2, quality_pb2_grpc
from protos.rates.v1 import rates_pb2_grpc
from protos.rooms.v1 import rooms_pb2, rooms_pb2_grpc

START_SECONDS = 60.0  # of a machine that is busy with other tests


# `REGIE_SHARDS=3` runs the same tests with three shards, over which every room is spread.
SHARDS = int(os.environ.get("REGIE_SHARDS", "1"))
ROOM_SPLIT = 1 if SHARDS > 1 else 0


_GIVEN: Final[set[int]] = set()


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """One that nobody has now, that the kernel gives to nobody who connects before it is taken, and that this process
    has given to nobody."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text("ascii").split()[0])
    while True:
        port = random.randrange(10_000, max(lowest, 12_000))
        if port in _GIVEN:
            continue
        with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            _GIVEN.add(port)
            return port


def free_ports(count: int) -> int:
    """The first of `count` consecutive UDP ports that are free."""
    while True:
        first = free_port(socket.SOCK_DGRAM)
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(first, first + count):
                stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)).bind(("127.0.0.1", port))
            return first


async def until(
    condition: Callable[[], Any | Awaitable[Any]], seconds: float, what: str, *, every: float = 0.02
) -> Any:
    """The first true value of `condition`; fails the test with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if isinstance(value, Awaitable):
            value = await value
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        await asyncio.sleep(every)


HOUSE: Final = Path(__file__).parents[2]
NOT_HANDED_ON: Final = ("REGIE_", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True)
class Room:
    """A room made by the operator, and its doors."""

    room: str
    participant: Door
    host: Door

    def link(self, door: Door | None = None) -> str:
        door = door or self.participant
        return f"{door.base}/r/{door.room}#{door.ticket}"


class Operator:
    """The gRPC stubs of one node with its admin's token."""

    def __init__(self, context: LocalContext) -> None:
        credentials = grpc.ssl_channel_credentials(Path(context.ca_file).read_bytes())
        self.channel = grpc.aio.secure_channel(context.address, credentials)
        self.metadata = (("authorization", f"Bearer {context.token}"),)
        self.rooms = rooms_pb2_grpc.RoomsServiceStub(self.channel)
        self.participants = participants_pb2_grpc.ParticipantsServiceStub(self.channel)
        self.mute = mute_pb2_grpc.MuteServiceStub(self.channel)
        self.chat = chat_pb2_grpc.ChatServiceStub(self.channel)
        self.quality = quality_pb2_grpc.QualityServiceStub(self.channel)
        self.rates = rates_pb2_grpc.RatesServiceStub(self.channel)
        self.nodes = nodes_pb2_grpc.NodesServiceStub(self.channel)

    async def __call__(self, method: Any, request: Any, *, seconds: float = 30.0) -> Any:
        return await method(request, metadata=self.metadata, timeout=seconds, wait_for_ready=True)


@dataclass
class Machine:
    """One node. `address` is where participants and media reach it; a network of the test's own may change it."""

    folder: Path
    address: str = "127.0.0.1"
    settings: dict[str, str] = field(default_factory=dict)
    web: int = field(default_factory=free_port)
    tls: int = field(default_factory=free_port)
    rpc: int = field(default_factory=free_port)
    metrics: int = field(default_factory=free_port)
    media: int = field(default_factory=lambda: free_ports(SHARDS))
    process: asyncio.subprocess.Process | None = None
    operator: Operator | None = None

    @property
    def environ(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith(NOT_HANDED_ON)},
            "PYTHONPATH": str(HOUSE),
            "PYTHONPYCACHEPREFIX": str(HOUSE / ".run" / "bytecode"),  # compiled once, as an installed node is
            "REGIE_CONFIG": str(self.folder / "node.toml"),
            "REGIE_CONTEXTS": str(self.contexts),
            "REGIE__NODE__NAME": "test",
            "REGIE__NODE__DATA_DIR": str(self.folder / "data"),
            "REGIE__NODE__RUN_DIR": str(self.run_dir),
            "REGIE__WEB__LISTEN": f"127.0.0.1:{self.web}",
            "REGIE__RPC__LISTEN": f"127.0.0.1:{self.rpc}",
            "REGIE__METRICS__LISTEN": f"127.0.0.1:{self.metrics}",
            "REGIE__MEDIA__LISTEN": f"{self.address}:{self.media}",
            "REGIE__MEDIA__LISTEN_TCP": f"{self.address}:0",
            "REGIE__MEDIA__SHARDS": str(SHARDS),
            "REGIE__MEDIA__ROOM_SPLIT": str(ROOM_SPLIT),
            "REGIE__MEDIA__ORPHAN_GRACE_S": "20",
            **self.settings,
        }

    @property
    def contexts(self) -> Path:
        return self.folder / "contexts.toml"

    @property
    def run_dir(self) -> Path:
        return self.folder / "run"

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.web}"

    # ------------------------------------------------------------------ life and death

    async def spawn(self) -> None:
        """Returns at once; the node is on its way."""
        (self.folder / "node.toml").touch()
        with (self.folder / "node.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "node", env=self.environ, stdin=asyncio.subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, preexec_fn=die_with(os.getpid()),
            )  # fmt: skip

    async def start(self) -> None:
        """Returns when the node answers on all its ports."""
        await self.spawn()
        await until(self._answers, START_SECONDS, f"the node answers; its log:\n{self.log()[-3000:]}", every=0.05)
        context = read_local_context(path=self.contexts)
        assert context is not None
        if self.operator is not None:
            await self.operator.channel.close()
        self.operator = Operator(context)

    async def _answers(self) -> bool:
        assert self.process is not None
        if self.process.returncode is not None:
            raise AssertionError(f"the node ended with {self.process.returncode}:\n{self.log()[-3000:]}")
        if not self.contexts.exists():
            return False
        for port in (self.web, self.rpc, self.metrics):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
            except OSError:
                return False
        return True

    def log(self) -> str:
        path = self.folder / "node.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def waited_for_a_core(self) -> float:
        """Seconds that the control process was ready to run and others ran instead (schedstat, proc(5))."""
        assert self.process is not None
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text("ascii").split()[1]) / 1e9

    def worked(self) -> float:
        """Seconds of processor that the control process's first thread has had (schedstat, proc(5))."""
        assert self.process is not None
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text("ascii").split()[0]) / 1e9

    async def kill(self) -> None:
        """SIGKILL to the control process; the plane goes on."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        """The end of a test: nothing of it may remain. May be called twice."""
        if self.operator is not None:
            await self.operator.channel.close()
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), 30)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
        for pid in self.planes():
            os.kill(pid, signal.SIGKILL)
        await until(lambda: not self.planes(), 30, "no plane is left")

    def planes(self) -> list[int]:
        """Process ids of the planes that serve this machine's run folder."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                    alive = (entry / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
                except OSError:
                    continue
                named = words[0].endswith(b"regie-plane") and any(str(self.folder).encode() in word for word in words)
                if alive and named:
                    found.append(int(entry.name))
        return found

    def workers(self) -> list[int]:
        """Process ids of those that make files for the control process."""
        assert self.process is not None
        found = []
        for task in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):  # what has just ended
                for pid in task.read_text("ascii").split():
                    if b"node.recorder" in Path(f"/proc/{pid}/cmdline").read_bytes():
                        found.append(int(pid))
        return found

    # ------------------------------------------------------------------ what tests ask of it

    async def room(self, *, base: str = "", **wishes: Any) -> Room:
        """A fresh room, made by gRPC as an operator would."""
        assert self.operator is not None
        request = rooms_pb2.CreateRoomRequest(title="Essai", **wishes)
        created = await self.operator(self.operator.rooms.CreateRoom, request)
        tickets = {link.role: link.ticket for link in created.links}
        base, room = base or self.base, created.room.room
        return Room(room, Door(base, room, tickets["participant"]), Door(base, room, tickets["host"]))

    async def quality(self, room: str, name: str) -> quality_pb2.GetQualityResponse:
        """What the operator knows of the connection of the person of that name."""
        assert self.operator is not None
        listed = await self.operator(
            self.operator.participants.ListParticipants, participants_pb2.ListParticipantsRequest(room=room)
        )
        person = next(one for one in listed.participants if one.name == name)
        request = quality_pb2.GetQualityRequest(room=room, participant=person.participant)
        found: quality_pb2.GetQualityResponse = await self.operator(self.operator.quality.GetQuality, request)
        return found

    async def figures(self) -> dict[str, float]:
        """The samples of `/metrics` by their full name with labels."""
        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{self.metrics}/metrics") as answer:
            text = await answer.text()
        found = {}
        for line in text.splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                found[name] = float(value)
        return found

    async def padding(self) -> float:
        """Bytes of padding that the plane has sent; counters cross to the control process once a second."""
        return (await self.figures()).get("regie_plane_padding_bytes_total", 0.0)

    def open_files(self) -> int:
        """File descriptors of the control process."""
        assert self.process is not None
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))
