"""The whole node with its plane: real people (aiortc) join by HTTP, see each other, and nothing that happens to the
control process touches a packet."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import av
import pytest
from aiortc import MediaStreamTrack
from msgspec.structs import replace

from node.__main__ import run
from node.config import Config, MediaSection, MetricsSection, NodeSection, RpcSection, WebSection, split_address
from node.demo.peer import Door, Peer
from node.features.participants.rules import State
from node.ports import Actor, Source
from node.running import RunningNode, start
from tests.e2e.machine import free_port
from tests.media.real import Picture, Tone, needs_plane

OPERATOR = Actor("operator", "olga", "admin")
pytestmark = needs_plane


def settings(folder: Path) -> Config:
    return Config(
        node=NodeSection(name="n1", data_dir=str(folder / "data"), run_dir=str(folder / "run")),
        web=WebSection(listen=f"127.0.0.1:{free_port()}"),
        media=MediaSection(
            listen=f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}", listen_tcp="127.0.0.1:0", orphan_grace_s=20
        ),
        rpc=RpcSection(listen="127.0.0.1:0", write_context=False),
        metrics=MetricsSection(listen="127.0.0.1:0"),
    )


@pytest.fixture
async def config(tmp_path: Path) -> AsyncIterator[Config]:
    """A node's settings; whatever happens, its plane ends with the test."""
    config = settings(tmp_path)
    yield config
    running = await start(config)
    await running.stop(stop_plane=True)


class Eyes:
    """Counts what arrives on the receiving slots."""

    def __init__(self) -> None:
        self.seen = self.heard = 0
        self.loud = 0
        self._tasks: list[asyncio.Task[None]] = []

    def on_track(self, track: MediaStreamTrack) -> None:
        self._tasks.append(asyncio.create_task(self._watch(track)))

    async def _watch(self, track: MediaStreamTrack) -> None:
        while True:
            frame = await track.recv()
            if isinstance(frame, av.VideoFrame):
                self.seen += 1
            elif isinstance(frame, av.AudioFrame):
                self.heard += 1
                self.loud += max(abs(sample) for sample in memoryview(bytes(frame.planes[0])).cast("h")[:200]) > 2000

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()


class Guest:
    """One person with a camera, a microphone, eyes and ears."""

    def __init__(self, door: Door, name: str) -> None:
        self.eyes = Eyes()
        self.peer = Peer(door, name, voice=Tone(), camera=Picture(180), hears=1, sees=1, on_track=self.eyes.on_track)
        self.staying: asyncio.Task[None] | None = None

    async def come(self) -> None:
        await self.peer.join()
        self.staying = asyncio.create_task(self.peer.stay())
        await within(self.peer.connected.wait())
        await within(self.peer.welcomed.wait())

    async def go(self) -> None:
        self.eyes.close()
        if self.staying is not None:
            self.staying.cancel()
        await self.peer.close()


async def within(event: object, seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        await event  # type: ignore[misc]


async def until(condition: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


async def stands_still(eyes: Eyes, what: str) -> None:
    """What was on its way is shown yet; then there is a second without a picture."""
    for _ in range(20):
        before = eyes.seen
        await asyncio.sleep(1.0)
        if eyes.seen == before:
            return
    raise AssertionError(what)


async def created(running: RunningNode) -> Door:
    _room, links = await running.services.rooms.create(title="Salle", by=OPERATOR)
    return Door.of(next(link.url for link in links if link.role == "participant"))


async def test_two_people_and_a_node_that_restarts(config: Config) -> None:
    """R: seen, heard, muted by the node; the control process goes and comes, the picture never stops."""
    running = await start(config)
    door = await created(running)
    amina, bruno = Guest(door, "Amina"), Guest(door, "Bruno")
    try:
        await amina.come()
        await bruno.come()
        await until(lambda: amina.eyes.seen > 5 and bruno.eyes.seen > 5, "they see each other")
        await until(lambda: amina.eyes.loud > 5, "she hears him")
        room = door.room
        people = await running.services.participants.list(room)
        assert [(p.name, p.state) for p in people] == [("Amina", State.HERE), ("Bruno", State.HERE)]

        await running.services.mute.mute(room, bruno.peer.participant, frozenset({Source.CAMERA}), by=OPERATOR)
        await stands_still(amina.eyes, "a blocked camera goes on nowhere, whatever he sends")
        before = amina.eyes.seen
        await running.services.mute.unmute(room, bruno.peer.participant, frozenset(), by=OPERATOR)
        await until(lambda: amina.eyes.seen > before + 10, "his picture is back")

        await running.stop()  # the plane is left alone
        before = amina.eyes.seen
        await until(lambda: amina.eyes.seen > before + 10, "the picture goes on without a control process")

        running = await start(config)
        after = await running.services.participants.list(room)
        assert [(p.participant, p.name, p.state) for p in after] == [(p.participant, p.name, p.state) for p in people]
        await until(amina.peer.welcomed.is_set, "her WebSocket is back")
        assert amina.eyes.seen > before
        await running.services.mute.mute(room, bruno.peer.participant, frozenset({Source.CAMERA}), by=OPERATOR)
        await stands_still(amina.eyes, "a mute works again after the restart")
    finally:
        await amina.go()
        await bruno.go()
        await running.stop()


async def test_a_newer_process_takes_over(config: Config, tmp_path: Path) -> None:
    """Two control processes of one plane: the older is fenced, decides nothing more, and sends its people away."""
    old = await start(config)
    door = await created(old)
    amina = Guest(door, "Amina")
    await amina.come()
    elsewhere = Config(
        node=config.node,
        web=WebSection(listen=f"127.0.0.1:{free_port()}"),
        media=config.media,
        rpc=config.rpc,
        metrics=config.metrics,
    )
    new = await start(elsewhere)
    try:
        await within(old.fenced.wait())
        assert (await new.services.participants.list(door.room))[0].participant == amina.peer.participant
        assert old.services.nodes.state == "fenced"
        with pytest.raises(Exception, match="FENCED"):
            await old.services.rooms.close(door.room, by=OPERATOR)
        await old.stop()
        await amina.go()
    finally:
        await new.stop()


async def test_a_fenced_process_ends_and_leaves_the_plane_to_the_newer(
    config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3, even where this process was told to take its plane along."""
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(tmp_path / "notify"))
    told.setblocking(False)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    older = asyncio.create_task(run(replace(config, media=replace(config.media, stop_plane=True))))
    assert await asyncio.wait_for(asyncio.get_running_loop().sock_recv(told, 64), 20) == b"READY=1"
    new = await start(replace(config, web=WebSection(listen=f"127.0.0.1:{free_port()}")))
    try:
        assert await asyncio.wait_for(older, 20) == 3
        assert told.recv(64) == b"STOPPING=1", "its plane says nothing in its name"
        assert (await new.media.held()) == []
        assert new.floor.plane_up
        amina = Guest(await created(new), "Amina")
        await amina.come()
        await amina.go()
    finally:
        told.close()
        await new.stop()


async def test_a_port_that_the_killed_node_still_holds_is_waited_for(config: Config) -> None:
    """The kernel may need a moment for the last of its processes; systemd does not start a second time for this."""
    held = socket.create_server(split_address(config.web.listen))
    starting = asyncio.create_task(start(config))
    done, _ = await asyncio.wait([starting], timeout=2.0)  # the node opens its database first
    assert not done
    held.close()
    running = await starting
    try:
        assert running.services.nodes.state == "ok"
    finally:
        await running.stop()


async def test_a_second_node_by_mistake_leaves_the_first_alone(config: Config) -> None:
    """The ports are taken before the plane is."""
    from node.listening import CannotListen

    first = await start(config)
    try:
        with pytest.raises(CannotListen):
            await start(config)
        await asyncio.sleep(0.2)
        assert first.services.nodes.state == "ok"
    finally:
        await first.stop()
