"""One node with its plane, and one Chromium, for all stories."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from node.running import start
from tests.e2e.chromium import FLAGS
from tests.e2e.stories.teller import Teller
from tests.web.test_real_media import settings

expect.set_options(timeout=30_000)  # the machine may be busy


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One Chromium and one node, and so one event loop."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def _browser() -> AsyncIterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path is not None, "Chromium is not installed: ops/system.sh test"
    async with async_playwright() as playwright:
        flags = [*FLAGS, "--use-fake-device-for-media-stream=fps=5"]
        running = await playwright.chromium.launch(executable_path=path, args=flags)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def _node() -> AsyncIterator[object]:
    with tempfile.TemporaryDirectory(prefix="st-") as folder:  # short: sockets' paths have a limit
        running = await start(settings(Path(folder)))
        yield running
        await running.stop(stop_plane=True)


@pytest_asyncio.fixture(loop_scope="session")
async def teller(_node: object, _browser: Browser) -> AsyncIterator[Teller]:
    """Afterwards: nothing went wrong in any browser unseen."""
    made = Teller(_node, _browser)
    yield made
    await made.close()
