"""Chromium with its fake camera and microphone."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.e2e.visitor import WATCH, Visitor

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--disable-features=WebRtcHideLocalIpsWithMdns,Translate,OptimizationHints,MediaRouter",
    "--use-fake-ui-for-media-stream",
    "--auto-select-desktop-capture-source=Entire screen",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
]


class ChromiumWindow:
    def __init__(self, page: Page, context: BrowserContext) -> None:
        self.page = page
        self.context = context
        self.requests: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    async def open(self, address: str) -> None:
        await self.page.goto(address)

    async def run(self, function: str, argument: Any = None) -> Any:
        return await self.page.evaluate(function, argument)


class Chromium:
    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    async def visitor(self, *, locale: str = "fr-FR", **wishes: Any) -> Visitor:
        """A person with a browser profile of their own."""
        context = await self._browser.new_context(locale=locale, ignore_https_errors=True, **wishes)
        await context.grant_permissions(["camera", "microphone"])
        await context.add_init_script(WATCH)
        page = await context.new_page()
        return Visitor(ChromiumWindow(page, context))


@asynccontextmanager
async def chromium(program: Path | None = None, *, fps: int = 30) -> AsyncIterator[Chromium]:
    """A browser; `program` starts it where it is to live (`tests.e2e.home`). `fps`: of its cameras."""
    path = program or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path is not None, "Chromium is not installed: ops/system.sh test"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path, args=[*FLAGS, f"--use-fake-device-for-media-stream=fps={fps}"], headless=True
        )
        try:
            yield Chromium(browser)
        finally:
            await browser.close()
