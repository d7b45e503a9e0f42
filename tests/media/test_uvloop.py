"""The node runs on uvloop, whose transports are not asyncio's classes and whose timers come before its sockets."""

from __future__ import annotations

import asyncio
import pathlib

import uvloop

from node import ports
from node.media.adapter import PlaneMedia
from node.media.supervisor import MediaSettings
from tests.media.light import LightClient
from tests.media.real import control, needs_plane
from tests.media.talk import Listener, fake_program


def test_a_plane_is_started_and_stopped_on_uvloop(tmp_path: pathlib.Path) -> None:
    async def story() -> None:
        media = PlaneMedia(MediaSettings(run_dir=tmp_path, plane_binary=str(fake_program(tmp_path))))
        heard = Listener()
        media.subscribe(heard)
        await media.start()
        assert (await heard.hears(ports.PlaneUp)).fresh
        assert await media.held() == []
        await media.shutdown(stop_plane=True)

    uvloop.run(story())


@needs_plane
def test_fifty_join_on_uvloop(tmp_path: pathlib.Path) -> None:
    async def story() -> None:
        media, heard = await control(tmp_path)
        clients = [LightClient(f"t{n}") for n in range(50)]
        await asyncio.gather(*(client.join(media) for client in clients))
        for client in clients:
            await heard.hears(ports.TransportConnected, ports.TransportConnected(client.name).__eq__)
        assert len(await media.held()) == 50
        await media.close_room("r")
        assert await media.held() == []
        for client in clients:
            client.leave()
        await media.shutdown(stop_plane=True)

    uvloop.run(story())
