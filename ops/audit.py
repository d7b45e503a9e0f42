"""Known holes in what is locked: `make audit`. Exit 1: there is one; 3: not everything could be looked at.

    python ops/audit.py [--python FOLDER] [--rust FOLDER]

Asks pip-audit and cargo-audit, which ask PyPI and fetch RustSec's list. Where these are out of reach, a copy of
github.com/pypa/advisory-database and of github.com/rustsec/advisory-db will do. What was not looked at is said: an
index that knows no advisories is no clean bill.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
LOCK: Final = ROOT / "requirements.lock"
CARGO: Final = (ROOT / "node/plane/Cargo.lock", ROOT / "node/plane/fuzz/engine/Cargo.lock")
HOLE, UNSEEN = 1, 3


def locked(text: str) -> dict[str, str]:
    """Name → version of a requirements file."""
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", text, re.MULTILINE))


def is_affected(version: str, advisory: dict[str, Any], package: str) -> bool:
    """By the rules of OSV (ossf.github.io/osv-schema, "Evaluation"): listed, or in a range."""
    from packaging.version import Version

    ours = Version(version)
    for affected in advisory.get("affected", ()):
        if re.sub(r"[-_.]+", "-", affected["package"]["name"]).lower() != package:
            continue
        if version in affected.get("versions", ()):
            return True
        for reach in affected.get("ranges", ()):
            if reach["type"] != "ECOSYSTEM":
                continue
            inside = False
            for event in reach["events"]:
                if "introduced" in event:
                    inside = inside or event["introduced"] == "0" or ours >= Version(event["introduced"])
                elif "fixed" in event:
                    inside = inside and ours < Version(event["fixed"])
                elif "last_affected" in event:
                    inside = inside and ours <= Version(event["last_affected"])
            if inside:
                return True
    return False


def advisories(folder: Path, package: str) -> Iterator[dict[str, Any]]:
    import yaml

    for path in sorted((folder / "vulns" / package).glob("*.yaml")):
        advisory = yaml.safe_load(path.read_text("utf-8"))
        if "withdrawn" not in advisory:
            yield advisory


def of_copy(folder: Path) -> int:
    wanted = locked(LOCK.read_text("utf-8"))
    if not (folder / "vulns").is_dir():
        print(f"Python: {folder} is no copy of pypa/advisory-database", file=sys.stderr)
        return UNSEEN
    holes = [
        (name, version, advisory)
        for name, version in sorted(wanted.items())
        for advisory in advisories(folder, name)
        if is_affected(version, advisory, name)
    ]
    for name, version, advisory in holes:
        print(f"Python: {name} {version}: {advisory['id']} {' '.join(advisory.get('aliases', ()))}")
    print(f"Python: {len(wanted)} packages against the copy in {folder}, {len(holes)} holes")
    return HOLE if holes else 0


def of_index() -> int:
    command = ["uv", "tool", "run", "--quiet", "pip-audit", "--require-hashes", "--disable-pip", "--format", "json"]
    done = subprocess.run(
        [*command, "--progress-spinner", "off", "-r", LOCK], cwd=ROOT, capture_output=True, text=True, check=False
    )
    try:
        rows: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(f"Python: not looked at: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return UNSEEN
    unseen = [row["name"] for row in rows if "skip_reason" in row]
    holes = [(row["name"], row["version"], hole["id"]) for row in rows for hole in row.get("vulns", ())]
    for name, version, hole in holes:
        print(f"Python: {name} {version}: {hole}")
    print(f"Python: {len(rows) - len(unseen)} of {len(rows)} packages looked at, {len(holes)} holes")
    if unseen:
        print("Python: this index tells no advisories: make audit PYTHON_ADVISORIES=<copy>", file=sys.stderr)
    return HOLE if holes else UNSEEN if unseen else 0


def of_crates(copy: Path | None) -> int:
    if shutil.which("cargo-audit") is None:
        print("Rust: not looked at: cargo install cargo-audit --locked", file=sys.stderr)
        return UNSEEN
    where = ["--db", str(copy), "--no-fetch", "--stale"] if copy is not None else []
    codes = []
    for lock in CARGO:
        done = subprocess.run(
            ["cargo", "audit", *where, "--json", "--file", lock], cwd=ROOT, capture_output=True, text=True, check=False
        )
        try:
            said = json.loads(done.stdout)
        except ValueError:
            print(f"Rust: not looked at: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
            codes.append(UNSEEN)
            continue
        holes = said["vulnerabilities"]["list"]
        warned = [each for kind in said["warnings"].values() for each in kind]
        for each in (*holes, *warned):
            print(f"Rust: {each['package']['name']} {each['package']['version']}: {(each['advisory'] or {}).get('id')}")
        total, known = said["lockfile"]["dependency-count"], said["database"]["advisory-count"]
        found = f"{len(holes)} holes, {len(warned)} warnings"
        print(f"Rust: {lock.parent.name}: {total} crates against {known} advisories, {found}")
        codes.append(HOLE if holes else 0)
    return max(codes)


def main() -> int:
    words = argparse.ArgumentParser(description="Known holes in what is locked")
    words.add_argument("--python", type=Path, help="a copy of github.com/pypa/advisory-database")
    words.add_argument("--rust", type=Path, help="a copy of github.com/rustsec/advisory-db")
    given = words.parse_args()
    codes = {of_copy(given.python) if given.python else of_index(), of_crates(given.rust)}
    return HOLE if HOLE in codes else max(codes)


if __name__ == "__main__":
    sys.exit(main())
