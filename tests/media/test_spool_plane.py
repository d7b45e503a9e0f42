"""D9, H25, H27: what a real plane writes is what Python reads, wherever it was killed and whatever its disk did."""

from __future__ import annotations

import pathlib
import random
import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest

from node.media.spool import Gap, Mark, faults, in_order
from node.ports import Kind, Source
from protos.plane.v1 import plane_pb2 as wire
from tests.media.real import needs_plane
from tests.media.recorder import RECORDING, Plane, Sender, killed_at, payloads, wait_for

pytestmark = needs_plane


@pytest.fixture
def plane(tmp_path: pathlib.Path) -> Iterator[Plane]:
    plane = Plane(tmp_path)
    yield plane
    plane.close()


def has_small_disks() -> bool:
    if shutil.which("unshare") is None:
        return False
    words = ["unshare", "--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def test_every_packet_between_the_marks_and_none_else(plane: Plane) -> None:
    amina = Sender(plane, "amina", wire.KIND_AUDIO)
    before = amina.send()
    wait_for(lambda: plane.received(amina.track) == 1)
    plane.record(3, amina.track)
    kept = [amina.send(number) for number in range(200)]
    wait_for(lambda: len(payloads(plane.segments(3))) == 200)
    muted = wire.MuteTracks(changes=[wire.MuteTracks.Change(track=amina.track, muted=True)])
    plane.ask(mute_tracks=muted)
    silent = amina.send()
    wait_for(lambda: plane.received(amina.track) == 202)
    muted.changes[0].muted = False
    plane.ask(mute_tracks=muted)
    kept.append(amina.send())
    wait_for(lambda: len(payloads(plane.segments(3))) == 201)
    plane.record(3, amina.track, on=False)
    after = amina.send()
    closed = plane.until("recording_closed").recording_closed
    segments = plane.segments(3)
    assert payloads(segments) == kept
    assert list(faults(segments)) == [] and segments[-1].end is not None and segments[-1].end.cause == "stopped"
    assert closed.bytes == sum(segment.length for segment in segments)
    header = segments[0].header
    assert (header.recording, header.stream, header.kind, header.source) == (
        RECORDING,
        3,
        Kind.AUDIO,
        Source.MICROPHONE,
    )
    assert [(codec.name, codec.clock_rate, codec.fmtp) for codec in header.codecs] == [
        ("opus", 48_000, "useinbandfec=1")
    ]
    assert [record.muted for segment in segments for record in segment.records if isinstance(record, Mark)] == [
        True,
        False,
    ]
    assert abs(header.unix_us(next(in_order(segments)).arrived_us) / 1e6 - time.time()) < 60
    # Nothing of it is anywhere in the spool, under any name.
    everything = b"".join(path.read_bytes() for path in plane.spool.rglob("*") if path.is_file())
    assert kept[150] in everything
    assert not any(secret in everything for secret in (before, silent, after))
    amina.close()


def test_a_picture_begins_with_its_key_frame(plane: Plane) -> None:
    amina = Sender(plane, "amina", wire.KIND_VIDEO)
    plane.record(1, amina.track)
    amina.send()
    kept = [amina.send(1100, key=number == 0) for number in range(50)]
    wait_for(lambda: len(payloads(plane.segments(1))) == 50)
    segments = plane.segments(1)
    assert payloads(segments) == kept
    first, *others = in_order(segments)
    assert first.key_frame and not any(packet.key_frame for packet in others)
    assert [packet.timestamp for packet in others] == [3000 * number for number in range(2, 51)]
    amina.close()


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_instant(tmp_path: pathlib.Path, seed: int) -> None:
    killed_at(random.Random(seed), tmp_path)


@pytest.mark.skipif(not has_small_disks(), reason="needs root, to mount a small disk")
def test_a_disk_that_is_full_is_told_and_room_on_it_is_used_again(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "spool"
    folder.mkdir()
    fill = 'dd if=/dev/zero of="$0/filler" bs=1k count=700 2>/dev/null'
    script = f'mount -t tmpfs -o size=1m tmpfs "$0" && {fill} && exec "$@"'
    plane = Plane(tmp_path, "--spool-floor", "0", within=["unshare", "--mount", "sh", "-c", script, str(folder)])
    inside = pathlib.Path(f"/proc/{plane.process.pid}/root{folder}")
    amina = Sender(plane, "amina", wire.KIND_AUDIO)
    plane.record(1, amina.track)
    for _ in range(400):
        amina.send(1000)
        time.sleep(0.0005)
    failed = plane.until("recording_failed").recording_failed
    assert failed.cause == wire.RecordingFailed.CAUSE_FULL
    full = plane.segments(1, inside)
    sent = [payload for _, payload in amina.sent]
    found = payloads(full)
    assert len(found) > 100 and found == sent[: len(found)]
    (inside / "filler").unlink()
    while not any(heard.WhichOneof("body") == "recording_resumed" for heard in plane.heard):
        amina.send(1000)
        plane.ask(get_snapshot=wire.GetSnapshot())
        time.sleep(0.05)
    last = amina.send(1000)
    wait_for(lambda: payloads(plane.segments(1, inside))[-1:] == [last])
    plane.record(1, amina.track, on=False)
    closed = plane.until("recording_closed").recording_closed
    segments = plane.segments(1, inside)
    assert closed.cause == wire.RecordingClosed.CAUSE_STOPPED and closed.segments == len(segments) > 1
    gaps = [record for segment in segments for record in segment.records if isinstance(record, Gap)]
    assert len(payloads(segments)) + sum(gap.packets for gap in gaps) == len(amina.sent)
    assert [gap.cause for gap in gaps] == ["full"]
    assert [fault for fault in faults(segments) if "no end" not in fault] == []
    amina.close()
    plane.close()
