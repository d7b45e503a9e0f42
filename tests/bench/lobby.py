"""How fast a full lobby is let in: `python -m tests.bench.lobby [--people 1000]`.

A real node with its plane. People wait as pages do, by one POST and a WebSocket each; an operator lets all of them in
by one gRPC call. Measured from that call: until each of them was told, until each had joined (POST of Chromium's offer,
on being told), and until each had media (ICE check and DTLS handshake, from a UDP socket of their own). All of it, the
people included, on whatever cores there are.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import uvloop

from protos.lobby.v1 import lobby_pb2, lobby_pb2_grpc
from tests.e2e.machine import Machine, Room
from tests.media.light import LightClient

TOGETHER = 100
WITHIN_S = 120.0
GOAL_S = 5.0


class Guest:
    """One page that waits; `told`, `joined` and `media` are moments of the clock."""

    def __init__(self, http: aiohttp.ClientSession, room: Room, client: LightClient) -> None:
        self.http, self.client = http, client
        self.base = f"{room.participant.base}/api/rooms/{room.room}"
        self.headers = {"Authorization": f"Bearer {room.participant.ticket}"}
        self.origin = room.participant.base
        self.told = self.joined = self.media = 0.0

    async def wait(self) -> None:
        body = {"name": self.client.name, "language": "fr"}
        async with self.http.post(f"{self.base}/wait", json=body, headers=self.headers) as answer:
            assert answer.status == 201, await answer.text()
            self.session = (await answer.json())["session"]
        self.socket = await self.http.ws_connect(f"{self.origin}/ws", protocols=("regie.v1",))
        await self.socket.send_json({"type": "hello", "session": self.session, "seq": 0, "language": "fr"})
        assert (await self.socket.receive_json())["type"] == "lobby"

    async def enter(self) -> None:
        """From being told to having media."""
        assert (await self.socket.receive_json())["type"] == "admitted"
        self.told = time.perf_counter()
        body = {"name": self.client.name, "language": "fr", "sdp": self.client.offer, "session": self.session}
        async with self.http.post(f"{self.base}/join", json=body, headers=self.headers) as answer:
            assert answer.status == 201, await answer.text()
            joined = await answer.json()
        self.joined = time.perf_counter()
        await self.client.connect(joined["sdp"])
        await self.client.done
        self.media = time.perf_counter()


def school(number: int) -> aiohttp.ClientSession:
    """The way of some of the people: an address of their own."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, local_addr=(f"127.0.1.{number + 1}", 0)))


async def measure(people: int) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder))
        await machine.start()
        try:
            assert machine.operator is not None
            room = await machine.room(max_participants=people)
            lobby = lobby_pb2_grpc.LobbyServiceStub(machine.operator.channel)
            await machine.operator(lobby.SetLobby, lobby_pb2.SetLobbyRequest(room=room.room, on=True))
            async with AsyncExitStack() as schools:
                # No node takes a thousand new connections at once from one address.
                https = [await schools.enter_async_context(school(n)) for n in range(-(-people // TOGETHER))]
                guests = [Guest(https[n // TOGETHER], room, LightClient(f"Invité {n}")) for n in range(people)]
                began = time.perf_counter()
                for at in range(0, people, TOGETHER):
                    await asyncio.gather(*(guest.wait() for guest in guests[at : at + TOGETHER]))
                waiting = time.perf_counter() - began
                entering = [asyncio.create_task(guest.enter()) for guest in guests]
                started = time.perf_counter()
                request = lobby_pb2.AdmitWaitersRequest(room=room.room, all=True)
                answer = await lobby.AdmitWaiters(request, timeout=60.0, metadata=machine.operator.metadata)
                answered = time.perf_counter() - started
                assert (len(answer.participants), answer.left) == (people, 0), answer.limit
                async with asyncio.timeout(WITHIN_S):
                    await asyncio.gather(*entering)
                for guest in guests:
                    guest.client.leave()
            return report(people, waiting, answered, started, guests)
        finally:
            await machine.stop()


def report(people: int, waiting: float, answered: float, started: float, guests: list[Guest]) -> bool:
    print(f"{people} people wait, {people / waiting:.0f} came a second")
    print(f"  the operator has the answer after         {answered:.2f} s")
    for what, word in (("told", "told that they may come in"), ("joined", "joined"), ("media", "with media")):
        times = sorted(getattr(guest, what) - started for guest in guests)
        middle, last = times[len(times) // 2], times[-1]
        print(f"  {word:<28} half / all   {middle:.2f} / {last:.2f} s")
    admitted = max(guest.told for guest in guests) - started
    print(f"  goal: all admitted within {GOAL_S:g} s: {'met' if admitted <= GOAL_S else 'missed'}")
    return admitted <= GOAL_S


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure how fast a full lobby is let in.")
    parser.add_argument("--people", type=int, default=1000)
    return 0 if uvloop.run(measure(parser.parse_args().people)) else 1


if __name__ == "__main__":
    sys.exit(main())
