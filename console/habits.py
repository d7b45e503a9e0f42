"""How this operator has the lists in order: kept from one console to the next. No Textual, no gRPC."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

MOST: Final = 100_000  # bytes; more is not ours

Order = tuple[str, bool]
"""The column that a list is sorted by, and whether the largest is on top."""


def load(path: Path) -> dict[str, Order]:
    """By the list's word; nothing where there is no file, or one that somebody else has written."""
    with contextlib.suppress(OSError, ValueError):
        with path.open(encoding="utf-8") as file:
            said = json.loads(file.read(MOST))
        orders = said.get("order") if isinstance(said, dict) else None
        if isinstance(orders, dict):
            return {view: (order[0], order[1]) for view, order in orders.items() if _is_order(order)}
    return {}


def _is_order(said: object) -> bool:
    return isinstance(said, list) and len(said) == 2 and isinstance(said[0], str) and isinstance(said[1], bool)


def save(path: Path, orders: Mapping[str, Order]) -> None:
    """For this user alone, whole or not at all. That it could not be kept is no reason to say anything."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"order": orders}, file)
        beside.replace(path)
