"""Reading a request: bearer secrets, bodies, sources. Raises `Refused`."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Final, TypeVar

import msgspec
from aiohttp import web

from node.errors import Refused

T = TypeVar("T")

MAX_BODY: Final = 256 * 1024
MAX_PARTS: Final = 64
"""Of a body, then they are made one: of crumbs the list would be larger than they are."""
BODY_WITHIN_S: Final = 30.0
JSON: Final = "application/json"
MAX_BEARER: Final = 512


def bearer(request: web.Request, missing: str = "TICKET_MISSING") -> str:
    """The secret of `Authorization: Bearer …` (RFC 6750, 2.1). Never from the address: addresses are logged.

    Raises:
        Refused: the code `missing`.
    """
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret or len(secret) > MAX_BEARER or not secret.isascii():
        raise Refused(missing)
    return secret


def expect(request: web.Request, content_type: str) -> None:
    """
    Raises:
        Refused: UNSUPPORTED_MEDIA_TYPE.
    """
    if request.content_type != content_type:
        raise Refused("UNSUPPORTED_MEDIA_TYPE", limit=content_type, current=request.content_type[:60])


async def read_text(request: web.Request, content_type: str | None = None) -> str:
    """The body as UTF-8, at most `MAX_BODY` bytes.

    Raises:
        Refused: UNSUPPORTED_MEDIA_TYPE, TOO_LARGE, TOO_SLOW, BAD_REQUEST.
    """
    if content_type is not None:
        expect(request, content_type)
    try:
        return (await _body(request)).decode()
    except UnicodeDecodeError:
        raise Refused("BAD_REQUEST", current="not UTF-8") from None


async def read_json(request: web.Request, type_: type[T]) -> T:
    """The body as `type_`.

    Raises:
        Refused: UNSUPPORTED_MEDIA_TYPE, TOO_LARGE, TOO_SLOW, BAD_REQUEST with what is wrong and where.
    """
    expect(request, JSON)
    try:
        return msgspec.json.decode(await _body(request), type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        sentence = "".join(char for char in str(error) if char.isprintable())[:120]
        raise Refused("BAD_REQUEST", current=sentence) from None


async def _body(request: web.Request) -> bytes:
    """`request.read()` would keep the body until the request is answered: of a crowd that joins, 60 kB each."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            while part := await request.content.readany():
                size += len(part)
                if size > MAX_BODY:
                    raise Refused("TOO_LARGE", limit=f"{MAX_BODY} B", current=f"> {MAX_BODY} B")
                parts.append(part)
                if len(parts) > MAX_PARTS:
                    parts = [b"".join(parts)]
    except TimeoutError:
        raise Refused("TOO_SLOW", limit=f"{BODY_WITHIN_S:.0f}") from None
    return b"".join(parts)


def source(request: web.Request, *, behind_proxy: bool) -> str:
    """Whom to count: an IPv4 address, or the /64 of an IPv6 one (a household has that many addresses)."""
    address = request.remote or ""
    if behind_proxy and (forwarded := request.headers.get("X-Forwarded-For")):
        # The last entry is the one our own proxy wrote; everything before it is the client's word.
        address = forwarded.rpartition(",")[2].strip()
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.IPv6Network((ip, 64), strict=False).network_address)
    return str(ip)
