"""Tables `recording`, `recording_mark`, `recording_stream`: one row each, kept when the room is gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from node.features.recordings.planned import Plan, RecordingPlanned
from node.features.recordings.rules import (
    Manifest,
    MarkView,
    RecordingKept,
    RecordingMoved,
    RecordingStarted,
    RecordingView,
    SavedRecording,
    StreamBegun,
    StreamEnded,
    StreamView,
)
from node.features.recordings.states import LIVE, State
from node.ports import Source
from node.storage.ledger import Write, Writes
from node.storage.metadata import metadata

recording: Final = Table(
    "recording",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("room", String(40), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("why", String(64), nullable=False),
    Column("arrangement", String(16), nullable=False),
    Column("by", String(64), nullable=False),
    Column("started", Double, nullable=False),
    Column("ended", Double),
    Column("since", Double),
    Column("spent", Double, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("manifest", Text, nullable=False),
)
mark: Final = Table(
    "recording_mark",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("recording", String(32), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("why", String(64), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Double, nullable=False),
)
stream: Final = Table(
    "recording_stream",
    metadata,
    Column("recording", String(32), primary_key=True),
    Column("stream", Integer, primary_key=True),
    Column("participant", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("track", String(80), nullable=False),
    Column("source", String(16), nullable=False),
    Column("began", Double, nullable=False),
    Column("ended", Double),
    Column("segments", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("cause", String(32), nullable=False),
)
plan: Final = Table(
    "recording_plan",
    metadata,
    Column("room", String(40), ForeignKey("room.id", ondelete="CASCADE"), primary_key=True),
    Column("plan", Text, nullable=False),
    Column("by", String(64), nullable=False),
)


def _running(state: State, since: float | None) -> float | None:
    return since if state in LIVE else None


WRITES: Final[Writes] = {
    RecordingStarted: (
        Write(
            insert(recording),
            lambda f: {
                "id": f.recording,
                "room": f.room,
                "title": f.title,
                "state": f.state,
                "why": "",
                "arrangement": f.arrangement,
                "by": f.by,
                "started": f.at,
                "since": f.at if f.state is State.RECORDING else None,
                "spent": 0.0,
                "bytes": 0,
                "manifest": "{}",
            },
        ),
        Write(
            insert(mark),
            lambda f: {"recording": f.recording, "state": f.state, "why": "", "by": f.by, "at": f.at},
        ),
    ),
    RecordingPlanned: (
        Write(delete(plan).where(plan.c.room == bindparam("of")), lambda f: {"of": f.room}),
        Write(insert(plan), lambda f: {"room": f.room, "plan": msgspec.json.encode(f.plan).decode(), "by": f.by}),
    ),
    RecordingMoved: (
        Write(
            update(recording)
            .where(recording.c.id == bindparam("key"))
            .values(
                state=bindparam("new_state"),
                why=bindparam("new_why"),
                spent=bindparam("new_spent"),
                since=bindparam("new_since"),
                ended=bindparam("new_ended"),
            ),
            lambda f: {
                "key": f.recording,
                "new_state": f.state,
                "new_why": f.why,
                "new_spent": f.spent,
                "new_since": _running(f.state, f.since),
                "new_ended": None if f.state in LIVE else f.at,
            },
        ),
        Write(
            insert(mark),
            lambda f: {"recording": f.recording, "state": f.state, "why": f.why, "by": f.by, "at": f.at},
        ),
    ),
    RecordingKept: (
        Write(
            update(recording)
            .where(recording.c.id == bindparam("key"))
            .values(
                state=bindparam("new_state"),
                why=bindparam("new_why"),
                bytes=bindparam("new_bytes"),
                manifest=bindparam("new_manifest"),
            ),
            lambda f: {
                "key": f.recording,
                "new_state": f.state,
                "new_why": f.why,
                "new_bytes": f.bytes,
                "new_manifest": f.manifest,
            },
        ),
        Write(
            insert(mark),
            lambda f: {"recording": f.recording, "state": f.state, "why": f.why, "by": f.by, "at": f.at},
        ),
        Write(
            delete(stream).where(stream.c.recording == bindparam("of"), bindparam("state") == State.DELETED),
            lambda f: {"of": f.recording, "state": f.state},
        ),
    ),
    StreamBegun: (
        Write(
            insert(stream),
            lambda f: {
                "recording": f.recording,
                "stream": f.stream,
                "participant": f.participant,
                "name": f.name,
                "track": f.track,
                "source": f.source,
                "began": f.at,
                "segments": 0,
                "bytes": 0,
                "cause": "",
            },
        ),
    ),
    StreamEnded: (
        Write(
            update(stream)
            .where(stream.c.recording == bindparam("of"), stream.c.stream == bindparam("key"))
            .values(
                ended=bindparam("new_ended"),
                segments=bindparam("new_segments"),
                bytes=bindparam("new_bytes"),
                cause=bindparam("new_cause"),
            ),
            lambda f: {
                "of": f.recording,
                "key": f.stream,
                "new_ended": f.at,
                "new_segments": f.segments,
                "new_bytes": f.bytes,
                "new_cause": f.cause,
            },
        ),
    ),
}


async def of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, SavedRecording]:
    """What was being recorded when the node stopped, by room."""
    query = select(recording).where(recording.c.room.in_(rooms), recording.c.state.in_([*LIVE]))
    found: dict[str, SavedRecording] = {}
    for row in await tx.execute(query):
        streams = list(await tx.execute(select(stream).where(stream.c.recording == row.id)))
        found[row.room] = SavedRecording(
            recording=row.id,
            state=State(row.state),
            arrangement=row.arrangement,
            by=row.by,
            started=row.started,
            last_stream=max((one.stream for one in streams), default=0),
            taps={one.stream: one.track for one in streams if one.ended is None},
            since=row.since,
            spent=row.spent,
        )
    return found


async def plans_of_rooms(tx: AsyncConnection, rooms: Sequence[str]) -> dict[str, Plan]:
    found = await tx.execute(select(plan).where(plan.c.room.in_(rooms)))
    return {row.room: msgspec.json.decode(row.plan, type=Plan) for row in found}


class SqlStore:
    """`node.features.recordings.service.Store` on SQL."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def load(self) -> list[RecordingView]:
        async with self._engine.connect() as tx:
            rows = list(await tx.execute(select(recording).order_by(recording.c.started)))
            marks: dict[str, list[MarkView]] = {}
            for one in await tx.execute(select(mark).order_by(mark.c.number)):
                marks.setdefault(one.recording, []).append(MarkView(State(one.state), one.at, one.by, one.why))
            streams: dict[str, list[StreamView]] = {}
            for one in await tx.execute(select(stream).order_by(stream.c.stream)):
                streams.setdefault(one.recording, []).append(_stream(one))
        return [_view(row, marks.get(row.id, []), streams.get(row.id, [])) for row in rows]


def _stream(row: Row[Any]) -> StreamView:
    return StreamView(
        stream=row.stream,
        participant=row.participant,
        name=row.name,
        source=Source(row.source),
        began=row.began,
        ended=row.ended,
        segments=row.segments,
        bytes=row.bytes,
        cause=row.cause,
        track=row.track,
    )


def _view(row: Row[Any], marks: Sequence[MarkView], streams: Sequence[StreamView]) -> RecordingView:
    manifest = msgspec.json.decode(row.manifest, type=Manifest)
    return RecordingView(
        recording=row.id,
        room=row.room,
        title=row.title,
        state=State(row.state),
        why=row.why,
        arrangement=row.arrangement,
        by=row.by,
        started=row.started,
        ended=row.ended,
        spent=row.spent,
        since=row.since,
        bytes=row.bytes,
        marks=tuple(marks),
        streams=tuple(streams),
        files=manifest.files,
        statement=manifest.statement,
        signature=manifest.signature,
        seal=manifest.seal,
        progress=1.0 if manifest.files else 0.0,
    )
