"""The film of a room whose host chose that who speaks is large (R219): it is so in the pictures, whoever speaks."""

from __future__ import annotations

from pathlib import Path

import av
import msgspec

from node.features.recordings.rules import StreamView
from node.ports import Source
from node.recorder.compose import HEIGHT, WIDTH
from tests.recorder import clip
from tests.recorder.test_files import BEGAN, decoded, made, order

PEOPLE = ("amina", "bruno")
CHANGE_S, SECONDS = 2.4, 3.2
"""Amina speaks, then Bruno; by then she has had the picture for longer than nobody may take it from her."""
SIDE = WIDTH // 5 // 2 * 2
LARGE, SMALL = ((WIDTH - SIDE) // 16, HEIGHT // 2), (WIDTH - SIDE + SIDE // 16, SIDE * 9 // 32)
"""A point in the first of the eight fields of a picture: white is Bruno's (who counts from 128 on), black Amina's."""


def light(frame: av.VideoFrame, point: tuple[int, int]) -> int:
    x, y = point
    return bytes(frame.planes[0])[y * frame.planes[0].line_size + x]


async def test_who_speaks_is_large_and_the_other_beside(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    speaks = {"amina": lambda at: at < CHANGE_S, "bruno": lambda at: at >= CHANGE_S}
    streams = []
    for n, name in enumerate(PEOPLE):
        pictures = clip.pictures(SECONDS, first=128 * n)
        clip.write(spool, 2 * n + 1, clip.camera(pictures, delay_us=0, ssrc=10 + n), clip.VIDEO)
        sounds = clip.beeps(SECONDS, speaks[name])
        clip.write(spool, 2 * n + 2, clip.microphone(sounds, delay_us=0, ssrc=20 + n), clip.AUDIO)
        for stream, source in ((2 * n + 1, Source.CAMERA), (2 * n + 2, Source.MICROPHONE)):
            streams.append(StreamView(stream, name, name, source, BEGAN, track=f"{name}/{source}"))
    asked = order(((BEGAN, BEGAN + SECONDS),))
    work = await made(tmp_path, msgspec.structs.replace(asked, streams=tuple(streams), arrangement="speaker"))
    seen = [
        (at, light(frame, LARGE) > 128, light(frame, SMALL) > 128)
        for at, frame in decoded(work.folder / "room.webm", "video")
        if isinstance(frame, av.VideoFrame)
    ]
    assert len(seen) == round(SECONDS * clip.FPS)
    amina = [(large, small) for at, large, small in seen if 0.2 < at < CHANGE_S]
    bruno = [(large, small) for at, large, small in seen if at > CHANGE_S + 0.2]
    assert set(amina) == {(False, True)} and len(amina) > 40
    assert set(bruno) == {(True, False)} and len(bruno) > 10
