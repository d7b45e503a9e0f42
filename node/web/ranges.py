"""A file over HTTP, whole or a part of it (RFC 9110, 14): what a media element needs to seek.

One part at a time: of several, or of what cannot be read, the whole file is given, as the RFC allows. What begins
behind the end is refused. `If-Range` keeps parts of two different files from being put together.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from typing import Final
from urllib.parse import quote

import msgspec
import structlog
from aiohttp import web

from node.errors import Refused
from node.ports import StoreAway

_RANGE: Final = re.compile(r"bytes=[ \t]*(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))[ \t]*", re.ASCII)
WRITE_WITHIN_S: Final = 120.0
"""For a piece; a player that stands still may read nothing for a while, and asks again when it goes on."""
POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"

log: Final = structlog.get_logger()


class Entry(msgspec.Struct, frozen=True):
    """`tag`: changes when the bytes do, letters and digits; `download`: the name under which it is kept, "" it is
    shown in the page."""

    type: str
    bytes: int
    tag: str
    download: str = ""


class Span(msgspec.Struct, frozen=True):
    start: int
    length: int


class Unsatisfiable(Exception):
    """It begins behind the end."""


def span(header: str, size: int) -> Span | None:
    """The part that a `Range` asks for; None: the whole.

    Raises:
        Unsatisfiable
    """
    found = _RANGE.fullmatch(header)
    if found is None:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        length = min(int(suffix), size)
        if not length:
            raise Unsatisfiable
        return Span(size - length, length)
    start, end = int(first), min(int(last), size - 1) if last is not None else size - 1
    if last is not None and int(last) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Span(start, end - start + 1)


async def give(
    request: web.Request, entry: Entry, read: Callable[[int, int], Iterator[bytes]], threads: Executor
) -> web.StreamResponse:
    """`read(start, length)`: blocks, is called in `threads`; raises OSError.

    Raises:
        Refused: NOT_FOUND when it cannot be read; RECORDING_STORE when it could be later.
        HTTPRequestRangeNotSatisfiable: RANGE_UNSATISFIABLE, with the size that RFC 9110 15.5.17 asks for.
    """
    tag = f'"{entry.tag}"'
    headers = _headers(entry, tag)
    if _matches(request.headers.get("If-None-Match", ""), tag):
        return web.Response(status=304, headers=headers)
    part = None
    # Of the head alone there is no part (RFC 9110, 14.2).
    if request.method == "GET" and request.headers.get("If-Range", tag).strip() == tag:
        try:
            part = span(request.headers.get("Range", ""), entry.bytes)
        except Unsatisfiable:
            raise web.HTTPRequestRangeNotSatisfiable(headers={"Content-Range": f"bytes */{entry.bytes}"}) from None
    start, length = (part.start, part.length) if part is not None else (0, entry.bytes)
    response = web.StreamResponse(status=206 if part is not None else 200, headers=headers)
    if part is not None:
        response.headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{entry.bytes}"
    response.content_type, response.content_length = entry.type, length
    if request.method == "HEAD" or not length:
        await response.prepare(request)
        return response
    return await _send(request, response, read(start, length), length, threads)


async def _send(
    request: web.Request, response: web.StreamResponse, pieces: Iterator[bytes], left: int, threads: Executor
) -> web.StreamResponse:
    loop = asyncio.get_running_loop()
    try:
        piece = await loop.run_in_executor(threads, next, pieces, b"")
    except StoreAway as away:
        log.error("file_unread", why=away.why)
        raise Refused("RECORDING_STORE", current=away.why) from None
    except OSError as error:
        log.error("file_unread", why=error.strerror or "")
        raise Refused("NOT_FOUND") from None
    await response.prepare(request)
    try:
        while piece and left > 0:
            piece = piece[:left]
            async with asyncio.timeout(WRITE_WITHIN_S):
                await response.write(piece)
            left -= len(piece)
            piece = await loop.run_in_executor(threads, next, pieces, b"") if left else b""
    except TimeoutError:
        pass
    except OSError as error:
        if isinstance(error, ConnectionError):
            raise
        log.error("file_unread", why=error.strerror or "")
    if left and request.transport is not None:
        request.transport.abort()  # less than was promised: the other side must not take it for the file
    return response


def _headers(entry: Entry, tag: str) -> dict[str, str]:
    headers = {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if entry.download:
        # RFC 6266: letters of any script, and a name that cannot end the header.
        plain = re.sub(r"[^A-Za-z0-9._-]", "_", entry.download)
        encoded = quote(entry.download, safe="")
        headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    return headers


def _matches(header: str, tag: str) -> bool:
    """RFC 9110, 13.1.2: the weak comparison."""
    return header.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in header.split(","))
