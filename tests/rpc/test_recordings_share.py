"""D9: minutes and bytes of a node are those of all rooms that record at the same time, together."""

from __future__ import annotations

import msgspec
import pytest

from node.features.recordings.recorders import Settings
from node.features.recordings.rules import StreamBegun
from node.features.recordings.states import LIVE
from node.ports import Actor, PlaneFigures, Source, TapFigures
from tests.rpc.house import House

OLGA = Actor("operator", "olga", "operator")
FIGURES = PlaneFigures((), (), {}, {}, 0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0, spool_free_bytes=1 << 50)
ROOMS = ("hall", "library", "office", "yard")


async def begin(house: House, **limits: int) -> None:
    """Somebody shows themselves in each of four rooms, and all are recorded."""
    house.recordings.settings = msgspec.structs.replace(Settings(), **limits)
    for room in ROOMS:
        await house.room(room, ["Amina"])
        made = await house.recordings.start(room, "grid", by=OLGA)
        now = house.recordings.now()
        house.recordings.note(StreamBegun(made.recording, 1, "p1", "Amina", f"{room}/camera", Source.CAMERA, now))


def second(house: House, size: int = 0) -> list[str]:
    """What the plane says each second, `size` bytes of each stream; what runs after it."""
    taps = tuple(
        TapFigures(view.recording, stream.stream, size, 0, 0, 0)
        for view in house.recordings.book.live()
        for stream in view.streams
    )
    house.recordings.on_media(msgspec.structs.replace(FIGURES, taps=taps))
    return sorted(view.room for view in house.recordings.book.live())


async def test_minutes(house: House) -> None:
    await begin(house, node_minutes=10)
    for passed, running in ((140, ROOMS), (149, ROOMS), (151, ())):
        house.clock.offset = passed
        assert second(house) == [*running]
    now = house.recordings.now()
    assert 600 <= sum(view.seconds(now) for view in house.recordings.list()) < 610
    assert {view.marks[-1].why for view in house.recordings.list() if view.state not in LIVE} == {"minutes"}


async def test_what_one_stops_is_left_to_the_others(house: House) -> None:
    await begin(house, node_minutes=10)
    house.clock.offset = 100
    second(house)
    for room in ROOMS[1:]:
        await house.recordings.change(room, "stop", by=OLGA)
    house.clock.offset = 299
    assert second(house) == ["hall"]
    house.clock.offset = 302
    assert second(house) == []


@pytest.mark.parametrize(("size", "running"), [(249, ROOMS), (250, ())])
async def test_bytes(house: House, size: int, running: tuple[str, ...]) -> None:
    await begin(house, node_bytes=1000)
    second(house, size)
    assert second(house, size) == [*running]
    assert {view.marks[-1].why for view in house.recordings.list()} == ({""} if running else {"bytes"})


async def test_a_limit_that_is_lowered_holds_at_once(house: House) -> None:
    await begin(house)
    house.clock.offset = 200
    assert second(house) == [*ROOMS]
    house.recordings.settings = msgspec.structs.replace(Settings(), room_minutes=3)
    assert second(house) == []
