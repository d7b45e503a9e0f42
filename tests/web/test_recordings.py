"""Downloads of recordings: a signed link that ends, ranges, and nothing else on that path."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import msgspec
import pytest

from node.features.recordings.states import State
from node.storage.objects import FolderVault
from tests.web.house import OPERATOR, House


async def recorded(home: House) -> str:
    room, _tickets = await home.create()
    view = await home.recordings.start(room.room, "grid", by=OPERATOR)
    done = asyncio.Event()
    home.recordings.tell(lambda view: done.set() if view.state is State.VERIFIED else None)
    await home.recordings.change(room.room, "stop", by=OPERATOR)
    async with asyncio.timeout(20):
        await done.wait()
    return view.recording


async def test_who_has_the_link_gets_the_file_and_parts_of_it(home: House) -> None:
    """RFC 9110 14: players ask for ranges."""
    recording = await recorded(home)
    path, _until = home.shelf.link(recording, "room.webm")
    answer = await home.client.get(home.url("/") + path[1:])
    assert (answer.status, answer.headers["Accept-Ranges"]) == (200, "bytes")
    assert await answer.read() == b"everybody in one picture"
    for asked, said, body in (
        ("bytes=0-8", "bytes 0-8/24", b"everybody"),
        ("bytes=17-", "bytes 17-23/24", b"picture"),
        ("bytes=-7", "bytes 17-23/24", b"picture"),
        ("bytes=20-999", "bytes 20-23/24", b"ture"),
    ):
        answer = await home.client.get(home.url("/") + path[1:], headers={"Range": asked})
        assert (answer.status, answer.headers["Content-Range"]) == (206, said)
        assert await answer.read() == body
    answer = await home.client.get(home.url("/") + path[1:], headers={"Range": "bytes=24-"})
    assert answer.status == 416


async def test_what_was_sealed_is_found_whole_or_not_after_a_restart(home: House) -> None:
    """D9: the list of files and the node's signature of it are in the database, as is what follows from a look."""
    recording = await recorded(home)
    made = home.recordings.get(recording)
    await home.stop()
    await home.open()
    view = home.recordings.get(recording)
    assert (view.files, view.seal) == (made.files, made.seal) and view.seal
    assert (await home.shelf.verify(recording)).damaged == ()
    home.recordings._put(msgspec.structs.replace(view, files=()))
    assert (await home.shelf.verify(recording)).damaged == ("manifest",)
    await home.stop()
    await home.open()
    failed = home.recordings.get(recording)
    assert (failed.state, failed.why) == (State.FAILED, "damaged")


async def test_a_link_is_for_one_file_and_for_a_while(home: House) -> None:
    recording = await recorded(home)
    path, until = home.shelf.link(recording, "room.webm")
    for wrong in (
        path[:-1] + ("0" if path[-1] != "0" else "1"),
        path.replace("room.webm", "001-camera.webm"),
        path.replace(f"until={until:.0f}", f"until={until + 1:.0f}"),
        path.partition("?")[0],
    ):
        answer = await home.client.get(home.url("/") + wrong[1:])
        assert (answer.status, (await answer.json())["code"]) == (403, "RECORDING_LINK")
    home.clock.time = until + 1
    answer = await home.client.get(home.url("/") + path[1:])
    assert answer.status == 403


@pytest.mark.parametrize("recording", ["../../etc", "..", "A" * 32, "0" * 31, "0" * 33, "0" * 31 + "\0", "a" * 300])
@pytest.mark.parametrize("name", ["../x.webm", "a/b.webm", ".webm", "room.webm\0", "\\x.webm", "x" * 300 + ".webm"])
def test_names_never_become_paths(tmp_path: Path, recording: str, name: str) -> None:
    """H23: whatever asks for them, and however."""
    vault = FolderVault(tmp_path / "store")
    good, file = "0" * 32, tmp_path / "made"
    file.write_bytes(b"x")
    with pytest.raises(OSError):
        vault.put(recording, "room.webm", file)
    with pytest.raises(OSError):
        vault.put(good, name, file)
    with pytest.raises(OSError):
        list(vault.read(good, name, 0, 1))
    with pytest.raises(OSError):
        vault.delete(recording)
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_a_link_in_the_store_leads_nowhere(tmp_path: Path) -> None:
    """H23: a symbolic link that somebody put there is not followed, for a file nor for a folder."""
    vault, good = FolderVault(tmp_path / "store"), "0" * 32
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "room.webm").write_bytes(b"secret")
    (tmp_path / "store" / good).mkdir(parents=True)
    os.symlink(secret / "room.webm", tmp_path / "store" / good / "room.webm")
    with pytest.raises(OSError):
        list(vault.read(good, "room.webm", 0, 6))
    os.symlink(secret, tmp_path / "store" / ("1" * 32))
    with pytest.raises(OSError):
        list(vault.read("1" * 32, "room.webm", 0, 6))
    with pytest.raises(OSError):
        vault.delete("1" * 32)
    assert (secret / "room.webm").read_bytes() == b"secret"
