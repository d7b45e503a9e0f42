"""The people of the demonstration are real VP8 and real Opus."""

from __future__ import annotations

import itertools
from pathlib import Path

import av
import av.audio.codeccontext
import av.video.codeccontext
import pytest

from node.demo import loops, people, pictures

pytestmark = pytest.mark.timeout(300)  # she is drawn: some seconds of processor, on a machine that may be busy


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def amina(cache: Path) -> loops.Loops:
    return loops.load(people.PEOPLE[0], cache)


def decoded(frames: list[bytes]) -> list[av.VideoFrame]:
    decoder = av.CodecContext.create("vp8", "r")
    assert isinstance(decoder, av.video.codeccontext.VideoCodecContext)
    return [picture for frame in frames for picture in decoder.decode(av.Packet(frame))]


def test_every_picture_decodes(amina: loops.Loops) -> None:
    for film in (amina.listening, amina.talking):
        found = decoded(film)
        assert len(found) == loops.SECONDS * loops.FRAME_RATE
        assert {(one.width, one.height) for one in found} == {(pictures.WIDTH, pictures.HEIGHT)}


def test_a_loop_can_be_entered_each_second(amina: loops.Loops) -> None:
    """RFC 6386 9.1: bit 0 of the first byte is 0 in a key frame."""
    keys = [number for number, frame in enumerate(amina.talking) if not frame[0] & 1]
    assert keys == list(range(0, len(amina.talking), loops.GROUP))


def test_the_lips_move_while_talking(amina: loops.Loops) -> None:
    """The picture between nose and chin changes more than that of a listener."""

    def mouth(frames: list[bytes]) -> float:
        rows = [bytes(one.planes[0])[195 * 640 : 220 * 640 : 7] for one in decoded(frames)[:20]]
        return sum(abs(a - b) for one, two in itertools.pairwise(rows) for a, b in zip(one, two, strict=True))

    assert mouth(amina.talking) > 2 * mouth(amina.listening)


def test_speech_is_opus_with_the_levels_of_speech(amina: loops.Loops) -> None:
    """20 ms a packet; loud in words, silent between them (RFC 6464 levels)."""
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, av.audio.codeccontext.AudioCodecContext)
    samples = sum(frame.samples for spoken in amina.speech for frame in decoder.decode(av.Packet(spoken.data)))
    assert samples == pytest.approx(loops.SPEECH_SECONDS * 48_000, rel=0.01)
    levels = sorted(spoken.level for spoken in amina.speech)
    assert levels[len(levels) // 2] < 30
    assert levels[-1] > 60
    assert amina.silence.level == loops.SILENCE


def test_the_second_time_is_read_from_the_cache(
    amina: loops.Loops, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "make", lambda person: pytest.fail("drawn again"))
    assert loops.load(people.PEOPLE[0], cache) == amina
    (file,) = cache.iterdir()
    file.write_bytes(b"spoilt")
    monkeypatch.setattr(loops, "make", lambda person: amina)
    assert loops.load(people.PEOPLE[0], cache) == amina


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "make", lambda person: loops.Loops([], [], [], loops.Spoken(b"", 127)))
    (tmp_path / "file").write_text("not a folder")
    assert loops.load(people.PEOPLE[1], tmp_path / "file").listening == []
