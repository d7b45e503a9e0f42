"""A scripted node and a Chromium for every test of the page."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode
from tests.page.toasts import REMEMBER

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream=fps=5",
    "--use-fake-ui-for-media-stream",
    "--auto-select-desktop-capture-source=Entire screen",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One Chromium, and so one event loop, for all tests of this folder."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


expect.set_options(timeout=30_000)  # the machine may be busy with other tests
LAPTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
"""WCAG 1.4.10: the least that everything must fit into."""


@pytest_asyncio.fixture(loop_scope="session")
async def node() -> AsyncIterator[ScriptedNode]:
    made = ScriptedNode()
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    assert path is not None, "Chromium is not installed"
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def guest(node: ScriptedNode, browser: Browser) -> AsyncIterator[Guest]:
    """Somebody with a laptop, in French. Afterwards: nothing went wrong unseen, nothing left the machine."""
    made = await arrive(node, browser)
    yield made
    made.check()
    await made.context.close()


async def arrive(
    node: ScriptedNode, browser: Browser, *, locale: str = "fr-FR", phone: bool = False, size: dict[str, int] = PHONE
) -> Guest:
    """`size`: of a phone."""
    context: BrowserContext = await browser.new_context(
        locale=locale,
        viewport=size if phone else LAPTOP,  # type: ignore[arg-type]
        has_touch=phone,
        is_mobile=phone,
        device_scale_factor=2 if phone else 1,
    )
    await context.grant_permissions(["camera", "microphone"])
    await context.add_init_script(REMEMBER)
    page: Page = await context.new_page()
    return Guest(node, context, page, pictures())


def pictures() -> Path | None:
    """Where screenshots go, when somebody wants to look at them: PAGE_PICTURES=dir."""
    wished = os.environ.get("PAGE_PICTURES")
    return Path(wished) if wished else None
