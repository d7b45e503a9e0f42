"""What a list shows, as a file that only the operator may read. No Textual, no gRPC.

The columns are the words of the list's filter; numbers are numbers. CSV is harmless to terminals and spreadsheets
(`sheets`), JSON to terminals.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from console.filters import Fields
from console.sheets import sheet
from console.text import safe_json

FORMS: Final = (".csv", ".json")


class ExportError(ValueError):
    """`word`: an i18n key; `values`: for its sentence."""

    def __init__(self, word: str, **values: str) -> None:
        super().__init__(f"{word} {values}")
        self.word = word
        self.values = values


def proposed(view: str, wall: float, form: str = "csv") -> str:
    """A name for a file of this moment. `wall`: Unix seconds."""
    return f"regie-{view}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(wall))}.{form}"


def place(name: str) -> Path:
    """Where `name` is: from the folder the console was started in. Raises ExportError for a form that is not known."""
    path = Path(name).expanduser().absolute()
    if path.suffix.lower() not in FORMS:
        raise ExportError("export.form", text=path.name)
    return path


def write(path: Path, rows: Sequence[Any], fields: Fields) -> int:
    """Write `rows`, for this user alone; how many there are. Never over another file. Raises ExportError."""
    found = [{name: field.get(row) for name, field in fields.items()} for row in rows]
    text = sheet(found) if path.suffix.lower() == ".csv" else safe_json(found) + "\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise ExportError("export.exists", file=str(path)) from None
    except (OSError, ValueError) as error:
        raise ExportError("export.failed", file=str(path), why=_why(error)) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        path.unlink(missing_ok=True)  # half a list would be taken for a whole one
        raise ExportError("export.failed", file=str(path), why=_why(error)) from error
    return len(found)


def _why(error: Exception) -> str:
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
