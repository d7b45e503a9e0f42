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

from playwright.async_api import async_playwright

from console.app import ConsoleApp
from console.client.fleet import Fleet
from console.contexts import load
from console.state import Store
from node.demo.stage import Stage

OUT = Path(__file__).resolve().parent.parent / "docs" / "pictures"
PAGE = (1120, 630)
CONSOLE = (132, 24)
LIMIT = 300_000
"""Bytes: a README must load on a slow line."""

FLAGS = ["--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


async def page(link: str, browser_path: str) -> None:
    """Somebody who only listens joins, opens the chat, and looks for a while."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        context = await browser.new_context(locale="fr-FR", viewport={"width": PAGE[0], "height": PAGE[1]})
        await context.grant_permissions(["camera", "microphone"])
        view = await context.new_page()
        await view.goto(link)
        await view.fill("#join-name", "Camille")
        await view.click("#join-camera")
        await view.click("#join-microphone")
        await view.click("#join-submit")
        await view.wait_for_selector("body[data-screen=room]")
        await view.click("#control-chat")
        await view.locator("#chat-log li").nth(2).wait_for(timeout=60_000)
        await view.wait_for_timeout(3_000)
        await view.mouse.move(600, 300)
        await view.screenshot(path=OUT / "page.png")
        await browser.close()


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
        asyncio.run(page(next(link.here for link in links if link.role == "participant"), browser_path))
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
