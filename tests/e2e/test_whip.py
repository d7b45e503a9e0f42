"""An encoder publishes by WHIP, a player watches by WHEP."""

from __future__ import annotations

import asyncio
from typing import Any

from node.demo import loops, people
from node.demo.tracks import CameraTrack, SpeechTrack, send_levels
from protos.participants.v1 import participants_pb2
from tests.e2e.encoder import Whip
from tests.e2e.listener import Listener
from tests.e2e.machine import Machine, until

RESTART = (
    "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
)


async def test_an_encoder_publishes_and_a_player_watches(machine: Machine) -> None:
    """RFC 9725: 201 with Location and ETag, media in the room, DELETE ends it; the WHEP draft likewise."""
    operator = machine.operator
    assert operator is not None
    room = await machine.room()
    jean = Listener(room.participant, "Jean")
    await jean.enter()

    media = loops.load(people.PEOPLE[2])
    voice, camera = SpeechTrack(media), CameraTrack(media)
    voice.talking = camera.talking = True
    encoder = Whip(room.participant, "whip")
    send_levels(encoder.connection.addTransceiver(voice, direction="sendonly").sender, voice)
    encoder.connection.addTransceiver(camera, direction="sendonly")
    await encoder.post()
    await until(lambda: jean.packets("video") > 30 and jean.packets("audio") > 30, 30, "the room receives the encoder")

    request = participants_pb2.ListParticipantsRequest(room=room.room)
    listed = await operator(operator.participants.ListParticipants, request)
    clients = {one.name: one.client for one in listed.participants}
    assert clients["OBS"] == participants_pb2.Participant.CLIENT_WHIP

    frames = {"audio": 0, "video": 0}

    async def drain(track: Any) -> None:
        while True:
            await track.recv()
            frames[track.kind] += 1

    draining: list[asyncio.Task[None]] = []
    player = Whip(room.participant, "whep")
    player.connection.on("track", lambda track: draining.append(asyncio.ensure_future(drain(track))))
    player.connection.addTransceiver("audio", direction="recvonly")
    player.connection.addTransceiver("video", direction="recvonly")
    await player.post("Lecteur")
    await until(lambda: frames["video"] > 30 and frames["audio"] > 50, 30, "the player plays")

    assert await player.delete() in (200, 204)
    assert await encoder.delete() in (200, 204)

    async def alone() -> bool:
        listed = await operator(operator.participants.ListParticipants, request)
        return {one.name for one in listed.participants} == {"Jean"}

    await until(alone, 20, "both are gone")
    for task in draining:
        task.cancel()
    for one in (player, encoder):
        await one.close()
    await jean.exit()


async def test_whip_restarts_ice_and_takes_candidates(machine: Machine) -> None:
    """RFC 9725 4.3: a PATCH with new credentials is answered with the node's; candidates alone need no answer."""
    room = await machine.room()
    media = loops.load(people.PEOPLE[2])
    encoder = Whip(room.participant, "whip")
    encoder.connection.addTransceiver(CameraTrack(media), direction="sendonly")
    await encoder.post()

    status, body, headers = await encoder.patch(RESTART, "*")
    assert status == 200
    assert "a=ice-ufrag:" in body and "a=ice-pwd:" in body
    assert headers["ETag"] != encoder.tag

    candidate = "a=mid:0\r\na=candidate:1 1 UDP 2130706431 127.0.0.1 40000 typ host\r\n"
    assert (await encoder.patch(candidate, headers["ETag"]))[0] == 204
    await encoder.delete()
    await encoder.close()
