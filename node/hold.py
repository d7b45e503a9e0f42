"""Who has the data folder: nodes, two while one takes over from the other, or whoever puts a backup back, alone.

A lock on the folder itself (flock(2)), which nobody can delete under it: it ends with the process that has it, however
that ends; no program that this process starts has it, and it goes where the folder is moved to.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Self


class Hold:
    """Until closed."""

    def __init__(self, number: int) -> None:
        self._number = number

    def close(self) -> None:
        os.close(self._number)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def hold(folder: Path, *, alone: bool = False) -> Hold | None:
    """Have `folder` together with others, or `alone`; None: somebody has it in a way that does not go with this. Does
    not wait.

    Raises:
        OSError: there is no such folder, or it cannot be read, or its file system has no locks.
    """
    while True:
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(number, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(number), folder.stat()):
                return Hold(number)
        except BlockingIOError:
            os.close(number)
            return None
        except BaseException:
            os.close(number)
            raise
        os.close(number)  # who was alone put this one aside, and another in its place
