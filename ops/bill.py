"""What the product is made of, and under which licences: `make licences`, `make sbom`.

    python ops/bill.py licences      writes ops/licences.csv, which a test compares
    python ops/bill.py sbom          prints a bill of materials (CycloneDX 1.6, JSON)

Of Python: what `regie[node,otel]` brings, from the lock and from what is installed. Of Rust: what `regie-plane` is
built from. What only tests and the workshop need is not shipped and not in it.
"""

from __future__ import annotations

import csv
import functools
import importlib.metadata
import io
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement

ROOT: Final = Path(__file__).parents[1]
KEPT: Final = ROOT / "ops" / "licences.csv"
EXTRAS: Final = frozenset({"node", "otel"})
CLASSIFIED: Final = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""Of packages that say it as PyPI's classifiers do."""


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(package: importlib.metadata.Distribution) -> str:
    """As SPDX, where the package says so (PEP 639); else by its classifier; else its own short word."""
    said = package.metadata
    if expression := said.get("License-Expression"):
        return str(expression)
    classes = [row.rpartition(" :: ")[2] for row in said.get_all("Classifier", []) if row.startswith("License ::")]
    named = sorted({CLASSIFIED[each] for each in classes if each in CLASSIFIED})
    word = str(said.get("License") or "").strip().splitlines()
    return " OR ".join(named) or (word[0][:60] if word else "") or " / ".join(classes) or "unknown"


@functools.cache
def python_packages() -> dict[str, importlib.metadata.Distribution]:
    """What is installed of `regie[node,otel]` and of all that it asks for, on this system."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    ours = [*project["dependencies"], *(line for extra in EXTRAS for line in project["optional-dependencies"][extra])]
    found: dict[str, importlib.metadata.Distribution] = {}
    waiting = [(plain(one.name), frozenset(one.extras)) for one in map(Requirement, ours)]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        package = found[name] = importlib.metadata.distribution(name)
        for line in package.requires or ():
            wanted = Requirement(line)
            if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
                waiting.append((plain(wanted.name), frozenset(wanted.extras)))
    return dict(sorted(found.items()))


@functools.cache
def crates() -> tuple[dict[str, Any], ...]:
    """What `regie-plane` is built from, for this system; neither tests nor tools."""
    command = ["cargo", "metadata", "--locked", "--offline", "--format-version", "1", "--manifest-path"]
    told = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    host = re.search(r"host: (\S+)", told)
    assert host is not None
    command += [str(ROOT / "node/plane/driver/Cargo.toml"), "--filter-platform", host[1]]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    nodes = {node["id"]: node for node in said["resolve"]["nodes"]}
    used: set[str] = set()
    waiting = [said["resolve"]["root"]]
    while waiting:
        at = waiting.pop()
        if at not in used:
            used.add(at)
            waiting += [
                each["pkg"] for each in nodes[at]["deps"] if any(kind["kind"] != "dev" for kind in each["dep_kinds"])
            ]
    rows = [each for each in said["packages"] if each["id"] in used and each["source"] is not None]
    return tuple(sorted(rows, key=lambda each: (each["name"], each["version"])))


def licences() -> str:
    """The file: one row a package, with the version that is locked."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("of", "name", "version", "licence"))
    for name, package in python_packages().items():
        writer.writerow(("python", name, package.version, licence_of(package)))
    for crate in crates():
        writer.writerow(("rust", crate["name"], crate["version"], crate["license"] or "unknown"))
    return text.getvalue()


def hashes_of_lock() -> dict[str, list[str]]:
    lock = (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", "")
    found = re.findall(r"^([a-z0-9][a-z0-9._-]*)==\S+(.*)$", lock, re.MULTILINE)
    return {name: re.findall(r"sha256:([0-9a-f]{64})", rest) for name, rest in found}


def component(kind: str, name: str, version: str, licence: str, hashes: list[str]) -> dict[str, Any]:
    purl = f"pkg:{kind}/{name}@{version}"
    made: dict[str, Any] = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if re.fullmatch(r"[A-Za-z0-9.+() -]+", licence) and " / " not in licence:
        made["licenses"] = [{"expression": licence}]
    else:
        made["licenses"] = [{"license": {"name": licence}}]
    if len(hashes) == 1:
        made["hashes"] = [{"alg": "SHA-256", "content": hashes[0]}]
    elif hashes:  # of the files that the lock allows: one of them is installed
        made["properties"] = [{"name": "regie:lock:sha256", "value": each} for each in hashes]
    return made


def sbom() -> dict[str, Any]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    locked = hashes_of_lock()
    sums = {
        (each["name"], each["version"]): each.get("checksum", "")
        for each in tomllib.loads((ROOT / "node/plane/Cargo.lock").read_text("utf-8"))["package"]
    }
    parts = [
        component("pypi", name, package.version, licence_of(package), locked.get(name, []))
        for name, package in python_packages().items()
    ]
    parts += [
        component("cargo", each["name"], each["version"], (each["license"] or "unknown").replace("/", " OR "),
                  [sums[each["name"], each["version"]]])
        for each in crates()
    ]  # fmt: skip
    root = f"pkg:pypi/regie@{project['version']}"
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": "regie",
                "version": project["version"],
                "licenses": [{"expression": project["license"]}],
                "purl": root,
            }
        },
        "components": parts,
        "dependencies": [{"ref": root, "dependsOn": [part["bom-ref"] for part in parts]}],
    }


def main(words: list[str]) -> int:
    match words:
        case ["licences"]:
            KEPT.write_text(licences(), "utf-8")
        case ["sbom"]:
            print(json.dumps(sbom(), indent=1, ensure_ascii=False))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
