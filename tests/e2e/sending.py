"""Encoded media at its pace, on one clock for sound and picture, from an encoder made of aiortc."""

from __future__ import annotations

import asyncio
import time
from fractions import Fraction
from typing import Any

import av
from aiortc import MediaStreamTrack

from node.demo.peer import Door
from tests.e2e.encoder import Whip
from tests.e2e.machine import until
from tests.recorder import clip

COUNTS = 256
"""The counter begins anew where the clip does."""
SECONDS = COUNTS / clip.FPS


class Playing(MediaStreamTrack):
    """Begins anew when its packets are at an end."""

    def __init__(self, kind: str, packets: list[bytes], step: float, rate: int, began: list[float]) -> None:
        super().__init__()
        self.kind = kind
        self._packets, self._step, self._rate, self._began = packets, step, rate, began
        self.sent = 0
        self.late = 0.0
        """How much later than its time a packet was handed out at most: the sender's reports are wrong by as much."""

    async def recv(self) -> Any:
        if not self._began:
            self._began.append(time.monotonic())
        at = self.sent * self._step
        await asyncio.sleep(max(0.0, self._began[0] + at - time.monotonic()))
        self.late = max(self.late, time.monotonic() - self._began[0] - at)
        packet = av.Packet(self._packets[self.sent % len(self._packets)])
        packet.pts, packet.time_base = round(at * self._rate), Fraction(1, self._rate)
        self.sent += 1
        return packet


class Counting:
    """An encoder whose camera counts and whose microphone beeps (`clip`)."""

    def __init__(self, door: Door, *, key_every: int = clip.FPS) -> None:
        began: list[float] = []
        keys = frozenset(range(0, COUNTS, key_every))
        pictures = [data for data, _key in clip.pictures(SECONDS, key_at=keys)]
        self.whip = Whip(door, "whip")
        self.microphone = Playing("audio", clip.beeps(SECONDS), 0.02, clip.RATE, began)
        self.camera = Playing("video", pictures, 1 / clip.FPS, 90_000, began)
        for track in (self.microphone, self.camera):
            self.whip.connection.addTransceiver(track, direction="sendonly")

    @property
    def late(self) -> float:
        return max(self.microphone.late, self.camera.late)

    async def begin(self) -> None:
        await self.whip.post()
        await until(lambda: self.whip.connection.connectionState == "connected", 20, "media flows")

    async def end(self) -> None:
        await self.whip.delete()
        await self.whip.close()
