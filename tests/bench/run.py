"""Build the plane and its benchmark as they are shipped, and measure: `python tests/bench/run.py [OPTIONS]`.

The options are those of `regie-bench`; `tests/bench/README.md` says what is measured.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

WORKSPACE = Path(__file__).resolve().parents[2] / "node" / "plane"


def main(options: list[str]) -> int:
    if shutil.which("cargo") is None:
        print("The benchmark needs Rust: https://rustup.rs", file=sys.stderr)
        return 2
    if os.cpu_count() == 1:
        print("The benchmark needs two processors: one for the plane, one for the load.", file=sys.stderr)
        return 2
    packages = ["-p", "regie-plane", "-p", "regie-bench"]
    built = subprocess.run(["cargo", "build", "--release", "--quiet", *packages], cwd=WORKSPACE, check=False)
    if built.returncode != 0:
        print("regie-bench needs OpenSSL's headers for the loop to compare with: apt install libssl-dev pkg-config",
              file=sys.stderr)  # fmt: skip
        return built.returncode
    target = Path(os.environ.get("CARGO_TARGET_DIR", WORKSPACE / "target"))
    return subprocess.run([target / "release" / "regie-bench", *options], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
