"""D9, H25: what the plane wrote of a recording is read as far as it goes, wherever it was cut."""

from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.media.spool import (
    Gap,
    Mark,
    Packet,
    Record,
    Segment,
    SenderReport,
    Unreadable,
    faults,
    in_order,
    read,
)
from node.ports import Kind, Source
from tests.media.spooled import RECORDING, STARTED_US, UNIX_US, header, packet, segment

RECORDS: tuple[Record, ...] = (
    packet(70_000, key_frame=True, dependency=b"\x80\x00\x01"),
    SenderReport(STARTED_US + 1, 0, 7, 4_000_000_000, 2**63),
    packet(70_002, payload=b""),
    packet(70_001, repaired=True, marker=False),
    Gap(STARTED_US + 2, 9, "lagging"),
    Mark(STARTED_US + 3, muted=True),
    Mark(STARTED_US + 4, muted=False),
)

numbers = st.integers(0, 2**32 - 1)
times = st.integers(0, 2**64 - 1)
any_packet = st.builds(
    Packet,
    times,
    st.integers(0, 3),
    st.integers(0, 127),
    numbers,
    numbers,
    times,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(0, 255),
    st.binary(max_size=255),
    st.binary(max_size=1500),
)
any_record = st.one_of(
    any_packet,
    st.builds(SenderReport, times, st.integers(0, 3), numbers, numbers, times),
    st.builds(Mark, times, muted=st.booleans()),
    st.builds(Gap, times, numbers, st.sampled_from(["full", "io", "lagging", None])),
)


def chain(*parts: tuple[Record, ...]) -> list[Segment]:
    """Segments of one stream, each with the records of one part."""
    found: list[Segment] = []
    for number, records in enumerate(parts):
        last = number == len(parts) - 1
        data = segment(header(number, found[-1].digest if found else b""), records, "stopped" if last else "goes_on")
        found.append(read(data))
    return found


def test_a_segment_says_what_it_is_of_and_when() -> None:
    said = read(segment(header(), RECORDS)).header
    assert (said.recording, said.stream, said.kind, said.source) == (RECORDING, 1, Kind.VIDEO, Source.CAMERA)
    codec = said.codec(96)
    assert codec is not None and (codec.name, codec.clock_rate) == ("VP8", 90_000)
    assert said.codec(97) is None
    assert said.unix_us(STARTED_US + 250) == UNIX_US + 250


@given(st.lists(any_record, max_size=8))
def test_what_is_written_is_what_is_read(records: list[Record]) -> None:
    data = segment(header(), records)
    found = read(data)
    assert list(found.records) == records
    assert found.end is not None and found.end.cause == "stopped"
    assert (found.fault, found.length, found.digest) == ("", len(data), hashlib.sha256(data).digest())


def test_cut_at_every_byte_gives_all_records_before() -> None:
    front = header()
    data = segment(front, RECORDS)
    ends = [len(segment(front, RECORDS[:count], None)) for count in range(len(RECORDS) + 1)]
    for cut in range(len(data)):
        if cut < len(front):
            with pytest.raises(Unreadable):
                read(data[:cut])
            continue
        whole = sum(end <= cut for end in ends) - 1
        found = read(data[:cut])
        assert (found.records, found.length) == (RECORDS[:whole], ends[whole])
        assert found.end is None and found.fault


@given(st.integers(0), st.integers(1, 255))
def test_one_damaged_byte_is_never_believed(at: int, change: int) -> None:
    data = bytearray(segment(header(), RECORDS))
    data[at % len(data)] ^= change
    try:
        found = read(data)
    except Unreadable:
        return
    # Two bytes of the front say nothing yet; any other damage is seen, and what stands before it is kept.
    assert found.records == RECORDS[: len(found.records)]
    assert found.fault or at % len(data) in (6, 7)


@given(st.binary(max_size=400))
def test_any_bytes_after_a_header_are_read_or_told(rest: bytes) -> None:
    found = read(header() + rest)
    assert found.length <= len(header()) + len(rest)
    assert found.end is not None or found.fault


@given(st.binary(max_size=100))
def test_any_bytes_at_all_are_refused_in_words(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data)


def test_a_chain_holds() -> None:
    assert list(faults(chain(RECORDS, (), RECORDS))) == []


def test_a_stream_that_was_killed_lacks_only_its_last_end() -> None:
    first, last = chain(RECORDS, ())
    open_still = read(segment(header(1, first.digest), RECORDS, None))
    assert list(faults([first, open_still])) == []
    assert list(faults([open_still, last])) != []


def test_a_segment_that_was_taken_out_or_changed_is_told() -> None:
    first, second, third = chain(RECORDS, RECORDS, RECORDS)
    other = read(segment(header(1, first.digest), RECORDS[:-1], "goes_on"))
    assert len(list(faults([first, third]))) == 1
    assert len(list(faults([second, third]))) == 1
    assert len(list(faults([first, other, third]))) == 1
    assert list(faults([third, second, first])) != []


def test_repaired_packets_are_put_where_they_belong() -> None:
    low = [packet(number) for number in (5, 7, 6, 9, 8)]
    high = [packet(number, layer=1, ssrc=8) for number in (2, 1, 3)]
    found = list(in_order(chain(tuple(low), tuple(high))))
    assert [(each.layer, each.sequence) for each in found] == [(0, n) for n in (5, 6, 7, 8, 9)] + [
        (1, n) for n in (1, 2, 3)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_however_late_a_packet_may_be_it_is_in_order(seed: int) -> None:
    by = random.Random(seed)
    late = sorted(range(3000), key=lambda number: number + by.random() * 1000)
    found = in_order(chain(tuple(packet(number) for number in late)))
    assert [each.sequence for each in found] == list(range(3000))
