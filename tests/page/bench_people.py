"""What a frame costs while people come and go in a room of a thousand: `python -m tests.page.bench_people`.

The processor's time of each task of the page's main thread (script, style, layout, paint), as the browser's own trace
has it: what else the machine does is not in it. A frame has 16 ms.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sys
from typing import Any

from playwright.async_api import async_playwright

from tests.page.conftest import FLAGS, arrive
from tests.page.scripted import ScriptedNode, person

PEOPLE = 1000
SECONDS = 10
PER_SECOND = 10
CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]


def tasks(trace: bytes) -> list[float]:
    """Of the page's main thread, ms of processor time."""
    events: list[dict[str, Any]] = json.loads(trace)["traceEvents"]
    names = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name"}
    # Several pages have such a thread: ours is the busiest.
    spent: dict[tuple[int, int], list[float]] = {}
    for event in events:
        where = (event["pid"], event["tid"])
        if event["name"] == "RunTask" and names.get(where) == "CrRendererMain":
            spent.setdefault(where, []).append(event.get("tdur", 0) / 1000)
    return sorted(max(spent.values(), key=sum, default=[]))


async def measure(*, panel: bool) -> list[float]:
    node = ScriptedNode()
    node.role = "host"
    node.people = [person(f"p_{n}", f"Personne {n * 7919 % 10_000}", publishing=[]) for n in range(PEOPLE)]
    await node.start()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        guest = await arrive(node, browser)
        await guest.enter()
        if panel:
            await guest.page.keyboard.press("p")
        await asyncio.sleep(3)
        await browser.start_tracing(page=guest.page, categories=CATEGORIES)
        for n in range(SECONDS * PER_SECOND):
            await node.come(person(f"p_new_{n}", f"Nouvelle {n}", publishing=[]))
            await node.say("gone", participant=f"p_{n * 37 % PEOPLE}", cause="left")
            await node.say("person", person=person(f"p_{500 + n}", f"Personne {n}", publishing=["microphone"]))
            await node.say("speaking", levels=[{"participant": f"p_{600 + n % 5}", "level": 30}])
            await asyncio.sleep(1 / PER_SECOND)
        found = tasks(await browser.stop_tracing())
        await browser.close()
    with contextlib.suppress(Exception):
        await node.stop()
    return [each for each in found if each >= 0.5]


def told(name: str, found: list[float]) -> str:
    def at(share: float) -> float:
        return found[min(len(found) - 1, int(len(found) * share))]

    over = sum(1 for each in found if each > 16)
    shares = f"p50 {at(0.5):.1f}  p95 {at(0.95):.1f}  p99 {at(0.99):.1f}  worst {found[-1]:.1f} ms"
    return f"{name:<12} {len(found)} tasks of 0.5 ms or more: {shares}; over 16 ms: {over}"


def main() -> None:
    for name, panel in (("list closed", False), ("list open", True)):
        sys.stdout.write(told(name, asyncio.run(measure(panel=panel))) + "\n")


if __name__ == "__main__":
    main()
