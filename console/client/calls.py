"""Unary calls on one context: a deadline each, one safe repeat, and the refusal decoded."""

from __future__ import annotations

import asyncio
import importlib
import secrets
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, Final

import grpc.aio

from console.client.channel import metadata
from console.client.failures import failure
from console.client.later import later
from console.model import Context, Failure
from console.text import clean

if TYPE_CHECKING:
    from console.model import Chain
    from protos.audit.v1 import audit_pb2
else:
    audit_pb2 = later("audit")

DEADLINE: Final = 2.0  # seconds
PAUSE: Final = 0.25  # seconds before the repeat: the channel has tried to connect again by then
_REPEATABLE: Final = ("connection", "timeout")


class Stubs:
    """The services of one node on one channel, by the word of their feature; each is loaded when it is asked for."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel

    def __getattr__(self, word: str) -> Any:
        """`stubs.rooms`: of protos/rooms/v1, on this channel."""
        if word.startswith("_"):
            raise AttributeError(word)
        module = importlib.import_module(f"protos.{word}.v1.{word}_pb2_grpc")
        stub = getattr(module, f"{word.capitalize()}ServiceStub")(self._channel)
        setattr(self, word, stub)
        return stub


def request_id() -> str:
    """AIP-155: the node does one request once, however often it arrives."""
    return secrets.token_urlsafe(16)


async def call(context: Context, method: Any, request: Any, deadline: float = DEADLINE) -> tuple[Any, float]:
    """The reply and its milliseconds. Raises Failure. Repeated once after a lost connection or a late answer:
    reads change nothing, and writes carry a request_id."""
    started = time.monotonic()
    first: Failure | None = None
    while True:
        left = deadline - (time.monotonic() - started)
        try:
            reply = await method(request, timeout=max(left, 0.05), metadata=metadata(context))
            return reply, (time.monotonic() - started) * 1000
        except grpc.aio.AioRpcError as error:
            refused = failure(error)
        if first is not None or refused.kind not in _REPEATABLE or left <= PAUSE:
            raise refused if first is None or refused.kind not in _REPEATABLE else first
        first = refused
        await asyncio.sleep(PAUSE)


async def pages(context: Context, method: Any, request: Any, rows: Callable[[Any], Any], deadline: float) -> list[Any]:
    """Every row of a List method (AIP-158)."""
    found: list[Any] = []
    while True:
        reply, _ = await call(context, method, request, deadline)
        found.extend(rows(reply))
        if not reply.next_page_token:
            return found
        request.page_token = reply.next_page_token


async def verify(
    context: Context, stubs: Stubs, known: tuple[int, str] | None, deadline: float = DEADLINE
) -> tuple[Chain, float]:
    """Walk the whole chain of the audit, in as many calls as it takes; `deadline` is for each. `known`: a mark that was
    noted earlier."""
    checked, older, ms, since = 0, 0, 0.0, 0.0
    begun: int | None = None
    start: audit_pb2.Mark | None = None
    mark = audit_pb2.Mark(number=known[0], hash=known[1]) if known is not None else None
    while True:
        request = audit_pb2.VerifyRecordsRequest(start=start, known=mark)
        reply, took = await call(context, stubs.audit.VerifyRecords, request, deadline)
        checked, older, ms = checked + reply.checked, older + reply.older, ms + took
        begun = reply.start.number if begun is None else begun
        since = reply.since.ToNanoseconds() / 1e9
        if not reply.more:
            head = f"{reply.head.number}:{clean(reply.head.hash, 64)}"
            from console.model import Chain

            return Chain(context.name, checked, older, head, reply.broken, clean(reply.why, 20), begun, since), ms
        start = reply.head


async def follow(context: Context, method: Any, request: Any) -> AsyncIterator[Any]:
    """The messages of a Watch method. Raises Failure."""
    try:
        async for message in method(request, metadata=metadata(context)):
            yield message
    except grpc.aio.AioRpcError as error:
        raise failure(error) from None


__all__ = ["DEADLINE", "Failure", "Stubs", "call", "follow", "pages", "request_id", "verify"]
