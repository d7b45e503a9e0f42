"""A workshop for tests of who has files made."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path

from node.features.recordings import chain
from node.features.recordings.rules import FileView
from node.features.recordings.shelf import Order, Unmade, Work


class NoWorkshop:
    """Makes one file of any recording and those that are asked for beside, of what it is told, or says why not."""

    at_once, busy = 2, 0

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.content = b"everybody in one picture"
        self.more: tuple[str, ...] = ()
        """Names of other files of it."""
        self.why = ""
        self.gate = asyncio.Event()
        self.gate.set()
        self.forgotten: list[str] = []

    async def make(self, order: Order, progress: Callable[[float], None]) -> Work:
        await self.gate.wait()
        if self.why:
            raise Unmade(self.why)
        folder = self._folder / "work"
        folder.mkdir(exist_ok=True)
        progress(1.0)
        files, before = [], chain.first(order.recording)
        for name in ("room.webm", *self.more):
            (folder / name).write_bytes(self.content + name.encode() * (name in self.more))
            content = (folder / name).read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            before = chain.link(before, digest)
            files.append(FileView(name, "room", "video/webm", len(content), digest, before, 1.0))
        return Work(folder, tuple(files), ())

    async def found(self) -> frozenset[str]:
        return frozenset()

    async def forget(self, recording: str) -> None:
        self.forgotten.append(recording)
