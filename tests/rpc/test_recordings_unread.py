"""D9: a store that cannot be read says nothing of what is in it: nothing becomes damaged, and nothing that is there is
ever given up."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Iterator

import pytest

from node.errors import Refused
from node.features.recordings.rules import RecordingView
from node.features.recordings.states import State
from node.ports import Actor
from node.storage.objects import FolderVault
from tests.rpc.house import House
from tests.rpc.test_recordings import until

OLGA = Actor("operator", "olga", "operator")


class BadDisk(FolderVault):
    """Reads as long as it is `well`."""

    well = True

    def read(self, recording: str, name: str, start: int, length: int) -> Iterator[bytes]:
        if not self.well:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(recording, name, start, length)


@pytest.fixture
async def kept(house: House) -> RecordingView:
    house.shelf._vault = BadDisk(house.folder / "recordings")
    await house.room("hall", ["Amina"])
    made = await house.recordings.start("hall", "grid", by=OLGA)
    await house.recordings.change("hall", "stop", by=OLGA)
    await until(house, made.recording, State.VERIFIED)
    return house.recordings.get(made.recording)


async def test_a_disk_that_is_not_mounted_damages_nothing(house: House, kept: RecordingView) -> None:
    store, aside = house.folder / "recordings", house.folder / "aside"
    store.rename(aside)
    with pytest.raises(Refused, match="RECORDING_STORE") as said:
        await house.shelf.verify(kept.recording)
    assert said.value.current == "NoFolder"
    assert house.recordings.get(kept.recording) == kept
    aside.rename(store)
    assert (await house.shelf.verify(kept.recording)).damaged == ()


async def test_a_disk_that_cannot_be_read_damages_nothing(house: House, kept: RecordingView) -> None:
    BadDisk.well = False
    try:
        with pytest.raises(Refused, match="RECORDING_STORE") as said:
            await house.shelf.verify(kept.recording)
    finally:
        BadDisk.well = True
    assert said.value.current == "EIO"
    assert house.recordings.get(kept.recording) == kept


async def test_files_that_are_away_and_come_back_are_verified_again(house: House, kept: RecordingView) -> None:
    """They are damaged as long as they are not there. Nothing is left to make others of, and nothing is given up for
    that: list and seal are as they were."""
    files, aside = house.folder / "recordings" / kept.recording, house.folder / "aside"
    files.rename(aside)
    checked = await house.shelf.verify(kept.recording)
    assert (checked.damaged, checked.recording.state, checked.recording.why) == (
        ("room.webm",), State.FAILED, "damaged",
    )  # fmt: skip
    with pytest.raises(Refused, match="RECORDING_STATE") as said:
        await house.shelf.again(kept.recording, by=OLGA)
    assert said.value.limit == "verify, delete"
    aside.rename(files)
    path, _until = house.shelf.link(kept.recording, "room.webm")
    assert path.startswith(f"/recordings/{kept.recording}/room.webm?")
    again = (await house.shelf.verify(kept.recording)).recording
    assert (again.state, again.files, again.seal) == (State.VERIFIED, kept.files, kept.seal)


async def test_who_verifies_at_once_is_told_the_same(house: House, kept: RecordingView) -> None:
    (house.folder / "recordings" / kept.recording / "room.webm").write_bytes(b"another film")
    both = await asyncio.gather(*(house.shelf.verify(kept.recording) for _ in range(2)))
    assert [one.damaged for one in both] == [("room.webm",)] * 2
