"""D9: what an end of the node at a bad moment left of what hosts added goes by itself, and nothing else does."""

from __future__ import annotations

import os

import pytest

from node.features.recordings.states import State
from tests.web.house import House
from tests.web.replays import RECORDING, looked, recorded
from tests.web.test_replay_sheet import PDF, attach, on_disk

STRAY = f"{RECORDING}-0123456789abcdef"


@pytest.fixture
async def hall(home: House) -> tuple[str, dict[str, str]]:
    room, tickets = await home.create(type="webinar")
    recorded(home, room.room)
    await attach(home, room.room, tickets["host"], PDF, "application/pdf")
    return room.room, tickets


def left(home: House, name: str) -> None:
    (home.folder / "replay" / name).write_bytes(PDF)


async def test_half_a_file_goes_when_nobody_writes_it(home: House, hall: tuple[str, dict[str, str]]) -> None:
    """And a whole one that no sheet names: at the second look, for it may be about to be named at the first."""
    (kept,) = on_disk(home)
    left(home, f"{STRAY}.part")
    with home.attached.writing(RECORDING, "fedcba9876543210") as file:
        file.write(PDF)
        await home.replay.tidy()
        assert f"{STRAY}.part" in on_disk(home)
        await home.replay.tidy()
        assert on_disk(home) == sorted([kept, f"{RECORDING}-fedcba9876543210.part"])
    left(home, STRAY)
    for _look in range(2):
        await home.replay.tidy()
    assert on_disk(home) == [kept]
    room, tickets = hall
    (seen,) = (await looked(home, room, tickets["participant"]))["recordings"]
    assert len(seen["materials"]) == 1


async def test_a_deletion_that_was_cut_off_is_ended(home: House, hall: tuple[str, dict[str, str]]) -> None:
    """The disk refused, or the node ended, before all of it was gone: it is done at the next look."""
    room, tickets = hall
    await home.request(
        "PUT", f"/api/rooms/{room}/replay/{RECORDING}", bearer=tickets["host"], json={"context": "Le budget"}
    )
    folder = home.folder / "replay"
    folder.rename(folder.with_name("away"))
    folder.write_bytes(b"")  # no folder, so that nothing can be removed
    recorded(home, room, state=State.DELETED)
    await home.replay.settle()
    assert len(os.listdir(folder.with_name("away"))) == 1
    folder.unlink()
    folder.with_name("away").rename(folder)
    left(home, STRAY)
    await home.replay.tidy()
    assert on_disk(home) == []
    assert await home.replay._archive.sheeted() == await home.replay._archive.attached() == frozenset()


async def test_what_we_do_not_know_stays(home: House, hall: tuple[str, dict[str, str]]) -> None:
    """It may be of a database that was put back; and what else lies in the folder is not ours."""
    before = on_disk(home)
    for name in ("f" * 32 + "-0123456789abcdef", "notes.txt", f"{STRAY}.old"):
        left(home, name)
    for _look in range(3):
        await home.replay.tidy()
    assert set(on_disk(home)) == {*before, "f" * 32 + "-0123456789abcdef", "notes.txt", f"{STRAY}.old"}
