"""Simulcast in real browsers: layers arrive, a tile gets the one that it needs, and what nobody watches is not sent."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from tests.e2e.chromium import Chromium, ChromiumWindow
from tests.e2e.machine import Machine, until
from tests.e2e.visitor import Seen, Visitor, proven

WIDE = {"width": 1280, "height": 800}


def layers(seen: Seen) -> dict[str, dict[str, Any]]:
    """What is sent of the camera, by layer."""
    return {str(r["rid"]): r for r in seen.raw["outbound"] if r.get("kind") == "video" and r.get("rid")}


def height(seen: Seen) -> int:
    """Of the largest picture that is shown."""
    shown = (int(r.get("frameHeight") or 0) for r in seen.raw["inbound"] if r.get("kind") == "video")
    return max(shown, default=0)


async def sending(visitor: Visitor) -> set[str]:
    """Layers of which packets went out within a second."""
    before, after = await visitor.watch(1.0)
    then = {rid: report.get("packetsSent") or 0 for rid, report in layers(before).items()}
    return {rid for rid, report in layers(after).items() if (report.get("packetsSent") or 0) > then.get(rid, 0)}


async def resize(visitor: Visitor, width: int, height: int) -> None:
    assert isinstance(visitor.window, ChromiumWindow)
    await visitor.window.page.set_viewport_size({"width": width, "height": height})


async def longest_stillness(visitor: Visitor, until_height: int, seconds: float) -> float:
    """Until a picture of that height is shown: the longest time, in seconds, without a new picture."""
    start = last = time.monotonic()
    longest, frames = 0.0, (await visitor.see()).frames
    while time.monotonic() - start < seconds:
        await asyncio.sleep(0.05)
        seen, now = await visitor.see(), time.monotonic()
        longest = max(longest, now - last)
        if seen.frames > frames:
            last, frames = now, seen.frames
        if height(seen) >= until_height:
            return longest
    raise AssertionError(f"no picture of {until_height} lines within {seconds} s")


async def test_a_tile_gets_the_layer_it_needs_and_what_nobody_watches_is_not_sent(
    machine: Machine, browser: Chromium
) -> None:
    room = await machine.room()
    amina = await browser.visitor(viewport=WIDE)
    jean = await browser.visitor(viewport=WIDE)
    await amina.join(room.link(), "Amina")
    await jean.join(room.link(), "Jean", camera=False)
    await jean.until_sees(1)

    async def shows(low: int, high: int) -> bool:
        return low <= height(await jean.see()) <= high

    async def sends(*rids: str) -> bool:
        return await sending(amina) == set(rids)

    # Large: the whole picture, as soon as Amina's browser believes that her way bears it.
    await until(lambda: shows(700, 720), 40, "Jean sees the whole picture", every=0.25)

    async def smaller_and_larger() -> float:
        # Small: the lowest layer, and nobody is left who watches the others.
        await resize(jean, 230, 300)
        await until(lambda: shows(1, 200), 40, "Jean's small tile gets the small layer", every=0.25)
        await until(lambda: sends("q"), 40, "the layers that nobody watches are not sent", every=0.1)
        # Large again: the small layer goes on until a whole picture of the large one is there.
        await resize(jean, 1280, 800)
        return await longest_stillness(jean, 700, 40)

    async def wanted() -> bool:
        detail = await machine.quality(room.room, "Amina")
        return [(layer.rid, layer.wanted) for layer in detail.layers] == [("q", False), ("h", False), ("f", True)]

    await proven(smaller_and_larger, lambda still: still < 1.0, "the picture stands still")
    await until(lambda: sends("f"), 40, "the small layers are not sent any more", every=0.1)
    await until(wanted, 20, "and the operator sees which is wanted", every=0.1)

    # Nobody watches at all: nothing of the camera is sent.
    await jean.click("#control-leave")
    await until(sends, 30, "a camera that nobody watches is not sent", every=0.1)
    assert isinstance(amina.window, ChromiumWindow) and amina.window.errors == []
