"""Channels to nodes, with the options that make a dead or frozen node noticed in seconds and found again as fast."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import grpc
import grpc.aio

from console.model import Context, Failure

MAX_MESSAGE: Final = 16 * 1024 * 1024  # bytes; a snapshot of 20,000 people is about 4 MB

OPTIONS: Final[tuple[tuple[str, int], ...]] = (
    ("grpc.use_local_subchannel_pool", 1),  # one connection per context, also when two have one address
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # gRPC arms this timer (60 s by default), not keepalive_timeout_ms, for a ping to a frozen peer.
    ("grpc.http2.ping_timeout_ms", 5_000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    # Also how long one attempt to connect may take: TLS over a distant link needs several round trips.
    ("grpc.min_reconnect_backoff_ms", 5_000),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # The probe of the bandwidth sends a ping for each message of a quiet stream: a third of all work here. A window
    # that is large from the start does without it, also on a line of 200 ms.
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", 1024 * 1024),
    ("grpc.max_receive_message_length", MAX_MESSAGE),
    ("grpc.enable_http_proxy", 0),  # operators' tokens go to the node and to nobody else
)


def open_channel(context: Context) -> grpc.aio.Channel:
    """A TLS channel to `context`; the certificate must name the host of the address. Connects when first used."""
    return grpc.aio.secure_channel(
        context.address, grpc.ssl_channel_credentials(root_certificates=_roots(context)), options=OPTIONS
    )


def _roots(context: Context) -> bytes | None:
    """The CA of the context; None: those of the system."""
    if not context.ca_file:
        return None
    try:
        return Path(context.ca_file).expanduser().read_bytes()
    except OSError as error:
        raise Failure("usage", f"{context.name}: {error}") from error


def metadata(context: Context) -> tuple[tuple[str, str], ...]:
    """RFC 6750: the operator's token, sent with every call and only over TLS."""
    return (("authorization", f"Bearer {context.token}"),) if context.token else ()
