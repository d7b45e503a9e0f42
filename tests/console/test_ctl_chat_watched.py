"""D5: `regie chat list ROOM --watch` is told what is new: it never asks for the whole chat again, also not after the
node was away."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.contexts import Contexts, save
from tests.console.conftest import Node
from tests.console.fleet import FakeNode, until


class Watching:
    """The command in a process of its own, and what it said."""

    def __init__(self, file: Path, *more: str) -> None:
        words = [sys.executable, "-m", "console", "--lang", "en", "chat", "list", "daily", "--watch", *more]
        self.process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "REGIE_CONTEXTS": str(file)}
        )

    async def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            said: dict[str, Any] = json.loads(await asyncio.to_thread(self.process.stdout.readline))
        return said

    async def ended(self) -> int:
        return await asyncio.to_thread(self.process.wait, 30)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[Watching]]:
    all_: list[Watching] = []
    yield all_
    for one in all_:
        one.process.kill()
        one.process.communicate()


def watching(one: FakeNode, folder: Path, started: list[Watching], *more: str) -> Watching:
    file = folder / "contexts.toml"
    save(Contexts(one.name, {one.name: one.context}), file)
    started.append(Watching(file, *more))
    return started[-1]


async def test_each_message_and_each_change_is_a_line_and_the_chat_is_fetched_never(
    node: Node, tmp_path: Path, started: list[Watching]
) -> None:
    one = await node("waw-01", tick=0.1)
    await one.open_room("daily")
    first = await one.say("daily", "Ada", "hello \x1b]52;c;eA==\x07")
    command = watching(one, tmp_path, started)
    said = await command.line()
    assert (said["seq"], said["message"], "\x1b" in said["text"]) == (1, first.message, True)

    second = await one.say("daily", "Bob", "you too")
    assert (await command.line())["message"] == second.message
    for hidden in (True, False):
        second.hidden = hidden
        await one.tell("message", "daily", second)
        said = await command.line()
        assert (said["message"], said["hidden"]) == (second.message, hidden)
    assert said["seq"] == 4

    before = one.streams["message"]
    await one.stop()
    await one.start()
    await until(lambda: one.streams["message"] > before)
    third = await one.say("daily", "Ada", "back again")
    said = await command.line()
    assert (said["seq"], said["message"]) == (5, third.message)
    assert all(token for topic, token in one.resumed[1:] if topic == "message")

    command.process.send_signal(signal.SIGINT)
    assert await command.ended() == 130


async def test_a_filter_holds_and_who_may_not_look_is_told_why(
    node: Node, tmp_path: Path, started: list[Watching]
) -> None:
    one = await node("waw-01", tick=0.1)
    await one.open_room("daily")
    await one.say("daily", "Ada", "hello")
    kept = await one.say("daily", "Bob", "you too")
    assert (await watching(one, tmp_path, started, "-f", "name:Bob").line())["message"] == kept.message
    assert await watching(one, tmp_path, started, "-f", "nmae:Bob").ended() == 2
    file = tmp_path / "wrong.toml"
    save(Contexts("w", {"w": dataclasses.replace(one.context, name="w", token="wrong")}), file)
    started.append(Watching(file))
    assert await started[-1].ended() == 5
