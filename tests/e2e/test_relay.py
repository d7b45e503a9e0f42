"""Somebody whose network lets only a TURN server be reached: a real coturn, told the same secret as the node."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.e2e.home import HOUSE
from tests.e2e.machine import free_port
from tests.e2e.networks import ADDRESS
from tests.e2e.test_without_udp import calling
from tests.e2e.visitor import proven

SECRET = "partagé avec le serveur"
RELAY_ONLY = """(() => {
  const Real = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(settings) { super({ ...settings, iceTransportPolicy: "relay" }); }
    setConfiguration(settings) { super.setConfiguration({ ...settings, iceTransportPolicy: "relay" }); }
  };
})();"""
PAIR = """async () => {
  for (const connection of window.regieWatch.made) {
    const stats = [...(await connection.getStats()).values()];
    const transport = stats.find((it) => it.type === 'transport');
    const pair = stats.find((it) => it.id === transport?.selectedCandidatePairId);
    const local = stats.find((it) => it.id === pair?.localCandidateId);
    if (local && connection.connectionState === 'connected') return local.candidateType;
  }
  return '';
}"""


@asynccontextmanager
async def turn_server(folder: Path, port: int) -> AsyncIterator[None]:
    """Listens in the house for the home, by TCP only, and relays from the house's own address."""
    program = shutil.which("turnserver")
    assert program is not None, "coturn is not installed: ops/system.sh test"
    server = await asyncio.create_subprocess_exec(
        program, "-n", "--no-cli", "--no-tls", "--no-dtls", "--no-udp", "--no-multicast-peers", "--fingerprint",
        f"--listening-ip={HOUSE}", f"--listening-port={port}", f"--relay-ip={ADDRESS}", "--realm=regie.test",
        "--use-auth-secret", f"--static-auth-secret={SECRET}", f"--userdb={folder / 'turn.sqlite'}",
        f"--pidfile={folder / 'turn.pid'}", "--log-file=stdout", "--simple-log",
        stdin=asyncio.subprocess.DEVNULL, stdout=(folder / "turn.log").open("wb"), stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield
    finally:
        server.terminate()
        await server.wait()


@pytest.mark.own_network
@pytest.mark.timeout(280)
async def test_a_call_through_a_turn_server(tmp_path: Path) -> None:
    """RFC 8656, draft-uberti-behave-turn-rest-00: the page gets in with what the node hands out, its security policy
    allows it, and no log names the secret."""

    port = free_port()
    settings = {
        "REGIE__TURN__URLS": f"turn:{HOUSE}:{port}?transport=tcp",
        "REGIE__TURN__SECRET": SECRET,
    }
    async with (
        turn_server(tmp_path, port),
        calling(tmp_path, block="udp", address=ADDRESS, settings=settings, script=RELAY_ONLY) as call,
    ):
        assert await call.amina.window.run(PAIR) == "relay"
        await proven(
            lambda: call.amina.watch(4), lambda look: look[1].frames - look[0].frames >= 4 * 6, "no standstill"
        )
        handed = await call.amina.window.run("() => window.regieWatch.made.at(-1).getConfiguration().iceServers")
        assert len(handed) == 1
        assert SECRET not in call.machine.log()
        assert handed[0]["credential"] not in call.machine.log()
