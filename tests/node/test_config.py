"""Settings: what is wrong is said in one sentence with its remedy, in the language of the machine; exit 2."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from node.config import ConfigError, language, load


def settings(**environ: str) -> dict[str, str]:
    return {"HOME": "/nowhere", "XDG_CONFIG_HOME": "/nowhere", **environ}


def test_nothing_is_needed() -> None:
    config = load(environ=settings())
    assert (config.web.listen, config.rpc.listen) == ("127.0.0.1:8080", "127.0.0.1:9090")
    assert config.limits.room_participants == 100


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    file = tmp_path / "node.toml"
    file.write_text('[web]\nlisten = "0.0.0.0:80"\npublic_url = "https://regie.exemple.fr"\n[limits]\nrooms = 3\n')
    secret = tmp_path / "database"
    secret.write_text("postgresql+asyncpg://u:p@db/regie\n")
    config = load(
        file,
        settings(
            REGIE__WEB__LISTEN="127.0.0.1:0",
            REGIE__WEB__BEHIND_PROXY="true",
            REGIE__MEDIA__ADVERTISE="192.0.2.1, 198.51.100.7",
            REGIE__NODE__DATABASE_FILE=str(secret),
            REGIE__LIMITS__NODE_PARTICIPANTS="7",
        ),
    )
    assert config.web.listen == "127.0.0.1:0"
    assert config.web.behind_proxy
    assert config.web.public_url == "https://regie.exemple.fr"
    assert config.media.advertise == ("192.0.2.1", "198.51.100.7")
    assert config.node.database == "postgresql+asyncpg://u:p@db/regie"
    assert (config.limits.rooms, config.limits.node_participants) == (3, 7)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"REGIE__WEB__LISTEN": "here"}, ["web.listen", "here", "127.0.0.1:8080"]),
        ({"REGIE__WEB__LISTEN": "::1:80"}, ["web.listen"]),
        ({"REGIE__MEDIA__LISTEN_TCP": "no"}, ["media.listen_tcp", "443"]),
        (
            {"REGIE__TURN__URLS": "stun:t.example", "REGIE__TURN__SECRET": "s"},
            ["turn.urls", "stun:t.example", "turns:"],
        ),
        ({"REGIE__TURN__URLS": "turn:t.example"}, ["turn.secret"]),
        ({"REGIE__TURN__SECRET": "s"}, ["turn.urls"]),
        ({"REGIE__RPC__LISTEN": "127.0.0.1:99999"}, ["rpc.listen", "99999"]),
        ({"REGIE__LIMITS__ROOMS": "many"}, ["limits.rooms", "int"]),
        ({"REGIE__WEB__LISTN": "x:1"}, ["web", "listn"]),
        ({"REGIE__NODES__NAME": "x"}, ["nodes"]),
        ({"REGIE__MEDIA__ORPHAN_GRACE_S": "-1"}, ["media.orphan_grace_s"]),
        ({"REGIE__WEB__PUBLIC_URL": "regie.fr"}, ["web.public_url", "https://"]),
        ({"REGIE__NODE__RUN_DIR": "/x" * 80}, ["node.run_dir", "/run/regie"]),
        ({"REGIE__NODE__DATABASE_FILE": "/nowhere/secret"}, ["REGIE__NODE__DATABASE_FILE", "/nowhere/secret"]),
        ({"REGIE_CONFIG": "/nowhere/node.toml"}, ["/nowhere/node.toml", "--config"]),
    ],
)
def test_what_will_not_do(environ: dict[str, str], words: list[str]) -> None:
    with pytest.raises(ConfigError) as error:
        load(environ=settings(**environ))
    for sentence in error.value.sentence.values():
        for word in words:
            assert word in sentence
        assert "\n" not in sentence


@pytest.mark.parametrize(("said", "meant"), [("", "0.0.0.0:7881"), ("off", ""), ("0.0.0.0:443", "0.0.0.0:443")])
def test_tcp_is_where_udp_is_unless_told_otherwise(said: str, meant: str) -> None:
    assert load(environ=settings(REGIE__MEDIA__LISTEN_TCP=said)).media.tcp == meant


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    secret, file = tmp_path / "secret", tmp_path / "node.toml"
    secret.write_text("très secret\n")
    file.write_text(f'[turn]\nurls = ["turn:t.example"]\nsecret_file = "{secret}"')
    secret.chmod(0o640)
    with pytest.raises(ConfigError, match=r"640.*chmod 600"):
        load(file, settings())
    secret.chmod(0o600)
    config = load(file, settings())
    assert config.turn_secret == "très secret"
    config = load(None, settings(REGIE__TURN__URLS="turn:t.example", REGIE__TURN__SECRET="très secret"))
    assert config.turn_secret == "très secret" and "secret" not in repr(config)
    secret.unlink()
    with pytest.raises(ConfigError, match=r"turn\.secret_file"):
        load(file, settings())


def test_a_file_that_is_not_toml(tmp_path: Path) -> None:
    file = tmp_path / "node.toml"
    file.write_text("[web\nlisten = 1")
    with pytest.raises(ConfigError, match=r"node\.toml"):
        load(file, settings())


@pytest.mark.parametrize(
    ("environ", "expected"),
    [({}, "fr"), ({"LANG": "fr_FR.UTF-8"}, "fr"), ({"LANG": "en_GB.UTF-8"}, "en"), ({"LANG": "de_DE"}, "en"),
     ({"LANG": "C.UTF-8"}, "fr"), ({"LANG": "fr_FR", "REGIE_LANG": "en"}, "en")],
)  # fmt: skip
def test_languages(environ: dict[str, str], expected: str) -> None:
    assert language(environ) == expected


@pytest.mark.parametrize(("lang", "word"), [("fr", "Configuration : web.listen"), ("en", "Configuration: web.listen")])
def test_the_command_says_it_and_exits_with_2(tmp_path: Path, lang: str, word: str) -> None:
    environ = {**os.environ, "REGIE_LANG": lang, "REGIE__WEB__LISTEN": "nonsense", "HOME": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-m", "node"], env=environ, capture_output=True, text=True, timeout=50)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert word in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
