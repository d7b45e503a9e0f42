"""Downloads by a signed link: `GET /recordings/{recording}/{file}?until=…&key=…`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from aiohttp import web

from node.features.recordings.shelf import Shelf
from node.web.ranges import Entry, give

AT_ONCE: Final = 4
"""Reads of the store; the rest of the node keeps its own threads."""


class RecordingsWeb:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="download")

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/recordings/{recording}/{file}", self.download)]

    async def download(self, request: web.Request) -> web.StreamResponse:
        recording, name = request.match_info["recording"], request.match_info["file"]
        asked = request.query
        file = self._shelf.check_link(recording, name, asked.get("until", ""), asked.get("key", ""))
        entry = Entry(file.type, file.bytes, file.sha256[:32], f"{recording[:8]}-{file.name}")
        return await give(
            request, entry, lambda start, size: self._shelf.read(recording, name, start, size), self._threads
        )

    async def close(self, app: web.Application) -> None:
        """When the node stops."""
        self._threads.shutdown(wait=False)
