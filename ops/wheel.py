"""Open a wheel and say what it lacks: `python ops/wheel.py dist/regie-….whl`. Exit 1: something."""

from __future__ import annotations

import sys
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PROGRAM: Final = ".data/scripts/regie-plane"
# Of each folder, all files of these kinds.
NEEDED: Final = (
    ("console", ("*.py", "*.tcss", "py.typed")),
    ("node", ("*.py",)),
    ("node/web/static", ("*.*",)),
    ("node/web/templates", ("*.*",)),
    ("node/web/locale", ("*.*",)),
    ("node/storage/migrations", ("*.py", "*.mako")),
    ("protos", ("*_pb2.py", "*_pb2_grpc.py", "*.proto")),
)


def missing(names: Iterable[str], root: Path = ROOT) -> list[str]:
    """What the source has and `names` lacks."""
    held = set(names)
    wanted = {
        str(path.relative_to(root))
        for folder, kinds in NEEDED
        for kind in kinds
        for path in (root / folder).rglob(kind)
        if path.is_file() and "__pycache__" not in path.parts and root / "node" / "plane" not in path.parents
    }
    assert len(wanted) > 100, "the source is not here"
    return sorted(wanted - held)


def main(wheel: Path) -> int:
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
        size = sum(row.file_size for row in opened.infolist())
        entry = next(name for name in names if name.endswith(".dist-info/entry_points.txt"))
        points = opened.read(entry).decode()
    lacks = missing(names)
    if not any(name.endswith(PROGRAM) for name in names):
        lacks.append("regie-plane")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lacks += [
        name for name in (*project["scripts"], *project["entry-points"]["regie.commands"]) if f"{name} = " not in points
    ]
    for name in lacks:
        print(f"{wheel.name} lacks {name}", file=sys.stderr)
    if not lacks:
        print(f"{wheel}: {len(names)} files, {size >> 10} KiB, and nothing is missing")
    return 1 if lacks else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
