"""The chat of a room to take away: `GET /api/session/chat`, for hosts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
from aiohttp import web

from node.errors import Refused
from node.features.chat.rules import MessageView
from node.features.chat.service import Chat
from node.features.join.service import Join
from node.web.request import bearer


class ChatDoor:
    """`failed` counts a wrong session of the request's source, and refuses (TOO_FAST) when there are too many."""

    def __init__(self, chat: Chat, join: Join, failed: Callable[[web.Request], None]) -> None:
        self._chat = chat
        self._join = join
        self._failed = failed

    async def export(self, request: web.Request) -> web.Response:
        try:
            room, person = self._join.who(bearer(request, "SESSION_UNKNOWN"))
        except Refused as refused:
            if refused.code == "SESSION_UNKNOWN":
                self._failed(request)
            raise
        form = request.query.get("format", "text")
        if form not in FORMS:
            raise Refused("VALUE_INVALID", limit=", ".join(FORMS), current=f"format = {form[:20]!r}")
        kind, write = FORMS[form]
        body = write(await self._chat.transcript(room.id, person.id))
        name = f"chat-{room.id}.{'txt' if form == 'text' else 'json'}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)


def _text(messages: Sequence[MessageView]) -> bytes:
    lines = []
    for message in messages:
        first, *more = message.text.split("\n")
        lines.append(f"{_when(message)}  {message.name}: {first}")
        lines += [f"    {line}" for line in more]
    return "\n".join([*lines, ""]).encode()


def _json(messages: Sequence[MessageView]) -> bytes:
    names = ("message", "participant", "name", "text", "reply")
    rows = [{"sent": _when(one), **{name: getattr(one, name) for name in names}} for one in messages]
    return msgspec.json.encode(rows)


def _when(message: MessageView) -> str:
    return datetime.fromtimestamp(message.sent, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


FORMS: Final = {"text": ("text/plain", _text), "json": ("application/json", _json)}
