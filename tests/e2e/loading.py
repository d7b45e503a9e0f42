"""The load generator, built from this tree and run against a node."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.cargo import built


async def build() -> Path:
    """The program; compiles it when its sources are newer."""
    return await asyncio.to_thread(built, "regie-load")


class Load:
    """One run of it. The token goes in by the standard input, where no list of processes shows it."""

    def __init__(self, program: Path, *words: str, token: str) -> None:
        self.command = (str(program), *words, "--token", "-", "--json", "-")
        self.token = token
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> Load:
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(*self.command, stdin=pipe, stdout=pipe, stderr=pipe)
        assert self.process.stdin is not None
        self.process.stdin.write(self.token.encode())
        self.process.stdin.close()
        return self

    async def end(self) -> dict[str, Any]:
        """Wait for its end; what it counted."""
        assert self.process is not None
        said, complained = await self.process.communicate()
        assert said, complained.decode()
        report: dict[str, Any] = json.loads(said)
        return report

    async def stop(self) -> dict[str, Any]:
        """Let everybody leave now; what it counted."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.terminate()
        return await self.end()
