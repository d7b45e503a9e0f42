"""D2: no HTTP 4xx leaves the node without its refusal: one place makes them all of `Refused`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import node

HERE = Path(node.__file__).parent
FILES = sorted(path for path in HERE.rglob("*.py") if "aiohttp" in path.read_text("utf-8"))
MAKES_THEM = HERE / "web" / "middlewares.py"
TRANSLATED = {"HTTPRequestRangeNotSatisfiable"}
"""What aiohttp says with a header that a refusal has no room for; `MAKES_THEM` adds the refusal."""


def without(text: str) -> Iterator[str]:
    """Answers of 4xx that are made by hand, and exceptions of aiohttp that are raised."""
    for each in ast.walk(ast.parse(text)):
        if isinstance(each, ast.Call):
            values = [word.value for word in each.keywords if word.arg == "status"]
            if isinstance(each.func, ast.Attribute) and each.func.attr == "set_status":
                values += each.args[:1]
            for value in values:
                found = [one.value for one in ast.walk(value) if isinstance(one, ast.Constant)]
                yield from (f"{each.lineno}: {one}" for one in found if isinstance(one, int) and 400 <= one < 500)
        elif isinstance(each, ast.Raise) and each.exc is not None:
            names = {one.attr for one in ast.walk(each.exc) if isinstance(one, ast.Attribute)}
            yield from (f"{each.lineno}: {one}" for one in names if one.startswith("HTTP") and one not in TRANSLATED)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HERE)))
def test_nothing_is_refused_by_hand(path: Path) -> None:
    assert path == MAKES_THEM or list(without(path.read_text("utf-8"))) == []


def test_what_would_be_is_seen() -> None:
    for line in (
        "web.Response(status=404)",
        "raise web.HTTPNotFound",
        "raise web.HTTPForbidden()",
        "r.set_status(410)",
    ):
        assert list(without(line)), line
    assert not list(without("web.Response(status=204)"))
