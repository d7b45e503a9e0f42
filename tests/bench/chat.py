"""What a crowd that chats costs: `make bench-chat`, or `python -m tests.bench.chat [--people 1000] [--messages 20] …`.

A real node with its plane, and people with a WebSocket each who come in by HTTP as a page does; nobody's media is
connected. Each second so many messages are written, by people in turn, and so many people leave while others come. The
node's control process has one core, the people have another. A message's time is from before it is written until a
page has it. Two are told: of a few pages in a process of their own, which the kernel lets run before the crowd's, and
which came in evenly among it (what a person sees, who has a machine to himself); and of everybody, with the work of the
process that plays the crowd in it.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections import deque
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

import aiohttp
import uvloop

from node.demo.peer import Door
from tests.bench.joins import confine, cpu_s
from tests.e2e.machine import Machine, Room
from tests.media.light import LightClient

WITHIN_S = 60.0
SPARE = 50
"""Places beyond the people: who leaves is still there for a moment."""
WITNESSES = 20
"""Pages whose own process is not the crowd's."""
GREETED = b'"type":"welcome"'
SENT = b'"text":"t '


class Page(asyncio.Protocol):
    """One WebSocket (RFC 6455), as little of it as this needs: its pings are answered, and messages are timed."""

    def __init__(self, port: int, session: str, times: list[float]) -> None:
        self.session = session
        self.times = times
        self.welcomed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost = False
        self._port = port
        self._open = False
        self._rest = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is one by behaviour, not by class
        key = base64.b64encode(os.urandom(16)).decode()
        head = (
            "GET /ws HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: regie.v1",
        )
        self._write("\r\n".join((*head, "", "")).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if not self.welcomed.done():
            self.welcomed.set_exception(ConnectionError("closed before the welcome"))

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        at = 0
        if not self._open:
            head = data.find(b"\r\n\r\n")
            if head < 0:
                self._rest = data
                return
            if b" 101 " not in data[:head]:
                raise ConnectionError(data[:head].decode(errors="replace"))
            self._open, at = True, head + 4
            self.send(type="hello", session=self.session, seq=0)
        while (end := self._frame(data, at)) > 0:
            at = end
        self._rest = data[at:]

    def _frame(self, data: bytes, at: int) -> int:
        """Take one frame (5.2) that begins at `at`; where the next one does, 0 while it is not whole."""
        if len(data) < at + 2:
            return 0
        size, begin = data[at + 1] & 0x7F, at + 2
        if size > 125:
            wide = 2 if size == 126 else 8
            if len(data) < begin + wide:
                return 0
            size, begin = int.from_bytes(data[begin : begin + wide], "big"), begin + wide
        if len(data) < begin + size:
            return 0
        payload = data[begin : begin + size]
        match data[at] & 0x0F:
            case 1:
                self._told(payload)
            case 9:
                self._say(0x8A, payload)
        return begin + size

    def _told(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"chat"') and (at := payload.find(SENT)) >= 0:
            at += len(SENT)
            self.times.append(time.perf_counter() - float(payload[at : payload.index(b'"', at)]))
        elif not self.welcomed.done() and GREETED in payload[:40]:
            self.welcomed.set_result(None)

    def send(self, **message: object) -> None:
        self._say(0x81, json.dumps(message).encode())

    def _say(self, head: int, payload: bytes) -> None:
        """A client's frame is masked (5.3); by zeros, which change nothing."""
        size = len(payload)
        length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self._write(bytes((head,)) + length + bytes(4) + payload)

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def look_on(sessions: Connection) -> None:
    """Sit in the room with each session that comes, until None does; answers with the times of what was heard."""
    loop, pages, times = asyncio.get_running_loop(), [], list[float]()
    while (told := await loop.run_in_executor(None, sessions.recv)) is not None:
        if told == "now":
            times.clear()
            continue
        port, session = told
        page = Page(port, session, times)
        await loop.create_connection(lambda page=page: page, "127.0.0.1", port)  # type: ignore[misc]
        await page.welcomed
        pages.append(page)
    sessions.send(times)
    sessions.recv()


def witness(sessions: Connection) -> None:
    """A process of its own; it runs before the crowd wherever the kernel lets it."""
    with contextlib.suppress(PermissionError):
        os.nice(-10)
    uvloop.run(look_on(sessions))


class Crowd:
    """The people of one room."""

    def __init__(self, http: aiohttp.ClientSession, room: Room, offer: str) -> None:
        self._http = http
        self.room = room
        self._offer = offer
        self.named = 0
        self.pages: deque[Page] = deque()
        self.times: list[float] = []
        self.joins: list[float] = []

    async def send_witness(self, sessions: Connection) -> None:
        """Let one in whose page is in another process."""
        port = int(self.room.participant.base.rpartition(":")[2])
        sessions.send((port, await self._enter(self.room.participant)))

    async def _enter(self, door: Door) -> str:
        """By HTTP; the session."""
        self.named += 1
        body = {"name": f"Invité {self.named}", "language": "fr", "sdp": self._offer, "session": None}
        address = f"{door.base}/api/rooms/{door.room}/join"
        async with self._http.post(address, json=body, headers={"Authorization": f"Bearer {door.ticket}"}) as answer:
            if answer.status != 201:
                raise RuntimeError(await answer.text())
            return str((await answer.json())["session"])

    def page(self, port: int, session: str) -> Page:
        return Page(port, session, self.times)

    async def come(self, door: Door | None = None) -> Page:
        door, began = door or self.room.participant, time.perf_counter()
        session = await self._enter(door)
        port = int(door.base.rpartition(":")[2])
        page = self.page(port, session)
        await asyncio.get_running_loop().create_connection(lambda: page, "127.0.0.1", port)
        await page.welcomed
        if door is self.room.participant:
            self.pages.append(page)
        self.joins.append(time.perf_counter() - began)
        return page

    def go(self) -> None:
        page = self.pages.popleft()
        page.send(type="leave")

    def speak(self, number: int) -> None:
        page = self.pages[(number * 7919) % len(self.pages)]
        page.send(type="chat", text=f"t {time.perf_counter():.6f}", key=f"k{number}")


async def chat(crowd: Crowd, messages: int, joins: int, seconds: float) -> None:
    """So many messages and changes of people a second, evenly."""
    coming: set[asyncio.Task[Page]] = set()
    began = time.perf_counter()
    for number in range(int(messages * seconds)):
        await asyncio.sleep(max(0.0, began + number / messages - time.perf_counter()))
        crowd.speak(number)
        if joins and number * joins // messages != (number - 1) * joins // messages:
            crowd.go()
            coming.add(asyncio.create_task(crowd.come()))
    async with asyncio.timeout(WITHIN_S):
        await asyncio.gather(*coming)
    await asyncio.sleep(1.0)


async def measure(people: int, messages: int, joins: int, seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        most = str(max(100, people + SPARE))
        machine = Machine(Path(folder), settings={"REGIE__LIMITS__ROOM_PARTICIPANTS_MAX": most})
        await machine.start()
        try:
            assert machine.process is not None
            node, (plane,) = machine.process.pid, machine.planes()
            confine(node, plane)
            ours, theirs = multiprocessing.get_context("spawn").Pipe()
            other = multiprocessing.get_context("spawn").Process(target=witness, args=(theirs,), daemon=True)
            other.start()
            room = await machine.room(max_participants=people + SPARE)
            async with aiohttp.ClientSession() as http:
                crowd = Crowd(http, room, LightClient("Invité").offer)
                host = await crowd.come(room.host)
                host.send(type="regulate", per_moderator=0)  # nobody is missed, so nobody is slowed down
                apart = max(1, people // WITNESSES)
                for at in range(0, people, apart):
                    await crowd.send_witness(ours)
                    async with asyncio.timeout(WITHIN_S):
                        await asyncio.gather(*(crowd.come() for _ in range(min(apart, people - at))))
                await asyncio.sleep(2.0)
                crowd.joins.clear()
                ours.send("now")
                before, mine = cpu_s(node), time.process_time()
                await chat(crowd, messages, joins, seconds)
                # The work is fixed by the plan; on a busy machine the last of it is done later.
                busy = ((cpu_s(node) - before) / seconds, (time.process_time() - mine) / seconds)
                ours.send(None)
                report(crowd, ours.recv(), messages, joins, busy)
                ours.send(None)
                for page in crowd.pages:
                    page.close()
        finally:
            await machine.stop()


def report(crowd: Crowd, seen: list[float], messages: int, joins: int, busy: tuple[float, float]) -> None:
    came = sorted(crowd.joins) or [0.0]
    lost = sum(page.lost for page in crowd.pages)
    print(f"{len(crowd.pages)} people, {messages} messages and {joins} joins a second; {lost} WebSockets lost")
    print(f"  control process / the crowd      {100 * busy[0]:.0f} / {100 * busy[1]:.0f} % of a core")
    print(f"  a message, p50 / p99 / most      {spread(seen)} ms")
    print(f"  with the crowd's own work        {spread(crowd.times)} ms")
    print(f"  coming in, p50 / p99             {1000 * came[len(came) // 2]:.0f} / "
          f"{1000 * came[len(came) * 99 // 100]:.0f} ms")  # fmt: skip


def spread(times: list[float]) -> str:
    if not times:
        raise RuntimeError("nobody was told anything")
    times = sorted(times)
    return " / ".join(f"{1000 * at:.0f}" for at in (times[len(times) // 2], times[len(times) * 99 // 100], times[-1]))


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what a crowd that chats costs.")
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--messages", type=int, default=20)
    parser.add_argument("--joins", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 8 * options.people)), hard))
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {1})
    uvloop.run(measure(options.people, options.messages, options.joins, options.seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
