"""The chat of a room to take away: `GET /api/session/chat`, for hosts. It is read and sent a page at a time, as fast as
whoever takes it reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

import msgspec
from aiohttp import web

from node.errors import Refused
from node.features.chat.service import Chat
from node.features.chat.view import MessageView
from node.features.join.service import Join
from node.web.failures import Failures
from node.web.request import bearer

EXPORTS: Final = 3
"""Of one person at once; then one every `EXPORT_EVERY_S`."""
EXPORT_EVERY_S: Final = 20.0
READ_WITHIN_S: Final = 30.0
"""A page of it; who does not read is not waited for."""


class Form(NamedTuple):
    """How a chat is written down: `page` gets the rows and whether they are the first."""

    kind: str
    suffix: str
    page: Callable[[Sequence[MessageView], bool], bytes]
    end: Callable[[bool], bytes]


class ChatDoor:
    """`failed` counts a wrong session of the request's source, and refuses (TOO_FAST) when there are too many."""

    def __init__(self, chat: Chat, join: Join, failed: Callable[[web.Request], None], now: Callable[[], float]) -> None:
        self._chat = chat
        self._join = join
        self._failed = failed
        self._exports = Failures(now, burst=EXPORTS, every_s=EXPORT_EVERY_S)

    async def export(self, request: web.Request) -> web.StreamResponse:
        try:
            room, person = self._join.who(bearer(request, "SESSION_UNKNOWN"))
        except Refused as refused:
            if refused.code == "SESSION_UNKNOWN":
                self._failed(request)
            raise
        name = request.query.get("format", "text")
        if name not in FORMS:
            raise Refused("VALUE_INVALID", limit=", ".join(FORMS), current=f"format = {name[:20]!r}")
        form = FORMS[name]
        pages = await self._chat.transcript(room.id, person.id)
        self._exports.count(person.id)
        file = f"chat-{room.id}.{form.suffix}"
        response = web.StreamResponse(
            headers={"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
        )
        response.content_type, response.charset = form.kind, "utf-8"
        await response.prepare(request)
        first = True
        try:
            async for messages in pages:
                if messages:
                    async with asyncio.timeout(READ_WITHIN_S):
                        await response.write(form.page(messages, first))
                    first = False
            await response.write(form.end(first))
        except TimeoutError:
            if request.transport is not None:
                request.transport.abort()
        return response


def _text(messages: Sequence[MessageView], _first: bool) -> bytes:
    lines = []
    for message in messages:
        first, *more = message.text.split("\n")
        lines.append(f"{_when(message)}  {message.name}: {first}")
        lines += [f"    {line}" for line in more]
    return "\n".join([*lines, ""]).encode()


def _json(messages: Sequence[MessageView], first: bool) -> bytes:
    names = ("message", "participant", "name", "text", "reply")
    rows = [{"sent": _when(one), **{name: getattr(one, name) for name in names}} for one in messages]
    return (b"[" if first else b",") + msgspec.json.encode(rows)[1:-1]


def _when(message: MessageView) -> str:
    return datetime.fromtimestamp(message.sent, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


FORMS: Final = {
    "text": Form("text/plain", "txt", _text, lambda first: b""),
    "json": Form("application/json", "json", _json, lambda first: b"[]" if first else b"]"),
}
