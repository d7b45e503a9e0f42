"""What the node says no to, on a real port: the right code, and the process goes on as before."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from typing import Any

import aiohttp
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection

from node.demo.peer import Door, JoinRefused, Peer
from protos.rooms.v1 import rooms_pb2
from tests.e2e.machine import Machine, until


async def offer() -> str:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver("audio", direction="recvonly")
    connection.addTransceiver("video", direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())
    sdp: str = connection.localDescription.sdp
    await connection.close()
    return sdp


async def refused(door: Door) -> tuple[int, str]:
    peer = Peer(door, "Jean", hears=1, sees=1)
    try:
        with pytest.raises(JoinRefused) as caught:
            await peer.join()
    finally:
        await peer.close()
    refusal = caught.value.refusal
    assert set(refusal["message"]) == set(refusal["next_step"]) == {"fr", "en"}
    return caught.value.status, refusal["code"]


async def test_a_full_room(machine: Machine) -> None:
    room = await machine.room(max_participants=1)
    first = Peer(room.participant, "Amina", hears=1, sees=1)
    await first.join()
    assert await refused(room.participant) == (403, "ROOM_FULL")
    await first.leave()


async def test_a_closed_room(machine: Machine) -> None:
    assert machine.operator is not None
    room = await machine.room()
    await machine.operator(machine.operator.rooms.CloseRoom, rooms_pb2.CloseRoomRequest(room=room.room))
    assert await refused(room.participant) == (410, "ROOM_CLOSED")


async def test_an_unknown_room_and_a_wrong_ticket(machine: Machine) -> None:
    """A ticket of one room does not open another (H18)."""
    room, other = await machine.room(), await machine.room()
    assert await refused(Door(machine.base, "nulle-part", room.participant.ticket)) == (401, "TICKET_WRONG")
    assert await refused(Door(machine.base, room.room, "faux")) == (401, "TICKET_WRONG")
    assert await refused(Door(machine.base, room.room, other.participant.ticket)) == (401, "TICKET_WRONG")


async def test_bent_offers_are_refused_quickly_and_leave_nothing(machine: Machine) -> None:
    """Two hundred offers cut, doubled, shuffled and overwritten by chance (H16): 4xx or accepted, never a fault."""
    room = await machine.room(max_participants=1000)
    chance = random.Random(16)
    good = await offer()
    codes: dict[int, int] = {}
    await refused(Door(machine.base, room.room, "faux"))
    baseline = machine.open_files()
    began = machine.worked()
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {room.participant.ticket}"}) as http:
        for number in range(200):
            body = {"name": f"Essai {number}", "language": "fr", "sdp": bend(good, chance), "session": None}
            async with http.post(room.participant.join, json=body) as answer:
                said = await answer.json()
                codes[answer.status] = codes.get(answer.status, 0) + 1
            if answer.status == 201:
                async with http.delete(
                    f"{machine.base}/api/session", headers={"Authorization": f"Bearer {said['session']}"}
                ) as left:
                    assert left.status == 204
            else:
                assert answer.status in (400, 422, 413), said
    assert codes.get(400, 0) + codes.get(422, 0) > 50
    assert (machine.worked() - began) / 200 < 0.05, "seconds of processor"
    await until_empty(machine, baseline)


async def test_oversized_and_malformed_websocket_messages(machine: Machine) -> None:
    """H17, H20: refused by name or closed with 4000; others in the room notice nothing."""
    room = await machine.room()
    bystander = Peer(room.participant, "Jean", hears=1, sees=1)
    await bystander.join()
    staying = asyncio.create_task(bystander.stay())
    await bystander.welcomed.wait()
    peer = Peer(room.participant, "Amina", hears=1, sees=1)
    await peer.join()
    hostile: tuple[Any, ...] = (
        "x" * 20_000,
        json.dumps({"type": "chat", "text": "x" * 2_000_000, "key": "1"}),
        b"\x00\xff",
        "[]",
        "null",
        '{"type": null}',
        '{"type": "chat"}',
        '{"type": "chat", "text": null, "key": "1"}',
        '{"type": "inconnu"}',
        '{"type": "layout", "tiles": -1, "pinned": null}',
        '{"type": "layout", "tiles": 99999999999999999999, "pinned": null}',
        '{"type": "publish", "source": "🎤", "on": true}',
        '{"type": "mute", "participant": "p_x", "source": "microphone", "muted": true}',
    )
    async with aiohttp.ClientSession() as http:
        for message in hostile:
            async with http.ws_connect(f"{machine.base}/ws", protocols=("regie.v1",), max_msg_size=0) as socket:
                await socket.send_json({"type": "hello", "session": peer.session, "seq": 0, "language": "fr"})
                welcome = await socket.receive_json(timeout=30)
                assert welcome["type"] in ("welcome", "resumed")
                with contextlib.suppress(ConnectionError):  # the node may close at the header, before the rest is sent
                    if isinstance(message, bytes):
                        await socket.send_bytes(message)
                    else:
                        await socket.send_str(message)
                assert await answered(socket), message
    assert not staying.done() and bystander.welcomed.is_set()
    assert "Traceback" not in machine.log()
    staying.cancel()
    await asyncio.gather(staying, return_exceptions=True)
    await peer.leave()
    await bystander.leave()


async def test_after_many_joins_and_refusals_nothing_is_left(machine: Machine) -> None:
    """File descriptors and transports return to where they were (H32 in small)."""
    room = await machine.room(max_participants=1000)

    async def visit() -> None:
        peer = Peer(room.participant, "Amina", hears=1, sees=1)
        await peer.join()
        staying = asyncio.create_task(peer.stay())
        await asyncio.wait_for(peer.welcomed.wait(), 30)
        await asyncio.wait_for(peer.connected.wait(), 30)
        staying.cancel()
        await asyncio.gather(staying, return_exceptions=True)
        await peer.leave()

    await visit()
    baseline = machine.open_files()
    for _ in range(5):
        await asyncio.gather(*(visit() for _ in range(4)))
        await refused(Door(machine.base, room.room, "faux"))

    await until_empty(machine, baseline)


async def until_empty(machine: Machine, baseline: int) -> None:
    """No transport, no descriptor more than before, no fault in the log."""
    await until(lambda: machine.open_files() <= baseline + 2, 30, "file descriptors are back", every=0.2)

    async def empty() -> bool:
        return (await machine.figures()).get("regie_plane_transports") == 0

    await until(empty, 30, "no transport is left", every=0.2)
    assert "Traceback" not in machine.log()


def bend(sdp: str, chance: random.Random) -> str:
    """One offer, spoilt in one of several ways."""
    lines = sdp.split("\r\n")
    way = chance.randrange(8)
    at = chance.randrange(len(lines))
    if way == 0:
        return sdp[: chance.randrange(len(sdp))]
    if way == 1:
        del lines[at]
    elif way == 2:
        lines.insert(at, lines[at] * 2)
    elif way == 3:
        chance.shuffle(lines)
    elif way == 4:
        lines[at] = "".join(chance.choice("a=mv:0 1\x00é{}/;") for _ in range(40))
    elif way == 5:
        lines[at] = lines[at].replace(":", ":" * chance.randrange(1, 4), 1) + chance.choice(("", " ", " -1", "\x00"))
    elif way == 6:
        lines = [line for line in lines if not line.startswith(chance.choice(("a=mid", "a=fing", "a=ice", "m=")))]
    else:
        lines = lines[:4] + lines[4:] * chance.randrange(2, 30)
    return "\r\n".join(lines)


async def answered(socket: aiohttp.ClientWebSocketResponse) -> bool:
    """Whether the node refused the message or closed the connection, within 30 seconds."""
    async with asyncio.timeout(30):
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT and message.json()["type"] == "refused":
                return True
    return socket.close_code is not None
