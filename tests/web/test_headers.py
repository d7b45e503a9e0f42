"""What browsers are told about our pages: nothing from a third party, no frame around us, no address passed on."""

from __future__ import annotations

import pytest

from tests.web.house import House


@pytest.mark.parametrize(
    "path", ["/", "/r/salle", "/static/favicon.svg", "/locale/fr.json", "/api/rooms/x", "/nothing"]
)
async def test_every_answer_is_guarded(home: House, path: str) -> None:
    headers = (await home.request("GET", path)).headers
    policy = headers["Content-Security-Policy"]
    directives = {name: sources for name, *sources in map(str.split, policy.split(";"))}
    assert directives["default-src"] == ["'self'"]
    assert directives["frame-ancestors"] == ["'none'"]
    host = home.url("").removeprefix("http://").rstrip("/")
    nobody_else = {"'self'", "'none'", "data:", "blob:", f"ws://{host}", f"wss://{host}"}
    assert {source for sources in directives.values() for source in sources} <= nobody_else
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert "display-capture=(self)" in headers["Permissions-Policy"]
    assert "Server" not in headers


async def test_a_forged_host_does_not_get_into_the_policy(home: House) -> None:
    answer = await home.request("GET", "/", headers={"Host": "x; script-src *"})
    assert "script-src" not in answer.headers.get("Content-Security-Policy", "")


@pytest.mark.parametrize("path", ["/", "/r/salle"])
async def test_pages_are_french_until_their_script_runs(home: House, path: str) -> None:
    answer = await home.request("GET", path)
    assert answer.content_type == "text/html"
    assert '<html lang="fr">' in await answer.text()


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_both_languages_are_there(home: House, language: str) -> None:
    assert (await (await home.request("GET", f"/locale/{language}.json")).json())["join.submit"]


async def test_nothing_secret_is_cached(home: House) -> None:
    assert (await home.request("GET", "/api/rooms/x")).headers["Cache-Control"] == "no-store"
