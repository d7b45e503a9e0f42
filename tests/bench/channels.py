"""What TLS costs on a hundred channels: `python -m tests.bench.channels [--nodes 100] [--rounds 3]`.

Played nodes in a process of their own listen twice each, with TLS and without. This process follows what the console
follows of every node (figures once a second, and rooms), over one kind and then the other, in turns. Processor time is
this process's own, all threads; memory is what the channels add to it. The console itself speaks TLS and nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import multiprocessing
import resource
import statistics
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import grpc
import grpc.aio

from console.client.channel import OPTIONS
from node.demo.fleet import Authority, FakeNode
from node.demo.fleet.servicer import serve
from node.demo.fleet.world import Plan, World, names
from protos.nodes.v1 import nodes_pb2, nodes_pb2_grpc
from protos.rooms.v1 import rooms_pb2, rooms_pb2_grpc

WITHIN_S: Final = 30.0


async def _play(folder: Path, count: int, said: Connection) -> None:
    authority = Authority(folder)
    nodes = [FakeNode(name, authority, tick=1.0, gather=0.1) for name in names(count)]
    world = World(nodes, Plan(2 * count, 0))
    await world.fill()
    servers, plain = [], []  # a server that nobody holds stops
    for node in nodes:
        await node.start()
        server = grpc.aio.server()
        serve(node, server)
        plain.append(server.add_insecure_port("127.0.0.1:0"))
        await server.start()
        servers.append(server)
    said.send([(node.port, port, node.token) for node, port in zip(nodes, plain, strict=True)])
    await world.run()


def play(folder: Path, count: int, said: Connection) -> None:
    asyncio.run(_play(folder, count, said))


def resident_mb() -> float:
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


def processor_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Followed:
    """Every node over one kind of channel."""

    def __init__(self, nodes: list[tuple[int, int, str]], roots: bytes | None) -> None:
        self.heard: set[int] = set()
        self.messages = 0
        self._channels: list[grpc.aio.Channel] = []
        self._tasks: list[asyncio.Task[None]] = []
        credentials = grpc.ssl_channel_credentials(roots) if roots else None
        for number, (secure, plain, token) in enumerate(nodes):
            channel = (
                grpc.aio.secure_channel(f"127.0.0.1:{secure}", credentials, options=OPTIONS)
                if credentials
                else grpc.aio.insecure_channel(f"127.0.0.1:{plain}", options=OPTIONS)
            )
            how: dict[str, Any] = {"metadata": (("authorization", f"Bearer {token}"),), "wait_for_ready": True}
            self._channels.append(channel)
            for stream in (
                nodes_pb2_grpc.NodesServiceStub(channel).WatchNodes(nodes_pb2.WatchNodesRequest(), **how),
                rooms_pb2_grpc.RoomsServiceStub(channel).WatchRooms(rooms_pb2.WatchRoomsRequest(), **how),
            ):
                self._tasks.append(asyncio.create_task(self._follow(number, stream)))

    async def _follow(self, number: int, stream: Any) -> None:
        async for _ in stream:
            self.heard.add(number)
            self.messages += 1

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for channel in self._channels:
            await channel.close()


async def look(nodes: list[tuple[int, int, str]], roots: bytes | None, seconds: float) -> dict[str, float]:
    """Seconds until every node was heard, memory of the channels, and the processor from then on."""
    gc.collect()
    before, began, worked = resident_mb(), time.monotonic(), processor_s()
    followed = Followed(nodes, roots)
    while len(followed.heard) < len(nodes):
        if time.monotonic() - began > WITHIN_S:
            raise TimeoutError("not all nodes were heard")
        await asyncio.sleep(0.01)
    there, opened = time.monotonic() - began, processor_s() - worked
    await asyncio.sleep(2)
    used, at, messages = processor_s(), time.monotonic(), followed.messages
    await asyncio.sleep(seconds)
    took = time.monotonic() - at
    figures = {
        "all_heard_s": there,
        "opening_cpu_ms": 1000 * opened,
        "cpu_percent": 100 * (processor_s() - used) / took,
        "messages_per_s": (followed.messages - messages) / took,
        "added_mb": resident_mb() - before,
    }
    await followed.close()
    await asyncio.sleep(1)
    return figures


async def measure(asked: argparse.Namespace, folder: Path, said: Connection) -> None:
    nodes = await asyncio.to_thread(said.recv)
    roots = (folder / "ca.pem").read_bytes()
    await look(nodes, None, 1)  # what is loaded once is not counted
    kinds: dict[str, bytes | None] = {"tls": roots, "plain": None}
    seen: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
    for _ in range(asked.rounds):
        for kind, credentials in kinds.items():
            seen[kind].append(await look(nodes, credentials, asked.seconds))
    for kind, rounds in seen.items():
        for name in rounds[0]:
            values = [one[name] for one in rounds]
            print(f"{kind:<8}{name:<18}{min(values):.2f} / {statistics.median(values):.2f} / {max(values):.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.channels")
    parser.add_argument("--nodes", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="regie-bench-") as folder:
        said, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        fleet = context.Process(target=play, args=(Path(folder), asked.nodes, theirs), daemon=True)
        fleet.start()
        try:
            asyncio.run(measure(asked, Path(folder), said))
        finally:
            fleet.kill()
            fleet.join()


if __name__ == "__main__":
    main()
