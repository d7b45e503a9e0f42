"""What the spool holds of one recording, lane by lane: one lane is what one person sent of one source.

Reads finished segments, one at a time: a recording of hours needs no more memory than one of a minute.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from node.media import spool
from node.media.spool import Header, Packet, Segment, SenderReport
from node.recorder.payloads import ASSEMBLE, REPEATING, SOUND, Frames, primary
from node.recorder.timeline import Arrivals, Moments, Report, SenderClock, Tape, believable, offset_us, report_of

SEGMENT: Final = re.compile(r"[0-9]{6,}\.seg")
STREAM: Final = re.compile(r"[0-9]{1,10}")


class Stream(msgspec.Struct, frozen=True):
    """Whose a stream is, as the node knows it. `sender`: one clock; a reload is another."""

    stream: int
    participant: str
    source: str
    sender: str
    name: str = ""


class Moment(msgspec.Struct, frozen=True, gc=False):
    """A picture or a sound at its time. Seconds of the recording."""

    data: bytes
    at: float
    key: bool


class Lane(msgspec.Struct, frozen=True):
    """`number`: names the file; `codec`: lower case."""

    number: int
    participant: str
    name: str
    source: str
    codec: str
    streams: tuple[int, ...]


def segments_of(folder: Path, stream: int, unread: list[str] | None = None) -> Iterator[Segment]:
    """Those of a stream that can be read, in their order. `unread` is told of the others, in words for logs; not of a
    last one that was cut before anything was in it."""
    try:
        names = sorted(path.name for path in (folder / str(stream)).iterdir() if SEGMENT.fullmatch(path.name))
    except (FileNotFoundError, NotADirectoryError):
        return
    names.sort(key=lambda name: int(name.removesuffix(".seg")))
    for name in names:
        try:
            yield spool.read((folder / str(stream) / name).read_bytes())
        except spool.Unreadable as why:
            if unread is not None and not (isinstance(why, spool.Cut) and name is names[-1]):
                unread.append(f"{name}: {why}")


def streams_in(folder: Path) -> list[int]:
    try:
        return sorted(int(path.name) for path in folder.iterdir() if STREAM.fullmatch(path.name))
    except FileNotFoundError:
        return []


def plain(header: Header, packet: Packet) -> Packet:
    """What repeats the sounds before it (RFC 2198), as a packet of its own sound alone; any other as it is."""
    codec = header.codec(packet.payload_type)
    if codec is None or codec.name.lower() != REPEATING:
        return packet
    found = primary(packet.payload)
    if found is None:
        return packet
    return msgspec.structs.replace(packet, payload_type=found[0], payload=found[1])


class _Known(msgspec.Struct):
    """What a first look at a stream finds."""

    codec: str = ""
    rate: int = 0
    packets: int = 0
    reports: dict[int, list[Report]] = {}
    arrivals: dict[int, Arrivals] = {}

    def clocks(self) -> dict[int, SenderClock]:
        """Of each SSRC, as its packets arrived."""
        return {ssrc: arrivals.clock() for ssrc, arrivals in self.arrivals.items()}

    def believable(self) -> bool:
        clocks = self.clocks()
        told = ((ssrc, reports) for ssrc, reports in self.reports.items() if ssrc in clocks)
        return all(believable(reports, clocks[ssrc], self.rate) for ssrc, reports in told)


def _look(folder: Path, stream: int) -> _Known:
    known = _Known(reports={}, arrivals={})
    for segment in segments_of(folder, stream):
        header = segment.header
        for record in segment.records:
            if isinstance(record, SenderReport):
                unix = header.unix_us(record.arrived_us)
                known.reports.setdefault(record.ssrc, []).append(report_of(record, unix))
            elif isinstance(record, Packet):
                known.packets += 1
                record = plain(header, record)
                codec = header.codec(record.payload_type)
                if not known.codec and codec is not None and codec.name.lower() in (*ASSEMBLE, SOUND):
                    known.codec, known.rate = codec.name.lower(), codec.clock_rate
                if known.rate:
                    arrivals = known.arrivals.setdefault(record.ssrc, Arrivals(known.rate))
                    arrivals.add(record.timestamp, header.unix_us(record.arrived_us))
    return known


class Take:
    """One recording in the spool, looked through once."""

    def __init__(self, folder: Path, streams: Sequence[Stream], tape: Tape) -> None:
        self.folder = folder
        self.tape = tape
        whose = {one.stream: one for one in streams}
        self._whose = {
            number: whose.get(number, Stream(number, f"unknown-{number}", "unknown", f"unknown-{number}"))
            for number in streams_in(folder)
        }
        self._known = {number: _look(folder, number) for number in self._whose}
        reports: dict[str, list[Report]] = {}
        liars = {self._whose[number].sender for number, known in self._known.items() if not known.believable()}
        for number, known in self._known.items():
            for some in known.reports.values():
                reports.setdefault(self._whose[number].sender, []).extend(some)
        self.damaged: dict[int, int] = {}
        """Pictures of a stream that could not be put together, once its moments were read."""
        self._offsets = {sender: None if sender in liars else offset_us(some) for sender, some in reports.items()}

    @property
    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self.folder.glob("*/*.seg"))

    def lanes(self) -> list[Lane]:
        """Streams of the same person, source and codec follow each other in one file."""
        found: dict[tuple[str, str, str], list[int]] = {}
        for number, known in self._known.items():
            of = self._whose[number]
            if known.packets and known.codec:
                found.setdefault((of.participant, of.source, known.codec), []).append(number)
        return [
            Lane(at, participant, self._whose[streams[0]].name, source, codec, tuple(streams))
            for at, ((participant, source, codec), streams) in enumerate(found.items(), 1)
        ]

    def unknown(self) -> list[int]:
        """Streams of which nothing is in a codec that is known."""
        return [number for number, known in self._known.items() if known.packets and not known.codec]

    def moments(self, lane: Lane) -> Iterator[Moment]:
        """Of a lane, in the order of time."""
        last = -1.0
        for number in lane.streams:
            for moment in self._of_stream(number):
                if moment.at > last:
                    yield moment
                    last = moment.at
                else:  # containers count in milliseconds, and time never goes back in one
                    last += 0.001
                    yield Moment(moment.data, last, moment.key)

    def _of_stream(self, number: int) -> Iterator[Moment]:
        known, offset = self._known[number], self._offsets.get(self._whose[number].sender)
        arrived = known.clocks()
        frames: Frames | None = None
        moments: Moments | None = None
        ssrc = -1
        unix_us = 0
        self.damaged[number] = 0
        for packet, base in self._packets(number):
            if frames is None or moments is None or packet.ssrc != ssrc:
                ssrc, frames = packet.ssrc, Frames(known.codec)
                reports = known.reports.get(ssrc, ())
                told = (SenderClock(reports, known.rate), offset) if reports and offset is not None else None
                moments = Moments(told, arrived[ssrc])
            unix_us, before = base, frames.damaged
            added = frames.add(packet)
            self.damaged[number] += frames.damaged - before
            for frame in added:
                us = moments(frame.timestamp, frame.arrived_us + unix_us)
                # Nobody asked for what is beside the marks; but pictures before them are what later ones are built on.
                if not self.tape.beside(us) or (known.codec != SOUND and self.tape.before(us)):
                    yield Moment(frame.data, self.tape.at(us), frame.key)

    def _packets(self, number: int) -> Iterator[tuple[Packet, int]]:
        """Each with what makes its arrival a time since the epoch."""
        base = 0
        header: Header | None = None

        def each() -> Iterator[Segment]:
            nonlocal base, header
            for segment in segments_of(self.folder, number):
                header = segment.header  # of all segments of a stream the codecs are the same
                base = base or segment.header.started_unix_us - segment.header.started_us
                yield segment

        for packet in spool.in_order(each()):
            assert header is not None
            sound = plain(header, packet)
            codec = header.codec(sound.payload_type)
            # Another codec's bytes are noise to whoever decodes this one.
            if codec is not None and codec.name.lower() == self._known[number].codec:
                yield sound, base
