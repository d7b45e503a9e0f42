"""H15: who dribbles or says nothing takes no place from others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from node.web.doorway import Doorway

HELLO = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def hello(request: web.Request) -> web.Response:
    return web.Response(text="bonjour")


async def talk(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(str(message.data))
    return socket


@asynccontextmanager
async def door(doorway: Doorway) -> AsyncIterator[int]:
    app = web.Application(middlewares=[doorway.middleware])
    app.add_routes([web.get("/", hello), web.get("/ws", talk)])
    runner = web.AppRunner(app)
    await runner.setup()
    assert runner.server is not None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(doorway.factory(runner.server), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await runner.cleanup()


async def call(port: int) -> Streams:
    return await asyncio.open_connection("127.0.0.1", port)


async def answered(streams: Streams) -> bytes:
    return await asyncio.wait_for(streams[0].readuntil(b"bonjour"), 30)


async def closed(streams: Streams) -> bool:
    try:
        return await asyncio.wait_for(streams[0].read(), 30) == b""
    except ConnectionError:
        return True


async def test_a_head_that_never_ends_is_not_waited_for() -> None:
    async with door(Doorway(within=0.2)) as port:
        slow = await call(port)
        slow[1].write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert await closed(slow)


async def test_an_answer_that_takes_its_time_is_no_wait() -> None:
    """A request in progress and a WebSocket may last; after an answer the clock starts anew."""
    doorway = Doorway(within=1.0)
    async with door(doorway) as port:
        talking = await call(port)
        talking[1].write(
            b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        await asyncio.wait_for(talking[0].readuntil(b"\r\n\r\n"), 30)
        idle = await call(port)
        idle[1].write(HELLO)
        assert b"200 OK" in await answered(idle)
        assert await closed(idle)
        assert doorway.turned_away == 1
        talking[1].write(b"\x81\x82\0\0\0\0hi")
        assert await asyncio.wait_for(talking[0].readexactly(4), 30) == b"\x81\x02hi"
        talking[1].close()


async def test_of_too_many_the_one_that_has_waited_longest_goes() -> None:
    doorway = Doorway(waiting=3, per_source=0)
    async with door(doorway) as port:
        silent = []
        for _ in range(3):
            one = await call(port)
            one[1].write(b"GET")
            silent.append(one)
        served = await call(port)
        served[1].write(HELLO)
        assert b"200 OK" in await answered(served)
        assert await closed(silent[0])
        assert doorway.waiting == 3
        silent[2][1].write(HELLO[3:])
        assert b"200 OK" in await answered(silent[2])
        for _, writer in (*silent, served):
            writer.close()


async def test_a_source_has_its_share() -> None:
    """One address cannot take the places of all the others."""
    doorway = Doorway(waiting=100, per_source=2)
    async with door(doorway) as port:
        callers = [await call(port) for _ in range(5)]
        for one in callers[:3]:
            assert await closed(one)
        callers[4][1].write(HELLO)
        assert b"200 OK" in await answered(callers[4])
        for _, writer in callers:
            writer.close()
