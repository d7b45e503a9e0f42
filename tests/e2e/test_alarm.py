"""A real Prometheus with the shipped rules watches a real node that works for a crowd: all that alerts, rules and the
dashboard ask for is there, no alert is given; the plane stops, and it is."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from node.demo.peer import JoinRefused, Peer
from tests.e2e.loading import Load, build
from tests.e2e.machine import Machine, free_port, until
from tests.metrics.asked import asked, dashboard, given, queries

PEOPLE = 30
NOT_NOW = {"regie_drain_deadline_timestamp_seconds", "instance:regie_joins_failed:ratio_rate5m"}
"""What has no value because nobody drains the node, and because no join fails by its doing."""

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

            async def ask(path: str, **words: str) -> Any:
                try:
                    async with http.get(f"/api/v1/{path}", params=words) as answer:
                        return (await answer.json()).get("data")
                except aiohttp.ClientError:
                    return None

            async def seen(query: str) -> list[dict[str, str]]:
                return [row["metric"] for row in (await ask("query", query=query) or {}).get("result", ())]

            async def rules() -> dict[str, dict[str, Any]]:
                """By name, once each was evaluated."""
                groups = (await ask("rules") or {}).get("groups", ())
                found = {rule["name"]: rule for group in groups for rule in group["rules"]}
                return found if all(rule["health"] != "unknown" for rule in found.values()) else {}

            await until(lambda: seen("regie_plane_up == 1"), 60, "Prometheus sees the node", every=0.2)
            for metric in ("regie_disk_free_bytes", 'regie_certificate_expires_timestamp_seconds{certificate="ca"}'):
                await until(lambda what=metric: seen(what), 60, metric, every=0.2)
            busy = f"regie_participants == {PEOPLE} and rate(regie_plane_sent_packets_total[5s]) > {50 * PEOPLE}"
            await until(lambda: seen(busy), 90, "Prometheus sees the crowd", every=0.2)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.sendto(b"nothing that a plane uses", ("127.0.0.1", machine.media))
            bob = Peer(replace(room.participant, ticket="of another room"), "Bob", hears=1, sees=1)
            with pytest.raises(JoinRefused):
                await bob.join()
            await bob.leave()
            for counted in ("regie_plane_drops_total", "regie_refusals_total"):
                await until(lambda what=counted: seen(what), 60, counted, every=0.2)
            async with http.get(f"http://127.0.0.1:{machine.metrics}/metrics") as answer:
                there = given(await answer.text())
            for query in queries():
                assert asked(query) - NOT_NOW <= there
            for query in dashboard():
                assert await ask("query", query=query.replace("$node", ".*")), f"it is no query: {query}"
            known = await until(rules, 60, "all rules are evaluated", every=0.2)
            assert {name: rule["lastError"] for name, rule in known.items() if rule["health"] != "ok"} == {}
            assert known["RegiePlaneDown"]["state"] == known["RegieNodeDown"]["state"] == "inactive"
            for name in {name for name, rule in known.items() if rule["type"] == "recording"} - NOT_NOW:
                await until(lambda name=name: seen(name), 60, f"{name} is recorded", every=0.2)
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
