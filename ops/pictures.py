"""Makes the README's pictures from the running product: `python ops/pictures.py` writes docs/pictures/*.png.

A node with synthetic people is started as `regie demo` does it; Chromium shows the participants' page, and the console
runs in a terminal of Textual's own making.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
import time
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from console.app import ConsoleApp
from console.client.fleet import Fleet
from console.contexts import load
from console.state import Store
from node.demo.stage import Stage

OUT = Path(__file__).resolve().parent.parent / "docs" / "pictures"
PAGE: Final[ViewportSize] = {"width": 1120, "height": 630}
PHONE: Final[ViewportSize] = {"width": 390, "height": 760}
AGENDA: Final = "1. Ouverture\n2. Les projets des quartiers\n3. Questions, puis vote"
CONSOLE = (132, 24)
LIMIT = 300_000
"""Bytes: a README must load on a slow line."""

FLAGS = ["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


async def pages(links: dict[str, str], browser_path: str) -> None:
    """The participants' page: a webinar with its chat, the gallery, a phone, and the screen of who waits."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        view = await someone(browser, links["participant"], "Camille")
        await view.wait_for_selector("body[data-screen=room]")
        await view.click("#control-chat")
        await view.locator("#chat-log li").nth(2).wait_for(timeout=60_000)
        await settled(view, "page")
        await view.click("#control-chat")
        await view.click("#control-view")
        await view.check("#views input[value=gallery]")
        await view.keyboard.press("Escape")
        await settled(view, "gallery")
        await view.context.close()
        phone = await someone(
            browser,
            links["participant"],
            "Zoé",
            viewport=PHONE,
            is_mobile=True,
            has_touch=True,
            device_scale_factor=1.5,
        )
        await phone.wait_for_selector("body[data-screen=room]")
        await settled(phone, "phone")
        await phone.context.close()

        host = await someone(browser, links["host"], "Hélène")
        await host.wait_for_selector("body[data-screen=room]")
        await host.click("#control-chat")
        await host.click("#chat-moderate")
        await host.check("#lobby-on")
        await host.fill("#lobby-message", "Nous commençons dans **cinq minutes**. Installez-vous.")
        await host.fill("#lobby-agenda", AGENDA)
        await host.keyboard.press("Escape")
        waits = await someone(browser, links["participant"], "Amina")
        await waits.wait_for_selector("body[data-screen=wait]")
        await waits.locator("#wait-agenda li").nth(2).wait_for()
        await waits.screenshot(path=OUT / "lobby.png")
        await browser.close()


async def someone(browser: Browser, link: str, name: str, **wishes: Any) -> Page:
    """Who joins, and only listens."""
    context = await browser.new_context(locale="fr-FR", **{"viewport": PAGE, **wishes})
    await context.grant_permissions(["camera", "microphone"])
    view = await context.new_page()
    await view.goto(link)
    await view.fill("#join-name", name)
    await view.click("#join-camera")
    await view.click("#join-microphone")
    await view.click("#join-submit")
    return view


async def settled(view: Page, name: str) -> None:
    """A picture of it once faces move and nothing else does."""
    await view.locator(".tile.picture").nth(1).wait_for(timeout=60_000)
    await view.wait_for_timeout(4_000)
    await view.mouse.move(view.viewport_size["width"] / 2, 300) if view.viewport_size else None
    await view.screenshot(path=OUT / f"{name}.png", timeout=120_000)


async def console(browser_path: str) -> None:
    """The console on the same node, one room open, as SVG by Textual and as PNG by Chromium."""
    contexts = list(load().entries.values())
    store = Store(contexts, time.monotonic())
    app = ConsoleApp(store, Fleet(contexts, store), read_only=False)
    async with app.run_test(size=CONSOLE) as pilot:
        await pilot.pause(4)
        await pilot.press("enter")
        await pilot.pause(2)
        await pilot.press("enter")
        await pilot.pause(5)
        svg = app.export_screenshot(title="régie console")
    svg = re.sub(r"@font-face\s*\{[^}]*\}", "", svg)  # its font would be asked of another host
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        view = await browser.new_page(viewport={"width": 1320, "height": 800})
        await view.set_content(f"<style>body{{margin:0}} svg{{width:1320px;display:block}}</style>{svg}")
        await view.locator("svg").first.screenshot(path=OUT / "console.png")
        await browser.close()


def main() -> int:
    browser_path = shutil.which("chromium") or shutil.which("google-chrome")
    if browser_path is None:
        print("Chromium is needed: run 'ops/system.sh test'.", file=sys.stderr)
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    os.environ["REGIE_LANG"] = "fr"
    with Stage(port=8089, count=6, language="fr") as stage:
        links = stage.open(print)
        os.environ.update(stage.environ)
        asyncio.run(pages({link.role: link.here for link in links}, browser_path))
        asyncio.run(console(browser_path))
    for picture in sorted(OUT.glob("*.png")):
        size = picture.stat().st_size
        print(f"{picture.name}: {size // 1000} kB")
        if size > LIMIT:
            print(f"{picture.name} is larger than {LIMIT // 1000} kB.", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
