"""D9: what is deleted leaves no byte and a signed record, whatever comes between."""

from __future__ import annotations

import asyncio
import threading

import pytest

from node.errors import Refused
from node.features.recordings.rules import RecordingView
from node.features.recordings.shelf import Shelf
from node.features.recordings.states import State
from node.ports import Actor, StoreAway
from node.storage.objects import FolderVault
from tests.rpc.house import House
from tests.rpc.test_recordings import until

OLGA = Actor("operator", "olga", "operator")


class Slow(FolderVault):
    """Deletes when it is let; `away`: it does not answer."""

    away = False

    def delete(self, recording: str) -> None:
        self.asked.set()
        if not self.let.wait(30) or self.away:
            raise StoreAway("Timeout")
        super().delete(recording)

    def gates(self) -> None:
        self.asked, self.let = threading.Event(), threading.Event()


@pytest.fixture
def vault(house: House) -> Slow:
    vault = Slow(house.folder / "recordings")
    vault.gates()
    house.shelf._vault = vault
    return vault


@pytest.fixture
async def kept(house: House, vault: Slow) -> RecordingView:
    await house.room("hall", ["Amina"])
    made = await house.recordings.start("hall", "grid", by=OLGA)
    await house.recordings.change("hall", "stop", by=OLGA)
    await until(house, made.recording, State.VERIFIED)
    return house.recordings.get(made.recording)


async def test_who_asks_for_something_else_meanwhile_comes_after(
    house: House, vault: Slow, kept: RecordingView
) -> None:
    deleting = asyncio.create_task(house.shelf.delete(kept.recording, by=OLGA, reason="asked for"))
    await asyncio.to_thread(vault.asked.wait, 30)
    later = [
        asyncio.create_task(house.shelf.again(kept.recording, by=OLGA)),
        asyncio.create_task(house.shelf.publish(kept.recording, True, by=OLGA)),
        asyncio.create_task(house.shelf.verify(kept.recording)),
    ]
    with pytest.raises(Refused, match="RECORDING_STATE"):
        house.shelf.link(kept.recording, "room.webm")  # nobody is let to what is going
    vault.let.set()
    gone = await deleting
    assert (gone.state, gone.marks[-1].why, bool(gone.signature)) == (State.DELETED, "asked for", True)
    for one in later:
        with pytest.raises(Refused, match="RECORDING_STATE"):
            await one
    assert house.recordings.get(kept.recording) == gone


async def test_a_node_that_ends_in_the_middle_goes_on_at_its_next_start(
    house: House, vault: Slow, kept: RecordingView
) -> None:
    deleting = asyncio.create_task(house.shelf.delete(kept.recording, by=OLGA, reason="asked for"))
    await asyncio.to_thread(vault.asked.wait, 30)
    deleting.cancel()
    await house.shelf.close()
    vault.let.set()
    between = house.recordings.get(kept.recording)
    assert (between.state, between.statement) == (State.DELETING, "")
    next_ = Shelf(house.floor, house.recordings, house.workshop, vault, house.shelf._signer)
    next_.resume()
    await until(house, kept.recording, State.DELETED)
    gone = house.recordings.get(kept.recording)
    assert (gone.marks[-1].by, gone.marks[-1].why, gone.bytes) == (OLGA.id, "asked for", 0)
    assert not (house.folder / "recordings" / kept.recording).exists()
    assert kept.files[0].sha256 in gone.statement and gone.signature
    await next_.close()


async def test_what_a_store_refuses_is_asked_of_it_until_it_is_done(
    house: House, vault: Slow, kept: RecordingView
) -> None:
    tried = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        tried.set()
        await asyncio.sleep(0)

    house.shelf._sleep = sleep
    vault.let.set()
    vault.away = True
    with pytest.raises(Refused, match="RECORDING_STORE"):
        await house.shelf.delete(kept.recording, by=OLGA)
    await asyncio.wait_for(tried.wait(), 30)
    assert house.recordings.get(kept.recording).state is State.DELETING
    vault.away = False
    await until(house, kept.recording, State.DELETED)
    assert not (house.folder / "recordings" / kept.recording).exists()
