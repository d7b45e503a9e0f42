"""A node, an operator and people with browsers, for each test anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.demo import peer
from tests.e2e.chromium import Chromium, chromium
from tests.e2e.machine import Machine


@pytest.fixture(autouse=True, scope="session")
def _this_machine_only() -> None:
    peer.stay_on_this_machine()


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    """A node that runs."""
    made = Machine(tmp_path)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


@pytest.fixture
async def browser() -> AsyncIterator[Chromium]:
    async with chromium() as running:
        yield running
