"""A session that was recorded, and what of it is published: for tests of the replay."""

from __future__ import annotations

import hashlib
from typing import Any

from node.features.recordings.rules import FileView, MarkView, RecordingView
from node.features.recordings.states import State
from tests.web.house import House, Message

RECORDING = "0123456789abcdef0123456789abcdef"
CLIP = bytes(n * 7 % 256 for n in range(300_000))


def recorded(home: House, room: str, clip: bytes = CLIP, **more: Any) -> RecordingView:
    """Ten seconds, a pause of five, ten seconds more; published. It began when this is called."""
    began = home.clock.time
    marks = (
        MarkView(State.RECORDING, began, "h"),
        MarkView(State.PAUSED, began + 10, "h"),
        MarkView(State.RECORDING, began + 15, "h"),
        MarkView(State.FINISHING, began + 25, "h"),
        MarkView(State.VERIFIED, began + 30, ""),
    )
    digest = hashlib.sha256(clip).hexdigest()
    whole = FileView("room.webm", "room", "video/webm", len(clip), digest, seconds=20.0)
    alone = FileView("track-1.webm", "track", "audio/webm", len(clip), digest, participant="p_1")
    view = RecordingView(
        **{
            "recording": RECORDING,
            "room": room,
            "title": "Salle",
            "state": State.PUBLISHED,
            "why": "",
            "arrangement": "grid",
            "by": "h",
            "started": began,
            "ended": began + 25,
            "spent": 20.0,
            "since": None,
            "bytes": 2 * len(clip),
            "marks": marks,
            "files": (whole, alone),
            **more,
        }
    )
    home.recordings._put(view)
    return view


async def looked(home: House, room: str, ticket: str | None, *, expect: int = 200, **body: str) -> Message:
    answer = await home.post(f"/api/rooms/{room}/replay", body, ticket)
    said: Message = await answer.json()
    assert answer.status == expect, said
    return said


async def clip_of(home: House, room: str, ticket: str, **body: str) -> str:
    """The address of what is played."""
    look = await looked(home, room, ticket, **body)
    return str(look["recordings"][0]["media"][0]["url"])
