"""A real Prometheus with the shipped rules watches a real node that works for a crowd; the plane stops, and the alert
is given."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.loading import Load, build
from tests.e2e.machine import Machine, free_port, until

PEOPLE = 30

RULES = Path(__file__).parents[2] / "ops" / "prometheus"


def configuration(folder: Path, metrics: int) -> Path:
    """The shipped one, for this node, with the haste of a test."""
    text = (RULES / "prometheus.yml").read_text("utf-8")
    text = re.sub(r"(scrape|evaluation)_interval: 15s", r"\1_interval: 500ms", text)
    text = text.replace("127.0.0.1:9464", f"127.0.0.1:{metrics}")
    text = re.sub(r"- (\w+\.yml)", rf"- {RULES}/\1", text)
    (folder / "prometheus.yml").write_text(text)
    return folder / "prometheus.yml"


@pytest.mark.timeout(600)  # the first time the load generator compiles
async def test_the_alert_is_given_when_the_plane_stops(machine: Machine, tmp_path: Path) -> None:
    """Under the load of `make bench`: what is scraped then are the figures of people and packets."""
    generator = await build()
    room = await machine.room(max_participants=100)
    link = f"{room.participant.base}/r/{room.participant.room}"
    program = shutil.which("prometheus")
    assert program is not None, "ops/system.sh test installs it"
    port = free_port()
    watching = await asyncio.create_subprocess_exec(
        program,
        f"--config.file={configuration(tmp_path, machine.metrics)}",
        f"--storage.tsdb.path={tmp_path}/tsdb",
        f"--web.listen-address=127.0.0.1:{port}",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    (plane,) = machine.planes()
    crowd = await Load(
        generator, "join", link, "--people", str(PEOPLE), "--publish", "2", "--tiles", "2", "--ramp", "100",
        "--seconds", "300", token=room.participant.ticket,
    ).start()  # fmt: skip
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as http:

            async def seen(query: str) -> list[dict[str, str]]:
                try:
                    async with http.get("/api/v1/query", params={"query": query}) as answer:
                        return [row["metric"] for row in (await answer.json())["data"]["result"]]
                except (aiohttp.ClientError, KeyError):
                    return []

            await until(lambda: seen("regie_plane_up == 1"), 60, "Prometheus sees the node", every=0.2)
            for metric in ("regie_disk_free_bytes", 'regie_certificate_expires_timestamp_seconds{certificate="ca"}'):
                assert await seen(metric)
            busy = f"regie_participants == {PEOPLE} and rate(regie_plane_sent_packets_total[5s]) > {50 * PEOPLE}"
            await until(lambda: seen(busy), 90, "Prometheus sees the crowd", every=0.2)
            os.kill(plane, signal.SIGSTOP)
            firing = 'ALERTS{alertname="RegiePlaneDown",alertstate="firing"}'
            (alert,) = await until(lambda: seen(firing), 60, "the alert", every=0.2)
            assert (alert["severity"], alert["instance"]) == ("critical", f"127.0.0.1:{machine.metrics}")
            os.kill(plane, signal.SIGCONT)
            await until(lambda: seen("regie_plane_silent_seconds < 3"), 60, "the plane is back", every=0.2)
    finally:
        os.kill(plane, signal.SIGCONT)
        await crowd.stop()
        watching.terminate()
        await watching.wait()
