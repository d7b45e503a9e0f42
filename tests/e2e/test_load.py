"""Fifty players and one encoder that are nobody's browser, made by the load generator."""

from __future__ import annotations

import pytest

from tests.e2e.loading import Load, build
from tests.e2e.machine import Machine, until


@pytest.mark.timeout(600)  # the first time it compiles
async def test_fifty_players_watch_one_encoder(machine: Machine) -> None:
    """WHIP (RFC 9725) and WHEP at fifty: everybody receives sound and picture, and nothing is left in the plane."""
    program = await build()
    room = await machine.room(max_participants=100)
    door = room.participant
    encoder = await Load(
        program, "whip", f"{door.base}/whip/{door.room}", "--seconds", "400", token=door.ticket
    ).start()

    players = await Load(
        program, "whep", f"{door.base}/whep/{door.room}", "--people", "50", "--seconds", "4", "--ramp", "25",
        token=door.ticket,
    ).start()  # fmt: skip
    seen = await players.end()
    sent = await encoder.stop()

    assert (seen["refused"], seen["failed"], seen["not_left"]) == ({}, {}, {})
    assert (seen["joined"], seen["receiving"], seen["left"]) == (50, 50, 50), seen
    assert seen["total"]["unopened"] == seen["total"]["unknown"] == 0
    assert seen["total"]["key_frames"] >= 50, "everybody could begin to play"
    assert seen["measured"]["packets_per_second"] > 50 * 100, "50 sounds and a picture of 120 packets a second, each"
    assert seen["measured"]["lost_percent"] < 1
    assert sent["joined"] == sent["left"] == 1
    assert sent["total"]["reports"] > 0, "the node tells the encoder how it is received"

    async def empty() -> bool:
        figures = await machine.figures()
        return not any(figures[name] for name in ("regie_plane_transports", "regie_plane_tracks", "regie_plane_rooms"))

    await until(empty, 30, "nobody is left in the plane")


@pytest.mark.timeout(600)
async def test_a_crowd_joins_as_the_page_does(machine: Machine) -> None:
    """Forty joins at once by Régie's own door, four of them publish, and everybody sees and hears."""
    program = await build()
    room = await machine.room(max_participants=100)
    link = f"{room.participant.base}/r/{room.participant.room}"

    crowd = await Load(
        program, "join", link, "--people", "40", "--publish", "4", "--tiles", "4", "--ramp", "1000", "--crew", "40",
        "--seconds", "4", token=room.participant.ticket,
    ).start()  # fmt: skip
    seen = await crowd.end()

    assert (seen["refused"], seen["failed"], seen["not_left"]) == ({}, {}, {})
    assert (seen["joined"], seen["receiving"], seen["left"]) == (40, 36, 40), seen
    assert seen["total"]["key_frames"] >= 36 * 3, "the pictures of the others can be played"


@pytest.mark.timeout(600)
async def test_six_hundred_come_back_at_once(machine: Machine) -> None:
    """H33: six hundred join at the same moment, as after a network was away; nobody is refused, nobody stays behind."""
    program = await build()
    room = await machine.room(max_participants=700)
    link = f"{room.participant.base}/r/{room.participant.room}"

    crowd = await Load(
        program, "join", link, "--people", "600", "--tiles", "1", "--ramp", "10000", "--crew", "128", "--seconds", "2",
        token=room.participant.ticket,
    ).start()  # fmt: skip
    seen = await crowd.end()

    assert (seen["refused"], seen["failed"], seen["not_left"]) == ({}, {}, {})
    assert (seen["joined"], seen["left"]) == (600, 600), seen
    assert seen["ms"]["secured"]["max"] < 30_000, "the last one is in within half a minute, on a busy machine"
