"""D5: `--watch` of the records and of the limits: JSON lines with a `seq`, the filter as of the list."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from console.contexts import Contexts, save
from tests.console.conftest import Node
from tests.console.fleet import FakeNode


@asynccontextmanager
async def watched(one: FakeNode, folder: Path, *words: str) -> AsyncIterator[asyncio.Queue[dict[str, Any]]]:
    file = folder / "contexts.toml"
    save(Contexts(one.name, {one.name: one.context}), file)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "console", "--lang", "en", *words, "--watch"),
        stdout=subprocess.PIPE,
        env={**os.environ, "REGIE_CONTEXTS": str(file)},
    )
    lines: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def read() -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            lines.put_nowait(json.loads(line))

    reading = asyncio.create_task(read())
    try:
        yield lines
    finally:
        process.kill()
        await process.wait()
        await reading


async def test_each_record_is_a_line_once(node: Node, tmp_path: Path) -> None:
    one = await node()
    await one.record("anna", "participants.v1.X/Remove")
    await one.record("anna", "rooms.v1.X/Close")
    async with watched(one, tmp_path, "audit", "list", "-f", "did~Close") as lines, asyncio.timeout(30):
        first = await lines.get()
        assert (first["seq"], first["number"]) == (1, 2)
        await one.record("anna", "participants.v1.X/Remove")
        await one.record("anna", "rooms.v1.X/Close")
        second = await lines.get()
        assert (second["seq"], second["number"]) == (2, 4)


async def test_a_limit_that_changes_is_a_line(node: Node, tmp_path: Path) -> None:
    one = await node()
    await one.limit("node", "", "people", 500, 5, default=1000)
    async with watched(one, tmp_path, "quotas", "list") as lines, asyncio.timeout(30):
        assert (await lines.get())["limit"] == 500
        await one.limit("node", "", "people", 600, 5, default=1000)
        line = await lines.get()
        assert (line["seq"], line["limit"]) == (2, 600)
