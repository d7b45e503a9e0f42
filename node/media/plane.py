"""One connection to the plane: protos/plane/v1 over its Unix socket.

    client = await PlaneClient.connect(path, on_event, on_lost)
    attached = (await client.call(wire.ToPlane(attach=...))).attached

Replies find their caller by id, events are handed over in the order they came, and nothing is awaited in between: no
task a message. What waits is bounded on both sides; a plane that does not answer in time is as good as gone.
"""

from __future__ import annotations

import asyncio
import pathlib
import re
from collections.abc import Callable
from typing import Any, Final, cast

import structlog
from google.protobuf.message import DecodeError

from node.tracing import request_id
from protos.plane.v1 import plane_pb2 as wire

MAX_COMMAND: Final = 4 * 1024 * 1024
# The contract's 4 MiB protect the plane from us. A snapshot of a full plane may be longer, and it is our own child.
MAX_REPLY: Final = 64 * 1024 * 1024
MAX_PENDING: Final = 16384
MAX_UNSENT: Final = 16 * 1024 * 1024
REPLY_WITHIN_S: Final = 5.0
SWEEP_S: Final = 0.5

log: Final = structlog.get_logger()

EventHandler = Callable[[str, Any], None]
LostHandler = Callable[[str], None]


class PlaneGone(Exception):
    """The connection ended before the reply came. The command may or may not have been executed."""


class PlaneSilent(PlaneGone):
    """The plane is there and does not answer."""


class PlaneFailed(Exception):
    """The plane refused a command. `cause` is a `wire.Failed.Cause`."""

    def __init__(self, cause: int, detail: str) -> None:
        super().__init__(f"{wire.Failed.Cause.Name(wire.Failed.Cause.ValueType(cause))}: {detail}")
        self.cause = cause
        self.detail = detail

    @property
    def number(self) -> str:
        """The first number that the plane's words name: the limit, of CAUSE_FULL."""
        found = re.search(r"\d+", self.detail)
        return found.group() if found is not None else "?"


class PlaneClient(asyncio.Protocol):
    """Owns one connection. `on_lost` is called once, unless we closed it ourselves."""

    def __init__(self, on_event: EventHandler, on_lost: LostHandler) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_event = on_event
        self._on_lost: LostHandler | None = on_lost
        self._transport: asyncio.Transport | None = None
        self._pending: dict[int, tuple[asyncio.Future[wire.FromPlane], float]] = {}
        self._buffer = bytearray()
        self._out: list[bytes] = []
        self._next = 0
        self._overdue = 0
        self._sweep: asyncio.TimerHandle | None = None
        self.ended = asyncio.Event()

    @classmethod
    async def connect(cls, path: pathlib.Path, on_event: EventHandler, on_lost: LostHandler) -> PlaneClient:
        """Raises `OSError` when nobody answers."""
        loop = asyncio.get_running_loop()
        _, client = await loop.create_unix_connection(lambda: cls(on_event, on_lost), str(path))
        return client

    @property
    def open(self) -> bool:
        return self._transport is not None

    # ---------------------------------------------------------------- out

    def call(self, command: wire.ToPlane) -> asyncio.Future[wire.FromPlane]:
        """Send a command. The future ends with the reply, `PlaneFailed` or `PlaneGone`."""
        future: asyncio.Future[wire.FromPlane] = self._loop.create_future()
        if self._transport is None:
            future.set_exception(PlaneGone("not connected"))
        elif len(self._pending) >= MAX_PENDING:
            future.set_exception(PlaneFailed(wire.Failed.CAUSE_FULL, f"{MAX_PENDING} commands wait for a reply"))
        else:
            self._pending[self._number(command)] = (future, self._loop.time() + REPLY_WITHIN_S)
            self._write(command)
        return future

    def tell(self, command: wire.ToPlane) -> None:
        """Send a command whose reply nobody waits for (SendDtls has none unless it fails)."""
        if self._transport is not None:
            self._number(command)
            self._write(command)

    def send_dtls(self, transport: str, datagrams: list[bytes]) -> None:
        self.tell(wire.ToPlane(send_dtls=wire.SendDtls(transport=transport, datagrams=datagrams)))

    def _number(self, command: wire.ToPlane) -> int:
        self._next += 1
        command.id = self._next
        command.request = request_id()
        return self._next

    def _write(self, command: wire.ToPlane) -> None:
        assert self._transport is not None
        body = command.SerializeToString()
        if len(body) > MAX_COMMAND:
            self._drop("a command longer than the contract allows")
            return
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out += (len(body).to_bytes(4, "big"), body)

    def _flush(self) -> None:
        """What was said in one turn of the loop goes out in one write, and wakes the plane once."""
        out, self._out = self._out, []
        if self._transport is None or not out:
            return
        self._transport.write(b"".join(out))
        if self._transport.get_write_buffer_size() > MAX_UNSENT:
            self._drop("the plane does not read its commands")

    # ---------------------------------------------------------------- in

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by behaviour, not by class
        self._sweep = self._loop.call_later(SWEEP_S, self._expire)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        at, end = 0, len(self._buffer)
        view = memoryview(self._buffer)
        messages: list[wire.FromPlane] = []
        try:
            while end - at >= 4:
                length = int.from_bytes(view[at : at + 4], "big")
                if length > MAX_REPLY:
                    raise DecodeError("longer than the contract allows")
                if end - at - 4 < length:
                    break
                messages.append(wire.FromPlane.FromString(bytes(view[at + 4 : at + 4 + length])))
                at += 4 + length
        except DecodeError as error:
            view.release()
            self._drop(f"unreadable message: {error}")
            return
        view.release()
        del self._buffer[:at]
        for message in messages:
            self._take(message)

    def _take(self, message: wire.FromPlane) -> None:
        name = message.WhichOneof("body")
        if name is None:
            return
        if message.id == 0:
            self._on_event(name, getattr(message, name))
            return
        waiting = self._pending.pop(message.id, None)
        if waiting is None:
            if name == "failed":
                log.debug("plane_command_failed", detail=message.failed.detail)
        elif not waiting[0].done():
            if name == "failed":
                waiting[0].set_exception(PlaneFailed(message.failed.cause, message.failed.detail))
            else:
                waiting[0].set_result(message)

    def _expire(self) -> None:
        """Commands are answered in order, so the oldest tells about all of them.

        It must be overdue twice: when it was we who were stopped, the reply may lie in the socket.
        """
        self._sweep = self._loop.call_later(SWEEP_S, self._expire)
        oldest = next(iter(self._pending), 0)
        overdue = oldest if oldest and self._loop.time() > self._pending[oldest][1] else 0
        if overdue and overdue == self._overdue:
            self._drop(f"no reply within {REPLY_WITHIN_S:.0f} s", PlaneSilent)
        self._overdue = overdue

    # ---------------------------------------------------------------- end

    def close(self) -> None:
        """End the connection; `on_lost` is not called."""
        self._on_lost = None
        self._flush()
        self._end("closed")

    def connection_lost(self, error: Exception | None) -> None:
        self._end(str(error) if error else "the plane closed the connection")

    def _drop(self, cause: str, kind: type[PlaneGone] = PlaneGone) -> None:
        log.error("plane_dropped", why=cause)
        # Not from inside a caller's `call`: they expect a future, not events.
        self._loop.call_soon(self._end, cause, kind)

    def _end(self, cause: str, kind: type[PlaneGone] = PlaneGone) -> None:
        transport, self._transport = self._transport, None
        if transport is None:
            return
        if self._sweep is not None:
            self._sweep.cancel()
        transport.abort()
        self.ended.set()
        pending, self._pending = self._pending, {}
        for future, _ in pending.values():
            if not future.done():
                future.set_exception(kind(cause))
        if self._on_lost is not None:
            self._on_lost(cause)
