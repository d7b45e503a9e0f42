"""The pages: two templates, and static files from our own origin only."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import jinja2
from aiohttp import web

from node.errors import Refused

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
LOCALE: Final = HERE / "locale"
LANGUAGES: Final = ("fr", "en")


class Pages:
    def __init__(self) -> None:
        loader = jinja2.FileSystemLoader(HERE / "templates")
        self._templates = jinja2.Environment(loader=loader, autoescape=True, auto_reload=False)

    async def home(self, request: web.Request) -> web.Response:
        return self._page("home.html")

    async def room(self, request: web.Request) -> web.Response:
        """The same page for every room: what is in it comes by the ticket, which is in the fragment."""
        return self._page("room.html")

    async def locale(self, request: web.Request) -> web.StreamResponse:
        language = request.match_info["language"]
        if language not in LANGUAGES:
            raise Refused("NOT_FOUND")
        return web.FileResponse(LOCALE / f"{language}.json")

    def _page(self, template: str) -> web.Response:
        """French until the page's own script has asked the browser: it knows the person's choice, we do not."""
        text = self._templates.get_template(template).render()
        return web.Response(text=text, content_type="text/html")
