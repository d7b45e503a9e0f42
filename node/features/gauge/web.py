"""`GET /api/gauge`: for anybody, from any site."""

from __future__ import annotations

import msgspec
from aiohttp import web

from node.features.gauge.service import Gauge


class GaugeDoor:
    def __init__(self, gauge: Gauge) -> None:
        self._gauge = gauge

    async def read(self, request: web.Request) -> web.Response:
        reading, age = self._gauge.now()
        said = {**msgspec.structs.asdict(reading), "age_s": round(age, 3)}
        headers = {"Cache-Control": "public, max-age=1", "Access-Control-Allow-Origin": "*"}
        return web.Response(body=msgspec.json.encode(said), content_type="application/json", headers=headers)
