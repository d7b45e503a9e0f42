"""The door of the connection check."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from aiohttp import web

from node.errors import Refused
from node.features.check.service import Check
from node.features.join.turn import Turn
from node.features.join.web import UNFIT
from node.web.request import bearer, read_json


class CheckBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    send: str
    receive: str


class CheckDoor:
    """`failed` as for the door of a join. `source`: whom to count for a request."""

    def __init__(
        self,
        check: Check,
        turn: Turn | None,
        failed: Callable[[web.Request], None],
        source: Callable[[web.Request], str],
    ) -> None:
        self._check = check
        self._turn = turn
        self._failed = failed
        self._source = source

    async def begin(self, request: web.Request) -> web.Response:
        ticket = bearer(request)
        body = await read_json(request, CheckBody)
        room, source = request.match_info["room"], self._source(request)
        try:
            checked = await self._check.begin(room, ticket, body.send, body.receive, source)
        except Refused as refused:
            if refused.code in UNFIT:
                self._failed(request)
            raise
        servers = self._turn.servers() if self._turn is not None else ()
        answer = msgspec.structs.asdict(checked) | {"ice_servers": servers}
        return web.Response(body=msgspec.json.encode(answer), status=201, content_type="application/json")

    async def end(self, request: web.Request) -> web.Response:
        """Its name is known to nobody but its page."""
        self._check.end(request.match_info["check"])
        return web.Response(status=204)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.post("/api/rooms/{room}/check", self.begin), web.delete("/api/check/{check}", self.end)]
