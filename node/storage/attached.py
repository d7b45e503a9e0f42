"""Where files that hosts attach to a replay are kept: one folder of this machine, flat. `node.ports.Attached`.

What a person typed never gets here (H23): a file is called by two words of hexadecimal digits that the node made, and
is opened from the folder without following links.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

CHUNK: Final = 1 << 17
_RECORDING: Final = re.compile(r"[0-9a-f]{32}")
_FILE: Final = re.compile(r"[0-9a-f]{16}")
_CALLED: Final = re.compile(f"({_RECORDING.pattern})-({_FILE.pattern})")
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
_WRITE: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC


def _called(recording: str, name: str) -> str:
    if _RECORDING.fullmatch(recording) is None or _FILE.fullmatch(name) is None:
        raise PermissionError(1, "not a name of an attached file")
    return f"{recording}-{name}"


class FolderAttached:
    """Raises OSError from everything."""

    def __init__(self, folder: Path) -> None:
        self._path = folder
        self._writing: set[str] = set()

    @contextlib.contextmanager
    def writing(self, recording: str, name: str) -> Iterator[BinaryIO]:
        """It has its name only when it is whole and on the disk."""
        called = _called(recording, name)
        self._path.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = f"{called}.part"
        with self._opened() as folder:
            self._writing.add(called)
            try:
                with open(os.open(part, _WRITE, 0o600, dir_fd=folder), "wb") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                os.rename(part, called, src_dir_fd=folder, dst_dir_fd=folder)
                os.fsync(folder)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(part, dir_fd=folder)
                raise
            finally:
                self._writing.discard(called)

    def read(self, recording: str, name: str, start: int, length: int) -> Iterator[bytes]:
        called = _called(recording, name)
        with self._opened() as folder:
            opened = os.open(called, _READ, dir_fd=folder)
        with open(opened, "rb") as file:
            file.seek(start)
            while length > 0 and (piece := file.read(min(CHUNK, length))):
                length -= len(piece)
                yield piece

    def remove(self, recording: str, name: str) -> None:
        called = _called(recording, name)
        with contextlib.suppress(FileNotFoundError), self._opened() as folder:
            for name_ in (called, f"{called}.part"):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name_, dir_fd=folder)
            os.fsync(folder)

    def found(self) -> frozenset[tuple[str, str]]:
        with contextlib.suppress(FileNotFoundError), self._opened() as folder:
            called = {name.removesuffix(".part") for name in os.listdir(folder)} - self._writing
            return frozenset((match[1], match[2]) for match in map(_CALLED.fullmatch, called) if match)
        return frozenset()

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int]:
        folder = os.open(self._path, _FOLDER)
        try:
            yield folder
        finally:
            os.close(folder)
