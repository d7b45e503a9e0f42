"""Parts of a file over HTTP (RFC 9110, 13 and 14): what players ask, and what hostile clients do."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientError

from tests.web.house import House
from tests.web.replays import CLIP, RECORDING, clip_of, recorded

SIZE = len(CLIP)


@pytest.fixture
async def clip(home: House) -> str:
    room, tickets = await home.create(type="webinar")
    home.files.files[(RECORDING, "room.webm")] = CLIP
    recorded(home, room.room)
    return await clip_of(home, room.room, tickets["participant"])


PARTS = {
    "bytes=0-": (0, SIZE),
    "bytes=0-0": (0, 1),
    "bytes=65535-65536": (65_535, 65_537),
    f"bytes={SIZE - 1}-": (SIZE - 1, SIZE),
    f"bytes=5-{10**17}": (5, SIZE),
    "bytes=-10": (SIZE - 10, SIZE),
    f"bytes=-{10**17}": (0, SIZE),
}
"""What is asked: (from, to) of what is given."""
BEHIND = (f"bytes={SIZE}-", "bytes=-0", f"bytes={10**17}-{10**17}")
ODD = (
    "bytes=5-2",
    "bytes=0-1,4-5",
    "bytes=" + ",".join("0-" for _ in range(1000)),
    "bytes=--1",
    "bytes=-",
    "bytes=a-b",
    "lines=1-2",
    "bytes=" + "9" * 4000 + "-",
    "bytes=٠-٩",
    "",
)


async def test_a_part_is_given(home: House, clip: str) -> None:
    for asked, (start, end) in PARTS.items():
        answer = await home.request("GET", clip, headers={"Range": asked})
        assert (answer.status, await answer.read()) == (206, CLIP[start:end]), asked
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
        assert answer.headers["Content-Length"] == str(end - start)
        assert answer.headers["Accept-Ranges"] == "bytes"


async def test_what_begins_behind_the_end_is_refused(home: House, clip: str) -> None:
    """D2; RFC 9110 15.5.17: with the size that there is."""
    for asked in BEHIND:
        answer = await home.request("GET", clip, headers={"Range": asked})
        said = await answer.json()
        assert (answer.status, said["code"], said["limit"]) == (416, "RANGE_UNSATISFIABLE", f"{SIZE} B"), asked
        assert answer.headers["Content-Range"] == f"bytes */{SIZE}"


async def test_what_cannot_be_read_or_is_several_is_the_whole(home: House, clip: str) -> None:
    """H20: many overlapping parts cost no more than the file."""
    for asked in ODD:
        answer = await home.request("GET", clip, headers={"Range": asked})
        assert (answer.status, len(await answer.read())) == (200, SIZE), asked[:40]
        assert "Content-Range" not in answer.headers


async def test_a_part_of_another_file_is_never_given(home: House, clip: str) -> None:
    tag = (await home.request("HEAD", clip)).headers["ETag"]
    for condition, status in ((tag, 206), (f"W/{tag}", 200), ('"other"', 200), ("Tue, 01 Jan 2030 00:00:00 GMT", 200)):
        answer = await home.request("GET", clip, headers={"Range": "bytes=0-9", "If-Range": condition})
        assert answer.status == status, condition


async def test_what_is_known_is_not_sent_again(home: House, clip: str) -> None:
    tag = (await home.request("HEAD", clip)).headers["ETag"]
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = await home.request("GET", clip, headers={"If-None-Match": known, "Range": "bytes=0-9"})
        assert (answer.status, await answer.read()) == (304, b"")
    assert home.files.read_bytes == 0


async def test_the_head_alone_reads_nothing(home: House, clip: str) -> None:
    answer = await home.request("HEAD", clip, headers={"Range": "bytes=0-9"})
    assert (answer.status, answer.headers["Content-Length"]) == (200, str(SIZE))
    assert home.files.read_bytes == 0


async def test_only_what_is_asked_for_is_read(home: House, clip: str) -> None:
    await (await home.request("GET", clip, headers={"Range": "bytes=100-199"})).read()
    assert home.files.read_bytes == 100


async def test_a_file_that_is_shorter_than_it_should_be_is_no_whole_answer(home: House, clip: str) -> None:
    home.files.files[(RECORDING, "room.webm")] = CLIP[:1000]
    with pytest.raises(ClientError):
        await (await home.request("GET", clip)).read()
    del home.files.files[(RECORDING, "room.webm")]
    assert (await home.request("GET", clip)).status == 404


async def test_who_goes_away_in_the_middle_holds_nothing(home: House, clip: str) -> None:
    home.files.files[(RECORDING, "room.webm")] = CLIP
    answers = await asyncio.gather(*(home.request("GET", clip) for _ in range(5)))
    for answer in answers:
        answer.close()
    assert await (await home.request("GET", clip)).read() == CLIP
