"""The page's door to recordings, in a type that has none."""

from __future__ import annotations

from tests.web.house import House


async def test_who_speaks_in_a_video_conference_is_refused(home: House) -> None:
    """R160, T6: whatever the page shows or hides."""
    room, tickets = await home.create(type="conference")
    helene = await home.person(room.room, tickets["speaker"], "Hélène")
    await helene.send(type="record", do="start")
    assert (await helene.until("refused"))["code"] == "RECORDING_FORBIDDEN"
    assert not home.recordings.list(room.room)
