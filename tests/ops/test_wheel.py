"""What the wheel will carry: everything that is needed at run time, and nothing of the workshop. `make wheel` builds
it and opens it (`ops/wheel.py`); here its list is asked of the build system, which takes a second."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from ops.wheel import missing

ROOT = Path(__file__).parents[2]
LIST = """
import json, os
from setuptools import Distribution
dist = Distribution({"script_name": "setup.py"})
dist.parse_config_files(["pyproject.toml"])
build = dist.get_command_obj("build_py")
build.ensure_finalized()
modules = [path for _, _, path in build.find_all_modules()]
data = [os.path.join(folder, name) for _, folder, _, names in build.data_files for name in names]
print(json.dumps(modules + data))
"""


def test_the_wheel_has_what_a_node_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIST], cwd=ROOT, capture_output=True, text=True, timeout=50, check=True
    )
    listed = set(json.loads(done.stdout.splitlines()[-1]))
    assert missing(listed, ROOT) == []
    assert not [name for name in listed if name.startswith(("tests/", "ops/", "node/plane/"))]
