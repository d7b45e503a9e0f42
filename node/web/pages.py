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
        return self._page(request, "home.html")

    async def room(self, request: web.Request) -> web.Response:
        """The same page for every room: what is in it comes by the ticket, which is in the fragment."""
        return self._page(request, "room.html")

    async def locale(self, request: web.Request) -> web.StreamResponse:
        language = request.match_info["language"]
        if language not in LANGUAGES:
            raise Refused("NOT_FOUND")
        return web.FileResponse(LOCALE / f"{language}.json")

    def _page(self, request: web.Request, template: str) -> web.Response:
        text = self._templates.get_template(template).render(language=language_of(request))
        return web.Response(text=text, content_type="text/html")


def language_of(request: web.Request) -> str:
    """The first language of the browser that we speak (RFC 9110, 12.5.4; by order, quality values are not weighed)."""
    for tag in request.headers.get("Accept-Language", "")[:200].split(","):
        language = tag.split(";")[0].strip().lower().split("-")[0]
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]
