"""Generates the Python code of the contracts beside their source; with `--check` compares instead of writing.

The proto root is the repository root, so that `import "protos/common/v1/common.proto"` becomes
`from protos.common.v1 import common_pb2` without rewriting.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import grpc_tools
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
GENERATED = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py", "*_pb2_grpc.pyi")


def generate(out: Path) -> None:
    """Writes the modules of every `.proto` under `out`. gRPC stubs only where a file has a service."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # where the plug-in is
    sources = sorted(path.relative_to(ROOT) for path in (ROOT / "protos").rglob("*.proto"))
    served = [path for path in sources if "\nservice " in (ROOT / path).read_text("utf-8")]
    include = Path(grpc_tools.__file__).parent / "_proto"
    roots = [f"-I{ROOT}", f"-I{include}"]
    run([*roots, f"--python_out={out}", f"--pyi_out={out}", *map(str, sources)])
    run([*roots, f"--grpc_python_out={out}", f"--mypy_grpc_out=quiet:{out}", *map(str, served)])


def run(arguments: list[str]) -> None:
    if protoc.main(["protoc", *arguments]) != 0:
        sys.exit("protoc refused the contracts; its message is above.")


def generated(root: Path) -> dict[str, str]:
    found = (path for pattern in GENERATED for path in (root / "protos").rglob(pattern))
    return {str(path.relative_to(root)): path.read_text("utf-8") for path in found}


def main(arguments: list[str]) -> int:
    if arguments != ["--check"]:
        generate(ROOT)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        fresh, kept = generated(Path(folder)), generated(ROOT)
    differing = sorted(name for name in fresh.keys() | kept.keys() if fresh.get(name) != kept.get(name))
    for name in differing:
        print(f"{name} is not what its .proto says: run 'make protos' and commit the result.")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
