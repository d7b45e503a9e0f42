"""Files that are there whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def whole(path: Path, write: Callable[[Path], object]) -> None:
    """Under another name until it is on the disk.

    Raises:
        OSError
    """
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    try:
        write(part)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _sync(part)
    part.rename(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
