"""`python -m node.demo.fleet --folder DIR --nodes 20 …`: played nodes until a signal; says `ready` when they answer.

Whoever started it may write lines to its standard input: `freeze N`, `thaw N`, `stop` and `start` (all nodes),
`streams` (how many were opened until now), `date` (all nodes say when their figures were taken).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import stat
import sys
from pathlib import Path

import tomli_w
import uvloop

from node.demo.fleet import Authority, FakeNode
from node.demo.fleet.world import Plan, World, names
from node.rpc.tls import write_private

GATHER_S = 0.1
"""As the real node: ten messages a second at the most."""


async def play(folder: Path, count: int, plan: Plan, role: str) -> None:
    authority = Authority(folder)
    nodes = [FakeNode(name, authority, tick=1.0, gather=GATHER_S, role=role) for name in names(count)]
    world = World(nodes, plan)
    await world.fill()
    for node in nodes:
        await node.start()
    write_private(folder / "contexts.toml", tomli_w.dumps(_contexts(nodes)).encode())
    print("ready", flush=True)
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, done.set)
    tasks = [asyncio.create_task(world.run()), asyncio.create_task(_obey(nodes))]
    await done.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.gather(*(node.stop() for node in nodes))


def _contexts(nodes: list[FakeNode]) -> dict[str, object]:
    entries = {
        node.name: {
            "address": f"127.0.0.1:{node.port}",
            "ca_file": str(node.authority.ca_file.resolve()),
            "token": node.token,
        }
        for node in nodes
    }
    return {"current": nodes[0].name, "contexts": entries}


async def _obey(nodes: list[FakeNode]) -> None:
    """Lines of whoever started us."""
    if not stat.S_ISFIFO(os.fstat(0).st_mode):
        return
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        match line.decode().split():
            case ["freeze", number]:
                nodes[int(number)].freeze()
            case ["thaw", number]:
                nodes[int(number)].freeze(False)
            case ["date"]:
                for node in nodes:
                    node.dated = True
            case ["stop"]:
                await asyncio.gather(*(node.stop() for node in nodes))
            case ["start"]:
                await asyncio.gather(*(node.start() for node in nodes))
            case ["streams"]:
                print(sum(sum(node.streams.values()) for node in nodes), flush=True)
                continue
            case _:
                continue
        print(line.decode().strip(), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m node.demo.fleet")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--nodes", type=int, default=20)
    parser.add_argument("--rooms", type=int, default=0, help="of the whole fleet; 0: three a node")
    parser.add_argument("--people", type=int, default=0, help="of the whole fleet; 0: twelve a room")
    parser.add_argument("--changes", type=int, default=60, help="a second")
    parser.add_argument("--messages", type=int, default=3, help="a second")
    parser.add_argument("--role", default="admin")
    asked = parser.parse_args()
    rooms = asked.rooms or 3 * asked.nodes
    plan = Plan(rooms, asked.people or 12 * rooms, asked.changes, asked.messages)
    uvloop.run(play(asked.folder, asked.nodes, plan, asked.role))


if __name__ == "__main__":
    main()
