"""The committed code of the contracts is what their sources say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_generated_code_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "ops/contracts.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_every_package_is_versioned_and_named_after_its_folder() -> None:
    for path in (ROOT / "protos").rglob("*.proto"):
        feature, version = path.parts[-3:-1]
        assert f"\npackage regie.{feature}.{version};\n" in path.read_text("utf-8")
