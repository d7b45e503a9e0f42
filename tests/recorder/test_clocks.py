"""Sound and picture agree whatever their sender's reports say (D9): what contradicts itself is not believed, and then
the packets that came fastest tell when things were said."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import msgspec

from node.media.spool import Packet, Record, SenderReport
from node.recorder.timeline import Arrivals, Moments, Report, SenderClock, believable
from tests.media import spooled
from tests.recorder import clip
from tests.recorder.test_files import BEGAN, SECONDS, decoded, loud, order, tracks

APART_S = 0.080
RATE = 90_000


def counted_twice(records: Iterable[Record], rate: int, running_s: float) -> Iterator[Record]:
    """Reports as GStreamer 1.22 makes them: the time since it began, `running_s` before, is in each of them twice."""
    for record in records:
        if isinstance(record, SenderReport):
            since = running_s + (record.arrived_us - spooled.STARTED_US) / 1e6
            ahead = record.timestamp + round(since * rate) & 0xFFFFFFFF
            yield msgspec.structs.replace(record, timestamp=ahead)
        else:
            yield record


def first_late(records: Iterable[Record], late_us: int) -> Iterator[Record]:
    """What came first was held up."""
    left = 5
    for record in records:
        if isinstance(record, Packet) and left:
            left -= 1
            yield msgspec.structs.replace(record, arrived_us=record.arrived_us + late_us)
        else:
            yield record


def apart(tmp_path: Path) -> list[float]:
    """Seconds from picture to beep, second by second."""
    files = tracks(tmp_path, order())
    seen: dict[int, float] = {}
    for at, frame in decoded(files["camera"], "video"):
        seen.setdefault(clip.count_of(frame), at)  # type: ignore[arg-type]
    beeps = loud(files["microphone"])
    assert len(beeps) == SECONDS
    return [beep - seen[count] for beep, count in zip(beeps, range(0, 75, clip.FPS), strict=True)]


def test_reports_that_count_twice_are_not_believed(tmp_path: Path) -> None:
    """R220: as an encoder of another make sends them, from soon after it began."""
    camera = clip.camera(clip.pictures(SECONDS), delay_us=40_000)
    microphone = clip.microphone(clip.beeps(SECONDS), delay_us=20_000)
    clip.write(tmp_path / "spool", 1, counted_twice(first_late(camera, 400_000), 90_000, 0.3), clip.VIDEO)
    clip.write(tmp_path / "spool", 2, counted_twice(microphone, clip.RATE, 0.3), clip.AUDIO)
    assert max(map(abs, apart(tmp_path))) <= APART_S


def test_a_late_beginning_holds_up_nothing(tmp_path: Path) -> None:
    """Of senders without reports, whose first packets came late: the others know better."""
    camera = first_late(clip.camera(clip.pictures(SECONDS), delay_us=0), 400_000)
    microphone = clip.microphone(clip.beeps(SECONDS), delay_us=0)
    silent = [(record for record in some if isinstance(record, Packet)) for some in (camera, microphone)]
    clip.write(tmp_path / "spool", 1, silent[0], clip.VIDEO)
    clip.write(tmp_path / "spool", 2, silent[1], clip.AUDIO)
    assert max(map(abs, apart(tmp_path))) <= APART_S


def test_nothing_of_before_the_mark_is_squeezed_in(tmp_path: Path) -> None:
    """D9: of what was on its way when the recording began, sounds are left out; the file has one sound at a time."""
    clip.write(tmp_path / "spool", 2, clip.microphone(clip.beeps(SECONDS), delay_us=0), clip.AUDIO)
    microphone = tracks(tmp_path, order(((BEGAN + 0.25, BEGAN + 2.25),)))["microphone"]
    with av.open(str(microphone)) as file:
        times = [float(packet.pts * packet.time_base) for packet in file.demux() if packet.pts is not None]
    steps = [b - a for a, b in itertools.pairwise(times)]
    assert all(0.018 < step < 0.022 for step in steps) and 99 <= len(times) <= 101


def kept_from_sending(records: Iterable[Record], until_us: int) -> Iterator[Record]:
    """All that was made before is sent at once."""
    for record in records:
        yield msgspec.structs.replace(record, arrived_us=max(record.arrived_us, spooled.STARTED_US + until_us))


def test_a_sender_that_was_kept_from_sending_loses_no_picture(tmp_path: Path) -> None:
    """H27: recorded from the moment at which it sends again, its camera is whole from the key frame on, each picture
    once and in its order."""
    camera = kept_from_sending(clip.camera(clip.pictures(SECONDS), delay_us=0), 1_800_000)
    clip.write(tmp_path / "spool", 1, camera, clip.VIDEO)
    files = tracks(tmp_path, order(((BEGAN + 1.8, BEGAN + SECONDS),)))
    counts = [clip.count_of(frame) for _at, frame in decoded(files["camera"], "video")]  # type: ignore[arg-type]
    assert counts == list(range(round(SECONDS * clip.FPS)))


def reports(every_s: float, count: int, wrong: float = 0.0, ahead_s: float = 0.0) -> tuple[list[Report], SenderClock]:
    """Of a clock that runs `wrong` of the time too fast."""
    arrivals, found = Arrivals(RATE), []
    for n in range(count):
        at = round(n * every_s * 1e6)
        arrivals.add(round(n * every_s * RATE) & 0xFFFFFFFF, at + 30_000)
        told = round(n * every_s * (1 + wrong) * RATE + ahead_s * RATE) & 0xFFFFFFFF
        found.append(Report(told, 7e15 + at, at + 20_000))
    return found, arrivals.clock()


def test_what_a_quartz_may_do_is_believed_and_what_none_does_is_not() -> None:
    for every_s, count, wrong, ahead_s, right in (
        (5.0, 720, 0.0002, 0.0, True),
        (5.0, 1, 0.0, -0.3, True),  # an encoder that takes its time
        (2.0, 3, 1.0, 0.0, False),
        (5.0, 1, 0.0, 3.0, False),
    ):
        found, arrived = reports(every_s, count, wrong, ahead_s)
        assert believable(found, arrived, RATE) is right, (every_s, count, wrong, ahead_s)


def test_a_day_is_not_too_long() -> None:
    """32 bits of 90 kHz turn over every 13 hours."""
    told, arrived = reports(5.0, 17_280)
    moments = Moments((SenderClock(told, RATE), -7e15), arrived)
    for hour in range(24):
        us = hour * 3600 * 1_000_000
        assert abs(moments(round(us * RATE / 1e6) & 0xFFFFFFFF, us + 40_000) - us) < 1000
