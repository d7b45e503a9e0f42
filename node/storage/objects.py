"""Where recordings are kept: a folder of this machine. `node.features.recordings.shelf.Vault`.

Names of people and rooms never get here (H23): a recording is 32 hexadecimal digits, a file one of a few words. Every
step is opened from its folder without following links, so that nobody who may write there leads us elsewhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from node.ports import StoreAway

RECORDING: Final = re.compile(r"[0-9a-f]{32}")
NAME: Final = re.compile(r"[0-9a-z][0-9a-z_-]{0,40}\.[0-9a-z]{1,8}")
CHUNK: Final = 1 << 18
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def check(recording: str, name: str = "a.b") -> None:
    """
    Raises:
        PermissionError: such a name is never ours.
    """
    if RECORDING.fullmatch(recording) is None or NAME.fullmatch(name) is None:
        raise PermissionError(1, "not a name of a recording")


class FolderVault:
    """Raises OSError from everything."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, recording: str, name: str, path: Path) -> None:
        """Leaves `path` there, for who is interrupted and puts all of them once more."""
        check(recording, name)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._opened() as root:
            with contextlib.suppress(FileExistsError):
                os.mkdir(recording, 0o700, dir_fd=root)
            folder = os.open(recording, _FOLDER, dir_fd=root)
            try:
                part = f"{name}.part"
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(part, dir_fd=folder)
                try:
                    os.link(path, part, dst_dir_fd=folder, follow_symlinks=False)
                except OSError:
                    self._copy(path, part, folder)
                os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
                with contextlib.suppress(FileNotFoundError):  # a name of the same file already: nothing was renamed
                    os.unlink(part, dir_fd=folder)
                os.fsync(folder)
            finally:
                os.close(folder)
            os.fsync(root)

    def _copy(self, path: Path, part: str, folder: int) -> None:
        """From another file system."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with path.open("rb") as source, open(os.open(part, flags, 0o600, dir_fd=folder), "wb") as target:
            shutil.copyfileobj(source, target, CHUNK)
            target.flush()
            os.fsync(target.fileno())

    def read(self, recording: str, name: str, start: int, length: int) -> Iterator[bytes]:
        check(recording, name)
        with self._there() as root:
            folder = os.open(recording, _FOLDER, dir_fd=root)
            try:
                file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            finally:
                os.close(folder)
        with open(file, "rb") as opened:
            opened.seek(start)
            while length > 0 and (chunk := opened.read(min(CHUNK, length))):
                length -= len(chunk)
                yield chunk

    def sums(self, recording: str, name: str) -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        for chunk in self.read(recording, name, 0, 1 << 62):
            digest.update(chunk)
            size += len(chunk)
        return size, digest.hexdigest()

    def delete(self, recording: str) -> None:
        check(recording)
        with contextlib.suppress(FileNotFoundError), self._opened() as root:
            shutil.rmtree(recording, dir_fd=root)
            os.fsync(root)

    @contextlib.contextmanager
    def _there(self) -> Iterator[int]:
        """Not to be found is the file, and not all that is kept: a disk that is not mounted says nothing of files."""
        try:
            root = os.open(self._folder, _FOLDER)
        except FileNotFoundError:
            raise StoreAway("NoFolder") from None
        try:
            yield root
        finally:
            os.close(root)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int]:
        fd = os.open(self._folder, _FOLDER)
        try:
            yield fd
        finally:
            os.close(fd)
