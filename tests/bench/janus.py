"""The node beside Janus (videoroom), in turns on one core: `python -m tests.bench.janus [--people 100] [--rounds 3]`.

Both get the same publisher and the same number of watchers from `regie-load`, over real ICE, DTLS and SRTP, in a
network of their own. Watchers take trains of packets whole from the kernel, as a network card with segmentation would
carry them on, so that no server pays for cutting them (`--gro off`: it does). What counts is the processor time of the
server (all its processes) per packet that arrived while everybody was in. Janus is Debian's, with its API over HTTP and
no other plugin than the videoroom.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.demo.children import die_with
from tests.bench.joins import confine, cpu_s
from tests.e2e.machine import Machine, free_port, until
from tests.e2e.networks import ADDRESS, WITHIN, command_in_own_network

SERVER_CORE: Final = 0
LOAD_CORE: Final = 1
SAMPLE_S: Final = 0.5
EDGE_S: Final = 1  # not counted of the time with everybody in, at each end: coming and leaving
JOINING_S = 120  # what all watchers may need to come in
ROOM: Final = 4711
PARTS: Final = {"node": ("of it the control process", "of it the plane"), "Janus": ("of it its process",)}
LOAD: Final = Path(__file__).resolve().parents[2] / "node" / "plane" / "target" / "release" / "regie-load"

GENERAL: Final = """
general: {{ configs_folder = "{folder}"  plugins_folder = "{library}/plugins"
            transports_folder = "{library}/transports"  events_folder = "{folder}"
            loggers_folder = "{folder}"  debug_level = 2  hide_dependencies = true }}
nat: {{ nice_debug = false  full_trickle = false  ice_lite = true  ice_enforce_list = "{address}" }}
media: {{ no_media_timer = 10 }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
"""
HTTP: Final = """
general: {{ json = "compact"  base_path = "/janus"  http = true  port = {port}  ip = "{address}"  https = false }}
admin: {{ admin_http = false }}
"""
VIDEOROOM: Final = """
room-{room}: {{ description = "bench"  publishers = 1  bitrate = 0  audiocodec = "opus"  videocodec = "vp8" }}
"""


def libraries() -> Path | None:
    """Where Debian's Janus keeps its plugins."""
    found = sorted(Path("/usr/lib").glob("*/janus/plugins/libjanus_videoroom.so"))
    return found[0].parents[1] if found else None


def possible() -> bool:
    return shutil.which("janus") is not None and libraries() is not None and os.geteuid() == 0


@dataclass(frozen=True)
class Measured:
    """Of one server in one round."""

    us_per_packet: float
    parts: tuple[float, ...]  # the same of each of its processes
    packets_per_s: float
    lost_percent: float
    cores: float
    joined: int


@asynccontextmanager
async def janus(folder: Path) -> AsyncIterator[tuple[str, int]]:
    """Address of its API, and its process id."""
    library = libraries()
    assert library is not None
    port = free_port()

    def others(kind: str, keep: str) -> str:
        return ",".join(path.name for path in sorted((library / kind).glob("*.so")) if path.name != keep)

    names = {"folder": folder, "library": library, "address": ADDRESS, "port": port, "room": ROOM}
    names |= {"plugins": others("plugins", "libjanus_videoroom.so")}
    names |= {"transports": others("transports", "libjanus_http.so")}
    for file, text in (
        ("janus.jcfg", GENERAL), ("janus.transport.http.jcfg", HTTP), ("janus.plugin.videoroom.jcfg", VIDEOROOM),
    ):  # fmt: skip
        (folder / file).write_text(text.format(**names))
    with (folder / "janus.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "taskset", "-c", str(SERVER_CORE), "janus", "-F", str(folder), "-C", str(folder / "janus.jcfg"),
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with(os.getpid()),
        )  # fmt: skip
    try:
        await until(lambda: answers(ADDRESS, port), 20, f"Janus answers: {(folder / 'janus.log').read_text()[-2000:]}")
        yield f"http://{ADDRESS}:{port}/janus", process.pid
    finally:
        process.terminate()
        await process.wait()


async def answers(address: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(address, port)
    except OSError:
        return False
    writer.close()
    return True


async def load(*words: str, gro: bool = True) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        "taskset", "-c", str(LOAD_CORE), str(LOAD), *words,
        "--from", ADDRESS, "--gro", "on" if gro else "off", "--json", "-",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, preexec_fn=die_with(os.getpid()),
    )  # fmt: skip


async def watch(watchers: asyncio.subprocess.Process, pids: Sequence[int], seconds: int) -> Measured:
    """Until `watchers` is done; what counts is the middle of its `seconds` with everybody in, of whole seconds.

    A server does some things once a second: samples of less would miss them, or count them twice.
    """
    loop = asyncio.get_running_loop()
    said = asyncio.create_task(watchers.communicate())
    samples = [(loop.time(), [cpu_s(pid) for pid in pids])]
    while not said.done():
        await asyncio.wait([said], timeout=SAMPLE_S)
        samples.append((loop.time(), [cpu_s(pid) for pid in pids]))
    report = json.loads((await said)[0])
    measured = report["measured"]
    until_s = samples[-1][0] - EDGE_S
    ended, last = min(samples, key=lambda sample: abs(until_s - sample[0]))
    began, first = min(samples, key=lambda sample: abs(ended - (seconds - 2 * EDGE_S) - sample[0]))
    cores = [(after - before) / (ended - began) for before, after in zip(first, last, strict=True)]
    packets = measured["packets_per_second"]
    parts = tuple(1e6 * each / max(packets, 1) for each in cores)
    return Measured(sum(parts), parts, packets, measured["lost_percent"], sum(cores), report["receiving"])


async def of_janus(people: int, seconds: int, gro: bool) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        async with janus(Path(folder)) as (address, pid):
            watchers = await load(
                "janus", address, "--room", str(ROOM), "--people", str(people + 1), "--publish", "1",
                "--seconds", str(seconds), gro=gro,
            )  # fmt: skip
            return await watch(watchers, [pid], seconds)


async def of_the_node(people: int, seconds: int, gro: bool) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder), address=ADDRESS)
        await machine.start()
        try:
            assert machine.process is not None
            pids = [machine.process.pid, *machine.planes()]
            confine(*pids)
            room = await machine.room(max_participants=people + 1)
            door = room.host
            publisher = await load(
                "whip", f"{door.base}/whip/{door.room}", "--token", door.ticket, "--seconds", str(seconds + JOINING_S)
            )
            watchers = await load(
                "whep", f"{door.base}/whep/{door.room}", "--token", room.participant.ticket,
                "--people", str(people), "--seconds", str(seconds), gro=gro,
            )  # fmt: skip
            try:
                measured = await watch(watchers, pids, seconds)
                assert publisher.returncode is None, f"the publisher ended too soon: {publisher.returncode}"
                return measured
            finally:
                with suppress(ProcessLookupError):
                    publisher.terminate()
                await publisher.communicate()
        finally:
            await machine.stop()


async def compare(people: int, rounds: int, seconds: int, gro: bool) -> None:
    figures: dict[str, list[Measured]] = {"node": [], "Janus": []}
    for _ in range(rounds):
        figures["node"].append(await of_the_node(people, seconds, gro))
        figures["Janus"].append(await of_janus(people, seconds, gro))
    taking = "take trains" if gro else "take single packets"
    print(f"webinar:{people} by regie-load, {rounds} rounds of {seconds} s in turns on one core; watchers {taking}")
    for name, all_of in figures.items():
        costs = sorted(each.us_per_packet for each in all_of)
        rates = sorted(each.packets_per_s for each in all_of)
        print(f"  {name}")
        print(f"    CPU-µs per delivered packet    {costs[0]:.2f} / {statistics.median(costs):.2f} / {costs[-1]:.2f}")
        for part, costs_of in zip(PARTS[name], zip(*(each.parts for each in all_of), strict=True), strict=True):
            least, *_, most = sorted((*costs_of, *costs_of))
            print(f"      {part:<28} {least:.2f} / {statistics.median(costs_of):.2f} / {most:.2f}")
        print(f"    packets delivered per second   {rates[0]:.0f} / {statistics.median(rates):.0f} / {rates[-1]:.0f}")
        print(f"    load of the core, %            {100 * statistics.median(each.cores for each in all_of):.0f}")
        print(f"    loss, %                        {max(each.lost_percent for each in all_of):.3f}")
        print(f"    watchers that receive          {min(each.joined for each in all_of)} of {people}")
    cost = {name: statistics.median(each.us_per_packet for each in all_of) for name, all_of in figures.items()}
    print(f"  Janus / node                     {cost['Janus'] / cost['node']:.1f}")


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description="The node beside Janus.")
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--gro", choices=("on", "off"), default="on", help="whether watchers take trains whole")
    options = parser.parse_args(words)
    if not possible():
        print("This needs root and Janus (ops/system.sh bench).", file=sys.stderr)
        return 2
    if WITHIN not in os.environ:
        return subprocess.run(command_in_own_network([sys.executable, "-m", "tests.bench.janus", *words])).returncode
    asyncio.run(compare(options.people, options.rounds, options.seconds, options.gro == "on"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
