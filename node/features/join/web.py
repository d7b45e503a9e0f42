"""Joining over HTTP: the page's own door, and those of encoders (WHIP, RFC 9725) and players (WHEP,
draft-ietf-wish-whep).

All three are the same join with another shape. A WHIP or WHEP resource cannot be guessed, and whoever deletes it must
bear a ticket of the room as well (H18). It is not the session's secret: addresses end in the logs of every proxy.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from typing import Annotated, Final

import msgspec
from aiohttp import web
from msgspec import Meta

from node.errors import Refused
from node.features.chat.rules import MAX_LENGTH
from node.features.join.service import Join, Joined, JoinRequest
from node.features.join.turn import Turn
from node.features.lobby.service import Lobby
from node.ports import Shape
from node.tracing import span
from node.web.meter import Meter
from node.web.request import bearer, expect, read_json, read_text

SDP: Final = "application/sdp"
FRAGMENT: Final = "application/trickle-ice-sdpfrag"
NAMES: Final = {Shape.WHIP: "WHIP", Shape.WHEP: "WHEP"}
UNFIT: Final = frozenset({"TICKET_WRONG", "TICKET_EXPIRED", "SESSION_UNKNOWN", "PASSWORD_WRONG"})
"""Refusals that a guesser would meet."""
TAGS_KEPT: Final = 4096
_LINES: Final = re.compile(r"(?:[a-z]=[^\r\n]*\r?\n?)+")
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "OPTIONS, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Accept-Patch, Regie-Recording",
    "Access-Control-Max-Age": "86400",
}


class JoinBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    sdp: str
    language: Annotated[str, Meta(max_length=16)] = "fr"
    session: str | None = None
    password: Annotated[str, Meta(max_length=512)] = ""


class WaitBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    language: Annotated[str, Meta(max_length=16)] = "fr"
    session: str | None = None
    password: Annotated[str, Meta(max_length=512)] = ""


class RestartBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sdp: str


class JoinDoor:
    """Handlers. `failed` counts a failure of the request's source, and refuses (TOO_FAST) when there are too many.
    `may_guess`: whether it has tries left. `turn`: the server that browsers are told of, where there is one."""

    def __init__(
        self,
        join: Join,
        lobby: Lobby,
        meter: Meter,
        failed: Callable[[web.Request], None],
        turn: Turn | None = None,
        may_guess: Callable[[web.Request], bool] = lambda _request: True,
        support: str = "",
    ) -> None:
        self._support = support
        self._join = join
        self._lobby = lobby
        self._turn = turn
        self._meter = meter
        self._failed = failed
        self._may_guess = may_guess
        self._tags: dict[str, str] = {}

    # ------------------------------------------------------------ the page

    async def look(self, request: web.Request) -> web.Response:
        try:
            look = await self._join.look(request.match_info["room"], bearer(request))
        except Refused as refused:
            raise self._counted(request, refused) from None
        return _json(msgspec.structs.asdict(look) | {"support": self._support} | self._ice_servers())

    async def join(self, request: web.Request) -> web.Response:
        ticket = bearer(request)
        body = await read_json(request, JoinBody)
        asked = JoinRequest(
            name=body.name,
            sdp=body.sdp,
            language=body.language,
            session=body.session,
            password=body.password,
            may_guess=self._may_guess(request),
        )
        joined = await self._enter(request, ticket, asked)
        answer = {
            "participant": joined.participant,
            "session": joined.session,
            "role": joined.role,
            "rights": joined.rights,
            "flags": joined.flags,
            "sdp": joined.sdp,
            "slots": joined.slots,
            "tracks": [{"source": track.source, "mid": track.mid} for track in joined.tracks],
            "room": {"room": joined.room, "title": joined.title, "type": joined.type},
            "max_message": MAX_LENGTH,
            **self._ice_servers(),
        }
        return _json(answer, status=201)

    async def wait(self, request: web.Request) -> web.Response:
        ticket = bearer(request)
        body = await read_json(request, WaitBody)
        asked = JoinRequest(
            name=body.name,
            language=body.language,
            session=body.session,
            password=body.password,
            may_guess=self._may_guess(request),
        )
        try:
            waited = await self._lobby.wait(request.match_info["room"], ticket, asked)
        except Refused as refused:
            raise self._counted(request, refused) from None
        return _json(msgspec.structs.asdict(waited), status=201)

    async def restart(self, request: web.Request) -> web.Response:
        session = bearer(request, "SESSION_UNKNOWN")
        body = await read_json(request, RestartBody)
        try:
            return _json({"sdp": await self._join.restart(session, body.sdp)})
        except Refused as refused:
            raise self._counted(request, refused) from None

    async def refresh(self, request: web.Request) -> web.Response:
        """What lets the browser into the TURN server ends after a while: the page asks before it needs it again."""
        try:
            session = bearer(request, "SESSION_UNKNOWN")
            if self._lobby.waiter(session) is None:
                self._join.who(session)
        except Refused as refused:
            raise self._counted(request, refused) from None
        return _json({"ice_servers": [], **self._ice_servers()})

    async def leave(self, request: web.Request) -> web.Response:
        session = bearer(request, "SESSION_UNKNOWN")
        try:
            if (waiting := self._lobby.waiter(session)) is not None:
                await self._lobby.stop(waiting[0].id, waiting[1].id)
            else:
                await self._join.leave(session)
        except Refused as refused:
            raise self._counted(request, refused) from None
        return web.Response(status=204)

    async def go_away(self, request: web.Request) -> web.Response:
        """`navigator.sendBeacon` can set no header: the session is the body."""
        try:
            session = (await read_text(request)).strip()[:256]
            if (waiting := self._lobby.waiter(session)) is not None:
                self._lobby.here(waiting[0].id, waiting[1].id, False, away=True)
            else:
                self._join.go_away(session)
        except Refused as refused:
            raise self._counted(request, refused) from None
        return web.Response(status=204)

    # ------------------------------------------------------------ encoders and players

    async def options(self, request: web.Request) -> web.Response:
        return web.Response(status=204, headers={"Accept-Post": SDP, "Accept-Patch": FRAGMENT, **CORS})

    async def whip(self, request: web.Request) -> web.Response:
        return await self._create(request, Shape.WHIP)

    async def whep(self, request: web.Request) -> web.Response:
        return await self._create(request, Shape.WHEP)

    async def _create(self, request: web.Request, shape: Shape) -> web.Response:
        ticket = bearer(request)
        offer = await read_text(request, SDP)
        name = request.query.get("name") or NAMES[shape]
        joined = await self._enter(request, ticket, JoinRequest(name=name, sdp=offer, shape=shape))
        headers = {
            "Location": f"/{shape}/{joined.room}/{joined.resource}",
            "ETag": self._tagged(joined.participant, joined.sdp),
            "Accept-Patch": FRAGMENT,
            **CORS,
        }
        if joined.recording:  # neither protocol has a word for it
            headers["Regie-Recording"] = joined.recording
        response = web.Response(text=joined.sdp, status=201, content_type=SDP, headers=headers)
        for server in self._turn.servers() if self._turn is not None else ():
            for link in server.links:
                response.headers.add("Link", link)
        return response

    async def patch(self, request: web.Request) -> web.Response:
        """RFC 9725, 4.3: `If-Match: "*"` restarts ICE; the session's own tag brings candidates, of which an ICE-lite
        node has no need (RFC 8445, 2.5: it only answers). No tag: 428; another session's: 412 (4.3.1)."""
        room, participant = self._resource(request)
        expect(request, FRAGMENT)
        fragment = await read_text(request)
        tag = request.headers.get("If-Match", "").strip()
        if not tag:
            raise Refused("PRECONDITION_MISSING")
        if tag not in ('"*"', "*"):
            current = self._tags.get(participant)
            if current is not None and tag != current:
                raise Refused("PRECONDITION_FAILED", current=tag[:64])
            if not _LINES.fullmatch(fragment):
                raise Refused("SDP_INVALID", current="not an SDP fragment")
            return web.Response(status=204, headers=CORS)
        answer = await self._join.restart_resource(room, participant, fragment)
        headers = {"ETag": self._tagged(participant, answer), **CORS}
        return web.Response(text=answer, content_type=FRAGMENT, headers=headers)

    async def delete(self, request: web.Request) -> web.Response:
        await self._join.leave_room(*self._resource(request))
        return web.Response(status=200, headers=CORS)

    # ------------------------------------------------------------ inside

    def _ice_servers(self) -> dict[str, object]:
        servers = self._turn.servers() if self._turn is not None else ()
        return {"ice_servers": servers} if servers else {}

    async def _enter(self, request: web.Request, ticket: str, asked: JoinRequest) -> Joined:
        began, code = time.perf_counter(), "INTERNAL"
        try:
            with span("join", shape=str(asked.shape), again=asked.session is not None):
                joined = await self._join.join(request.match_info["room"], ticket, asked)
            code = "OK"
            return joined
        except Refused as refused:
            counted = self._counted(request, refused)
            code = counted.code
            raise counted from None
        finally:
            self._meter.join(code, time.perf_counter() - began)

    def _resource(self, request: web.Request) -> tuple[str, str]:
        """Room and participant that the address names.

        Raises:
            Refused: TICKET_MISSING, TICKET_WRONG, NOT_FOUND.
        """
        ticket, room = bearer(request), request.match_info["room"]
        try:
            return room, self._join.resource(room, request.match_info["resource"], ticket).id
        except Refused as refused:
            counted = self._counted(request, refused)
            raise Refused("NOT_FOUND") if counted.code == "SESSION_UNKNOWN" else counted from None

    def _tagged(self, participant: str, sdp: str) -> str:
        """The tag of this ICE session: another answer, another tag. A process that has forgotten it (it has begun
        since, or there were many others) contradicts nobody."""
        tag = f'"{hashlib.sha256(sdp.encode()).hexdigest()[:16]}"'
        self._tags.pop(participant, None)
        self._tags[participant] = tag
        if len(self._tags) > TAGS_KEPT:
            del self._tags[next(iter(self._tags))]
        return tag

    def _counted(self, request: web.Request, refused: Refused) -> Refused:
        """What to answer: the refusal, or that there were too many."""
        if refused.code in UNFIT:
            try:
                self._failed(request)
            except Refused as too_often:
                return too_often
        return refused


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json", charset="utf-8")
