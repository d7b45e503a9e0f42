"""The participants' HTTP edge: every address of it in one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from node.errors import Refused
from node.features.chat.web import ChatDoor
from node.features.check.service import Check
from node.features.check.web import CheckDoor
from node.features.gauge.service import Gauge
from node.features.gauge.web import GaugeDoor
from node.features.join.service import Join
from node.features.join.turn import Turn
from node.features.join.web import JoinDoor
from node.features.quota.rules import Book, Limits
from node.features.recordings.web import RecordingsWeb
from node.features.replay.service import Replay
from node.features.replay.web import ReplayDoor
from node.features.types.service import Types
from node.ports import Attached, Files
from node.signaling.commands import Edge
from node.signaling.socket import Sockets
from node.web.doorway import Doorway
from node.web.failures import Failures
from node.web.meter import Meter
from node.web.middlewares import refusals_counted_by, secure, traced
from node.web.pages import STATIC, Pages
from node.web.request import MAX_BODY, source

MAX_HEADER: Final = 8190


class WebEdge:
    """The application and its WebSockets."""

    def __init__(
        self,
        edge: Edge,
        join: Join,
        meter: Meter,
        *,
        now: Callable[[], float],
        behind_proxy: bool = False,
        origins: Sequence[str] = (),
        turn: Turn | None = None,
        types: Types | None = None,
        replay: tuple[Replay, Files] | None = None,
        recordings: RecordingsWeb | None = None,
        gauge: Gauge | None = None,
        attached: Attached | None = None,
        check: Check | None = None,
    ) -> None:
        """`replay`: with the files of the recordings, where any are kept; `attached`: what hosts add to them."""
        self._behind_proxy = behind_proxy
        self._origins = frozenset(origin.rstrip("/") for origin in origins)
        self.failures = Failures(now)
        self.sockets = Sockets(edge, meter, allowed=self._check_origin, failed=self._failed)
        door = JoinDoor(join, edge.lobby, meter, self._failed, turn, self._may_guess, edge.texts.house.support)
        pages = Pages((types or Types(Book(Limits()))).list)
        self.doorway = Doorway(per_source=0) if behind_proxy else Doorway()
        middlewares = [self.doorway.middleware, traced, refusals_counted_by(meter, edge.texts.house.support)]
        self.app = web.Application(middlewares=middlewares, client_max_size=MAX_BODY)
        self.app.on_response_prepare.append(secure)
        chat = ChatDoor(edge.chat, join, self._failed, now)
        self.app.add_routes(routes(door, chat, pages, self.sockets))
        if replay is not None:
            replay_door = ReplayDoor(*replay, attached, self._failed, self._may_guess, self._source)
            self.app.add_routes(replay_routes(replay_door))
            self.app.on_cleanup.append(replay_door.close)
        if recordings is not None:
            self.app.add_routes(recordings.routes())
            self.app.on_cleanup.append(recordings.close)
        if check is not None:
            self.app.add_routes(CheckDoor(check, turn, self._failed, self._source).routes())
        if gauge is not None:
            self.app.add_routes([web.get("/api/gauge", GaugeDoor(gauge).read)])

    def _source(self, request: web.Request) -> str:
        return source(request, behind_proxy=self._behind_proxy)

    def _failed(self, request: web.Request) -> None:
        self.failures.count(self._source(request))

    def _may_guess(self, request: web.Request) -> bool:
        return self.failures.may_fail(self._source(request))

    def _check_origin(self, request: web.Request) -> None:
        """A page of another site cannot hold a session, but must not even try (RFC 6455, 10.2). Programs send none."""
        origin = request.headers.get("Origin")
        if origin is None or origin.rstrip("/") in self._origins:
            return
        try:
            host = urlsplit(origin).netloc
        except ValueError:
            host = ""
        if host != request.host or not host:
            raise Refused("ORIGIN_REFUSED", current=origin[:60])


def routes(door: JoinDoor, chat: ChatDoor, pages: Pages, sockets: Sockets) -> list[web.AbstractRouteDef]:
    """The address map."""
    return [
        web.get("/", pages.home),
        web.get("/r/{room}", pages.room),
        web.get("/guide/{type}", pages.guide),
        web.get("/locale/{language}.json", pages.locale),
        web.static("/static", STATIC, append_version=False),
        web.get("/api/rooms/{room}", door.look),
        web.post("/api/rooms/{room}/join", door.join),
        web.post("/api/rooms/{room}/wait", door.wait),
        web.get("/api/session", door.refresh),
        web.patch("/api/session", door.restart),
        web.delete("/api/session", door.leave),
        web.post("/api/session/leave", door.go_away),
        web.get("/api/session/chat", chat.export),
        web.get("/ws", sockets.handle),
        web.post("/whip/{room}", door.whip),
        web.options("/whip/{room}", door.options),
        web.patch("/whip/{room}/{resource}", door.patch),
        web.delete("/whip/{room}/{resource}", door.delete),
        web.options("/whip/{room}/{resource}", door.options),
        web.post("/whep/{room}", door.whep),
        web.options("/whep/{room}", door.options),
        web.patch("/whep/{room}/{resource}", door.patch),
        web.delete("/whep/{room}/{resource}", door.delete),
        web.options("/whep/{room}/{resource}", door.options),
    ]


def replay_routes(door: ReplayDoor) -> list[web.AbstractRouteDef]:
    return [
        web.post("/api/rooms/{room}/replay", door.look),
        web.put("/api/rooms/{room}/replay/{recording}", door.write),
        web.post("/api/rooms/{room}/replay/{recording}/files", door.attach),
        web.delete("/api/rooms/{room}/replay/{recording}/files/{file}", door.detach),
        web.get("/replay/{pass}/{recording}/chat", door.chat),
        web.get("/replay/{pass}/{recording}/files/{file}", door.attachment),
        web.get("/replay/{pass}/{recording}/{name}", door.file),
    ]
