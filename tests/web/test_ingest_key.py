"""OBS feeds a room with the technician's address and key, is recorded like anybody, and is shut out (R220)."""

from __future__ import annotations

from node.ports import Source
from tests.web.house import OPERATOR, SDP, House

SDP_TYPE = {"Content-Type": "application/sdp"}


async def test_the_key_of_an_encoder_can_be_revoked(home: House) -> None:
    """R220: address and key; recorded; with the key ended it is out, what it sent is recorded up to then, and it does
    not come back with the old one."""
    room, tickets = await home.create(type="webinar")
    await home.person(room.room, tickets["host"], "Hélène")
    await home.recordings.start(room.room, "grid", by=OPERATOR)
    key, known = tickets["technician"], home.floor.room(room.room)
    publish = {"bearer": key, "data": SDP, "headers": SDP_TYPE}
    assert (await home.request("POST", f"/whip/{room.room}?name=OBS", **publish)).status == 201
    (encoder,) = [person for person in known.people if person.name == "OBS"]
    home.media.connect(encoder.transport)
    taken = {tap.track for tap in await home.media.taps()}
    assert {track.id for track in encoder.tracks if track.source is Source.CAMERA} <= taken

    made, out = await home.access.renew(room.room, "technician", recheck=True, by=OPERATOR)
    assert out == 1 and not [person for person in known.people if person.name == "OBS"]
    again = await home.request("POST", f"/whip/{room.room}", **publish)
    assert (again.status, (await again.json())["code"]) == (401, "LINK_RENEWED")
    publish["bearer"] = made.ticket
    assert (await home.request("POST", f"/whip/{room.room}?name=OBS", **publish)).status == 201
