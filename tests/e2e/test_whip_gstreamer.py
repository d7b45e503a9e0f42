"""WHIP and WHEP with GStreamer, which shares nothing with browsers or with us."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from node.demo import people
from node.demo.peer import Door
from protos.participants.v1 import participants_pb2
from tests.e2e.chromium import chromium
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, until
from tests.e2e.networks import ADDRESS
from tests.e2e.visitor import fluent, proven

SYSTEM_PYTHON = "/usr/bin/python3"
"""Debian's, which has GStreamer's bindings (python3-gi)."""

PROGRAM = Path(__file__).parent / "gstreamer_peer.py"


class GStreamer:
    """One webrtcbin in a process of its own. `last`: what it said last, by event."""

    def __init__(self) -> None:
        self.last: dict[str, dict[str, Any]] = {}

    def count(self, kind: str) -> int:
        return int(self.last.get("counts", {}).get(kind, 0))


@asynccontextmanager
async def gstreamer(door: Door, kind: str, *how: str) -> AsyncIterator[GStreamer]:
    process = await asyncio.create_subprocess_exec(
        SYSTEM_PYTHON,
        str(PROGRAM),
        kind,
        f"{door.base}/{kind}/{door.room}?name=GStreamer",
        *how,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    peer, said = GStreamer(), process.stdout

    async def listen() -> None:
        async for line in said:
            told = json.loads(line)
            peer.last[told.pop("event")] = told

    listening = asyncio.ensure_future(listen())
    process.stdin.write(door.ticket.encode() + b"\n")
    try:
        yield peer
    finally:
        process.stdin.close()
        try:
            assert await asyncio.wait_for(process.wait(), 45) == 0
        finally:
            listening.cancel()
            if process.returncode is None:
                process.kill()
                await process.wait()


@asynccontextmanager
async def node_on(folder: Path) -> AsyncIterator[Machine]:
    """A node with an address that is not loopback: libnice shuns 127.0.0.1 for media."""
    machine = Machine(folder, address=ADDRESS)
    try:
        await machine.start()
        yield machine
    finally:
        await machine.stop()


@pytest.mark.own_network
async def test_a_gstreamer_encoder_is_seen_and_heard(tmp_path: Path) -> None:
    """RFC 9725: Chromium decodes H264 (≥ 15 pictures a second) and Opus from webrtcbin; DELETE ends it."""
    async with node_on(tmp_path) as machine:
        operator = machine.operator
        assert operator is not None
        room = await machine.room()
        request = participants_pb2.ListParticipantsRequest(room=room.room)
        async with chromium() as browser:
            amina = await browser.visitor()
            await amina.join(room.link(), "Amina", microphone=False, camera=False)
            async with gstreamer(room.participant, "whip") as encoder:
                await amina.until_sees(1)
                await amina.until_hears()
                await proven(lambda: amina.watch(4), fluent, "15 pictures a second")
                listed = await operator(operator.participants.ListParticipants, request)
                clients = {one.name: one.client for one in listed.participants}
                assert clients["GStreamer"] == participants_pb2.Participant.CLIENT_WHIP
                assert "error" not in encoder.last
            listed = await operator(operator.participants.ListParticipants, request)
            assert {one.name for one in listed.participants} == {"Amina"}


@pytest.mark.own_network
async def test_a_gstreamer_player_watches(tmp_path: Path) -> None:
    """The WHEP draft: webrtcbin decodes a person's VP8 and Opus."""
    async with node_on(tmp_path) as machine:
        room = await machine.room()
        jean = Listener(room.participant, "Jean", person=people.PEOPLE[1])
        await jean.enter()
        jean.talk()
        async with gstreamer(room.participant, "whep") as player:
            await until(lambda: player.count("video") > 60 and player.count("audio") > 60, 45, "GStreamer plays")
            assert "error" not in player.last
        await jean.exit()
