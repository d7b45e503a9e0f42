"""`regie moderation`, `regie hands` and `regie chat export`: real commands on a real gRPC port."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from console.contexts import Contexts, save
from console.model import Context
from node.features.hands.rules import Raise
from tests.rpc.house import ROLES, House


class Terminal:
    def __init__(self, house: House, folder: Path, token: str) -> None:
        assert house.server is not None
        self._file = folder / "contexts.toml"
        self.said = self.complaint = ""
        """What the last command printed, and what it said beside."""
        save(Contexts("here", {"here": Context("here", house.server.address, str(house.tls.ca), token)}), self._file)

    async def regie(self, *words: str, expect: int = 0) -> str:
        """What a command prints."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "console",
            "--lang",
            "en",
            *words,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "REGIE_CONTEXTS": str(self._file)},
        )
        said, complaint = await asyncio.wait_for(process.communicate(), 100)
        self.said, self.complaint = said.decode(), complaint.decode()
        assert process.returncode == expect, self.complaint
        return (said if expect == 0 else complaint).decode()

    async def read(self, *words: str) -> Any:
        return json.loads(await self.regie(*words, "-o", "json"))


@pytest.mark.timeout(180)  # six processes start, also on a machine that is busy
async def test_from_the_first_rule_to_the_transcript(house: House, tmp_path: Path) -> None:
    """R185, R155: what the page does for hosts, the commands do for operators."""
    amina, bruno = await house.room("hall", ["Amina", "Bruno"])
    _, token = await house.operators.create("olga", ROLES["moderator"])
    terminal = Terminal(house, tmp_path, token)

    rules = await terminal.read("moderation", "settings", "hall", "--hold", "--slow", "5", "--words", "refuse")
    assert (rules["hold"], rules["slow_s"], rules["words"], rules["public"]) == (True, 5, "refuse", True)
    assert house.chat.post("hall", amina, "première ligne\nseconde") is None
    assert house.chat.post("hall", bruno, "publicité") is None
    first, _ = await terminal.read("moderation", "list", "hall")
    assert (first["name"], first["text"]) == ("Amina", "première ligne\nseconde")

    assert "approve" in await terminal.regie("moderation", "approve", "hall", first["item"])
    assert "ITEM_DONE" in await terminal.regie("moderation", "decline", "hall", first["item"], expect=6)

    text = await terminal.regie("chat", "export", "hall")
    assert "Amina: première ligne\n    seconde\n" in text

    for who in (bruno, amina):
        house.floor.decide("hall", Raise(who, True))
    assert (await terminal.regie("hands", "lower", "hall", "-o", "id")).split() == [bruno, amina]
    assert len(house.floor.room("hall").hands) == 0


@pytest.mark.timeout(180)
async def test_a_restraint_for_a_time(house: House, tmp_path: Path) -> None:
    """R185: `--for` as it is said in the console; the list of people says until when."""
    amina, _ = await house.room("hall", ["Amina", "Bruno"])
    _, token = await house.operators.create("olga", ROLES["moderator"])
    terminal = Terminal(house, tmp_path, token)
    await terminal.regie("moderation", "restrain", "hall", "mute", "Amina", "--for", "10m")
    bound = house.floor.room("hall").moderation.bound(amina)
    assert bound.how == "mute" and 590 < bound.until - house.floor.clock.now() <= 600
    said = {row["name"]: row for row in await terminal.read("participants", "list", "hall")}
    assert said["Amina"]["restraint"] == "mute"
    assert datetime.fromisoformat(said["Amina"]["restrained_until"]).timestamp() == pytest.approx(bound.until, abs=0.01)
    assert said["Bruno"]["restraint"] == ""
    for words, why in (
        (("mute", "Amina", "--for", "soon"), "“soon” is no time: 90s 10m 1h 1d."),
        (("free", "Amina", "--for", "10m"), "“free” does not end by itself: for: goes with hold mute."),
    ):
        assert why in await terminal.regie("moderation", "restrain", "hall", *words, expect=2)
    assert "604800" in await terminal.regie("moderation", "restrain", "hall", "mute", "Amina", "--for", "8d", expect=1)
