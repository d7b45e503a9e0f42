"""Rows as CSV (RFC 4180) that neither a terminal (H22) nor a spreadsheet obeys.

A text that a spreadsheet would compute gets an apostrophe in front, which spreadsheets do not show; numbers stay
numbers. Source: OWASP, "CSV Injection": a cell that begins with = + - @, also in their wide forms, also behind a
semicolon, at which a spreadsheet of another language parts cells.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from console.text import clean, safe_json

_COMPUTED: Final = re.compile(r"""(^|;)(["' ]*)(?=[=+\-@＝＋－＠])""")
_WHOLE: Final = 1_000_000  # characters: a cell is never cut for its length alone


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """`{"a": {"b": 1}}` as `{"a.b": 1}`; a list is one cell of JSON."""
    cells: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping) and value:
            cells |= {f"{name}.{inner}": deep for inner, deep in flat(value).items()}
        else:
            cells[name] = value
    return cells


def cell(value: object) -> str | int | float:
    """One cell; a number stays one, nothing is an empty cell."""
    if value is None or (isinstance(value, Mapping | list) and not value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else safe_json(value, indent=None)
    return _COMPUTED.sub(r"\1'\2", clean(text, _WHOLE))


def sheet(rows: Sequence[Mapping[str, Any]]) -> str:
    """A line of names, then one for each row; a row without a name's value has an empty cell. Nothing of no rows."""
    flattened = [flat(row) for row in rows]
    names = list(dict.fromkeys(name for row in flattened for name in row))
    if not names:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow([cell(name) for name in names])
    for row in flattened:
        writer.writerow([cell(row.get(name)) for name in names])
    return out.getvalue()
