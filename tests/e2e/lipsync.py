"""GStreamer, which shares nothing with us, publishes H264 and Opus by WHIP and is recorded (R220): each second its
picture flashes and its sound ticks, and in the files they do so together. Twice: as it comes, when its reports are not
to be believed, and with reports that tell when a picture was taken.

python -m tests.e2e.networks python -m tests.e2e.lipsync
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import av

from node.demo import peer
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from tests.e2e.machine import until
from tests.e2e.test_whip_gstreamer import gstreamer, node_on
from tests.recorder import through
from tests.recorder.test_files import decoded, loud

SECONDS = 6
APART_S = 0.080


async def recorded(folder: Path, *how: str) -> dict[str, Path]:
    """Files by what is in them. `how`: as `gstreamer_peer.py` takes it."""
    async with node_on(folder) as machine:
        operator = machine.operator
        assert operator is not None
        room = await machine.room()
        desk: Any = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
        async with gstreamer(room.participant, "whip", "flash", *how) as encoder:
            await until(
                lambda: encoder.last.get("counts", {}).get("state") == "connected", 20, "GStreamer is connected"
            )
            request = pb.StartRecordingRequest(room=room.room)
            made = (await operator(desk.StartRecording, request)).recording
            get = pb.GetRecordingRequest(recording=made.recording)

            async def long_enough() -> bool:
                found = (await operator(desk.GetRecording, get)).recording
                return bool(found.streams == 2 and found.seconds >= SECONDS)

            await until(long_enough, 30, "it is recorded", every=0.2)
            await operator(desk.StopRecording, pb.StopRecordingRequest(room=room.room))
            assert "error" not in encoder.last

        async def verified() -> Any:
            found = (await operator(desk.GetRecording, get)).recording
            assert found.state != "failed", found.why
            return found if found.state == "verified" else None

        found = await until(verified, 120, "the files are made", every=0.2)
        kept = machine.folder / "data" / "recordings" / made.recording
        return {file.source or file.kind: kept / file.name for file in found.files}


def flashes(path: Path) -> list[float]:
    """When the picture becomes white, seconds."""
    found: list[float] = []
    was = True
    for at, frame in decoded(path, "video"):
        assert isinstance(frame, av.VideoFrame)
        middle = bytes(frame.planes[0])[frame.height // 2 * frame.planes[0].line_size + frame.width // 2]
        if middle > 128 and not was:
            found.append(at)
        was = middle > 128
    return found


async def together(*how: str) -> None:
    with tempfile.TemporaryDirectory() as root:
        os.environ["XDG_CACHE_HOME"] = root
        files = await recorded(Path(root), *how)
        for path in files.values():
            through.probe(path)
        for picture, sound in (("camera", "microphone"), ("room", "room")):
            all_seen, heard = flashes(files[picture]), loud(files[sound])
            # A mark may fall between a flash and its tick: that flash has none.
            seen = [flash for flash in all_seen if heard[0] - APART_S <= flash <= heard[-1] + APART_S]
            apart = [min((tick - flash for tick in heard), key=abs) for flash in seen]
            assert len(seen) >= SECONDS - 2 and len(heard) >= SECONDS - 2, (seen, heard)
            worst = max(map(abs, apart))
            middle = statistics.median(apart)
            said = f"sound after picture {middle * 1000:+.0f} ms, at most {worst * 1000:.0f} ms apart"
            print(f"{' '.join(how) or 'as it comes'}: {picture}: {len(seen)} flashes, {len(heard)} ticks; {said}")
            assert worst <= APART_S, apart


async def main() -> int:
    peer.stay_on_this_machine()
    await together()
    await together("capture-time")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
