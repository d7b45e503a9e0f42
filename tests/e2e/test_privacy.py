"""A real node that people used keeps quiet about them."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from node.demo.peer import Door, JoinRefused, Peer
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc
from tests.e2e.machine import Machine, Room, free_port, until
from tests.e2e.sending import Playing
from tests.recorder import clip

FROM = "127.0.0.77"
SAID_TO_BE_FROM = "203.0.113.77"
"""By the proxy, which is believed."""


@pytest.fixture
async def talkative(tmp_path: Path) -> AsyncIterator[Machine]:
    settings = {"REGIE__LOG__LEVEL": "debug", "REGIE__WEB__BEHIND_PROXY": "true"}
    settings["REGIE__WEB__TLS_LISTEN"] = f"127.0.0.1:{(tls := free_port())}"
    machine = Machine(tmp_path, settings=settings, tls=tls)
    try:
        await machine.start()
        yield machine
    finally:
        await machine.stop()


def elsewhere() -> aiohttp.ClientSession:
    """Requests from an address of their own, which can be looked for."""
    connector = aiohttp.TCPConnector(local_addr=(FROM, 0))
    return aiohttp.ClientSession(connector=connector, headers={"X-Forwarded-For": SAID_TO_BE_FROM})


async def garbage(machine: Machine) -> None:
    """What scanners send: no HTTP, a request too long, no TLS, a handshake cut short."""
    cut = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40)
    for port, data in ((machine.web, b"\x00nonsense\r\n\r\n"), (machine.web, b"GET /" + b"a" * 20_000 + b"\r\n\r\n"),
                       (machine.tls, b"GET / HTTP/1.1\r\n\r\n"), (machine.tls, cut)):  # fmt: skip
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(FROM, 0))
        with contextlib.suppress(ConnectionError):
            writer.write(data)
            if data is cut:
                writer.write_eof()
            await asyncio.wait_for(reader.read(), 30)
        writer.close()


def sends() -> dict[str, Playing]:
    """A microphone that beeps and a camera that counts."""
    began: list[float] = []
    pictures = [data for data, _key in clip.pictures(8.0, key_at=frozenset(range(0, 8 * clip.FPS, clip.FPS)))]
    return {"voice": Playing("audio", clip.beeps(8.0), 0.02, clip.RATE, began),
            "camera": Playing("video", pictures, 1 / clip.FPS, 90_000, began)}  # fmt: skip


@contextlib.asynccontextmanager
async def recorded(machine: Machine, room: Room) -> AsyncIterator[None]:
    """What happens meanwhile is in files at the end, which the recorder's own process has made."""
    operator = machine.operator
    assert operator is not None
    desk = recordings_pb2_grpc.RecordingsServiceStub(operator.channel)
    made = (await operator(desk.StartRecording, pb.StartRecordingRequest(room=room.room))).recording.recording
    spool = machine.folder / "data" / "spool" / made
    await until(lambda: sum(path.stat().st_size for path in spool.rglob("*.seg")) > 20_000, 30, "it is recorded")
    yield
    await operator(desk.StopRecording, pb.StopRecordingRequest(room=room.room))

    async def finished() -> bool:
        found = (await operator(desk.GetRecording, pb.GetRecordingRequest(recording=made))).recording
        assert found.state != "failed", found.why
        return bool(found.state == "verified")

    await until(finished, 90, "the files are made", every=0.1)
    assert len(list((machine.folder / "data" / "recordings" / made).iterdir())) > 1


async def test_logs_and_metrics_know_no_person(talkative: Machine) -> None:
    """After joins, a refusal, chat, a recording, a crash of a client and what scanners do, no name, address, text,
    ticket, session or room is in them, at the most talkative level, the plane's log and the recorder's words, which are
    in the node's, included; secrets are not in the database."""
    machine = talkative
    room = await machine.room()
    amina = Peer(room.host, "Amina Tremblé", hears=1, sees=1, **sends())
    jean = Peer(room.participant, "Jean Kerzérho", hears=1, sees=1)
    for peer in (amina, jean):
        peer._http = elsewhere()
        await peer.join()
    await garbage(machine)
    staying = [asyncio.create_task(peer.stay()) for peer in (amina, jean)]
    await asyncio.gather(amina.welcomed.wait(), jean.welcomed.wait())
    async with recorded(machine, room):
        await amina.chat("Mon secret de polichinelle", "1")
        while (message := await asyncio.wait_for(jean.messages.get(), 30))["type"] != "chat":
            pass
    assert message["message"]["text"] == "Mon secret de polichinelle"
    stranger = Peer(Door(machine.base, room.room, "billet-errone"), "Ursule")
    with pytest.raises(JoinRefused):
        await stranger.join()
    await stranger.close()
    await asyncio.sleep(1.1)  # a second of figures
    await jean.close()
    for task in staying:
        task.cancel()
    await asyncio.gather(*staying, return_exceptions=True)

    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{machine.metrics}/metrics") as answer:
        metrics = await answer.text()
    secrets = (room.host.ticket, room.participant.ticket, amina.session, jean.session)
    personal = ("Tremblé", "Kerzérho", "polichinelle", "Ursule", "billet-errone", FROM, SAID_TO_BE_FROM, *secrets)
    plane = (machine.run_dir / "plane.log").read_text("utf-8")
    assert '"action": "http"' in machine.log() and '"action":"command"' in plane, "they do talk"
    for word in personal:
        assert word not in machine.log()
        assert word not in plane
        assert word not in metrics
    assert room.room not in metrics and amina.participant not in metrics
    await amina.leave()
    await machine.stop()

    dump = "\n".join(line for path in machine.folder.rglob("*.sqlite3") for line in sqlite3.connect(path).iterdump())
    assert "Amina" in dump, "the database is where people are"
    for secret in secrets:
        assert secret not in dump
