"""A real plane with real callers: aiortc peers that publish and watch over loopback."""

from __future__ import annotations

import array
import asyncio
import os
import pathlib
from collections.abc import AsyncIterator, Callable

import aioice.ice
import av
import pytest
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, MediaStreamTrack, VideoStreamTrack

from node import ports
from node.errors import Fault
from node.media.adapter import PlaneMedia
from node.media.supervisor import MediaSettings, find_binary
from tests.media.talk import Listener

aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


def has_plane() -> bool:
    try:
        find_binary("")
    except Fault:
        return False
    return True


# `REGIE_SHARDS=3` runs the same tests with three shards, over which every room is spread.
SHARDS = int(os.environ.get("REGIE_SHARDS", "1"))
ROOM_SPLIT = 1 if SHARDS > 1 else 0

needs_plane = pytest.mark.skipif(not has_plane(), reason="regie-plane is not built")


WIDTH, HEIGHT = 320, 180


class Picture(VideoStreamTrack):
    """A picture of one brightness with a line that moves, 30 a second."""

    def __init__(self, brightness: int) -> None:
        super().__init__()
        self._brightness = brightness
        self._count = 0

    async def recv(self) -> av.VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for place, plane in enumerate(frame.planes):
            value = self._brightness if place == 0 else 128
            rows = bytearray([value]) * plane.buffer_size
            if place == 0:
                line = self._count % HEIGHT * plane.line_size
                rows[line : line + plane.line_size] = bytes([255 - value]) * plane.line_size
            plane.update(bytes(rows))
        self._count += 1
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(AudioStreamTrack):
    """A square wave that nobody can take for silence."""

    async def recv(self) -> av.AudioFrame:
        frame = await super().recv()
        assert isinstance(frame, av.AudioFrame)
        samples = (8000 if n // 10 % 2 else -8000 for n in range(frame.samples))
        frame.planes[0].update(array.array("h", samples).tobytes())
        return frame


class Caller:
    """One person: sends a tone and a picture, has one audio slot and `tiles` video slots."""

    def __init__(self, name: str, brightness: int, tiles: int = 1) -> None:
        self.name = name
        # MAX_BUNDLE: aiortc otherwise leaves the second m-line of a kind on a transport that nobody connects.
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.pc.addTransceiver(Tone(), direction="sendonly")
        self.pc.addTransceiver(Picture(brightness), direction="sendonly")
        self.pc.addTransceiver("audio", direction="recvonly")
        for _ in range(tiles):
            self.pc.addTransceiver("video", direction="recvonly")
        self.frames: dict[str, int] = {}
        self.brightness: dict[str, int] = {}
        self.loudness: dict[str, int] = {}
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.pc.on("track", self._on_track)
        self.opened: ports.Opened | None = None

    def _on_track(self, track: MediaStreamTrack) -> None:
        place = str(len(self._tasks))
        self._tasks.append(asyncio.get_running_loop().create_task(self._watch(f"{track.kind}{place}", track)))

    async def _watch(self, name: str, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            self.frames[name] = self.frames.get(name, 0) + 1
            if isinstance(frame, av.VideoFrame):
                plane = frame.planes[0]
                samples = bytes(plane)[frame.width // 2 :: plane.line_size]
                self.brightness[name] = sum(samples) // len(samples)
            elif isinstance(frame, av.AudioFrame):
                self.loudness[name] = max(map(abs, array.array("h", bytes(frame.planes[0]))))
            self._news.set()

    async def join(self, media: PlaneMedia, room: str, muted: frozenset[ports.Source] = frozenset()) -> ports.Opened:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        self.opened = await media.open(
            room=room,
            transport=self.name,
            offer=self.pc.localDescription.sdp,
            shape=ports.Shape.PAGE,
            label=self.name.encode(),
            muted=muted,
        )
        await self.pc.setRemoteDescription(RTCSessionDescription(self.opened.answer, "answer"))
        return self.opened

    def tile(self, place: int = 0) -> int:
        """Index of the `place`-th video slot."""
        assert self.opened is not None
        return [slot.index for slot in self.opened.slots if slot.kind is ports.Kind.VIDEO][place]

    async def until(self, matching: Callable[[Caller], bool], within: float = 45.0) -> None:
        try:
            async with asyncio.timeout(within):
                while not matching(self):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{self.name}: {self.frames} {self.brightness} {self.loudness}") from None

    def seen(self, kind: str) -> int:
        return sum(count for name, count in self.frames.items() if name.startswith(kind))

    async def more(self, kind: str, count: int = 15) -> None:
        """Wait for so many more decoded frames."""
        goal = self.seen(kind) + count
        await self.until(lambda caller: caller.seen(kind) >= goal)

    async def sees(self, brightness: int) -> None:
        """Wait until some tile shows a picture of about that brightness."""
        await self.until(lambda caller: any(abs(each - brightness) < 25 for each in caller.brightness.values()))

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.pc.close()


async def control(run_dir: pathlib.Path, data_dir: pathlib.Path | None = None) -> tuple[PlaneMedia, Listener]:
    media = PlaneMedia(
        MediaSettings(
            run_dir=run_dir,
            data_dir=data_dir or run_dir,
            listen="127.0.0.1:0",
            advertise=("127.0.0.1",),
            orphan_grace_s=20,
            shards=SHARDS,
            room_split=ROOM_SPLIT,
        )
    )
    listener = Listener()
    media.subscribe(listener)
    await media.start()
    return media, listener


@pytest.fixture
async def node(tmp_path: pathlib.Path) -> AsyncIterator[tuple[PlaneMedia, Listener]]:
    media, listener = await control(tmp_path)
    yield media, listener
    await media.shutdown(stop_plane=True)
