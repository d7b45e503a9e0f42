"""Encoded media at its pace, on one clock for sound and picture, from an encoder made of aiortc."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from contextvars import ContextVar
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import av
from aiortc import MediaStreamTrack, RTCPeerConnection, clock, rtcrtpsender

from node.demo.peer import Door, Peer
from tests.e2e.encoder import Whip
from tests.e2e.machine import until
from tests.recorder import clip

COUNTS = 256
"""The counter begins anew where the clip does."""
SECONDS = COUNTS / clip.FPS

TAKEN: ContextVar[datetime | None] = ContextVar("TAKEN", default=None)
"""When what the task of a sender sends now was taken."""


class Taken:
    """The clock of aiortc's senders, but that their reports tell when a picture was taken, as those of encoders do, and
    not when this process came to send it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(clock, name)

    def current_ntp_time(self) -> int:
        taken = TAKEN.get()
        return clock.current_ntp_time() if taken is None else clock.datetime_to_ntp(taken)


rtcrtpsender.clock = Taken()  # type: ignore[assignment]


class Playing(MediaStreamTrack):
    """Begins anew when its packets are at an end."""

    def __init__(self, kind: str, packets: list[bytes], step: float, rate: int, began: list[float]) -> None:
        super().__init__()
        self.kind = kind
        self._packets, self._step, self._rate, self._began = packets, step, rate, began
        self.sent = 0

    async def recv(self) -> Any:
        if not self._began:
            self._began.append(time.monotonic())
        at = self.sent * self._step
        await asyncio.sleep(max(0.0, self._began[0] + at - time.monotonic()))
        TAKEN.set(clock.current_datetime() - timedelta(seconds=time.monotonic() - self._began[0] - at))
        packet = av.Packet(self._packets[self.sent % len(self._packets)])
        packet.pts, packet.time_base = round(at * self._rate), Fraction(1, self._rate)
        self.sent += 1
        return packet

    def skip(self) -> None:
        """What was due while there was no connection is sent by nobody, as a camera's pictures are."""
        if self._began:
            self.sent = max(self.sent, math.ceil((time.monotonic() - self._began[0]) / self._step))


def tracks(key_every: int) -> tuple[Playing, Playing]:
    """(microphone, camera) of one person."""
    began: list[float] = []
    keys = frozenset(range(0, COUNTS, key_every))
    pictures = [data for data, _key in clip.pictures(SECONDS, key_at=keys)]
    microphone = Playing("audio", clip.beeps(SECONDS), 0.02, clip.RATE, began)
    return microphone, Playing("video", pictures, 1 / clip.FPS, 90_000, began)


class Counting:
    """An encoder whose camera counts and whose microphone beeps (`clip`)."""

    def __init__(self, door: Door, *, key_every: int = clip.FPS) -> None:
        self.whip = Whip(door, "whip")
        self.microphone, self.camera = tracks(key_every)
        for track in (self.microphone, self.camera):
            self.whip.connection.addTransceiver(track, direction="sendonly")

    async def begin(self) -> None:
        await self.whip.post()
        await until(lambda: self.whip.connection.connectionState == "connected", 20, "media flows")

    async def end(self) -> None:
        await self.whip.delete()
        await self.whip.close()


class CountingPerson(Peer):
    """A participant with the same camera and microphone, who comes back as pages do when the plane was another."""

    def __init__(self, door: Door, name: str, *, key_every: int = 5) -> None:
        self.microphone, self.camera = tracks(key_every)
        self.connections = 0
        super().__init__(door, name, voice=self.microphone, camera=self.camera)
        self._staying: asyncio.Task[None] | None = None

    def _prepare(self) -> RTCPeerConnection:
        self.connections += 1
        self.microphone.skip()
        self.camera.skip()
        return super()._prepare()

    async def begin(self) -> None:
        await self.join()
        self._staying = asyncio.create_task(self.stay())
        await asyncio.wait_for(self.connected.wait(), 20)
        await asyncio.wait_for(self.welcomed.wait(), 20)

    async def back(self, connections: int) -> None:
        """Connected once more, having been so `connections` times."""
        await until(lambda: self.connections > connections and self.connected.is_set(), 30, "they are back")

    async def end(self) -> None:
        if self._staying is not None:
            self._staying.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._staying
        await self.leave()
