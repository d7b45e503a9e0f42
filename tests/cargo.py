"""Programs of the plane's workspace, for tests that run them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

WORKSPACE = Path(__file__).parents[1] / "node" / "plane"


def built(program: str) -> Path:
    """`program` below the folder of debug builds (`regie-load`, `examples/srtp_oracle`), compiled when its sources are
    newer. As `make test` builds everything: with another choice of packages or targets every dependency would be built
    again, for a minute and more."""
    subprocess.run(["cargo", "test", "--quiet", "--locked", "--workspace", "--no-run"], cwd=WORKSPACE, check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", WORKSPACE / "target")) / "debug" / program
