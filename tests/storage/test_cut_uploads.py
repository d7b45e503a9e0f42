"""D9: an upload that was cut off leaves no parts in the bucket once it was done again, or the recording is deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.ports import StoreAway
from node.storage.bucket import PART
from tests.storage.s3 import S3, SERVER

pytestmark = pytest.mark.skipif(not all(map(Path.exists, SERVER)), reason="npm ci in tests/page brings the S3 server")
ONE, OTHER = "0123456789abcdef" * 2, "fedcba9876543210" * 2
CONTENT = hashlib.shake_128(b"film").digest(3 * PART)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[S3]:
    store = S3(tmp_path / "s3")
    yield store
    store.kill()


def cut_off(store: S3, recording: str, folder: Path) -> Path:
    """The server dies with two parts on its disk, as if killed; then it is there again."""
    file = folder / f"{recording}.webm"
    file.write_bytes(CONTENT)
    store.start(parts=2)
    with pytest.raises(StoreAway):
        store.vault(prefix="regie").put(recording, "room.webm", file)
    store.kill()
    store.start()
    return file


def test_what_is_uploaded_again_leaves_no_parts_of_before(store: S3, tmp_path: Path) -> None:
    file = cut_off(store, ONE, tmp_path)
    assert store.bytes_of("S3rver_uploads") >= 2 * PART
    vault = store.vault(prefix="regie")
    vault.put(ONE, "room.webm", file)
    assert store.bytes_of("S3rver_uploads") == 0
    assert vault.sums(ONE, "room.webm") == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def test_a_store_that_is_full_is_not_kept_full_by_what_it_did_not_take(store: S3, tmp_path: Path) -> None:
    """Its parts go at once: others may need the room before this is tried again. The file stays, and is put there
    whole once there is room."""
    file = tmp_path / "room.webm"
    file.write_bytes(CONTENT)
    store.start(room=2)
    with pytest.raises(StoreAway):
        store.vault().put(ONE, "room.webm", file)
    assert file.read_bytes() == CONTENT
    assert store.bytes_of("S3rver_uploads") == 0
    store.kill()
    store.start()
    store.vault().put(ONE, "room.webm", file)
    assert store.vault().sums(ONE, "room.webm") == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def test_what_is_deleted_leaves_no_parts_and_others_are_left_alone(store: S3, tmp_path: Path) -> None:
    cut_off(store, ONE, tmp_path)
    vault = store.vault(prefix="regie")
    vault.delete(OTHER)
    assert store.bytes_of("S3rver_uploads") >= 2 * PART
    vault.delete(ONE)
    assert store.bytes_of("S3rver_uploads") == 0


def test_whom_the_store_does_not_let_look_keeps_and_deletes_nevertheless(store: S3, tmp_path: Path) -> None:
    """A key that may write, but not list uploads: the store says no, and that is in the log and no more."""
    cut_off(store, ONE, tmp_path)
    vault = store.vault(prefix="regie")
    vault._uploads = store.vault(secret="another")._uploads
    vault.delete(ONE)
    assert store.bytes_of("S3rver_uploads") >= 2 * PART
    store.kill()
    with pytest.raises(StoreAway):
        store.vault()._uploads.end(ONE)
