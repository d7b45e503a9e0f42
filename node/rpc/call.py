"""One call, as the interceptors see it, and how an interceptor is written.

An interceptor is an `Around`: an async context manager entered before the call and left after it, for unary calls and
streams alike. What they tell each other is on the `Call`, found by `current()`.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from contextvars import ContextVar
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import Message

from node.errors import Refused
from node.features.operators.rules import Operator
from node.ports import Actor
from node.rpc.methods import METHODS, Method


class Call:
    """Of one RPC. `operator`, `request` and `request_id` appear as the interceptors find them."""

    __slots__ = ("asked", "metadata", "method", "operator", "repeated", "request", "request_id", "row", "stream")

    def __init__(self, method: str, metadata: dict[str, str], *, stream: bool) -> None:
        self.method = method
        self.metadata = metadata
        self.row: Method | None = METHODS.get(method)
        self.stream = stream
        self.operator: Operator | None = None
        self.asked = 0.0  # monotonic: when the token was last looked at
        self.request: Message | None = None
        self.request_id = ""
        self.repeated = False

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

    def around(self, call: Call, context: Any) -> AbstractAsyncContextManager[None]:
        return _nothing()

    async def answer(self, call: Call, request: Any, proceed: Callable[[Any], Awaitable[Any]]) -> Any:
        return await proceed(request)

    def each(self, call: Call) -> Awaitable[None] | None:
        """Before each message of a stream."""
        return None

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        handler = await continuation(handler_call_details)
        return None if handler is None else self.wrap(handler, handler_call_details.method)

    def wrap(self, handler: grpc.RpcMethodHandler[Any, Any], method: str) -> grpc.RpcMethodHandler[Any, Any]:
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


def behaviour_of(handler: grpc.RpcMethodHandler[Any, Any]) -> Callable[[Any, Any], Any]:
    name = f"{'stream' if handler.request_streaming else 'unary'}_{'stream' if handler.response_streaming else 'unary'}"
    found: Callable[[Any, Any], Any] = getattr(handler, name)
    return found


_MAKERS: dict[tuple[bool, bool], Callable[..., grpc.RpcMethodHandler[Any, Any]]] = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}


def like(
    handler: grpc.RpcMethodHandler[Any, Any], behaviour: Callable[[Any, Any], Any], deserializer: Any
) -> grpc.RpcMethodHandler[Any, Any]:
    make = _MAKERS[handler.request_streaming, handler.response_streaming]
    return make(behaviour, request_deserializer=deserializer, response_serializer=handler.response_serializer)
