"""H27: a disk that takes seconds to keep what it was given. The room goes on, operators see it, and nothing is lost."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest

from node.features.recordings.rules import LAG_MS
from node.media.spool import faults
from protos.plane.v1 import plane_pb2 as wire
from tests.media.real import needs_plane
from tests.media.recorder import Plane, Sender, payloads, wait_for

pytestmark = needs_plane
SLOW_US = LAG_MS * 1000 + 800_000
SLOW = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync"]
"""The system call is late by as much, the second time; whoever waits for it waits, and nobody else."""
SLOW += ["-e", f"inject=fdatasync:delay_enter={SLOW_US}:when=2"]


def may_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    return subprocess.run([*SLOW, "true"], capture_output=True, check=False).returncode == 0


@pytest.fixture
def plane(tmp_path: pathlib.Path) -> Iterator[Plane]:
    plane = Plane(tmp_path, within=SLOW)
    yield plane
    plane.close()


@pytest.mark.skipif(not may_trace(), reason="needs strace, and leave to trace")
def test_the_room_goes_on_while_the_disk_does_not(plane: Plane) -> None:
    amina = Sender(plane, "amina", wire.KIND_AUDIO)
    plane.record(1, amina.track)

    def late_ms() -> int:
        amina.send(80)
        time.sleep(0.01)
        counters = plane.ask(get_snapshot=wire.GetSnapshot()).snapshot.counters
        (track,) = (each for each in counters.tracks if each.track == amina.track)
        assert len(amina.sent) - track.packets <= 5, "it takes what is sent, at once"
        return max((each.synced_ms for each in counters.recordings), default=0)

    wait_for(lambda: late_ms() > LAG_MS)
    before = payloads(plane.segments(1))
    assert before and before == [payload for _at, payload in amina.sent][: len(before)], "what is there can be read"
    wait_for(lambda: late_ms() < LAG_MS)
    plane.record(1, amina.track, on=False)
    closed = plane.until("recording_closed").recording_closed
    segments = plane.segments(1)
    assert closed.cause == wire.RecordingClosed.CAUSE_STOPPED and list(faults(segments)) == []
    assert payloads(segments) == [payload for _at, payload in amina.sent]
    amina.close()
