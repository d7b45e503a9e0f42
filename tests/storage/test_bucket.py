"""Recordings in a bucket of a real S3 server: kept, read in parts, deleted, and not lost while it is away (D9)."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from node.errors import Refused
from node.features.recordings.states import State
from node.metrics.recordings import RecordingFigures
from node.ports import Actor, StoreAway
from node.storage.bucket import PART, PIECE
from node.storage.ledger import GroupCommit
from node.storage.saved import WRITES
from node.storage.signer import KeySigner
from tests.rpc.conftest import house
from tests.rpc.house import House
from tests.rpc.test_recordings import until
from tests.storage.s3 import S3, SERVER

__all__ = ["house"]
pytestmark = pytest.mark.skipif(not all(map(Path.exists, SERVER)), reason="npm ci in tests/page brings the S3 server")
RECORDING = "0123456789abcdef" * 2
OLGA = Actor("operator", "olga", "operator")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    with S3(tmp_path_factory.mktemp("s3")) as one:
        yield one


def made(folder: Path, size: int) -> tuple[Path, bytes]:
    content = hashlib.shake_128(b"film").digest(size)
    file = folder / "room.webm"
    file.write_bytes(content)
    return file, content


def test_what_is_put_is_read_back_whole_and_in_parts(store: S3, tmp_path: Path) -> None:
    """D9: an upload of several parts; the file stays as it is, a second vault reads the same."""
    vault, (file, content) = store.vault(prefix="regie"), made(tmp_path, PART + PIECE + 5)
    vault.put(RECORDING, "room.webm", file)
    assert file.read_bytes() == content
    again = store.vault(prefix="regie")
    assert again.sums(RECORDING, "room.webm") == (len(content), hashlib.sha256(content).hexdigest())
    for start, length in ((0, 2), (PIECE - 1, 2), (5, 3 * PIECE), (len(content) - 3, 100)):
        assert b"".join(again.read(RECORDING, "room.webm", start, length)) == content[start : start + length]
    vault.delete(RECORDING)
    with pytest.raises(FileNotFoundError):
        again.sums(RECORDING, "room.webm")
    assert store.bytes_of(RECORDING) == 0
    vault.delete(RECORDING)  # harmless


def test_a_bucket_that_is_not_there_says_nothing_of_its_files(store: S3) -> None:
    """D9"""
    with pytest.raises(FileNotFoundError):
        store.vault().sums(RECORDING, "none.webm")
    with pytest.raises(StoreAway):
        store.vault(bucket="another").sums(RECORDING, "none.webm")


def test_a_name_never_becomes_a_key(store: S3, tmp_path: Path) -> None:
    """H23."""
    file, _ = made(tmp_path, 3)
    for recording, name in (
        ("../" + "0" * 29, "room.webm"),
        (RECORDING, "../x.webm"),
        (RECORDING, "a/b.webm"),
        ("", ""),
    ):
        with pytest.raises(PermissionError):
            store.vault().put(recording, name, file)
    assert file.exists()


def test_whom_the_store_refuses_is_told(store: S3, tmp_path: Path) -> None:
    """With a key that it does not know, a secret that is not its own, or another bucket: nothing is taken, and what was
    to be kept is still there."""
    file, _ = made(tmp_path, 3)
    for vault in (store.vault(key_id="another"), store.vault(secret="another"), store.vault(bucket="nobodys")):
        with pytest.raises(StoreAway):
            vault.probe()
        with pytest.raises(StoreAway):
            vault.put(RECORDING, "room.webm", file)
    assert file.exists() and store.bytes_of(RECORDING) == 0
    store.vault().probe()


def scraped(house: House) -> dict[str, float]:
    """What Prometheus is told of recordings, where there is one figure."""
    families = RecordingFigures(house.recordings, house.shelf).collect()
    return {family.name: family.samples[0].value for family in families if len(family.samples) == 1}


async def test_an_upload_that_breaks_off_is_done_again_and_told(house: House, tmp_path: Path) -> None:
    """The server is killed in the middle of an upload: the recording waits and says so, and nothing is lost."""
    store = S3(tmp_path / "s3")
    store.start(parts=2)
    try:
        house.workshop.content = hashlib.shake_128(b"film").digest(3 * PART)
        tried = asyncio.Event()

        async def sleep(_seconds: float) -> None:
            tried.set()
            await asyncio.sleep(0.1)

        shelf = house.shelf
        shelf._vault, shelf._sleep = store.vault(), sleep  # that of a house is a folder
        await house.room("hall", ["Amina"])
        recording = (await house.recordings.start("hall", "grid", by=OLGA)).recording
        await house.recordings.change("hall", "stop", by=OLGA)
        await asyncio.wait_for(tried.wait(), 60)
        waiting = house.recordings.get(recording)
        assert (waiting.state, waiting.why, bool(shelf.store_away)) == (State.FINISHING, "store", True)
        house.clock.offset += 601
        (count, oldest), told = shelf.waiting, scraped(house)
        assert count == 1 and oldest > 600 and told["regie_recordings_store_away_seconds"] > 600
        assert told["regie_recordings_store_waiting"] == 1
        assert store.bytes_of("upload") >= 2 * PART
        store.kill()
        store.start()
        await until(house, recording, State.VERIFIED)
        assert (await shelf.verify(recording)).damaged == ()
        assert shelf.store_away == "" and shelf.waiting == (0, 0.0)
        assert scraped(house)["regie_recordings_store_away_seconds"] == 0
        store.kill()
        with pytest.raises(Refused, match="RECORDING_STORE"):
            await shelf.verify(recording)
        assert house.recordings.get(recording).state is State.VERIFIED  # nothing was seen, so nothing is damaged
        with pytest.raises(Refused, match="RECORDING_STORE"):
            await shelf.delete(recording, by=OLGA)
        assert house.recordings.get(recording).state is State.DELETING
        store.start()
        await until(house, recording, State.DELETED)  # nobody asked again
        assert house.recordings.get(recording).signature
        assert store.bytes_of(recording) == 0
    finally:
        store.kill()


async def test_the_rule_of_retention_leaves_no_byte_and_a_signed_record(house: House, tmp_path: Path) -> None:
    """D9: the film, each track, captions and documents of its page; a store that is away is asked again, and until it
    has answered nobody is told that they are gone."""
    ledger = house.floor.ledger = GroupCommit(house.engine, WRITES)
    ledger.start()
    with S3(tmp_path / "s3") as store:
        shelf, vault = house.shelf, store.vault()
        shelf._vault = vault  # that of a house is a folder
        await house.room("hall", ["Amina"])
        recording = (await house.recordings.start("hall", "grid", by=OLGA)).recording
        await house.recordings.change("hall", "stop", by=OLGA)
        await until(house, recording, State.VERIFIED)
        track, _ = made(tmp_path, 1000)
        await asyncio.to_thread(vault.put, recording, "track-1.webm", track)
        captions = b"WEBVTT\n\n00:01.000 --> 00:03.000\nBonjour\n"
        await house.replay.add(recording, "captions", "fr.vtt", "text/vtt", "fr", captions, by=OLGA)
        attached = house.folder / "replay"
        assert store.bytes_of(recording) > 1000 and len(list(attached.iterdir())) == 1

        shelf.keep_days = 1
        shelf._sleep = lambda _seconds: asyncio.sleep(0.1)
        house.clock.offset += 2 * 86_400
        store.kill()
        await shelf.retain()
        gone = house.recordings.get(recording)
        assert (gone.state, gone.statement) == (State.DELETING, "")
        store.start()
        await until(house, recording, State.DELETED)
        await house.replay.settle()
        gone = house.recordings.get(recording)
        assert (gone.state, gone.marks[-1].why, gone.files, gone.bytes) == (State.DELETED, "retention", (), 0)
        key = Ed25519PublicKey.from_public_bytes(KeySigner(house.folder).public())
        key.verify(bytes.fromhex(gone.signature), gone.statement.encode())
        assert store.bytes_of(recording) == 0 and not list(attached.iterdir())
        assert recording in house.workshop.forgotten
    await ledger.close()
