"""The replay over HTTP: what there is to see (`POST /api/rooms/{room}/replay`), and its files under a pass
(`GET /replay/{pass}/{recording}/{name}`)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, Final

import msgspec
from aiohttp import web
from msgspec import Meta

from node.errors import Refused
from node.features.recordings.rules import RecordingView
from node.features.replay.rules import Tape, media_of
from node.features.replay.service import Replay
from node.ports import Files
from node.web.ranges import Entry, give
from node.web.request import bearer, read_json

UNFIT: Final = frozenset({"TICKET_WRONG", "PASSWORD_WRONG", "RECORDING_LINK"})
"""Refusals that a guesser would meet."""
STREAMS: Final = 1000
"""Files that are being sent at once: each holds a piece in memory."""
THREADS: Final = 4


class LookBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    password: Annotated[str, Meta(max_length=512)] = ""


class ReplayDoor:
    """`failed` counts a failure of the request's source, and refuses (TOO_FAST) when there are too many. `may_guess`:
    whether it has tries left. `files`: those of recordings."""

    def __init__(
        self,
        replay: Replay,
        files: Files,
        failed: Callable[[web.Request], None],
        may_guess: Callable[[web.Request], bool],
    ) -> None:
        self._replay = replay
        self._files = files
        self._failed = failed
        self._may_guess = may_guess
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="replay")
        self._streams = 0

    async def close(self, _app: web.Application) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def look(self, request: web.Request) -> web.Response:
        ticket = bearer(request)
        body = await read_json(request, LookBody)
        try:
            look = await self._replay.look(
                request.match_info["room"], ticket, body.password, may_guess=self._may_guess(request)
            )
        except Refused as refused:
            raise self._counted(request, refused) from None
        return _json(
            {
                "room": look.room,
                "title": look.title,
                "until": look.until,
                "recordings": [_described(view, look.key) for view in look.recordings],
            }
        )

    async def chat(self, request: web.Request) -> web.Response:
        try:
            lines = await self._replay.chat(request.match_info["pass"], request.match_info["recording"])
        except Refused as refused:
            raise self._counted(request, refused) from None
        return _json({"messages": lines})

    async def file(self, request: web.Request) -> web.StreamResponse:
        recording = request.match_info["recording"]
        try:
            file = self._replay.file(request.match_info["pass"], recording, request.match_info["name"])
        except Refused as refused:
            raise self._counted(request, refused) from None
        entry = Entry(file.type, file.bytes, file.sha256[:32])
        return await self._given(
            request, entry, lambda start, length: self._files.read(recording, file.name, start, length)
        )

    async def _given(self, request: web.Request, entry: Entry, read: Any) -> web.StreamResponse:
        if self._streams >= STREAMS:
            raise Refused("TOO_FAST", limit=STREAMS, current=self._streams, set_by="node")
        self._streams += 1
        try:
            return await give(request, entry, read, self._threads)
        finally:
            self._streams -= 1

    def _counted(self, request: web.Request, refused: Refused) -> Refused:
        """What to answer: the refusal, or that there were too many."""
        if refused.code in UNFIT:
            try:
                self._failed(request)
            except Refused as too_often:
                return too_often
        return refused


def _described(view: RecordingView, key: str) -> dict[str, object]:
    """Of one recording; who recorded it, and what each person sent, is nobody's business here."""
    tape, base = Tape(view.marks), f"/replay/{key}/{view.recording}"
    return {
        "recording": view.recording,
        "title": view.title,
        "started": view.started,
        "seconds": tape.seconds,
        "media": [{"type": file.type, "bytes": file.bytes, "url": f"{base}/{file.name}"} for file in media_of(view)],
        "chapters": tape.parts(),
        "chat": f"{base}/chat",
    }


def _json(body: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), content_type="application/json", charset="utf-8")
