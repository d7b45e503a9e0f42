"""Two network namespaces joined by a veth pair: the load in one, what is measured in the other. Needs root."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

LOAD_ADDRESS: Final = "10.214.0.1"
SERVERS_ADDRESS: Final = "10.214.0.2"
PEERS: Final = ("10.1.0.0/16", "10.2.0.0/16")
"""All of it is local to the load, so that one socket can be many receivers."""


@dataclass(frozen=True)
class Across:
    load: str
    servers: str


@contextmanager
def across() -> Iterator[Across]:
    """The names of both namespaces, which end with the block."""
    pair = Across(f"regie-load-{os.getpid()}", f"regie-servers-{os.getpid()}")
    commands = [
        f"ip netns add {pair.load}",
        f"ip netns add {pair.servers}",
        f"ip link add veth0 netns {pair.load} type veth peer name veth0 netns {pair.servers}",
        f"ip -n {pair.load} addr add {LOAD_ADDRESS}/30 dev veth0",
        f"ip -n {pair.servers} addr add {SERVERS_ADDRESS}/30 dev veth0",
        *(f"ip -n {name} link set {device} up" for name in (pair.load, pair.servers) for device in ("lo", "veth0")),
        *(f"ip -n {pair.load} route add local {peers} dev lo" for peers in PEERS),
        f"ip -n {pair.servers} route add default via {LOAD_ADDRESS}",
    ]
    try:
        for command in commands:
            subprocess.run(command.split(), check=True, capture_output=True)
        yield pair
    finally:
        for name in (pair.load, pair.servers):
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
