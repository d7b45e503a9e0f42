"""Unary calls on one context: a deadline each, one safe repeat, and the refusal decoded."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import grpc.aio

from console.client.channel import metadata
from console.client.failures import failure
from console.model import Chain, Context, Failure
from console.text import clean
from protos.access.v1 import access_pb2_grpc
from protos.audit.v1 import audit_pb2, audit_pb2_grpc
from protos.chat.v1 import chat_pb2_grpc
from protos.flags.v1 import flags_pb2_grpc
from protos.gauge.v1 import gauge_pb2_grpc
from protos.hands.v1 import hands_pb2_grpc
from protos.invite.v1 import invite_pb2_grpc
from protos.lobby.v1 import lobby_pb2_grpc
from protos.moderation.v1 import moderation_pb2_grpc
from protos.mute.v1 import mute_pb2_grpc
from protos.nodes.v1 import nodes_pb2_grpc
from protos.participants.v1 import participants_pb2_grpc
from protos.quality.v1 import quality_pb2_grpc
from protos.quota.v1 import quota_pb2_grpc
from protos.rates.v1 import rates_pb2_grpc
from protos.recordings.v1 import recordings_pb2_grpc
from protos.rooms.v1 import rooms_pb2_grpc
from protos.types.v1 import types_pb2_grpc

DEADLINE: Final = 2.0  # seconds
PAUSE: Final = 0.25  # seconds before the repeat: the channel has tried to connect again by then
_REPEATABLE: Final = ("connection", "timeout")


class Stubs:
    """The services of one node on one channel."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.nodes = nodes_pb2_grpc.NodesServiceStub(channel)
        self.rooms = rooms_pb2_grpc.RoomsServiceStub(channel)
        self.participants = participants_pb2_grpc.ParticipantsServiceStub(channel)
        self.mute = mute_pb2_grpc.MuteServiceStub(channel)
        self.chat = chat_pb2_grpc.ChatServiceStub(channel)
        self.quality = quality_pb2_grpc.QualityServiceStub(channel)
        self.rates = rates_pb2_grpc.RatesServiceStub(channel)
        self.flags = flags_pb2_grpc.FlagsServiceStub(channel)
        self.moderation = moderation_pb2_grpc.ModerationServiceStub(channel)
        self.hands = hands_pb2_grpc.HandsServiceStub(channel)
        self.lobby = lobby_pb2_grpc.LobbyServiceStub(channel)
        self.access = access_pb2_grpc.AccessServiceStub(channel)
        self.audit = audit_pb2_grpc.AuditServiceStub(channel)
        self.quota = quota_pb2_grpc.QuotaServiceStub(channel)
        self.recordings = recordings_pb2_grpc.RecordingsServiceStub(channel)
        self.types = types_pb2_grpc.TypesServiceStub(channel)
        self.gauge = gauge_pb2_grpc.GaugeServiceStub(channel)
        self.invite = invite_pb2_grpc.InviteServiceStub(channel)


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
    checked, older, ms = 0, 0, 0.0
    start: audit_pb2.Mark | None = None
    mark = audit_pb2.Mark(number=known[0], hash=known[1]) if known is not None else None
    while True:
        request = audit_pb2.VerifyRecordsRequest(start=start, known=mark)
        reply, took = await call(context, stubs.audit.VerifyRecords, request, deadline)
        checked, older, ms = checked + reply.checked, older + reply.older, ms + took
        if not reply.more:
            head = f"{reply.head.number}:{clean(reply.head.hash, 64)}"
            return Chain(context.name, checked, older, head, reply.broken, clean(reply.why, 20)), ms
        start = reply.head


async def follow(context: Context, method: Any, request: Any) -> AsyncIterator[Any]:
    """The messages of a Watch method. Raises Failure."""
    try:
        async for message in method(request, metadata=metadata(context)):
            yield message
    except grpc.aio.AioRpcError as error:
        raise failure(error) from None


__all__ = ["DEADLINE", "Failure", "Stubs", "call", "follow", "pages", "request_id", "verify"]
