"""What a wheel is made of: all that the node and the console read at run time, and the plane."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from setuptools.dist import Distribution

HOUSE = Path(__file__).parents[2]


def test_nothing_that_runs_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """R: pages, locales, contracts and migrations are in it like the modules; only words for developers are not."""
    monkeypatch.chdir(HOUSE)
    distribution = Distribution({"src_root": None})
    distribution.script_name = "setup.py"
    distribution.parse_config_files()
    build = distribution.get_command_obj("build_py")
    build.ensure_finalized()
    build.build_lib = "wheel"  # a name: nothing is built
    packed = {Path(path).relative_to("wheel") for path in build.get_outputs(include_bytecode=0)}
    ours = {
        path
        for top in ("node", "console", "protos")
        for path in Path(top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.is_relative_to("node/plane")
    }
    assert {path.suffix for path in ours - packed} <= {".md"}
    assert packed <= ours
    assert {Path("node/web/static/js/main.js"), Path("node/web/locale/fr.json")} <= packed


def test_the_plane_and_the_commands_travel_with_it() -> None:
    """R: one wheel, of which `regie` and `regie-plane` come beside each other."""
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))
    (program,) = project["tool"]["setuptools-rust"]["bins"]
    manifest = HOUSE / program["path"]
    assert (program["target"], manifest.is_file()) == ("regie-plane", True)
    bins = tomllib.loads(manifest.read_text("utf-8"))["bin"]
    assert program["target"] in {each["name"] for each in bins}
    assert project["project"]["scripts"] == {"regie": "console.ctl:entry"}
    assert set(project["project"]["entry-points"]["regie.commands"]) >= {"node", "demo", "check"}


def test_what_is_installed_is_locked_by_its_contents_and_by_no_address() -> None:
    """R: exact versions with hashes, from whatever index the reader has."""
    lock = (HOUSE / "requirements.lock").read_text("utf-8").replace("\\\n", "")
    wanted = [line for line in lock.splitlines() if line and not line.lstrip().startswith("#")]
    assert wanted and all("==" in line and "--hash=sha256:" in line for line in wanted)
    assert "://" not in "".join(wanted) and not any(line.startswith("-") for line in wanted)
    pages = (HOUSE / "tests" / "page" / "package-lock.json").read_text("utf-8")
    assert '"integrity"' in pages and '"resolved"' not in pages
