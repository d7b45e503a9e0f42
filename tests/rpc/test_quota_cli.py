"""`regie quotas`: the commands on a real gRPC port, within this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import structlog

from console import i18n
from console.contexts import Contexts, save
from console.ctl import main
from console.ctl.completion import complete_whats
from console.model import Context
from tests.rpc.house import ROLES, House

Regie = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
async def regie(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Regie:
    _, token = await house.operators.create("olga", ROLES["operator"])
    assert house.server is not None
    file = tmp_path / "contexts.toml"
    save(Contexts("here", {"here": Context("here", house.server.address, str(house.tls.ca), token)}), file)
    monkeypatch.setenv("REGIE_CONTEXTS", str(file))

    async def run(*words: str) -> tuple[int, str, str]:
        """What a command prints; it has a loop and a thread of its own."""
        capsys.readouterr()
        with structlog.testing.capture_logs():  # of the node, which is in this process too
            code = await asyncio.to_thread(main, ["--lang", "en", *words])
        i18n.use("en")
        return code, *capsys.readouterr()

    return run


async def test_set_get_and_list(house: House, regie: Regie) -> None:
    await house.room("hall", ["Amina"])
    code, out, err = await regie("quotas", "set", "room:hall", "people", "7", "-r", "small hall", "-o", "json")
    assert (code, err) == (0, "")
    said = json.loads(out)
    assert (said["scope"], said["name"], said["what"], said["limit"]) == ("room", "hall", "people", 7)
    assert (said["use"], said["default"], said["set_by"], said["context"]) == (1, 100, "olga", "here")
    assert house.floor.room("hall").door.max_participants == 7

    code, out, _ = await regie("quotas", "get", "room:hall", "people")
    assert code == 0 and "LIMIT" in out.upper() and "olga" in out
    code, out, _ = await regie("quotas", "list", "-f", "limit=7", "-o", "id")
    assert (code, out.splitlines()) == (0, ["room:hall people"])
    code, out, _ = await regie("quotas", "list", "type:conference")
    assert code == 0 and out.splitlines()[0].split()[:4] == ["CONTEXT", "SCOPE", "NAME", "WHAT"]
    assert any(line.split()[:4] == ["here", "type", "conference", "per"] and "55" in line for line in out.splitlines())


async def test_what_cannot_be_has_an_exit_code_and_a_reason(house: House, regie: Regie) -> None:
    code, _, err = await regie("quotas", "set", "type:conference", "room_people", "56")
    assert code == 1 and "0 … 55" in err and "VALUE_INVALID" in err
    code, _, err = await regie("quotas", "set", "hall", "people", "5")
    assert code == 2 and "not a scope" in err
    code, _, err = await regie("quotas", "get", "room:nowhere", "people")
    assert code == 1 and "ROOM_UNKNOWN" in err


async def test_watching_goes_on_from_where_one_was(house: House, regie: Regie) -> None:
    await house.room("hall", ["Amina"])
    code, out, _ = await regie("quotas", "watch", "--count", "1", "-o", "json")
    first = json.loads(out)
    assert code == 0 and first["snapshot"] and first["resume_token"]
    assert any(quota["name"] == "hall" and quota["use"] == 1 for quota in first["quotas"])

    await regie("quotas", "set", "room:hall", "people", "9")
    house.tell()
    code, out, _ = await regie("quotas", "watch", "--count", "1", "--resume", first["resume_token"])
    assert code == 0 and "room:hall people  1 / 9" in out.splitlines()


async def test_what_the_shell_offers(house: House, regie: Regie, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.room("hall")
    from console.ctl import completion

    class Asked:
        params = {"context": "", "scope": "room:hall"}  # noqa: RUF012

    offered = await asyncio.to_thread(completion.complete_quotas, Asked, "ro")
    assert offered == ["room:hall"]
    assert complete_whats(Asked, "") == ["people", "publishers"]
    Asked.params = {"scope": "node"}
    assert complete_whats(Asked, "r") == ["rooms", "room_people"]
