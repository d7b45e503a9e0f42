"""The systemd units: plane and node apart, a watchdog, secrets by LoadCredential, little that they may."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from node.config import CREDENTIAL, load
from tests.node.test_config import settings

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "ops" / "systemd").glob("*.service"))


def unit(path: Path) -> dict[str, list[str]]:
    """What is in [Service]; a setting may be there more than once."""
    said: dict[str, list[str]] = {}
    for line in path.read_text("utf-8").partition("[Service]")[2].partition("[Install]")[0].splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            said.setdefault(key, []).append(value)
    return said


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_what_a_unit_starts_exists(path: Path) -> None:
    said = unit(path)
    commands = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["regie.commands"]
    program, command = said["ExecStart"][0].split()
    assert (program, command in commands) == ("/opt/regie/bin/regie", True)
    given = dict(line.split("=", 1) for line in said["Environment"])
    config = load(environ=settings(**given))
    assert str(config.run_dir) == f"/run/{said['RuntimeDirectory'][0]}"
    assert str(config.data_dir) == f"/var/lib/{said['StateDirectory'][0]}"


def test_plane_and_node_are_apart() -> None:
    plane, node = unit(ROOT / "ops/systemd/regie-plane.service"), unit(ROOT / "ops/systemd/regie.service")
    for said in (plane, node):
        assert said["Type"] == ["notify"] and int(said["WatchdogSec"][0]) >= 10
    assert "REGIE__MEDIA__START_PLANE=false" in node["Environment"]
    assert node["LoadCredential"] == [f"{CREDENTIAL.rstrip('_')}:/etc/regie/credentials"]
    assert "3" in node["RestartPreventExitStatus"][0].split(), "a fenced node is not started again"
    assert plane["RuntimeDirectoryPreserve"] == node["RuntimeDirectoryPreserve"] == ["yes"]
    text = (ROOT / "ops/systemd/regie.service").read_text("utf-8")
    assert "After=network-online.target regie-plane.service" in text
    assert not re.search(r"^(Requires|BindsTo|PartOf)=", text, re.MULTILINE), "a restart of one is none of the other"


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_may_do_little(path: Path) -> None:
    """systemd's own score; 0 is nothing, 10 everything."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd here")
    done = subprocess.run([program, "security", "--offline=true", "--no-pager", path], capture_output=True, text=True,
                          timeout=50, check=False)  # fmt: skip
    score = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert score is not None, done.stderr
    assert float(score[1]) <= 2.5
