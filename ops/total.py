"""Adds up the runs of one `make test` and says the total in one line: `python ops/total.py RUN.xml …`."""

from __future__ import annotations

import sys
from xml.etree import ElementTree


def total(paths: list[str]) -> str:
    """`N passed, N failed, N skipped` over the JUnit files that pytest wrote."""
    tests = failed = skipped = 0
    for path in paths:
        for suite in ElementTree.parse(path).iter("testsuite"):
            tests += int(suite.get("tests", 0))
            failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += int(suite.get("skipped", 0))
    return f"{tests - failed - skipped} passed, {failed} failed, {skipped} skipped"


if __name__ == "__main__":
    print(total(sys.argv[1:]))
