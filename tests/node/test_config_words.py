"""`regie config`: the program itself says what can be set, what is set, by whom, and whether it will do (D2)."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from typer.testing import CliRunner

from node.config import Config, keys, load, load_with_origins
from node.config_cli import cli, explained
from node.config_words import KEYS, SECTIONS
from node.errors import Language
from tests.node.test_config import settings

LANGUAGES: tuple[Language, ...] = get_args(Language)


def test_every_setting_is_explained_and_nothing_else() -> None:
    assert list(KEYS) == list(keys()), "node/config_words.py says what each setting of node/config.py means"
    assert list(SECTIONS) == list(dict.fromkeys(key.partition(".")[0] for key in keys()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_default_file_is_the_defaults(language: Language, tmp_path: Path) -> None:
    """As it is, and with every line in force."""
    file = tmp_path / "node.toml"
    for text in (explained(language), re.sub(r"(?m)^#(?=\w)", "", explained(language))):
        file.write_text(text)
        assert load(file, settings()) == Config()
    assert {f"{a}.{b}" for a, inner in tomllib.loads(text).items() for b in inner} == set(keys())


def test_each_value_has_an_origin_and_secrets_are_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File, then what systemd hands over, then the environment."""
    file, held = tmp_path / "node.toml", tmp_path / "credentials"
    held.mkdir()
    (held / "regie_turn.secret").write_text("très secret\n")
    (held / "regie_node.name").write_text("of systemd")
    (held / "other").write_text("not ours")
    file.write_text('[node]\nname = "of the file"\n[turn]\nurls = ["turn:t.example"]\n[limits]\nrooms = 3\n')
    environ = settings(CREDENTIALS_DIRECTORY=str(held), REGIE__LIMITS__ROOMS="4")
    config, origins = load_with_origins(file, environ)
    assert (config.node.name, config.turn_secret, config.limits.rooms) == ("of systemd", "très secret", 4)
    assert origins["turn.urls"] == str(file)
    assert origins["turn.secret"] == str(held / "regie_turn.secret")
    assert origins["limits.rooms"] == "REGIE__LIMITS__ROOMS"

    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    said = CliRunner().invoke(cli, ["show", "--config", str(file)])
    assert said.exit_code == 0
    assert 'secret = "***"' in said.stdout and "très secret" not in said.stdout
    assert re.search(r"^rooms = 4 +# REGIE__LIMITS__ROOMS$", said.stdout, re.MULTILINE)
    (held / "turn.secret").write_text("as systemd finds it")
    (held / "turn.secret.old").write_text("a copy")
    by_hand, origins = load_with_origins(file, settings())  # an operator on the same machine
    assert (by_hand.turn_secret, origins["turn.secret"]) == ("as systemd finds it", str(held / "turn.secret"))
    as_json = json.loads(CliRunner().invoke(cli, ["show", "-o", "json", "--config", str(file)]).stdout)
    assert (as_json["turn"]["secret"], as_json["limits"]["rooms"]) == ("***", 4)


def test_validate_says_what_to_do_and_ends_with_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "node.toml"
    monkeypatch.setenv("REGIE_LANG", "en")
    file.write_text("[web]\nlisten = 8080\n")
    said = CliRunner().invoke(cli, ["validate", "--config", str(file)])
    assert said.exit_code == 2 and "web.listen" in said.stderr and said.stdout == ""
    file.write_text('[web]\nlisten = "0.0.0.0:8080"\n')
    assert CliRunner().invoke(cli, ["validate", "--config", str(file)]).exit_code == 0
