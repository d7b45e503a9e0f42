"""`regie node tokens …` on a fresh machine: what is printed, what is kept, what it exits with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from node.__main__ import cli
from node.features.operators.cli import app


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("REGIE__NODE__DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("REGIE_LANG", "en")

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    return run


def test_a_token_is_made_used_and_ended(run: object) -> None:
    assert callable(run)
    made = run("create", "Vera", "--role", "moderator", "--hours", "2")
    assert (made.exit_code, made.stdout[:4], len(made.stdout)) == (0, "rgo_", 48)
    assert "shown this once" in made.stderr

    (row,) = json.loads(run("list", "-o", "json").stdout)
    assert (row["name"], row["role"], row["revoked"]) == ("Vera", "moderator", None)
    assert row["expires"] - row["created"] == 7200
    assert "token" not in row

    assert run("revoke", "Vera").exit_code == 0
    assert json.loads(run("list", "-o", "json").stdout) == []
    assert [row["name"] for row in json.loads(run("list", "--all", "-o", "json").stdout)] == ["Vera"]


def test_json_carries_the_token_too(run: object) -> None:
    assert callable(run)
    assert json.loads(run("create", "ci", "-o", "json").stdout)["token"].startswith("rgo_")


def test_the_table_lines_up(run: object) -> None:
    assert callable(run)
    run("create", "a")
    run("create", "a much longer name", "--role", "admin")
    lines = run("list").stdout.splitlines()
    assert len(lines) == 3
    assert len({line.index(role) for line, role in zip(lines, ("ROLE", "viewer", "admin"), strict=True)}) == 1


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("revoke", "nobody"), 6, "There is no token called “nobody”."),
        (("create", "x", "--role", "king"), 2, "role = 'king'"),
        (("create", " "), 2, "name"),
        (("create", "x", "-o", "xml"), 2, "table or json"),
        (("list", "--config", "/nowhere.toml"), 2, "cannot be read"),
    ],
)
def test_what_cannot_be_is_said(run: object, words: tuple[str, ...], code: int, says: str) -> None:
    assert callable(run)
    result = run(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert says in result.stderr


def test_the_configuration_named_before_the_verb_counts(tmp_path: Path) -> None:
    """`regie node --config FILE tokens create` must not write into another node's database."""
    file = tmp_path / "node.toml"
    file.write_text(f'[node]\ndata_dir = "{tmp_path / "there"}"\n')
    runner = CliRunner()
    assert runner.invoke(cli, ["--config", str(file), "tokens", "create", "Vera"]).exit_code == 0
    assert "Vera" in runner.invoke(cli, ["tokens", "list", "--config", str(file)]).stdout
    assert (tmp_path / "there" / "regie.sqlite3").exists()
