"""One call, as the interceptors see it, and how an interceptor is written.

An interceptor is an `Around`: an async context manager entered before the call and left after it, for unary calls and
streams alike. What they tell each other is on the `Call`, found by `current()`.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Any, TypeAlias

import grpc
import grpc.aio
from google.protobuf.message import Message

from node.errors import Refused
from node.features.operators.rules import Operator
from node.ports import Actor
from node.rpc.methods import METHODS, Method

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class Call:
    """Of one RPC. `operator`, `request` and `request_id` appear as the interceptors find them."""

    __slots__ = (
        "answer",
        "asked",
        "begun",
        "metadata",
        "method",
        "operator",
        "repeated",
        "request",
        "request_id",
        "row",
        "stream",
    )

    def __init__(self, method: str, metadata: dict[str, str], *, stream: bool) -> None:
        self.method = method
        self.metadata = metadata
        self.row: Method | None = METHODS.get(method)
        self.stream = stream
        self.operator: Operator | None = None
        self.asked = 0.0  # monotonic: when the token was last looked at
        self.request: Message | None = None
        self.answer: Message | None = None
        self.request_id = ""
        self.begun = False  # the change runs, and is recorded when it has ended
        self.repeated = False

    @property
    def named(self) -> str:
        """The method, for labels and logs: callers do not choose what stands there."""
        return self.method if self.row is not None else "unknown"

    @property
    def actor(self) -> Actor:
        """For the services. Raises TOKEN_MISSING, which the `Who` interceptor has excluded."""
        if self.operator is None:
            raise Refused("TOKEN_MISSING")
        return Actor(kind="operator", id=self.operator.name, role=self.operator.role.word)


_CALL: ContextVar[Call] = ContextVar("call")


def current() -> Call:
    return _CALL.get()


def begin(call: Call) -> None:
    """Each RPC runs in a task of its own, so nothing has to be put back."""
    _CALL.set(call)


class Around(grpc.aio.ServerInterceptor):
    """Base of the interceptors. Override `around`, or `answer` to replace a unary answer."""

    @cached_property
    def _wrapped(self) -> dict[str, tuple[Handler, Handler]]:
        """By method: the handler inside, and how it was wrapped."""
        return {}

    def around(self, call: Call, context: Any) -> AbstractAsyncContextManager[None]:
        return _nothing()

    async def answer(self, call: Call, request: Any, proceed: Callable[[Any], Awaitable[Any]]) -> Any:
        return await proceed(request)

    def each(self, call: Call) -> Awaitable[None] | None:
        """Before each message of a stream."""
        return None

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        method = handler_call_details.method
        if method not in METHODS:  # names that callers make up are not remembered
            return self.wrap(handler, method)
        known = self._wrapped.get(method)
        if known is None or known[0] is not handler:
            known = self._wrapped[method] = (handler, self.wrap(handler, method))
        return known[1]

    def wrap(self, handler: Handler, method: str) -> Handler:
        if handler.response_streaming:
            return like(handler, self._stream(behaviour_of(handler)), handler.request_deserializer)
        return like(handler, self._unary(behaviour_of(handler)), handler.request_deserializer)

    def _unary(self, inner: Callable[[Any, Any], Awaitable[Any]]) -> Callable[[Any, Any], Awaitable[Any]]:
        async def unary(request: Any, context: Any) -> Any:
            call = current()
            async with self.around(call, context):
                return await self.answer(call, request, lambda asked: inner(asked, context))

        return unary

    def _stream(self, inner: Callable[[Any, Any], Any]) -> Callable[[Any, Any], AsyncIterator[Any]]:
        async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
            call = current()
            async with self.around(call, context):
                answer = inner(request, context)
                if inspect.isawaitable(answer):  # the health service writes its messages to the context
                    await answer
                    return
                async with aclosing(answer) as messages:
                    async for message in messages:
                        if (check := self.each(call)) is not None:
                            await check
                        yield message

        return stream


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


def behaviour_of(handler: Handler) -> Callable[[Any, Any], Any]:
    name = f"{'stream' if handler.request_streaming else 'unary'}_{'stream' if handler.response_streaming else 'unary'}"
    found: Callable[[Any, Any], Any] = getattr(handler, name)
    return found


_MAKERS: dict[tuple[bool, bool], Callable[..., Handler]] = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}


def like(handler: Handler, behaviour: Callable[[Any, Any], Any], deserializer: Any) -> Handler:
    make = _MAKERS[handler.request_streaming, handler.response_streaming]
    return make(behaviour, request_deserializer=deserializer, response_serializer=handler.response_serializer)
