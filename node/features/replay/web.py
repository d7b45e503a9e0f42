"""The replay over HTTP: what there is to see (`POST /api/rooms/{room}/replay`), and its files under a pass
(`GET /replay/{pass}/{recording}/{name}`, `…/files/{file}`). Hosts write its words (`PUT /api/rooms/{room}/replay/
{recording}`), attach files (`POST …/files?kind=&name=&language=`, the body is the file) and take them away (`DELETE
…/files/{file}`)."""

from __future__ import annotations

import asyncio
import hashlib
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
from node.features.replay.sheets import BYTES, Attachment, Kind, Sheet, Wish, check_beginning, shown_context
from node.features.replay.streams import Streams
from node.ports import Attached, Files
from node.web.ranges import Entry, give
from node.web.request import bearer, read_json

UNFIT: Final = frozenset({"TICKET_WRONG", "PASSWORD_WRONG", "RECORDING_LINK"})
"""Refusals that a guesser would meet."""
STREAMS: Final = 1000
"""Files that are being sent at once: each holds a piece in memory."""
THREADS: Final = 4
PIECE: Final = 1 << 18
HEAD: Final = 16
"""Bytes by which a file is known."""
UPLOAD_WITHIN_S: Final = 600.0


class LookBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    password: Annotated[str, Meta(max_length=512)] = ""


class ReplayDoor:
    """`failed` counts a failure of the request's source, and refuses (TOO_FAST) when there are too many. `may_guess`:
    whether it has tries left. `files`: those of recordings. `source`: whom a stream is counted to."""

    def __init__(
        self,
        replay: Replay,
        files: Files,
        attached: Attached | None,
        failed: Callable[[web.Request], None],
        may_guess: Callable[[web.Request], bool],
        source: Callable[[web.Request], str],
    ) -> None:
        self._replay = replay
        self._files = files
        self._attached = attached
        self._failed = failed
        self._may_guess = may_guess
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="replay")
        self._source = source
        self._streams = Streams(STREAMS)

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
                "edits": look.edits and self._attached is not None,
                "recordings": [_described(view, sheet, look.key) for view, sheet in look.recordings],
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

    async def attachment(self, request: web.Request) -> web.StreamResponse:
        recording, attached = request.match_info["recording"], self._attached
        try:
            file = await self._replay.attachment(request.match_info["pass"], recording, request.match_info["file"])
        except Refused as refused:
            raise self._counted(request, refused) from None
        if attached is None:
            raise Refused("NOT_FOUND")
        entry = Entry(file.type, file.bytes, file.sha256[:32], "" if file.kind == "captions" else file.name)
        return await self._given(request, entry, lambda start, length: attached.read(recording, file.id, start, length))

    # ------------------------------------------------------------ what hosts add

    async def write(self, request: web.Request) -> web.Response:
        ticket = bearer(request)
        wish = await read_json(request, Wish)
        try:
            await self._replay.write(request.match_info["room"], ticket, request.match_info["recording"], wish)
        except Refused as refused:
            raise self._counted(request, refused) from None
        return web.Response(status=204)

    async def attach(self, request: web.Request) -> web.Response:
        ticket, asked = bearer(request), request.query
        room, recording, attached = request.match_info["room"], request.match_info["recording"], self._attached
        type_, language = request.content_type, asked.get("language", "")
        if attached is None:
            raise Refused("NOT_FOUND")
        try:
            kind, name, called = await self._replay.admit(
                room, ticket, recording, asked.get("kind", ""), asked.get("name", ""), type_, language
            )
        except Refused as refused:
            raise self._counted(request, refused) from None
        try:
            size, sha256 = await self._read(request, attached, recording, called, kind, type_)
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise
            raise Refused("ATTACHMENT_UNKEPT", current=error.strerror or "") from None
        file = Attachment(called, kind, name, type_, language, size, sha256)
        try:
            await self._replay.attach(room, ticket, recording, file)
        except BaseException:
            await asyncio.to_thread(attached.remove, recording, called)
            raise
        return _json({"file": called}, 201)

    async def _read(
        self, request: web.Request, attached: Attached, recording: str, called: str, kind: Kind, type_: str
    ) -> tuple[int, str]:
        """The body to the disk, a piece at a time: (bytes, SHA-256)."""
        loop, digest, size = asyncio.get_running_loop(), hashlib.sha256(), 0
        head = await request.content.read(HEAD)
        while len(head) < HEAD and (more := await request.content.read(HEAD - len(head))):
            head += more
        check_beginning(type_, head)
        keeping = attached.writing(recording, called)
        file = await loop.run_in_executor(self._threads, keeping.__enter__)
        try:
            async with asyncio.timeout(UPLOAD_WITHIN_S):
                piece = head
                while piece:
                    size += len(piece)
                    if size > BYTES[kind]:
                        raise Refused("TOO_LARGE", limit=f"{BYTES[kind]} B", current=f"> {BYTES[kind]} B")
                    digest.update(piece)
                    await loop.run_in_executor(self._threads, file.write, piece)
                    piece = await request.content.read(PIECE)
        except BaseException as error:
            await loop.run_in_executor(self._threads, keeping.__exit__, type(error), error, error.__traceback__)
            if isinstance(error, TimeoutError):
                raise Refused("TOO_SLOW", limit=f"{UPLOAD_WITHIN_S:.0f}") from None
            raise
        await loop.run_in_executor(self._threads, keeping.__exit__, None, None, None)
        return size, digest.hexdigest()

    async def detach(self, request: web.Request) -> web.Response:
        at = request.match_info
        try:
            await self._replay.detach(at["room"], bearer(request), at["recording"], at["file"])
        except Refused as refused:
            raise self._counted(request, refused) from None
        return web.Response(status=204)

    # ------------------------------------------------------------ inside

    async def _given(self, request: web.Request, entry: Entry, read: Any) -> web.StreamResponse:
        with self._streams.one(self._source(request)):
            return await give(request, entry, read, self._threads)

    def _counted(self, request: web.Request, refused: Refused) -> Refused:
        """What to answer: the refusal, or that there were too many."""
        if refused.code in UNFIT:
            try:
                self._failed(request)
            except Refused as too_often:
                return too_often
        return refused


def _described(view: RecordingView, sheet: Sheet, key: str) -> dict[str, object]:
    """Of one recording; who recorded it, and what each person sent, is nobody's business here."""
    tape, base = Tape(view.marks), f"/replay/{key}/{view.recording}"
    return {
        "recording": view.recording,
        "title": view.title,
        "started": view.started,
        "seconds": tape.seconds,
        "media": [{"type": file.type, "bytes": file.bytes, "url": f"{base}/{file.name}"} for file in media_of(view)],
        "chapters": sheet.chapters or tape.parts(),
        "own_chapters": bool(sheet.chapters),
        "context": shown_context(sheet),
        "words": sheet.context,
        "speakers": sheet.speakers,
        "captions": [
            {"id": file.id, "language": file.language, "label": file.name, "url": f"{base}/files/{file.id}"}
            for file in sheet.files
            if file.kind == "captions"
        ],
        "materials": [
            {"id": file.id, "name": file.name, "bytes": file.bytes, "url": f"{base}/files/{file.id}"}
            for file in sheet.files
            if file.kind == "material"
        ],
        "chat": f"{base}/chat",
    }


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json", charset="utf-8")
