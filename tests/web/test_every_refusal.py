"""D2: no HTTP 4xx leaves the node without its refusal: one place makes them all of `Refused`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from aiohttp import web

import node

HERE = Path(node.__file__).parent
FILES = sorted(path for path in HERE.rglob("*.py") if "aiohttp" in path.read_text("utf-8"))
MAKES_THEM = HERE / "web" / "middlewares.py"
TRANSLATED = {"HTTPRequestRangeNotSatisfiable"}
"""What aiohttp says with a header that a refusal has no room for; `MAKES_THEM` adds the refusal."""


def without(text: str) -> Iterator[str]:
    """Answers of 4xx that are made by hand, and exceptions of aiohttp that are made or raised."""
    for each in ast.walk(ast.parse(text)):
        if isinstance(each, ast.Call):
            values = [word.value for word in each.keywords if word.arg == "status"]
            if isinstance(each.func, ast.Attribute) and each.func.attr == "set_status":
                values += each.args[:1]
            yield from (f"{each.lineno}: {one}" for value in values for one in statuses(value) if 400 <= one < 500)
            yield from (f"{each.lineno}: {one}" for one in refusing(each.func))
        elif isinstance(each, ast.Raise) and each.exc is not None and not isinstance(each.exc, ast.Call):
            yield from (f"{each.lineno}: {one}" for one in refusing(each.exc))


def statuses(value: ast.expr) -> Iterator[int]:
    """The numbers that an expression may give: written as numbers, or by the names of `http`."""
    for one in ast.walk(value):
        if isinstance(one, ast.Constant) and isinstance(one.value, int):
            yield one.value
        elif isinstance(one, ast.Attribute) and one.attr in HTTPStatus.__members__:
            yield HTTPStatus[one.attr]


def refusing(named: ast.expr) -> Iterator[str]:
    """aiohttp's exception of 4xx that is meant, by its module or imported from it."""
    name = named.attr if isinstance(named, ast.Attribute) else named.id if isinstance(named, ast.Name) else ""
    found = getattr(web, name, None)
    if isinstance(found, type) and issubclass(found, web.HTTPClientError) and name not in TRANSLATED:
        yield name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HERE)))
def test_nothing_is_refused_by_hand(path: Path) -> None:
    assert path == MAKES_THEM or list(without(path.read_text("utf-8"))) == []


def test_what_would_be_is_seen() -> None:
    for line in (
        "web.Response(status=404)",
        "raise web.HTTPNotFound",
        "raise web.HTTPForbidden()",
        "r.set_status(410)",
        "return web.HTTPNotFound()",
        "raise HTTPNotFound",
        "answer = HTTPGone()",
        "web.json_response({}, status=HTTPStatus.CONFLICT)",
        "web.Response(status=404 if gone else 200)",
    ):
        assert list(without(line)), line
    for line in ("web.Response(status=204)", "except_ = (web.HTTPException, OSError)", "raise web.HTTPFound('/')"):
        assert not list(without(line)), line
