"""What is counted as it happens. The edges call this; it never raises and never blocks."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.process_collector import ProcessCollector

from node.errors import RULES
from node.metrics.table import LIVE, Metric

EVERY_S: Final = 0.1

# A start time beside each counter would double what is scraped and say nothing new.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Meter:
    """The live metrics, on a registry of their own. One for the node."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        live: dict[str, Any] = {row.name: _make(row, self.registry) for row in LIVE}
        self._calls: Counter = live["regie_rpc_calls"]
        self._latency: Histogram = live["regie_rpc_latency_seconds"]
        self._streams: Gauge = live["regie_rpc_streams"]
        self._refusals: Counter = live["regie_refusals"]
        self._websockets: Gauge = live["regie_websockets"]
        self._joins: Counter = live["regie_joins"]
        self._join_seconds: Histogram = live["regie_join_seconds"]
        self._lag: Histogram = live["regie_event_loop_lag_seconds"]

    # ------------------------------------------------------------ gRPC (node.rpc.interceptors.Meter)

    def call(self, method: str, code: str, seconds: float, *, stream: bool) -> None:
        """One call ended. `method` as on the wire; `code` the name of a grpc.StatusCode."""
        name = method.lstrip("/")
        self._calls.labels(name, code).inc()
        if not stream:
            self._latency.labels(name).observe(seconds)

    def stream(self, method: str, change: int) -> None:
        self._streams.labels(method.lstrip("/")).inc(change)

    # ------------------------------------------------------------ every edge

    def refusal(self, code: str, edge: str = "grpc") -> None:
        """Somebody was refused. `edge`: "grpc", "http" or "websocket"."""
        self._refusals.labels(edge, known(code)).inc()

    # ------------------------------------------------------------ participants

    def websocket(self, change: int) -> None:
        """One WebSocket more or less."""
        self._websockets.inc(change)

    def join(self, code: str, seconds: float) -> None:
        """A join was answered; `code` "OK" or the refusal's."""
        self._joins.labels(code if code == "OK" else known(code)).inc()
        self._join_seconds.observe(seconds)

    # ------------------------------------------------------------ the loop

    async def watch_loop(self) -> None:
        """Until cancelled: how late the event loop wakes."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + EVERY_S
            await asyncio.sleep(EVERY_S)
            self._lag.observe(max(0.0, loop.time() - due))


def known(code: str) -> str:
    """Label values are the codes of the table and nothing else."""
    return code if code in RULES else "INTERNAL"


_MAKERS: Final[dict[str, Any]] = {"counter": Counter, "gauge": Gauge, "histogram": Histogram}


def _make(row: Metric, registry: CollectorRegistry) -> Any:
    more: dict[str, Any] = {"buckets": row.buckets} if row.buckets else {}
    return _MAKERS[row.kind](row.name, row.help, row.labels, registry=registry, **more)
