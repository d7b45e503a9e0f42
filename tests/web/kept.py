"""Files of recordings, in memory: `node.ports.Files`."""

from __future__ import annotations

import io
from collections.abc import Iterator


class Kept:
    def __init__(self, files: dict[tuple[str, str], bytes]) -> None:
        self.files = files
        self.read_bytes = 0

    def read(self, recording: str, name: str, start: int, length: int) -> Iterator[bytes]:
        if (recording, name) not in self.files:
            raise FileNotFoundError(2, "no such file")
        source = io.BytesIO(self.files[(recording, name)])
        source.seek(start)
        while length > 0 and (piece := source.read(min(65_536, length))):
            length -= len(piece)
            self.read_bytes += len(piece)
            yield piece
