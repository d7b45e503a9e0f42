"""The book of recordings: what happened to one, as it is seen. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import msgspec

from node.features.recordings.rules import (
    Manifest,
    MarkView,
    RecordingKept,
    RecordingMoved,
    RecordingStarted,
    RecordingView,
    StreamBegun,
    StreamEnded,
    StreamView,
)
from node.features.recordings.states import LIVE, RUNNING, State
from node.ports import Event


class Book(Protocol):
    def get(self, recording: str, /) -> RecordingView | None: ...


def _started(book: Book, fact: RecordingStarted) -> RecordingView:
    return RecordingView(
        recording=fact.recording,
        room=fact.room,
        title=fact.title,
        state=fact.state,
        why="",
        arrangement=fact.arrangement,
        by=fact.by,
        started=fact.at,
        ended=None,
        spent=0.0,
        since=fact.at if fact.state is State.RECORDING else None,
        bytes=0,
        marks=(MarkView(fact.state, fact.at, fact.by),),
    )


def _moved(book: Book, fact: RecordingMoved) -> RecordingView | None:
    view = book.get(fact.recording)
    return view and msgspec.structs.replace(
        view,
        state=fact.state,
        why=fact.why,
        spent=fact.spent,
        since=fact.since,
        ended=None if fact.state in LIVE else fact.at,
        marks=(*view.marks, MarkView(fact.state, fact.at, fact.by, fact.why)),
    )


def _begun(book: Book, fact: StreamBegun) -> RecordingView | None:
    view = book.get(fact.recording)
    begun = StreamView(fact.stream, fact.participant, fact.name, fact.source, fact.at, track=fact.track)
    return view and msgspec.structs.replace(view, streams=(*view.streams, begun))


def _ended(book: Book, fact: StreamEnded) -> RecordingView | None:
    view = book.get(fact.recording)
    if view is None:
        return None
    streams = tuple(
        msgspec.structs.replace(stream, ended=fact.at, segments=fact.segments, bytes=fact.bytes, cause=fact.cause)
        if stream.stream == fact.stream
        else stream
        for stream in view.streams
    )
    return msgspec.structs.replace(view, streams=streams, bytes=sum(stream.bytes for stream in streams))


def _kept(book: Book, fact: RecordingKept) -> RecordingView | None:
    view = book.get(fact.recording)
    kept = msgspec.json.decode(fact.manifest, type=Manifest)
    return view and msgspec.structs.replace(
        view,
        state=fact.state,
        why=fact.why,
        bytes=fact.bytes,
        marks=(*view.marks, MarkView(fact.state, fact.at, fact.by, fact.why)),
        streams=() if fact.state is State.DELETED else view.streams,
        files=kept.files,
        statement=kept.statement,
        signature=kept.signature,
        seal=kept.seal,
        late_ms=0,
        progress=1.0 if kept.files and fact.state is not State.FINISHING else 0.0,
    )


# Any: each function takes the fact under which it stands.
ENTRIES: Final[dict[type[Event], Callable[[Book, Any], RecordingView | None]]] = {
    RecordingStarted: _started,
    RecordingMoved: _moved,
    StreamBegun: _begun,
    StreamEnded: _ended,
    RecordingKept: _kept,
}


def enter(book: Book, fact: Event) -> RecordingView | None:
    """The recording as it is after `fact`; None: there is no such one."""
    return ENTRIES[type(fact)](book, fact)


def stretches(marks: Sequence[MarkView], now: float | None = None) -> tuple[tuple[float, float], ...]:
    """(from, to), seconds since the epoch, of what was recorded: between the marks. What still runs ends `now`; None:
    it has no end and is left out."""
    found: list[tuple[float, float]] = []
    since: float | None = None
    for mark in marks:
        if mark.state in RUNNING:
            since = mark.at if since is None else since
        elif since is not None:
            found.append((since, mark.at))
            since = None
    if since is not None and now is not None:
        found.append((since, now))
    return tuple(found)
