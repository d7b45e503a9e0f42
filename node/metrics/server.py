"""`/metrics` for Prometheus, `/healthz` and `/readyz` for whoever starts and balances; on a port of their own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from aiohttp import web
from prometheus_client.exposition import choose_encoder

from node.features.nodes.rules import NodeState
from node.metrics.collector import Audit, Figures, Gauge, Nodes, Quota
from node.metrics.meter import Meter

READY: Final = frozenset({NodeState.OK})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log: Final = structlog.get_logger()


class MetricsServer:
    """A running metrics port. `port` is the one bound."""

    def __init__(self, runner: web.AppRunner, port: int, lag: asyncio.Task[None]) -> None:
        self.port = port
        self._runner = runner
        self._lag = lag

    async def stop(self) -> None:
        self._lag.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._lag
        await self._runner.cleanup()


async def serve_metrics(
    meter: Meter, nodes: Nodes, audit: Audit, quota: Quota, gauge: Gauge, *, listen: str
) -> MetricsServer:
    """Opens `listen` ("127.0.0.1:9464", "[::1]:9464"; port 0: any). Raises OSError where it cannot be bound."""
    meter.registry.register(Figures(nodes, audit, quota, gauge))
    app = web.Application(client_max_size=0)
    app.add_routes(
        [
            web.get("/metrics", _metrics(meter)),
            web.get("/healthz", _healthy),
            web.get("/readyz", _ready(lambda: nodes.current().state)),
        ]
    )
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    host, _, port = listen.rpartition(":")
    try:
        await web.TCPSite(runner, host.strip("[]") or None, int(port)).start()
    except BaseException:
        await runner.cleanup()
        raise
    bound: int = runner.addresses[0][1]
    log.info("metrics_listening", address=f"{host}:{bound}")
    return MetricsServer(runner, bound, asyncio.create_task(meter.watch_loop(), name="loop lag"))


def _metrics(meter: Meter) -> Handler:
    async def metrics(request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(meter.registry), headers={"Content-Type": content_type})

    return metrics


async def _healthy(request: web.Request) -> web.Response:
    """The loop answers: do not restart this process."""
    return web.Response(text="ok\n")


def _ready(state: Callable[[], NodeState]) -> Handler:
    async def ready(request: web.Request) -> web.Response:
        now = state()
        return web.Response(text=f"{now}\n", status=200 if now in READY else 503)

    return ready
