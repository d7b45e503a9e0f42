"""One job of the recorder: the pieces of a recording to its files, each done once however often it is begun again.

A file has its name only when it is whole and on the disk; what is found whole is not made again. `manifest.json` comes
last: who has it has everything.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import av
import msgspec

from node.features.recordings.chain import first, link
from node.media import spool
from node.recorder import film
from node.recorder.compose import Picture, showable
from node.recorder.mux import Muxed, Unplayable, damaged, mux, suffix
from node.recorder.timeline import Tape
from node.recorder.tracks import Lane, Stream, Take, segments_of, streams_in
from node.recorder.whole import whole

ROOM: Final = "room.webm"
STRETCHES: Final = "room.work"
MANIFEST: Final = "manifest.json"
MUXED: Final = ".muxed.json"
CHUNK: Final = 1 << 20
TRACKS_SHARE: Final = 0.3
"""Of the work, as the progress counts it."""


class Job(msgspec.Struct, frozen=True):
    """`stretches`: (from, to) between the marks, seconds since the epoch; `folder`: where the files are made;
    `step_s`: so much of the room's film is lost when the work is interrupted."""

    recording: str
    spool: str
    folder: str
    streams: tuple[Stream, ...]
    stretches: tuple[tuple[float, float], ...]
    arrangement: str = "grid"
    step_s: float = film.STRETCH_S


class Made(msgspec.Struct, frozen=True):
    """A file. `chain`: SHA-256 of the file's own sum after the chain of the one before."""

    name: str
    kind: str
    type: str
    bytes: int
    sha256: str
    chain: str
    seconds: float = 0.0
    participant: str = ""
    source: str = ""


class Manifest(msgspec.Struct, frozen=True):
    recording: str
    files: tuple[Made, ...]
    faults: tuple[str, ...] = ()
    """What of the pieces could not be read, or not be shown."""
    version: int = 1


class Nothing(Exception):
    """Nobody sent anything that could be kept."""


def work(job: Job, progress: Callable[[float], None]) -> Manifest:
    """
    Raises:
        Nothing
    """
    folder = Path(job.folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    finished = _finished(folder)
    if finished is not None:
        return finished
    source = Path(job.spool) / job.recording
    tape = tape_of(job)
    take = Take(source, job.streams, tape)
    lanes = take.lanes()
    made: list[tuple[Lane, Path, float]] = []
    faults = _faults(source) + [f"stream {number}: of no codec that is known" for number in take.unknown()]
    for n, lane in enumerate(lanes):
        path = folder / f"{lane.number:03d}-{lane.source}.{suffix(lane)}"
        name = f"track {lane.number} ({lane.source}, {lane.codec})"
        try:
            done = _lane(take, lane, path)
        except Unplayable as error:
            if error.left_out or any(take.damaged[stream] for stream in lane.streams):
                faults.append(f"{name}: nothing of it can be shown")
        except av.FFmpegError as error:
            if not damaged(error):
                raise
            faults.append(f"{name}: no file can be made of it: {error.strerror}")
        else:
            if done.left_out:
                faults.append(f"{name}: {done.left_out} left out, damaged or built on what is")
            if showable(Picture(path, lane.participant, lane.source)):
                made.append((lane, path, done.end))
            else:
                faults.append(f"{name}: its file cannot be read")
        progress(TRACKS_SHARE * (n + 1) / len(lanes))
    if not made:
        raise Nothing
    room = folder / ROOM
    seconds = max(tape.seconds, 0.04)
    stretches = folder / STRETCHES
    if not room.exists():
        pictures = [Picture(path, lane.participant, lane.source) for lane, path, _end in made]

        def told(done: float) -> None:
            progress(TRACKS_SHARE + (1 - TRACKS_SHARE) * done)

        film.film(pictures, seconds, job.arrangement, room, stretches, told, job.step_s)
    film.forget(stretches)
    manifest = _manifest(job, made, room, seconds, tuple(faults))
    whole(folder / MANIFEST, lambda part: part.write_bytes(msgspec.json.encode(manifest)))
    progress(1.0)
    return manifest


def tape_of(job: Job) -> Tape:
    return Tape([(begin * 1e6, end * 1e6) for begin, end in job.stretches])


def _lane(take: Take, lane: Lane, path: Path) -> Muxed:
    """Beside the file stands what is to be known of it, for who finds it made. It is there first."""
    beside = path.with_suffix(MUXED)
    if path.exists():
        with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
            return msgspec.json.decode(beside.read_bytes(), type=Muxed)
    muxed: Muxed | None = None

    def write(part: Path) -> None:
        nonlocal muxed
        muxed = mux(lane, take.moments(lane), part)
        said = msgspec.json.encode(muxed)
        whole(beside, lambda part: part.write_bytes(said))

    whole(path, write)
    assert muxed is not None
    return muxed


def _finished(folder: Path) -> Manifest | None:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    there = all((folder / file.name).is_file() and sum_of(folder / file.name) == file.sha256 for file in manifest.files)
    return manifest if there else None


def sum_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _manifest(
    job: Job, made: Sequence[tuple[Lane, Path, float]], room: Path, seconds: float, faults: tuple[str, ...]
) -> Manifest:
    chain = first(job.recording)
    files: list[Made] = []
    rows = [(path, "track", _type(lane), end, lane.participant, lane.source) for lane, path, end in made]
    for path, kind, type_, end, participant, source in [(room, "room", "video/webm", seconds, "", ""), *rows]:
        digest = sum_of(path)
        chain = link(chain, digest)
        files.append(
            Made(path.name, kind, type_, path.stat().st_size, digest, chain, round(end, 3), participant, source)
        )
    return Manifest(job.recording, tuple(files), faults)


def _type(lane: Lane) -> str:
    if lane.codec == "opus":
        return "audio/webm"
    return "video/webm" if suffix(lane) == "webm" else "video/x-matroska"


def _faults(folder: Path) -> list[str]:
    found: list[str] = []
    for number in streams_in(folder):
        unread: list[str] = []
        # Only their chain is asked, not what is in them.
        light = [msgspec.structs.replace(each, records=()) for each in segments_of(folder, number, unread)]
        found += (f"stream {number}: {fault}" for fault in (*spool.faults(light), *unread))
    return found
