"""aiortc as a participant who counts: what arrives in each slot, when, and what is missing."""

from __future__ import annotations

import asyncio
import itertools
import time
from dataclasses import dataclass, field
from typing import Any, Final

from aiortc import MediaStreamTrack, RTCPeerConnection

from node.demo import loops, people
from node.demo.peer import Door, Peer
from node.demo.tracks import CameraTrack, SpeechTrack

WITHIN_S: Final = 45.0
"""Of a machine that does other things."""


@dataclass
class Stream:
    """The packets of one SSRC, in the order they came. Times are `time.monotonic()` seconds."""

    kind: str
    times: list[float] = field(default_factory=list)
    sequences: list[int] = field(default_factory=list)

    def missing(self) -> int:
        """Sequence numbers never seen between the first and the last (RFC 3550 A.1, without restarts)."""
        if not self.sequences:
            return 0
        extended, highest = set(), self.sequences[0]
        for number in self.sequences:
            step = (number - highest + 0x8000 & 0xFFFF) - 0x8000
            extended.add(highest + step)
            highest = max(highest, highest + step)
        return max(extended) - min(extended) + 1 - len(extended)

    def gap(self, since: float, until: float) -> float:
        """The longest silence between two packets in that time, seconds."""
        moments = [since, *(t for t in self.times if since <= t <= until), until]
        return max(b - a for a, b in itertools.pairwise(moments))


class Listener(Peer):
    """Receives without decoding and keeps count; publishes when given a `person`."""

    def __init__(self, door: Door, name: str, *, person: people.Person | None = None, hears: int = 3, sees: int = 4):
        self.streams: dict[int, Stream] = {}
        media = loops.load(person) if person is not None else None
        self.speech = SpeechTrack(media) if media else None
        self.picture = CameraTrack(media) if media else None
        super().__init__(door, name, voice=self.speech, camera=self.picture, hears=hears, sees=sees)
        self._staying: asyncio.Task[None] | None = None

    def talk(self, talking: bool = True) -> None:
        assert self.speech is not None and self.picture is not None
        self.speech.talking = self.picture.talking = talking

    async def enter(self) -> None:
        """Join, stay, and wait until packets may flow."""
        await self.join()
        self._staying = asyncio.create_task(self.stay())
        await asyncio.wait_for(self.connected.wait(), WITHIN_S)
        await asyncio.wait_for(self.welcomed.wait(), WITHIN_S)

    async def exit(self) -> None:
        if self._staying is not None:
            self._staying.cancel()
            await asyncio.gather(self._staying, return_exceptions=True)
        await self.leave()

    def _prepare(self) -> RTCPeerConnection:
        connection = super()._prepare()
        for transceiver in connection.getTransceivers():
            if transceiver.direction == "recvonly":
                transceiver.receiver._handle_rtp_packet = self._counter(transceiver.kind)  # type: ignore[method-assign]
        return connection

    def _counter(self, kind: str) -> Any:
        async def count(packet: Any, arrival_time_ms: int) -> None:
            stream = self.streams.setdefault(packet.ssrc, Stream(kind))
            stream.times.append(time.monotonic())
            stream.sequences.append(packet.sequence_number)

        return count

    def of(self, kind: str) -> list[Stream]:
        return [stream for stream in self.streams.values() if stream.kind == kind]

    def packets(self, kind: str, since: float = 0.0) -> int:
        return sum(1 for stream in self.of(kind) for moment in stream.times if moment >= since)

    def last(self, kind: str) -> float:
        """When the last packet of this kind came."""
        return max((stream.times[-1] for stream in self.of(kind)), default=0.0)


class Viewer(Peer):
    """Receives and decodes, as aiortc does by itself; `padded` counts its packets of pictures with RTP padding."""

    def __init__(self, door: Door, name: str, *, hears: int = 1, sees: int = 1) -> None:
        self.frames = 0
        self.sounds = 0
        self.padded = 0
        self.sizes: set[tuple[int, int]] = set()
        self._tasks: list[asyncio.Task[None]] = []
        super().__init__(door, name, hears=hears, sees=sees, on_track=self._attach)

    def _prepare(self) -> RTCPeerConnection:
        connection = super()._prepare()
        for transceiver in connection.getTransceivers():
            if (transceiver.kind, transceiver.direction) == ("video", "recvonly"):
                receiver = transceiver.receiver
                receiver._handle_rtp_packet = self._noting(receiver._handle_rtp_packet)  # type: ignore[method-assign]
        return connection

    def _noting(self, decode: Any) -> Any:
        async def note(packet: Any, arrival_time_ms: int) -> None:
            self.padded += packet.padding_size > 0
            await decode(packet, arrival_time_ms=arrival_time_ms)

        return note

    def _attach(self, track: MediaStreamTrack) -> None:
        self._tasks.append(asyncio.ensure_future(self._drain(track)))

    async def _drain(self, track: MediaStreamTrack) -> None:
        while True:
            frame: Any = await track.recv()
            if track.kind == "video":
                self.frames += 1
                self.sizes.add((frame.width, frame.height))
            else:
                self.sounds += 1

    async def enter(self) -> None:
        await self.join()
        self._tasks.append(asyncio.create_task(self.stay()))
        await asyncio.wait_for(self.connected.wait(), WITHIN_S)

    async def exit(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.leave()
