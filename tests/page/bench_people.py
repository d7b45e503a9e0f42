"""What a frame costs while people come and go in a room of a thousand: `python -m tests.page.bench_people`.

Work of a frame: from the start of its callbacks until the browser is free again after style, layout and paint. On a
machine with other things to do the figures are worse than the page is.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys

from playwright.async_api import async_playwright

from tests.page.conftest import FLAGS, arrive
from tests.page.scripted import ScriptedNode, person

PEOPLE = 1000
SECONDS = 10
PER_SECOND = 10
MEASURE = """() => {
  globalThis.frames_ = [];
  const channel = new MessageChannel();
  let begun = 0;
  channel.port1.onmessage = () => frames_.push(performance.now() - begun);
  const frame = () => { begun = performance.now(); channel.port2.postMessage(0); requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
}"""


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
        await guest.page.evaluate(MEASURE)
        for n in range(SECONDS * PER_SECOND):
            await node.come(person(f"p_new_{n}", f"Nouvelle {n}", publishing=[]))
            await node.say("gone", participant=f"p_{n}", cause="left")
            await node.say("person", person=person(f"p_{500 + n}", f"Personne {n}", publishing=["microphone"]))
            await node.say("speaking", levels=[{"participant": f"p_{600 + n % 5}", "level": 30}])
            await asyncio.sleep(1 / PER_SECOND)
        frames: list[float] = await guest.page.evaluate("() => frames_")
        await browser.close()
    with contextlib.suppress(Exception):
        await node.stop()
    return sorted(frames)


def told(name: str, frames: list[float]) -> str:
    def at(share: float) -> float:
        return frames[min(len(frames) - 1, int(len(frames) * share))]

    over = sum(1 for each in frames if each > 16)
    shares = f"p50 {at(0.5):.1f}  p95 {at(0.95):.1f}  p99 {at(0.99):.1f}  worst {frames[-1]:.1f} ms"
    return f"{name:<16} {len(frames)} frames  {shares}  over 16 ms: {over}"


def main() -> None:
    for name, panel in (("list closed", False), ("list open", True)):
        sys.stdout.write(told(name, asyncio.run(measure(panel=panel))) + "\n")


if __name__ == "__main__":
    main()
