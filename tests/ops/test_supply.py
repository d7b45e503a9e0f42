"""What the product is made of is known: its licences, a bill of materials, and the holes that the world knows of."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from ops import audit, bill

MAY_BE_SHIPPED = {
    "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "3-Clause BSD License", "CC0-1.0", "ISC", "MIT", "MIT-0", "MPL-2.0",
    "OpenSSL", "PSF-2.0", "Unicode-3.0", "Unlicense", "Zlib",
}  # fmt: skip
"""With a product under Apache-2.0. A new one is a decision of people."""


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(bill.KEPT.read_text("utf-8").splitlines()))


def test_the_file_of_licences_is_up_to_date() -> None:
    """R: what is installed and what the plane is built from, with the versions of both locks."""
    assert bill.KEPT.read_text("utf-8") == bill.licences(), "run `make licences` and look at what it changes"
    locked = audit.locked(bill.ROOT.joinpath("requirements.lock").read_text("utf-8"))
    of_python = {row["name"]: row["version"] for row in rows() if row["of"] == "python"}
    assert {"aiohttp", "opentelemetry-sdk", "textual"} <= of_python.keys() and "pytest" not in of_python
    assert of_python == {name: locked[name] for name in of_python}
    assert {"prost", "libc"} <= {row["name"] for row in rows() if row["of"] == "rust"}


def test_every_licence_lets_us_ship_it() -> None:
    for row in rows():
        choices = re.split(r"\bOR\b|/", row["licence"].replace("(", " ").replace(")", " "))
        fits = [set(re.split(r"\s+AND\s+", re.sub(r" WITH LLVM-exception", "", one.strip()))) for one in choices]
        assert any(one <= MAY_BE_SHIPPED for one in fits), row


def test_the_bill_of_materials_is_one_by_its_schema() -> None:
    """R: CycloneDX 1.6, by the schema that its makers publish; and one that is none is found out."""
    made = bill.sbom()
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(json.dumps(made)) is None
    named = {(part["name"], part["version"]) for part in made["components"]}
    assert named == {(row["name"], row["version"]) for row in rows()}
    assert all(part.get("hashes") or part.get("properties") for part in made["components"])
    assert validator.validate_str(json.dumps(made | {"components": [{"type": "librairie", "name": "x"}]})) is not None


HOLE: dict[str, Any] = {
    "id": "PYSEC-1",
    "affected": [
        {
            "package": {"name": "Some_Thing", "ecosystem": "PyPI"},
            "versions": ["0.9rc1"],
            "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "1.0"}, {"fixed": "1.4"}, {"introduced": "2.0"},
                                                 {"last_affected": "2.1"}]},
                {"type": "GIT", "events": [{"introduced": "0"}]},
            ],
        }
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("version", "affected"),
    [("0.9", False), ("0.9rc1", True), ("1.0", True), ("1.3.9", True), ("1.4", False), ("2.1", True), ("2.1.1", False)],
)
def test_a_version_is_in_an_advisory_or_not(version: str, affected: bool) -> None:
    assert audit.is_affected(version, HOLE, "some-thing") is affected
    assert not audit.is_affected(version, HOLE, "other")


def test_what_was_not_looked_at_is_no_clean_bill(tmp_path: Path) -> None:
    """An index without advisories, or no cargo-audit: said, and not 0."""
    programs = {"uv": 'echo \'{"dependencies": [{"name": "a", "skip_reason": "not found"}]}\''}
    for name, line in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        [sys.executable, audit.__file__], env={"PATH": f"{tmp_path}:/bin"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == audit.UNSEEN
    assert "0 of 1 packages looked at" in done.stdout and "Rust: not looked at" in done.stderr
