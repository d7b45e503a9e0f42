"""The picture of a recording is laid out as the host chose."""

from __future__ import annotations

from node.features.recordings.planned import PlanRecording
from tests.web.house import OPERATOR, House


async def test_a_host_chooses_as_it_starts_or_leaves_it_as_it_is_planned(home: House) -> None:
    """R104: all alike where nothing is said; then as the room's form says, but for who chooses otherwise."""
    room, tickets = await home.create(type="webinar")
    host = await home.person(room.room, tickets["host"], "Hélène")

    async def started(**asked: str) -> str:
        await host.send(type="record", do="start", **asked)
        await host.until("recording")
        (view, *_before) = home.recordings.list(room.room)
        await host.send(type="record", do="stop")
        await host.until("recording", recording=None)
        home.clock.time += 60
        return view.arrangement

    assert [await started(), await started(arrangement="speaker")] == ["grid", "speaker"]
    await home.floor.decide(room.room, PlanRecording(OPERATOR, False, "speaker")).done()
    assert [await started(), await started(arrangement="grid")] == ["speaker", "grid"]
