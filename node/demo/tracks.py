"""Tracks that hand out ready-made packets at their time: aiortc only puts them in RTP."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from typing import Any

import av
from aiortc import MediaStreamTrack, RTCRtpSender
from aiortc.rtcrtpsender import RTCEncodedFrame

from node.demo.loops import FRAME_RATE, GROUP, Loops

_VIDEO = Fraction(1, 90_000)
_AUDIO = Fraction(1, 48_000)
_PICTURE = 90_000 // FRAME_RATE
_SPEECH = 960  # 20 ms at 48 kHz
_QUIET_STEPS = 20  # a silent packet each 400 ms, as a browser with DTX sends


class _Paced(MediaStreamTrack):
    """Keeps time against the loop's clock, so that a late packet does not make all later ones late."""

    def __init__(self) -> None:
        super().__init__()
        self._began: float | None = None
        self._due = 0.0

    async def _wait(self, seconds: float) -> None:
        """Sleep until `seconds` after the packet before; after a long stop begin anew instead of hurrying."""
        now = asyncio.get_running_loop().time()
        if self._began is None or now - self._due > 0.5:
            self._began, self._due = now, now
            return
        self._due += seconds
        if self._due > now:
            await asyncio.sleep(self._due - now)


class CameraTrack(_Paced):
    """The loops of one person; `talking` may be set at any time and is obeyed at the next key frame."""

    kind = "video"

    def __init__(self, loops: Loops) -> None:
        super().__init__()
        self.talking = False
        self._loops = loops
        self._now = loops.listening
        self._next = 0
        self._pts = 0

    async def recv(self) -> Any:
        await self._wait(1 / FRAME_RATE)
        if self._next % GROUP == 0:
            self._now = self._loops.talking if self.talking else self._loops.listening
        packet = av.Packet(self._now[self._next % len(self._now)])
        packet.pts, packet.time_base = self._pts, _VIDEO
        self._next += 1
        self._pts += _PICTURE
        return packet


class SpeechTrack(_Paced):
    """The voice of one person: the whole loop of speech while `talking`, otherwise now and then a silent packet."""

    kind = "audio"

    def __init__(self, loops: Loops) -> None:
        super().__init__()
        self.talking = False
        self.level = 127
        self._loops = loops
        self._next = 0
        self._pts = 0

    async def recv(self) -> Any:
        steps = 1
        if self.talking:
            spoken = self._loops.speech[self._next % len(self._loops.speech)]
            self._next += 1
        else:
            spoken = self._loops.silence
            steps = _QUIET_STEPS
        # Waiting in single steps lets a person begin to speak at once.
        for _ in range(steps):
            await self._wait(0.02)
            self._pts += _SPEECH
            if steps > 1 and self.talking:
                break
        packet = av.Packet(spoken.data)
        packet.pts, packet.time_base = self._pts, _AUDIO
        self.level = spoken.level
        return packet


def send_levels(sender: RTCRtpSender, track: SpeechTrack) -> None:
    """Make `sender` write RFC 6464 levels: aiortc does so for frames that it encodes, not for packets."""
    plain = sender._next_encoded_frame

    async def with_level(codec: Any) -> RTCEncodedFrame | None:
        frame = await plain(codec)
        if frame is not None:
            frame.audio_level = -track.level
        return frame

    sender._next_encoded_frame = with_level  # type: ignore[method-assign]
