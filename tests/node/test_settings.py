"""Whatever setting cannot be: one sentence with its remedy and exit 2, before anything was started (D2)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from node import logs
from node.__main__ import main_with
from node.config import ConfigError, load


def surroundings(home: Path) -> dict[str, str]:
    return {
        **{f"REGIE__{part}__LISTEN": "127.0.0.1:0" for part in ("WEB", "RPC", "METRICS", "MEDIA")},
        "REGIE__RPC__WRITE_CONTEXT": "false",
        "REGIE__NODE__DATA_DIR": str(home / "data"),
        "REGIE__NODE__RUN_DIR": str(home / "run"),
        "REGIE_LANG": "en",
        "HOME": str(home),
    }


def started(home: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "node"],
        env={**os.environ, **surroundings(home), **environ},
        capture_output=True,
        text=True,
        timeout=50,
    )


@pytest.mark.parametrize(
    ("setting", "value", "word"),
    [
        ("media.advertise", "not-an-ip", "192.0.2.1"),
        ("media.advertise", "2001:db8::1", "IPv4"),
        ("media.listen", "[::1]:0", "0.0.0.0:7881"),
        ("media.listen", "somewhere:7881", "0.0.0.0:7881"),
        ("media.plane_binary", "/nope", "/nope"),
        ("node.data_dir", "/proc/nope", "/proc/nope"),
        ("node.run_dir", "/proc/nope", "/proc/nope"),
        ("node.database", "foo://bar", "sqlite+aiosqlite"),
        ("node.database", "nonsense", "sqlite+aiosqlite"),
        ("node.database", "sqlite:///x.db", "sqlite+aiosqlite"),
        ("limits.rooms", "-1", ">= 1"),
        ("limits.room_participants", "0", ">= 1"),
        ("limits.room_participants", "2000", "limits.room_participants_max"),
        ("limits.room_participants_max", "-3", ">= 1"),
        ("limits.node_participants", "0", ">= 1"),
        ("limits.ticket_hours", "100000", "<= 8784"),
        ("limits.nonsense", "5", "nonsense"),
    ],
)
def test_a_setting_that_cannot_be_ends_the_start_with_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    setting: str,
    value: str,
    word: str,
) -> None:
    """In this process: the same function as `regie node` calls, whose answer is its exit status."""
    for variable, given in surroundings(tmp_path).items():
        monkeypatch.setenv(variable, given)
    monkeypatch.setenv("REGIE__" + setting.upper().replace(".", "__"), value)
    monkeypatch.setattr(logs, "configure", lambda *_: None)  # the logging of this process is the tests'
    assert main_with() == 2
    out, err = capsys.readouterr()
    assert out == ""
    (sentence,) = err.strip().splitlines()
    assert word in sentence
    assert setting.partition(".")[0] in sentence
    assert not list(tmp_path.glob("run/plane*"))  # nothing was started


def test_what_the_plane_refuses_at_its_start_ends_with_2(tmp_path: Path) -> None:
    """The plane has the last word on its own options: its exit status 2 is a setting too, e.g. a port that is taken."""
    plane = tmp_path / "plane"
    plane.write_text("#!/bin/sh\necho 'regie-plane: cannot listen on UDP. Choose another --listen.' >&2\nexit 2\n")
    plane.chmod(0o700)
    ended = started(tmp_path, REGIE__MEDIA__PLANE_BINARY=str(plane))
    assert ended.returncode == 2
    assert "Choose another --listen." in ended.stderr.strip().splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_a_database_that_is_none_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "regie.sqlite3").write_bytes(b"this was never a database\n" * 100)
    ended = started(tmp_path)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "regie.sqlite3" in ended.stderr.strip().splitlines()[-1]


def test_a_certificate_that_is_none_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data" / "tls").mkdir(parents=True)
    for name in ("ca.pem", "ca.key"):
        (tmp_path / "data" / "tls" / name).write_text("no certificate")
    ended = started(tmp_path)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "ca.key" in ended.stderr.strip().splitlines()[-1]


def test_a_password_in_the_database_url_is_not_said() -> None:
    with pytest.raises(ConfigError) as error:
        load(environ={"HOME": "/nowhere", "REGIE__NODE__DATABASE": "oracle+nothing://u:secret@db/regie"})
    assert "secret" not in error.value.sentence["fr"] + error.value.sentence["en"]
