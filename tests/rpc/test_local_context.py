"""`regie console` on the same machine just works: the node writes a context that its own user alone can read."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from node.features.operators.rules import Role
from node.rpc.local import LocalContext, contexts_path, ensure_local_context, write_local_context
from tests.rpc.house import House

ELSEWHERE = """\
current = "paris"

[contexts.paris]
address = "paris.example:9090"
ca_file = "/etc/paris.pem"
token = "rgo_paris"
colour = "blue"
"""


async def write(house: House, path: Path) -> LocalContext:
    await ensure_local_context(house.operators, address="127.0.0.1:9090", ca_file=house.tls.ca, path=path)
    return LocalContext(**held(path)["contexts"]["local"])


def held(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text())


async def test_the_context_is_private_and_its_token_is_an_admin(house: House, tmp_path: Path) -> None:
    path = tmp_path / "config" / "regie" / "contexts.toml"
    context = await write(house, path)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert context.ca_file == str(house.tls.ca)
    assert (await house.operators.authenticate(context.token)).role is Role.ADMIN
    assert held(path)["current"] == "local"


async def test_a_restart_keeps_the_token_while_it_works(house: House, tmp_path: Path) -> None:
    path = tmp_path / "contexts.toml"
    first = await write(house, path)
    assert await write(house, path) == first
    await house.operators.revoke("local")
    assert (await write(house, path)).token != first.token


async def test_other_contexts_are_kept(house: House, tmp_path: Path) -> None:
    path = tmp_path / "contexts.toml"
    path.write_text(ELSEWHERE)
    await write(house, path)
    after = held(path)
    assert after["current"] == "paris"
    assert after["contexts"]["paris"] == tomllib.loads(ELSEWHERE)["contexts"]["paris"]
    assert set(after["contexts"]) == {"paris", "local"}


def test_a_file_that_is_not_toml_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "contexts.toml"
    path.write_text("= nonsense")
    with pytest.raises(ValueError, match="is not TOML"):
        write_local_context(LocalContext("a", "b", "c"), path=path)
    assert path.read_text() == "= nonsense"
    assert [each.name for each in tmp_path.iterdir()] == ["contexts.toml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    kept, path = tmp_path / "dotfiles.toml", tmp_path / "contexts.toml"
    kept.write_text(ELSEWHERE)
    path.symlink_to(kept)
    write_local_context(LocalContext("a", "b", "c"), path=path)
    assert path.is_symlink() and set(held(kept)["contexts"]) == {"paris", "local"}


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"REGIE_CONTEXTS": "/c.toml", "XDG_CONFIG_HOME": "/x"}, "/c.toml"),
        ({"XDG_CONFIG_HOME": "/x", "HOME": "/h"}, "/x/regie/contexts.toml"),
        ({"HOME": "/h"}, "/h/.config/regie/contexts.toml"),
    ],
)
def test_where_it_is(environ: dict[str, str], path: str) -> None:
    assert contexts_path(environ) == Path(path)


async def test_a_second_node_of_the_same_user_does_not_replace_the_first(house: House, tmp_path: Path) -> None:
    path, other_ca = tmp_path / "contexts.toml", tmp_path / "other.pem"
    other_ca.write_text("another authority")
    first = await write(house, path)
    for _ in range(2):  # and comes back to its own
        await ensure_local_context(house.operators, address="127.0.0.1:9999", ca_file=other_ca, path=path)
    contexts = held(path)["contexts"]
    assert set(contexts) == {"local", "local-2"}
    assert LocalContext(**contexts["local"]) == first
    assert contexts["local-2"]["address"] == "127.0.0.1:9999"
    assert held(path)["current"] == "local"

    other_ca.unlink()  # that node is gone for good: its place is free
    await ensure_local_context(house.operators, address="127.0.0.1:8888", ca_file=house.tls.ca.parent, path=path)
    assert held(path)["contexts"]["local-2"]["address"] == "127.0.0.1:8888"
