"""The run-time twin of the import contracts: a static graph cannot see an import that hides in a function or arrives
through a third module."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LOAD = """
import importlib, json, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules} | set(sys.modules))))
"""

SERVER = {"aiohttp", "aiortc", "av", "sqlalchemy", "alembic", "uvloop", "OpenSSL", "prometheus_client", "jinja2"}


def loaded(*modules: str) -> set[str]:
    """What is in memory after importing `modules` in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD, json.dumps(modules)], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return set(json.loads(done.stdout))


def rules() -> list[str]:
    found = sorted((ROOT / "node" / "features").glob("*/rules.py"))
    return [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in found]


@pytest.mark.parametrize("module", rules())
def test_rules_load_neither_wire_nor_disk_nor_network(module: str) -> None:
    assert not loaded(module) & (SERVER | {"grpc", "google", "protos", "asyncio", "node.media", "node.config"})


def test_the_console_loads_nothing_of_the_node() -> None:
    """`pip install regie` without the node's extra must be enough for the console."""
    modules = loaded("console.ctl")
    assert not modules & (SERVER | {"node"})


def test_the_commands_do_not_load_the_terminal_library() -> None:
    """`regie rooms list` in a script starts in a fraction of a second."""
    assert "textual" not in loaded("console.ctl")


def test_the_media_package_knows_no_product() -> None:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "node" / "media").glob("*.py")
        if path.stem != "__init__"
    ]
    modules = loaded(*names)
    assert not modules & {"node.features", "node.rpc", "node.web", "node.signaling", "node.storage", "grpc", "aiohttp"}
