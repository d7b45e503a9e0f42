"""gRPC: regie.recordings.v1."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final, get_args

import msgspec

from node.errors import Refused
from node.features.recordings.planned import Arrangement
from node.features.recordings.rules import RecordingView
from node.features.recordings.service import Recordings
from node.features.recordings.shelf import Shelf
from node.features.replay.service import Replay
from node.features.replay.sheets import CONTEXT, NAME, Sheet, Wish
from node.journal import Change, Journal, RecordingChanged
from node.rpc.call import current
from node.rpc.convert import Latest, page, position, stamp
from node.rpc.watch import watch
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc

ROOM_FILE: Final = "room.webm"
SHEET: Final = f"context ≤ {CONTEXT}, 50 × speakers, 200 × chapters, names 1 … {NAME}"


class RecordingsServicer(recordings_pb2_grpc.RecordingsServiceServicer):
    def __init__(
        self, recordings: Recordings, shelf: Shelf, replay: Replay, journal: Journal, web_url: Callable[[], str]
    ) -> None:
        self._replay = replay
        self._recordings = recordings
        self._shelf = shelf
        self._journal = journal
        self._web_url = web_url
        self._latest = Latest(self._shown)
        recordings.tell(lambda view: journal.publish(RecordingChanged(view)))

    async def GetRecording(self, request: pb.GetRecordingRequest, context: Any) -> pb.GetRecordingResponse:
        return pb.GetRecordingResponse(recording=self._shown(self._recordings.get(request.recording)))

    async def ListRecordings(self, request: pb.ListRecordingsRequest, context: Any) -> pb.ListRecordingsResponse:
        views = sorted(self._recordings.list(request.room), key=_key)
        some, after = page(views, _key, size=request.page_size, token=request.page_token)
        recorder = None if request.page_token else self._recorder()
        return pb.ListRecordingsResponse(recordings=map(self._shown, some), next_page_token=after, recorder=recorder)

    async def WatchRecordings(
        self, request: pb.WatchRecordingsRequest, context: Any
    ) -> AsyncIterator[pb.WatchRecordingsResponse]:
        async for frame in watch(self._journal, ["recordings"], self._snapshot, resume=request.resume_token):
            yield pb.WatchRecordingsResponse(
                snapshot=frame.snapshot,
                recordings=[
                    self._latest(c.view.recording, c.view) for c in frame.changes if isinstance(c, RecordingChanged)
                ],
                recorder=self._recorder(),
                position=position(frame.position),
            )

    async def _snapshot(self) -> Sequence[Change]:
        return [RecordingChanged(view) for view in self._recordings.list()]

    async def StartRecording(self, request: pb.StartRecordingRequest, context: Any) -> pb.StartRecordingResponse:
        arrangement: Any = request.arrangement or None
        if arrangement not in (None, *get_args(Arrangement)):
            raise Refused("BAD_REQUEST", current="arrangement", set_by="protocol")
        view = await self._recordings.start(request.room, arrangement, by=current().actor, reason=request.reason)
        return pb.StartRecordingResponse(recording=self._shown(view))

    async def PauseRecording(self, request: pb.PauseRecordingRequest, context: Any) -> pb.PauseRecordingResponse:
        view = await self._recordings.change(request.room, "pause", by=current().actor, reason=request.reason)
        return pb.PauseRecordingResponse(recording=self._shown(view))

    async def ResumeRecording(self, request: pb.ResumeRecordingRequest, context: Any) -> pb.ResumeRecordingResponse:
        view = await self._recordings.change(request.room, "resume", by=current().actor, reason=request.reason)
        return pb.ResumeRecordingResponse(recording=self._shown(view))

    async def StopRecording(self, request: pb.StopRecordingRequest, context: Any) -> pb.StopRecordingResponse:
        view = await self._recordings.change(request.room, "stop", by=current().actor, reason=request.reason)
        return pb.StopRecordingResponse(recording=self._shown(view))

    async def VerifyRecording(self, request: pb.VerifyRecordingRequest, context: Any) -> pb.VerifyRecordingResponse:
        checked = await self._shelf.verify(request.recording)
        return pb.VerifyRecordingResponse(recording=self._shown(checked.recording), damaged=checked.damaged)

    async def RemakeRecording(self, request: pb.RemakeRecordingRequest, context: Any) -> pb.RemakeRecordingResponse:
        view = await self._shelf.again(request.recording, by=current().actor)
        return pb.RemakeRecordingResponse(recording=self._shown(view))

    async def CancelRecording(self, request: pb.CancelRecordingRequest, context: Any) -> pb.CancelRecordingResponse:
        view = await self._shelf.cancel(request.recording, by=current().actor)
        return pb.CancelRecordingResponse(recording=self._shown(view))

    async def PublishRecording(self, request: pb.PublishRecordingRequest, context: Any) -> pb.PublishRecordingResponse:
        view = await self._shelf.publish(request.recording, not request.withdraw, by=current().actor)
        return pb.PublishRecordingResponse(recording=self._shown(view))

    async def DeleteRecording(self, request: pb.DeleteRecordingRequest, context: Any) -> pb.DeleteRecordingResponse:
        view = await self._shelf.delete(request.recording, by=current().actor, reason=request.reason)
        return pb.DeleteRecordingResponse(recording=self._shown(view))

    async def LinkRecording(self, request: pb.LinkRecordingRequest, context: Any) -> pb.LinkRecordingResponse:
        path, until = self._shelf.link(request.recording, request.file or ROOM_FILE)
        return pb.LinkRecordingResponse(url=self._web_url() + path, until=stamp(until))

    # ------------------------------------------------------------ its page

    async def GetReplay(self, request: pb.GetReplayRequest, context: Any) -> pb.GetReplayResponse:
        return pb.GetReplayResponse(replay=_replay(await self._replay.sheet(request.recording)))

    async def WriteReplay(self, request: pb.WriteReplayRequest, context: Any) -> pb.WriteReplayResponse:
        sheet = await self._replay.amend(request.recording, _wish(request.replay), by=current().actor)
        return pb.WriteReplayResponse(replay=_replay(sheet))

    async def AttachToReplay(self, request: pb.AttachToReplayRequest, context: Any) -> pb.AttachToReplayResponse:
        file = (request.kind, request.name, request.type, request.language, request.content)
        sheet = await self._replay.add(request.recording, *file, by=current().actor)
        return pb.AttachToReplayResponse(replay=_replay(sheet))

    async def DetachFromReplay(self, request: pb.DetachFromReplayRequest, context: Any) -> pb.DetachFromReplayResponse:
        sheet = await self._replay.take_away(request.recording, request.file, by=current().actor)
        return pb.DetachFromReplayResponse(replay=_replay(sheet))

    def _recorder(self) -> pb.Recorder:
        state, limits, now = self._recordings.recorder(), self._recordings.settings, self._recordings.now()
        workers, busy = self._shelf.workers
        seconds, size = self._recordings.book.kept(now)
        standing = self._recordings.standing()
        return pb.Recorder(
            available=state.available,
            free_bytes=state.free_bytes or 0,
            running=state.running,
            workers=workers,
            workers_free=workers - busy,
            recorders=limits.recorders,
            recorders_free=standing.free,
            reserved_bytes=standing.reserved,
            planned=standing.planned,
            unplaced=len(standing.unplaced),
            minutes=int(seconds // 60),
            minutes_limit=limits.node_minutes,
            bytes=size,
            bytes_limit=limits.node_bytes,
            room_minutes_limit=limits.room_minutes,
            room_bytes_limit=limits.room_bytes,
        )

    def _shown(self, view: RecordingView) -> pb.Recording:
        return pb.Recording(
            recording=view.recording,
            room=view.room,
            title=view.title,
            state=view.state,
            why=view.why,
            arrangement=view.arrangement,
            by=view.by,
            started=stamp(view.started),
            ended=stamp(view.ended),
            seconds=view.seconds(self._recordings.now()),
            bytes=view.bytes,
            streams=len(view.streams),
            late_ms=view.late_ms,
            dropped_packets=view.dropped_packets,
            progress=view.progress,
            files=[
                pb.File(
                    name=file.name,
                    kind=file.kind,
                    type=file.type,
                    bytes=file.bytes,
                    sha256=file.sha256,
                    chain=file.chain,
                    seconds=file.seconds,
                    participant=file.participant,
                    source=file.source,
                )
                for file in view.files
            ],
            marks=[pb.Mark(state=m.state, at=stamp(m.at), by=m.by, why=m.why) for m in view.marks],
            statement=view.statement,
            signature=view.signature,
        )


def _wish(replay: pb.Replay) -> Wish:
    """
    Raises:
        Refused: VALUE_INVALID.
    """
    said = {
        "context": replay.context,
        "speakers": [{"name": one.name, "about": one.about} for one in replay.speakers],
        "chapters": [{"at": one.at, "title": one.title} for one in replay.chapters],
    }
    try:
        return msgspec.convert(said, Wish)
    except msgspec.ValidationError as error:
        raise Refused("VALUE_INVALID", limit=SHEET, current=str(error)[:200]) from None


def _replay(sheet: Sheet) -> pb.Replay:
    return pb.Replay(
        context=sheet.context,
        speakers=[pb.Replay.Speaker(name=one.name, about=one.about) for one in sheet.speakers],
        chapters=[pb.Replay.Chapter(at=one.at, title=one.title) for one in sheet.chapters],
        files=[
            pb.Replay.Attachment(
                file=one.id,
                kind=one.kind,
                name=one.name,
                type=one.type,
                language=one.language,
                bytes=one.bytes,
                sha256=one.sha256,
            )
            for one in sheet.files
        ],
    )


def _key(view: RecordingView) -> str:
    """Sorted by when they began."""
    return f"{view.started:020.6f}/{view.recording}"
