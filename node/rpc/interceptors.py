"""What happens around every call, in the order of `chain`: outermost first.

    Begin     makes the `Call`; at the end turns what was raised into the refusal on the wire
    Measure   counts by method and code, latency
    Audit     a record of every change and of every refusal (audit.py)
    Deadline  unary calls end within 10 s; streams have none, but are counted
    Who       the token → the operator; a stream is asked again while it lasts
    MayThey   the least role of the method
    Shape     bytes → message: too large, malformed, badly encoded
    Once      a request_id makes repeating a change harmless (repeat.py)

The servicers inside know nothing of all this.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, Protocol

import grpc
import grpc.aio
import structlog
from google.protobuf.message import DecodeError, Message

from node.errors import Refused
from node.features.operators.rules import MAX_TOKEN, check_may
from node.features.operators.service import Operators
from node.rpc.audit import Audit
from node.rpc.call import Around, Call, Handler, begin, behaviour_of, current, like
from node.rpc.errors import as_refusal, outcome_of, status_of
from node.rpc.repeat import Once
from node.tracing import begin as begin_request
from node.tracing import read_id, span

log: Final = structlog.get_logger()

UNARY_S: Final = 10.0
ASK_AGAIN_S: Final = 2.0
MAX_MESSAGE: Final = 1 << 20
MAX_REQUEST_ID: Final = 64
WATCHES_PER_OPERATOR: Final = 256
WATCHES_WITHOUT_TOKEN: Final = 16


class Meter(Protocol):
    """Where calls are counted; `node.metrics` has one."""

    def call(self, method: str, code: str, seconds: float, *, stream: bool) -> None: ...

    def refusal(self, code: str) -> None: ...

    def stream(self, method: str, change: int) -> None: ...


class Begin(Around):
    """Makes the `Call`, refuses on the wire. `stop` ends the streams, which have no end of their own."""

    def __init__(self, support: str = "") -> None:
        self._support = support
        self._streams: set[asyncio.Task[Any]] = set()
        self._stopping = False

    def stop(self) -> None:
        self._stopping = True
        for task in self._streams:
            task.cancel()

    def wrap(self, handler: Handler, method: str) -> Handler:
        inner = super().wrap(handler, method)
        make = self._begin_stream if handler.response_streaming else self._begin_unary
        return like(inner, make(behaviour_of(inner), method), inner.request_deserializer)

    def _begin_unary(self, behaviour: Callable[[Any, Any], Any], method: str) -> Callable[[Any, Any], Any]:
        async def unary(request: Any, context: Any) -> Any:
            try:
                _call(method, context, stream=False)
                with span("rpc", method=current().named):
                    return await behaviour(request, context)
            except grpc.aio.AbortError:
                raise
            except Exception as error:
                return await _refuse(context, as_refusal(error, method), self._support)

        return unary

    def _begin_stream(self, behaviour: Callable[[Any, Any], Any], method: str) -> Callable[[Any, Any], Any]:
        async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
            _call(method, context, stream=True)
            task = asyncio.current_task()
            assert task is not None
            self._streams.add(task)
            try:
                if self._stopping:
                    raise Refused("STOPPING")
                async for message in behaviour(request, context):
                    yield message
            except grpc.aio.AbortError:
                raise
            except asyncio.CancelledError:
                if not self._stopping or context.cancelled():
                    raise
                task.uncancel()
                await _refuse(context, Refused("STOPPING"), self._support)
            except Exception as error:
                await _refuse(context, as_refusal(error, method), self._support)
            finally:
                self._streams.discard(task)

        return stream


def _call(method: str, context: Any, *, stream: bool) -> None:
    pairs = context.invocation_metadata() or ()
    call = Call(method, {key: value for key, value in pairs if isinstance(value, str)}, stream=stream)
    begin(call)
    begin_request(read_id(call.metadata))
    log.debug("rpc", method=call.named, stream=stream)


async def _refuse(context: Any, refused: Refused, support: str) -> None:
    status = status_of(refused, support)
    await context.abort(status.code, status.details, status.trailing_metadata)


class Measure(Around):
    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    @asynccontextmanager
    async def around(self, call: Call, context: Any) -> AsyncIterator[None]:
        method = call.named
        started = time.perf_counter()
        error: BaseException | None = None
        if call.stream:
            self._meter.stream(method, 1)
        try:
            yield
        except BaseException as raised:
            error = raised
            raise
        finally:
            code, refusal = outcome_of(error)
            if call.stream:
                self._meter.stream(method, -1)
            self._meter.call(method, code, time.perf_counter() - started, stream=call.stream)
            if refusal:
                self._meter.refusal(refusal)


class Deadline(Around):
    """The caller's deadline or ours, whichever is first. A change that has begun is finished all the same."""

    def around(self, call: Call, context: Any) -> AbstractAsyncContextManager[None]:
        return _endless() if call.stream else _within(context)


@asynccontextmanager
async def _endless() -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def _within(context: Any) -> AsyncIterator[None]:
    remaining: float | None = context.time_remaining()
    seconds = UNARY_S if remaining is None else min(max(remaining, 0.0), UNARY_S)
    try:
        async with asyncio.timeout(seconds) as bound:
            yield
    except TimeoutError:
        if bound.expired():
            raise Refused("TIMED_OUT", limit=f"{seconds:.3g}", set_by="protocol") from None
        raise


class Who(Around):
    """`authorization: Bearer rgo_…` → the operator. A stream is asked again every 2 s: revoking ends it."""

    def __init__(self, operators: Operators) -> None:
        self._operators = operators
        self._streams: Counter[str] = Counter()

    @asynccontextmanager
    async def around(self, call: Call, context: Any) -> AsyncIterator[None]:
        if call.row is None or call.row.role is not None:
            call.operator = await self._operators.authenticate(_token(call))
        if not call.stream:
            yield
            return
        key, limit = "", WATCHES_WITHOUT_TOKEN
        if call.operator is not None:
            key, limit = call.operator.id, WATCHES_PER_OPERATOR
        if self._streams[key] >= limit:
            raise Refused("TOO_MANY_WATCHES", limit=limit, current=self._streams[key])
        self._streams[key] += 1
        call.asked = time.monotonic()
        try:
            yield
        finally:
            self._streams[key] -= 1
            if not self._streams[key]:
                del self._streams[key]

    def each(self, call: Call) -> Awaitable[None] | None:
        now = time.monotonic()
        if call.operator is None or now - call.asked < ASK_AGAIN_S:
            return None
        call.asked = now
        return self._again(call)

    async def _again(self, call: Call) -> None:
        call.operator = await self._operators.authenticate(_token(call))


def _token(call: Call) -> str:
    scheme, _, token = call.metadata.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused("TOKEN_MISSING")
    if len(token) > MAX_TOKEN:
        raise Refused("TOKEN_WRONG")
    return token.strip()


class MayThey(Around):
    @asynccontextmanager
    async def around(self, call: Call, context: Any) -> AsyncIterator[None]:
        if call.row is None:
            raise Refused("METHOD_UNKNOWN", current=call.method[:128])
        if call.row.role is not None:
            assert call.operator is not None
            check_may(call.operator, call.row.role)
        yield


class Shape(Around):
    """Takes bytes from the wire, so that what cannot be read is refused with a code like everything else."""

    def wrap(self, handler: Handler, method: str) -> Handler:
        read = handler.request_deserializer
        if handler.request_streaming or read is None:
            return handler
        behaviour = behaviour_of(handler)

        async def unary(data: bytes, context: Any) -> Any:
            return await behaviour(parse(current(), read, data), context)

        async def stream(data: bytes, context: Any) -> AsyncIterator[Any]:
            answer = behaviour(parse(current(), read, data), context)
            if hasattr(answer, "__aiter__"):
                async for message in answer:
                    yield message
            else:
                await answer

        return like(handler, stream if handler.response_streaming else unary, None)


def parse(call: Call, read: Callable[[bytes], Any], data: bytes) -> Any:
    """The message in `data`, noted on the call. Raises TOO_LARGE, BAD_REQUEST."""
    if len(data) > MAX_MESSAGE:
        raise Refused("TOO_LARGE", limit=f"{MAX_MESSAGE} B", current=f"{len(data)} B", set_by="protocol")
    try:
        message = read(data)
    except (DecodeError, UnicodeDecodeError, ValueError) as error:
        raise Refused("BAD_REQUEST", current="protobuf", set_by="protocol") from error
    if isinstance(message, Message):
        call.request = message
        request_id = str(getattr(message, "request_id", ""))
        if len(request_id) > MAX_REQUEST_ID or not request_id.isprintable():
            raise Refused("BAD_REQUEST", current="request_id", limit=f"{MAX_REQUEST_ID} visible characters")
        call.request_id = request_id
    return message


def chain(
    first: Begin, audit: Audit, once: Once, *, operators: Operators, meter: Meter
) -> Sequence[grpc.aio.ServerInterceptor]:
    """Outermost first."""
    return (first, Measure(meter), audit, Deadline(), Who(operators), MayThey(), Shape(), once)
