"""The page's modules that need no browser, and the types of all of them: Node.js, and TypeScript."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
def test_protocol_state_layout_figures_and_sentences() -> None:
    tests = sorted(str(path) for path in (HERE / "js").glob("*.test.mjs"))
    done = subprocess.run(["node", "--test", *tests], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(not (HERE / "node_modules" / ".bin" / "tsc").exists(), reason="npm install in tests/page first")
def test_types() -> None:
    done = subprocess.run(
        [str(HERE / "node_modules" / ".bin" / "tsc"), "--project", str(HERE / "tsconfig.json")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
