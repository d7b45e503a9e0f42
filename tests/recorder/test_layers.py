"""R180: a picture that Chromium sent in layers, one on top of the other (scalable coding), is one picture in the file:
the largest, each once. The pieces in `layers` are what a plane wrote of libvpx and libaom in Chromium (L2T3_KEY)."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.features.recordings.rules import StreamView
from node.features.recordings.shelf import Order
from node.media import spool
from node.ports import Source
from tests.media import spooled
from tests.recorder import through
from tests.recorder.test_files import decoded, tracks

PICTURES = 40
SECONDS = 5.0
LARGE = (640, 360)


@pytest.mark.parametrize("name", ["vp9_l2t3_key", "av1_l2t3_key"])
def test_each_picture_is_there_once_and_large(tmp_path: Path, name: str) -> None:
    data = (Path(__file__).parent / "layers" / f"{name}.seg").read_bytes()
    header = spool.read(data).header
    folder = tmp_path / "spool" / spooled.RECORDING / "1"
    folder.mkdir(parents=True)
    (folder / "000000.seg").write_bytes(data)
    began = header.started_unix_us / 1e6
    stream = StreamView(1, "p1", "Amina", Source.CAMERA, began, track="t1/camera")
    order = Order(spooled.RECORDING, (stream,), ((began - SECONDS, began + SECONDS),), "grid")
    camera = tracks(tmp_path, order)["camera"]
    assert through.probe(camera)
    pictures = decoded(camera, "video")
    assert [(frame.width, frame.height) for _at, frame in pictures] == [LARGE] * len(pictures)  # type: ignore[union-attr]
    assert len({at for at, _frame in pictures}) == len(pictures) >= PICTURES - 1
