"""A person at the page, in a test's words: everything is done by what is seen, read and pressed."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.page.scripted import ScriptedNode
from tests.page.toasts import toasted


class Guest:
    def __init__(self, node: ScriptedNode, context: BrowserContext, page: Page, pictures: Path | None) -> None:
        self.node = node
        self.context = context
        self.page = page
        self.requests: list[str] = []
        self.wrong: list[str] = []
        self.hostile = False
        """Somebody in the room sends markup that the browser's policy refuses, and says so."""
        self._pictures = pictures
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", self._console)

    def _console(self, message: ConsoleMessage) -> None:
        # A refusal that a test asked for is logged by the browser as a failed request.
        harmless = "Failed to load resource" in message.text
        harmless |= self.hostile and "Content Security Policy" in message.text
        if message.type == "error" and not harmless:
            self.wrong.append(message.text)

    def check(self) -> None:
        assert self.wrong == []
        own = urlsplit(self.node.address).netloc
        assert {urlsplit(url).netloc for url in self.requests if not url.startswith(("data:", "blob:"))} <= {own}
        assert not any("t_open" in url.partition("#")[0] for url in self.requests), "the ticket is in a request's URL"

    async def open(self, link: str | None = None) -> None:
        await self.page.goto(link or self.node.link())

    async def enter(self, name: str = "Camille") -> None:
        """Through the screen before the room."""
        await self.open()
        await self.until_screen("join")
        await expect(self.page.locator("#join-microphone")).to_be_enabled()
        await self.page.locator("#join-name").fill(name)
        await self.page.locator("#join-submit").click()
        await self.until_screen("room")
        await expect(self.page.locator('.tile[data-participant="p_you"]')).to_be_visible()

    async def until_screen(self, name: str) -> None:
        await expect(self.page.locator("body")).to_have_attribute("data-screen", name, timeout=30_000)

    async def until_media(self, state: str) -> None:
        await expect(self.page.locator("body")).to_have_attribute("data-media", state, timeout=30_000)

    def tile(self, participant: str, source: str = "camera") -> Locator:
        return self.page.locator(f'.tile[data-participant="{participant}"][data-source="{source}"]')

    async def act_on(self, participant: str, what: str) -> None:
        """Open a person's menu in the list, and take an entry of it."""
        await self.page.locator(f'#people-list li[data-participant="{participant}"] button[aria-haspopup]').click()
        await self.page.locator("#person").get_by_role("button", name=what).click()

    async def toasted(self, words: str) -> None:
        """Waits until the page has said so for a moment."""
        await toasted(self.page, words)

    async def picture(self, name: str) -> None:
        if self._pictures is not None:
            self._pictures.mkdir(parents=True, exist_ok=True)
            await self.page.screenshot(path=self._pictures / f"{name}.png")
