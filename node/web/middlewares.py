"""Around every answer: refusals as JSON, and what browsers must know about our pages."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from node.errors import Refused
from node.logs import fault
from node.tracing import HEADER, read_id, request_id, span
from node.tracing import request as of_request
from node.web.meter import Meter
from node.web.request import MAX_BODY

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log: Final = structlog.get_logger()

_HOST: Final = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,255}")
_RETRY_AFTER: Final = {429: "3", 503: "2"}

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), "
    "autoplay=(self), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_POLICY: Final = (
    "default-src 'self'; connect-src {connect}; img-src 'self' data: blob:; media-src 'self' blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@web.middleware
async def traced(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Under the id that the page or the proxy gave it, or one of its own; a WebSocket's messages have their own."""
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else ""
    began = time.perf_counter()
    with of_request(read_id(request.headers)), span("http", method=request.method, route=route) as noted:
        response = await handler(request)
        noted("status", response.status)
        took = round(time.perf_counter() - began, 4)
        log.debug("http", method=request.method, route=route, status=response.status, seconds=took)
        return response


def refusals_counted_by(meter: Meter, support: str = "") -> Middleware:
    """Every refusal is the same object (`node/errors.py`) and counted; what we did not foresee is INTERNAL and in the
    log."""

    @web.middleware
    async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            refused = _of_http(error)
            response = answer(refused, support)
            if isinstance(error, web.HTTPMethodNotAllowed):
                response.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
            elif isinstance(error, web.HTTPRequestRangeNotSatisfiable):
                response.headers["Content-Range"] = error.headers["Content-Range"]
        except Refused as error:
            refused, response = error, answer(error, support)
        except ConnectionError:
            raise
        except Exception:
            route = request.match_info.route.resource
            refused = fault("request_failed", method=request.method, route=route.canonical if route is not None else "")
            response = answer(refused, support)
        meter.refusal(refused.code, "http")
        return response

    return refusals


def _of_http(error: web.HTTPException) -> Refused:
    match error:
        case web.HTTPRequestEntityTooLarge():
            return Refused("TOO_LARGE", limit=f"{MAX_BODY} B", current=f"> {MAX_BODY} B")
        case web.HTTPMethodNotAllowed():
            return Refused("METHOD_NOT_ALLOWED")
        case web.HTTPRequestRangeNotSatisfiable():
            return Refused("RANGE_UNSATISFIABLE", limit=f"{error.headers['Content-Range'].rpartition('/')[2]} B")
        case web.HTTPNotFound() | web.HTTPForbidden():
            return Refused("NOT_FOUND")
    return Refused("BAD_REQUEST", current=error.reason[:60])


def answer(refused: Refused, support: str = "") -> web.Response:
    status = refused.row.http
    response = web.Response(
        body=msgspec.json.encode(refused.refusal(support)),
        status=status,
        content_type="application/json",
        charset="utf-8",
    )
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if (after := _RETRY_AFTER.get(status)) is not None:
        response.headers["Retry-After"] = after
    return response


async def secure(request: web.Request, response: web.StreamResponse) -> None:
    """For `Application.on_response_prepare`: answers of every kind, errors too."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith(("/whip/", "/whep/")):
        # A player on another site must be able to read why it was refused.
        response.headers.setdefault("Access-Control-Allow-Origin", "*")
    # Safari understood 'self' for WebSockets only late: the host is named.
    host = request.host if _HOST.fullmatch(request.host) else ""
    connect = f"'self' ws://{host} wss://{host}" if host else "'self'"
    response.headers.setdefault("Content-Security-Policy", _POLICY.format(connect=connect))
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    else:
        response.headers.setdefault("Cache-Control", "no-cache")
    response.headers.pop("Server", None)
    if id_ := request_id():
        response.headers[HEADER] = id_
