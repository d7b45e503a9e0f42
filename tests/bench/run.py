"""Build the plane and its benchmark as they are shipped, and measure: `python tests/bench/run.py [OPTIONS]`.

Without options: everything that `tests/bench/README.md` reports, in less than ten minutes. The options are those of
`regie-bench`. `--veth` before them: across a veth pair instead of loopback.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench import janus
from tests.bench.network import SERVERS_ADDRESS, across

WORKSPACE: Final = Path(__file__).resolve().parents[2] / "node" / "plane"
ROUNDS: Final = "--rounds 3 --seconds 3"
ALL: Final = (
    f"{ROUNDS} --receivers 100,500,1000,2000",
    f"{ROUNDS} --receivers 500 --only video --conventional off",
    f"{ROUNDS} --scenarios conference:20,conference:20x5,audio:200",
    f"--veth {ROUNDS} --receivers 500",
)


def build() -> int:
    packages = ["-p", "regie-plane", "-p", "regie-bench", "-p", "regie-load"]
    built = subprocess.run(["cargo", "build", "--release", "--quiet", *packages], cwd=WORKSPACE, check=False)
    if built.returncode != 0:
        print("regie-bench needs OpenSSL's headers for the loop to compare with: apt install libssl-dev pkg-config",
              file=sys.stderr)  # fmt: skip
    return built.returncode


def binary(name: str) -> Path:
    return Path(os.environ.get("CARGO_TARGET_DIR", WORKSPACE / "target")) / "release" / name


def measure(options: list[str]) -> int:
    if options[:1] != ["--veth"]:
        return subprocess.run([binary("regie-bench"), *options], check=False).returncode
    if os.geteuid() != 0:
        print("A veth pair needs root: left out.", file=sys.stderr)
        return 0
    with across() as pair:
        options = ["--across", f"{pair.servers},{SERVERS_ADDRESS}", *options[1:]]
        bench = ["ip", "netns", "exec", pair.load, str(binary("regie-bench")), *options]
        return subprocess.run(bench, check=False).returncode


def main(options: list[str]) -> int:
    if shutil.which("cargo") is None:
        print("The benchmark needs Rust: https://rustup.rs", file=sys.stderr)
        return 2
    if os.cpu_count() == 1:
        print("The benchmark needs two processors: one for the plane, one for the load.", file=sys.stderr)
        return 2
    if failed := build():
        return failed
    if options:
        return measure(options)
    worst = 0
    for words in ALL:
        print(f"\n== {words}", flush=True)
        worst = max(worst, abs(measure(words.split())))
    print("\n== 500 people come in at once", flush=True)
    joins = [sys.executable, "-m", "tests.bench.joins", "--people", "500"]  # keeps to a core of its own
    worst = max(worst, abs(subprocess.run(joins, cwd=WORKSPACE.parents[1], check=False).returncode))
    if janus.possible():
        print("\n== beside Janus", flush=True)
        worst = max(worst, janus.main([]))
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
