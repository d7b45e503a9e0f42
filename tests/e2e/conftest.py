"""A node, an operator and people with browsers, for each test anew."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.demo import peer
from tests.e2e.chromium import Chromium, chromium
from tests.e2e.machine import Machine


@pytest.fixture(autouse=True, scope="session")
def _this_machine_only(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No traffic leaves the machine, no file lands in the user's cache; the synthetic people are drawn once."""
    peer.stay_on_this_machine()
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers start slowly on a machine that does other things; what is measured has limits of its own."""
    for item in items:
        if "/e2e/" in str(item.path) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(300))
