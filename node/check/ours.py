"""What of ours runs on this machine, and who holds a port: by /proc (proc(5)), which shows others' to root only."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from node.config import Config, split_address

PATIENCE_S: Final = 3.0
_LISTENS: Final = "0A"  # TCP_LISTEN, net/tcp_states.h
_MAPPED: Final = "".join(f"{word:08X}" for word in struct.unpack("=3I", bytes(10) + b"\xff\xff"))
"""::ffff:0:0/96, RFC 4291 2.5.5.2: how gRPC listens on an IPv4 address."""
_SAID: Final = re.compile(r'^(regie_build_info|regie_plane_info)\{(?:.*,)?version="([^"]*)"', re.MULTILINE)


class Ours(msgspec.Struct, frozen=True):
    """Process ids, of which 0 is none; versions are those of what runs, which need not be what is installed."""

    node: int = 0
    plane: int = 0
    node_runs: bool = False
    """It answers. Its id is not seen where it is another user's."""
    node_version: str = ""
    plane_version: str = ""

    @property
    def pids(self) -> frozenset[int]:
        return frozenset({self.node, self.plane} - {0})


def look(config: Config) -> Ours:
    """The plane is who listens on our socket, the node who answers on our port of metrics as a node does."""
    host, port = split_address(config.metrics.listen)
    said = _ask(host, port, "/metrics") if port and _ask(host, port, "/healthz") == "ok\n" else ""
    versions = dict(_SAID.findall(said))
    return Ours(
        node=next(iter(holders(socket.SOCK_STREAM, host, port)), 0) if said else 0,
        plane=_plane(config),
        node_runs=bool(said),
        node_version=versions.get("regie_build_info", ""),
        plane_version=versions.get("regie_plane_info", ""),
    )


def _ask(host: str, port: int, path: str) -> str:
    asked = http.client.HTTPConnection(_reached(host), port, timeout=PATIENCE_S)
    try:
        asked.request("GET", path)
        answer = asked.getresponse()
        return answer.read().decode("utf-8", "replace") if answer.status == 200 else ""
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        asked.close()


def _reached(host: str) -> str:
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def _plane(config: Config) -> int:
    """Who began to listen on our socket (SO_PEERCRED, unix(7)); says nothing to it."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asks:
        asks.settimeout(PATIENCE_S)
        asks.connect(str(config.run_dir / "plane.sock"))
        credentials = asks.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        pid: int = struct.unpack("3i", credentials)[0]
        return pid
    return 0


def holders(kind: socket.SocketKind, host: str, port: int) -> set[int]:
    """The processes in whose way it is to listen there; empty where nobody's, or where they are not to be seen."""
    wanted = {f"socket:[{inode}]" for inode in _inodes(kind, host, port)}
    return {pid for pid in _pids() if wanted & _open(pid)} if wanted else set()


def _inodes(kind: socket.SocketKind, host: str, port: int) -> Iterator[str]:
    """/proc/net/tcp and its like: `sl local_address rem_address st … inode`, addresses as the kernel has them."""
    ours = _as_the_kernel(host)
    for table in ("tcp", "tcp6") if kind is socket.SOCK_STREAM else ("udp", "udp6"):
        with contextlib.suppress(OSError):
            for line in Path("/proc/net", table).read_text("ascii").splitlines()[1:]:
                words = line.split()
                address, _, number = words[1].partition(":")
                address = address.removeprefix(_MAPPED)
                anyone = not address.strip("0") or not ours.strip("0") or address == ours
                if int(number, 16) == port and anyone and (kind is not socket.SOCK_STREAM or words[3] == _LISTENS):
                    yield words[9]


def _as_the_kernel(host: str) -> str:
    """Words of 32 bits in the order of this machine, as hexadecimal figures."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.suppress(OSError):
        packed = socket.inet_pton(family, host or "0.0.0.0")
        return "".join(f"{word:08X}" for word in struct.unpack(f"={len(packed) // 4}I", packed))
    return ""


def _pids() -> Iterator[int]:
    yield from (int(entry) for entry in os.listdir("/proc") if entry.isdigit())


def _open(pid: int) -> set[str]:
    """What its descriptors are; nothing where that is not ours to see."""
    found = set()
    with contextlib.suppress(OSError):
        for entry in os.scandir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                found.add(os.readlink(entry.path))
    return found


def name_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip()
    return "?"


def descriptors_of(pid: int) -> int | None:
    """How many files it may open (RLIMIT_NOFILE, the soft one); None where that is not ours to see."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/limits").read_text("ascii").splitlines():
            if line.startswith("Max open files"):
                return int(line.split()[3])
    return None
