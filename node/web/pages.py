"""The pages: three templates, and static files from our own origin only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import web

from node.errors import Language, Refused
from node.features.guide.rules import HEADING, guide
from node.features.types.rules import TYPES, SessionType
from node.features.types.web import comparison

if TYPE_CHECKING:
    from jinja2 import Environment

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
LOCALE: Final = HERE / "locale"
LANGUAGES: Final = ("fr", "en")


class Pages:
    def __init__(self, types: Callable[[], Sequence[SessionType]]) -> None:
        """`types`: as they are now; operators change their limits."""
        self._types = types

    @cached_property
    def _templates(self) -> Environment:
        """Loaded for the first page: a node that comes back is to decide again at once, and open pages need none."""
        from jinja2 import Environment, FileSystemLoader

        return Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, auto_reload=False)

    async def home(self, request: web.Request) -> web.Response:
        return self._page("home.html", words=comparison(self._types()))

    async def room(self, request: web.Request) -> web.Response:
        """The same page for every room: what is in it comes by the ticket, which is in the fragment."""
        return self._page("room.html")

    async def guide(self, request: web.Request) -> web.Response:
        """How to speak in a session of a type, in both languages (R170)."""
        row = TYPES.get(request.match_info["type"])
        if row is None:
            raise Refused("NOT_FOUND")
        return self._page("guide.html", words={language: _guide(row, language) for language in ("fr", "en")})

    async def locale(self, request: web.Request) -> web.StreamResponse:
        language = request.match_info["language"]
        if language not in LANGUAGES:
            raise Refused("NOT_FOUND")
        return web.FileResponse(LOCALE / f"{language}.json")

    def _page(self, template: str, **values: object) -> web.Response:
        """French until the page's own script has asked the browser: it knows the person's choice, we do not."""
        text = self._templates.get_template(template).render(**values)
        return web.Response(text=text, content_type="text/html")


def _guide(row: SessionType, language: Language) -> dict[str, object]:
    return {
        "heading": HEADING.fill(limit=row.title.fill()[language])[language],
        "use": row.use.fill()[language],
        "lines": [line.fill()[language] for line in guide(row)],
    }
