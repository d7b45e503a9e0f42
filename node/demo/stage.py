"""The processes of the demonstration: a node on its defaults in a folder of its own, a crowd, and the console.

Nothing of it touches what the user has: data, contexts and logs live in a temporary folder that goes with it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grpc

from node.demo import people
from node.demo.children import Child, Gone
from node.rpc.local import LocalContext, read_local_context
from protos.rooms.v1 import rooms_pb2, rooms_pb2_grpc

START_SECONDS: Final = 90
"""The node's first start makes its database, its certificates and the plane's process: seconds on a slow machine."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Ports:
    web: int
    tls: int
    rpc: int
    metrics: int
    media: int


@dataclass(frozen=True)
class Link:
    """A way in. `here` for this machine, `around` for phones on the same network (None where there is no network)."""

    role: str
    here: str
    around: str | None


class Stage:
    """`with Stage(…) as stage`: what was started is stopped at the end, whatever happens."""

    def __init__(self, *, port: int, count: int, language: str) -> None:
        self.ports = choose_ports(port)
        self.folder = Path(tempfile.mkdtemp(prefix="regie-demo-"))
        (self.folder / "node.toml").touch()  # the user's own settings are not for the demonstration
        self.count = count
        self.language = language
        self.node: Child | None = None
        self.crowd: Child | None = None

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # tidying up takes a second and is not cut short
        for child in (self.crowd, self.node):
            if child is not None:
                child.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def environ(self) -> dict[str, str]:
        """For the node and the console: embedded defaults but for the folders and the ports."""
        data, run = self.folder / "data", self.folder / "run"
        around = lan_address()
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("REGIE__")},
            "REGIE_CONFIG": str(self.folder / "node.toml"),
            "REGIE_CONTEXTS": str(self.folder / "contexts.toml"),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "REGIE__NODE__NAME": "démo",
            "REGIE__NODE__DATA_DIR": str(data),
            "REGIE__NODE__RUN_DIR": str(run),
            "REGIE__WEB__LISTEN": f"127.0.0.1:{self.ports.web}",
            "REGIE__WEB__TLS_LISTEN": f"0.0.0.0:{self.ports.tls}",
            "REGIE__RPC__LISTEN": f"127.0.0.1:{self.ports.rpc}",
            "REGIE__METRICS__LISTEN": f"127.0.0.1:{self.ports.metrics}",
            "REGIE__MEDIA__LISTEN": f"0.0.0.0:{self.ports.media}",
            "REGIE__MEDIA__LISTEN_TCP": "0.0.0.0:0",
            "REGIE__MEDIA__SHARDS": "1",  # one free port was looked for
            "REGIE__MEDIA__ADVERTISE": f"{around},127.0.0.1" if around else "127.0.0.1",
            "REGIE__MEDIA__STOP_PLANE": "true",
            # Should the node be killed, the plane gives up after a moment instead of ten minutes.
            "REGIE__MEDIA__ORPHAN_GRACE_S": "10",
        }

    def open(self, progress: Progress) -> list[Link]:
        """Start the node, make the webinar, let the people in. Raises `Gone` with what the failing process said."""
        progress("Le nœud démarre…" if self.language == "fr" else "Starting the node…")
        self.node = Child("node", [], log=self.folder / "node.log", environ=self.environ)
        links = self._create_room(self._wait_for_context())
        self._let_in(links, progress)
        return links

    def check(self) -> None:
        """Raises `Gone` when a process ended that should not have."""
        for child in (self.node, self.crowd):
            if child is not None:
                child.check()

    # ------------------------------------------------------------------ steps

    def _wait_for_context(self) -> LocalContext:
        """The node writes the context when it answers."""
        assert self.node is not None
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            self.node.check()
            context = read_local_context(path=self.folder / "contexts.toml")
            if context is not None and _answers(self.ports.web) and _answers(self.ports.rpc):
                return context
            time.sleep(0.05)
        raise Gone(f"{self.node.last_words()}\nThe node did not answer within {START_SECONDS} s.")

    def _create_room(self, context: LocalContext) -> list[Link]:
        credentials = grpc.ssl_channel_credentials(Path(context.ca_file).read_bytes())
        request = rooms_pb2.CreateRoomRequest(title=people.TITLE)
        with grpc.secure_channel(context.address, credentials) as channel:
            created = rooms_pb2_grpc.RoomsServiceStub(channel).CreateRoom(
                request, metadata=(("authorization", f"Bearer {context.token}"),), timeout=10, wait_for_ready=True
            )
        around = lan_address()
        links = []
        for link in created.links:
            path = f"/r/{created.room.room}#{link.ticket}"
            outside = f"https://{around}:{self.ports.tls}{path}" if around else None
            links.append(Link(link.role, f"http://localhost:{self.ports.web}{path}", outside))
        return links

    def _let_in(self, links: list[Link], progress: Progress) -> None:
        door = next((link.here for link in links if link.role == "participant"), links[0].here)
        self.crowd = Child(
            "node.demo.crowd",
            ["--people", str(self.count)],
            log=self.folder / "crowd.log",
            environ=self.environ,
            speaks=True,
            told=door.replace("//localhost:", "//127.0.0.1:"),
        )
        sentences = {
            "film": "On dessine les personnes… {} / {}" if self.language == "fr" else "Drawing the people… {} / {}",
            "here": "Elles arrivent… {} / {}" if self.language == "fr" else "They are arriving… {} / {}",
        }
        for line in self.crowd.stdout:
            word, *figures = line.decode().split()
            if word == "ready":
                return
            progress(sentences[word].format(*figures))
        self.crowd.process.wait()
        raise Gone(self.crowd.last_words())


def choose_ports(web: int) -> Ports:
    """`web` must be free (OSError otherwise); the others are the product's own where they are free."""
    with _bound(socket.SOCK_STREAM, web, "127.0.0.1"):
        pass
    taken = {web}

    def pick(kind: socket.SocketKind, wished: int) -> int:
        for port in (wished, 0):
            try:
                with _bound(kind, port, "0.0.0.0") as bound:
                    number: int = bound.getsockname()[1]
            except OSError:
                continue
            if number not in taken:
                taken.add(number)
                return number
        raise OSError("no free port")

    tcp = socket.SOCK_STREAM
    return Ports(web, pick(tcp, 8443), pick(tcp, 9090), pick(tcp, 9464), pick(socket.SOCK_DGRAM, 7881))


def _bound(kind: socket.SocketKind, port: int, host: str) -> socket.socket:
    bound = socket.socket(socket.AF_INET, kind)
    try:
        if kind is socket.SOCK_STREAM:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


def lan_address() -> str | None:
    """The address by which this machine's network reaches it. Asks the routing table; sends nothing (RFC 5737)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") else address
