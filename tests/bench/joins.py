"""How fast people come in: `python -m tests.bench.joins [--people 500] [--together 500]`.

A real node with its plane, and people who join as a page does: HTTP POST of Chromium's offer, ICE check, DTLS handshake
with its key exchange, each from a UDP socket of their own. The node (control process and plane) has one core, the
people have another. What counts is the node's processor time per join, since the people are slower than the node; the
time on the clock is what the people saw.
"""

import argparse
import asyncio
import os
import resource
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import aiohttp
import uvloop

from tests.e2e.machine import Machine, Room
from tests.media.light import LightClient

WITHIN_S = 60.0
SETTLED_S = 2.0


def cpu_s(pid: int) -> float:
    """User and system time of a process's threads that live, in seconds, as the scheduler counts it to the nanosecond.

    The ticks of /proc/PID/stat are 10 ms: more than what a quiet server takes in half a second.
    """
    spent = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread may end meanwhile
            spent += int((task / "schedstat").read_text().split()[0])
    return spent / 1e9


def confine(*pids: int) -> None:
    """Let the first core carry every thread of these processes, and nothing else do."""
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), {0})


def resident(pid: int) -> int:
    """Resident memory of a process in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def highest(pid: int) -> int:
    """The most resident memory of a process since `forget_highest`, in bytes (proc(5))."""
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def forget_highest(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


async def join(http: aiohttp.ClientSession, room: Room, client: LightClient, started: float) -> float:
    """Come in; the seconds since `started` when the handshake was done."""
    door = room.participant
    body = {"name": client.name, "language": "fr", "sdp": client.offer, "session": None}
    address = f"{door.base}/api/rooms/{door.room}/join"
    async with http.post(address, json=body, headers={"Authorization": f"Bearer {door.ticket}"}) as answer:
        if answer.status != 201:
            raise RuntimeError(f"{client.name} was refused: {await answer.text()}")
        joined = await answer.json()
    await client.connect(joined["sdp"])
    await client.done
    return time.perf_counter() - started


async def wave(http: aiohttp.ClientSession, room: Room, clients: list[LightClient]) -> list[float]:
    """Let all of `clients` come in at once."""
    started = time.perf_counter()
    async with asyncio.timeout(WITHIN_S):
        return sorted(await asyncio.gather(*(join(http, room, client, started) for client in clients)))


async def measure(people: int, together: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder))
        await machine.start()
        try:
            assert machine.process is not None
            node, (plane,) = machine.process.pid, machine.planes()
            confine(node, plane)
            room = await machine.room(max_participants=people)
            clients = [LightClient(f"Invité {n}") for n in range(people)]
            before, memory = [cpu_s(pid) for pid in (node, plane)], [resident(pid) for pid in (node, plane)]
            for pid in (node, plane):
                forget_highest(pid)
            times: list[float] = []
            started = time.perf_counter()
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
                for at in range(0, people, together):
                    times += await wave(http, room, clients[at : at + together])
            elapsed = time.perf_counter() - started
            control, packets = (cpu_s(pid) - was for pid, was in zip((node, plane), before, strict=True))
            height = [highest(pid) - was for pid, was in zip((node, plane), memory, strict=True)]
            await asyncio.sleep(SETTLED_S)
            grown = [resident(pid) - was for pid, was in zip((node, plane), memory, strict=True)]
            report(people, together, times, elapsed, control, packets, height, grown)
            for client in clients:
                client.leave()
        finally:
            await machine.stop()


def report(
    people: int,
    together: int,
    times: list[float],
    elapsed: float,
    control: float,
    packets: float,
    height: list[int],
    grown: list[int],
) -> None:
    times = sorted(times)
    print(f"{people} people, {together} at once, each with HTTP, ICE and DTLS")
    print(f"  all in within                    {elapsed:.2f} s")
    print(f"  time to come in, p50 / p99       {times[len(times) // 2]:.2f} / {times[len(times) * 99 // 100]:.2f} s")
    print(f"  node's CPU per join              {1000 * (control + packets) / people:.2f} ms "
          f"(control {1000 * control / people:.2f}, plane {1000 * packets / people:.2f})")  # fmt: skip
    print(f"  joins per second and core        {people / (control + packets):.0f}")
    print(f"  memory per person, at its height {sum(height) / people / 1000:.0f} kB "
          f"(control {height[0] / people / 1000:.0f}, plane {height[1] / people / 1000:.0f})")  # fmt: skip
    print(f"  memory per person, {SETTLED_S:.0f} s later    {sum(grown) / people / 1000:.0f} kB "
          f"(control {grown[0] / people / 1000:.0f}, plane {grown[1] / people / 1000:.0f})")  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure how fast people come in.")
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--together", type=int, default=500)
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8 * options.people)), hard))
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})
    uvloop.run(measure(options.people, options.together))
    return 0


if __name__ == "__main__":
    sys.exit(main())
