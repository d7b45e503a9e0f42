"""A replay whose film is in a bucket: any part of it through the node, and a store that is away is said (R216)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage.s3 import S3, SERVER
from tests.web.house import house
from tests.web.replays import CLIP, RECORDING, clip_of, recorded

pytestmark = pytest.mark.skipif(
    not all(path.exists() for path in SERVER), reason="npm ci in tests/page brings the S3 server"
)
SIZE = len(CLIP)


async def test_parts_come_from_the_bucket_and_none_from_a_store_that_is_away(tmp_path: Path) -> None:
    """R216: what a player asks for when somebody leaps; the bucket's address and key are never given away."""
    film = tmp_path / "room.webm"
    film.write_bytes(CLIP)
    with S3(tmp_path / "s3") as store:
        vault = store.vault(prefix="regie")
        vault.put(RECORDING, "room.webm", film)
        async with house(tmp_path / "house", files=vault) as home:
            room, tickets = await home.create(type="webinar")
            recorded(home, room.room)
            clip = await clip_of(home, room.room, tickets["participant"])
            assert str(store.port) not in clip
            for asked, (start, end) in {
                "bytes=0-": (0, SIZE),
                "bytes=1000-200000": (1000, 200_001),
                f"bytes={SIZE - 1}-": (SIZE - 1, SIZE),
                "bytes=-10": (SIZE - 10, SIZE),
            }.items():
                answer = await home.request("GET", clip, headers={"Range": asked})
                assert (answer.status, await answer.read()) == (206, CLIP[start:end]), asked
                assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
            whole = await home.request("GET", clip)
            assert (whole.status, await whole.read()) == (200, CLIP)

            store.kill()
            away = await home.request("GET", clip, headers={"Range": "bytes=0-"})
            assert (away.status, (await away.json())["code"]) == (503, "RECORDING_STORE")
            store.start()
            again = await home.request("GET", clip, headers={"Range": "bytes=5-9"})
            assert (again.status, await again.read()) == (206, CLIP[5:10])
