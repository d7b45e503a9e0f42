"""H27: a disk that refuses to write (EIO). The room goes on, operators see why, what was written can be read, and it is
written on, in another file, as soon as the disk takes it."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest

from node.media.spool import Gap
from protos.plane.v1 import plane_pb2 as wire
from tests.media.real import needs_plane
from tests.media.recorder import RECORDING, Plane, Sender, payloads, wait_for

pytestmark = needs_plane
BEFORE = 5
"""Writes that the disk takes."""


def refusing(path: pathlib.Path) -> list[str]:
    """A command under which every later write to this one file fails."""
    words = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-P", str(path), "-e", "trace=write"]
    return [*words, "-e", f"inject=write:error=EIO:when={BEFORE + 1}+"]


def may_trace() -> bool:
    if shutil.which("strace") is None:
        return False
    return subprocess.run([*refusing(pathlib.Path("/no")), "true"], capture_output=True, check=False).returncode == 0


@pytest.fixture
def plane(tmp_path: pathlib.Path) -> Iterator[Plane]:
    first = tmp_path / "spool" / RECORDING / "1" / "000000.seg"
    plane = Plane(tmp_path, within=refusing(first))
    yield plane
    plane.close()


@pytest.mark.skipif(not may_trace(), reason="needs strace, and leave to trace")
def test_the_room_goes_on_and_so_does_the_recording(plane: Plane) -> None:
    amina = Sender(plane, "amina", wire.KIND_AUDIO)
    plane.record(1, amina.track)

    def failing() -> int:
        amina.send(80)
        time.sleep(0.01)
        counters = plane.ask(get_snapshot=wire.GetSnapshot()).snapshot.counters
        (track,) = (each for each in counters.tracks if each.track == amina.track)
        assert len(amina.sent) - track.packets <= 5, "it takes what is sent, at once"
        return max((each.failing for each in counters.recordings), default=0)

    wait_for(lambda: failing() == wire.RecordingFailed.CAUSE_IO)
    told = plane.until("recording_failed").recording_failed
    assert (told.recording, told.stream, told.cause) == (RECORDING, 1, wire.RecordingFailed.CAUSE_IO)
    first = plane.segments(1)[0]
    sent = [payload for _at, payload in amina.sent]
    assert first.records and payloads([first]) == sent[: len(payloads([first]))], "what is there can be read"

    wait_for(lambda: failing() == wire.RecordingFailed.CAUSE_UNSPECIFIED)
    plane.until("recording_resumed")
    wait_for(lambda: plane.received(amina.track) == len(amina.sent))
    plane.record(1, amina.track, on=False)
    assert plane.until("recording_closed").recording_closed.cause == wire.RecordingClosed.CAUSE_STOPPED
    before, after = plane.segments(1)
    sent = [payload for _at, payload in amina.sent]
    (gap,) = [record for record in after.records if isinstance(record, Gap)]
    found = payloads([before]), payloads([after])
    assert gap.cause == "io" and gap.packets == len(sent) - len(found[0]) - len(found[1])
    assert found[1] == sent[-len(found[1]) :], "all of it again, to the end"
    amina.close()
