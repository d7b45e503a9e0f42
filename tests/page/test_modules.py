"""The page's modules that need no browser, by Node.js. (Their types are looked at by `make check`.)"""

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
