"""A person with a browser, in a test's words: they open a link, join, look, listen, and act on the page."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from tests.e2e.machine import until

T = TypeVar("T")

WATCH = (Path(__file__).parent / "watch.js").read_text("utf-8")

JOIN = """name => {
  const field = document.querySelector('#join-name');
  field.value = name;
  field.dispatchEvent(new Event('input', {bubbles: true}));
  document.querySelector('#join-submit').click();
}"""


class Window(Protocol):
    """What a browser must be able to do; Chromium and Firefox each have their own way."""

    async def open(self, address: str) -> None: ...

    async def run(self, function: str, argument: Any = None) -> Any:
        """The value of the JavaScript function (awaited) for `argument`."""


@dataclass(frozen=True)
class Seen:
    """The statistics of one moment (W3C WebRTC statistics); counters are sums over all slots."""

    at: float
    state: str
    raw: dict[str, Any] = field(repr=False)

    def of(self, kind: str, name: str, direction: str = "inbound") -> float:
        return sum(report.get(name) or 0 for report in self.raw[direction] if report.get("kind") == kind)

    @property
    def frames(self) -> float:
        return self.of("video", "framesDecoded")

    @property
    def streams(self) -> dict[str, float]:
        """Pictures decoded, by slot; only slots that have had one."""
        reports = [r for r in self.raw["inbound"] if r.get("kind") == "video" and r.get("framesDecoded")]
        return {str(r.get("mid") or r["ssrc"]): r["framesDecoded"] for r in reports}

    @property
    def energy(self) -> float:
        return self.of("audio", "totalAudioEnergy")

    @property
    def lost(self) -> float:
        return self.of("video", "packetsLost") + self.of("audio", "packetsLost")

    @property
    def packets(self) -> float:
        return self.of("video", "packetsReceived") + self.of("audio", "packetsReceived")

    @property
    def freezes(self) -> float:
        return self.of("video", "freezeCount")


class Visitor:
    """One person at one window."""

    def __init__(self, window: Window) -> None:
        self.window = window

    async def join(
        self, link: str, name: str, *, microphone: bool = True, camera: bool = True, into: str = "room"
    ) -> None:
        """Through the page's own form, to the room (or the screen before its door). Microphone and camera as wished."""
        await self.window.open(link)
        await self.until_screen("join")
        await self._device("microphone", microphone)
        await self._device("camera", camera)
        await self.window.run(JOIN, name)
        await self.until_screen(into)

    async def _device(self, which: str, wanted: bool) -> None:
        script = "which => document.querySelector('#join-' + which)?.getAttribute('aria-pressed')"
        await until(lambda: self._settled(script, which), 30, f"the {which} of the preview is ready", every=0.05)
        if (await self.window.run(script, which) == "true") != wanted:
            await self.window.run("which => document.querySelector('#join-' + which).click()", which)
            await until(lambda: self._pressed(script, which, wanted), 30, f"the {which} is {'on' if wanted else 'off'}")

    async def _settled(self, script: str, which: str) -> bool:
        ready = "which => !document.querySelector('#join-' + which)?.disabled"
        return await self.window.run(script, which) is not None and bool(await self.window.run(ready, which))

    async def _pressed(self, script: str, which: str, wanted: bool) -> bool:
        return bool((await self.window.run(script, which) == "true") == wanted)

    async def screen(self) -> str:
        return str(await self.window.run("() => document.body.dataset.screen"))

    async def until_screen(self, name: str, seconds: float = 45.0) -> None:
        await until(lambda: self._shows(name), seconds, f"the page shows its screen “{name}”")

    async def _shows(self, name: str) -> bool:
        return await self.screen() == name

    async def click(self, selector: str) -> None:
        await self.window.run("selector => document.querySelector(selector).click()", selector)

    async def text(self, selector: str) -> str:
        script = "selector => [...document.querySelectorAll(selector)].map(e => e.textContent.trim()).join('\\n')"
        return str(await self.window.run(script, selector))

    async def see(self) -> Seen:
        raw = await self.window.run("() => window.regieWatch.read()")
        return Seen(raw["at"] / 1000, raw["state"], raw)

    # ------------------------------------------------------------------ what a person notices

    async def until_sees(self, people: int, seconds: float = 45.0) -> Seen:
        """Moving pictures of at least `people` others."""

        async def enough() -> Seen | None:
            seen = await self.see()
            return seen if len(seen.streams) >= people else None

        found: Seen = await until(enough, seconds, f"{people} moving pictures", every=0.1)
        return found

    async def until_hears(self, seconds: float = 45.0) -> Seen:
        """Sound that is not silence."""
        before = (await self.see()).energy

        async def louder() -> Seen | None:
            seen = await self.see()
            return seen if seen.energy > before + 1e-6 else None

        found: Seen = await until(louder, seconds, "a sound", every=0.1)
        return found

    async def watch(self, seconds: float) -> tuple[Seen, Seen]:
        """The statistics before and after `seconds` of looking on."""
        before = await self.see()
        await asyncio.sleep(seconds)
        return before, await self.see()


async def proven(look: Callable[[], Awaitable[T]], good: Callable[[T], bool], what: str, attempts: int = 5) -> T:
    """What `look` returns once it is `good`. One that is not, and during which the machine kept this process itself
    waiting for 80 ms, says nothing about the product: it is taken again. Undisturbed, the first one counts."""
    for _ in range(attempts):
        witness = asyncio.create_task(longest_wait())
        try:
            seen = await look()
        finally:
            witness.cancel()
        waited = await witness
        if good(seen):
            return seen
        if waited < 0.08:
            break
    raise AssertionError(f"{what}: {seen}, when this process itself waited for at most {waited:.3f} s")


async def longest_wait() -> float:
    """Until cancelled; how long, in seconds, a sleep of 10 ms overran at most."""
    longest, start = 0.0, time.monotonic()
    try:
        while True:
            await asyncio.sleep(0.01)
            longest, start = max(longest, time.monotonic() - start - 0.01), time.monotonic()
    except asyncio.CancelledError:  # as what was waited for comes back behind a pause, before this does
        return max(longest, time.monotonic() - start - 0.01)


def rate(before: Seen, after: Seen, mid: str) -> float:
    """Pictures a second decoded in one slot between two moments."""
    return (after.streams[mid] - before.streams.get(mid, 0)) / (after.at - before.at)


def fluent(look: tuple[Seen, Seen]) -> bool:
    """One slot moves, with 15 pictures a second or more."""
    before, after = look
    return len(after.streams) == 1 and all(rate(before, after, mid) >= 15 for mid in after.streams)
