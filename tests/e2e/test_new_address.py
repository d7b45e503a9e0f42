"""Somebody's network changes in the middle of a call: another address, the same place (H30)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.e2e.test_without_udp import calling, transports

LOCAL = """async () => {
  const connection = window.regieWatch.made.at(-1);
  const stats = [...(await connection.getStats()).values()];
  const transport = stats.find((it) => it.type === 'transport');
  const pair = stats.find((it) => it.id === transport?.selectedCandidatePairId);
  return stats.find((it) => it.id === pair?.localCandidateId)?.address ?? '';
}"""


@pytest.mark.own_network
@pytest.mark.timeout(280)
async def test_wifi_gives_way_to_mobile_data(tmp_path: Path) -> None:
    """H30: the page restarts ICE and goes on with the same peer connection, the same place and the same pictures."""
    async with calling(tmp_path) as call:
        before = await call.amina.window.run(LOCAL)
        joins = await transports(call.machine)

        call.link.move()
        await asyncio.sleep(1)  # what was on its way has arrived
        await call.goes_on(await call.amina.see())

        assert await call.amina.window.run(LOCAL) != before, "the address is another one"
        assert (await call.amina.see()).raw["connections"] == 1, "the same peer connection"
        assert await transports(call.machine) == joins, "nobody had to join again"
