"""The part of a played node that keeps recordings: the states move as on a real one, and there is no media at all."""

from __future__ import annotations

import secrets
import time
from typing import Any, Final

import grpc

from node.demo.fleet.refusing import refusal, refuse
from protos.common.v1 import common_pb2
from protos.recordings.v1 import recordings_pb2 as pb
from protos.recordings.v1 import recordings_pb2_grpc

LIVE: Final = ("armed", "recording", "paused", "lagging", "disk_low")
"""States of a recording that runs."""
READY: Final = ("verified", "published")


class Recordings(recordings_pb2_grpc.RecordingsServiceServicer):
    """Mixed into the servicer, which checks roles and remembers what was asked."""

    _node: Any
    _check: Any
    _did: Any

    async def GetRecording(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetRecording", "viewer")
        return pb.GetRecordingResponse(recording=await self._tape(request, context))

    async def ListRecordings(self, request: Any, context: Any) -> Any:
        await self._check(context, "ListRecordings", "viewer")
        found = [one for one in self._node.recordings.values() if request.room in ("", one.room)]
        return pb.ListRecordingsResponse(recordings=found, recorder=self._node.recorder)

    async def WatchRecordings(self, request: Any, context: Any) -> Any:
        await self._check(context, "WatchRecordings", "viewer")
        async for snapshot, changes, token in self._node.follow("recording", "", request.resume_token):
            yield pb.WatchRecordingsResponse(
                snapshot=snapshot,
                recordings=self._node.recordings.values() if snapshot else changes,
                recorder=self._node.recorder,
                position=common_pb2.Position(resume_token=token),
            )

    async def StartRecording(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "StartRecording", "operator", request):
            return again
        if request.room not in self._node.rooms:
            await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("ROOM_UNKNOWN"))
        if self._running(request.room) is not None:
            await refuse(context, grpc.StatusCode.FAILED_PRECONDITION, refusal("RECORDING_RUNS"))
        one = pb.Recording(by="anna", arrangement=request.arrangement or "grid")
        one.started.FromSeconds(int(time.time()))
        made = await self._node.tape(
            request.room, secrets.token_hex(16), "recording", started=one.started, arrangement=one.arrangement
        )
        return self._did(request, pb.StartRecordingResponse(recording=made))

    async def PauseRecording(self, request: Any, context: Any) -> Any:
        return await self._moved(request, context, "Pause", "paused")

    async def ResumeRecording(self, request: Any, context: Any) -> Any:
        return await self._moved(request, context, "Resume", "recording")

    async def StopRecording(self, request: Any, context: Any) -> Any:
        return await self._moved(request, context, "Stop", "finishing")

    async def VerifyRecording(self, request: Any, context: Any) -> Any:
        await self._check(context, "VerifyRecording", "operator")
        one = await self._tape(request, context, (*READY, "failed"))
        damaged = self._node.damaged.get(one.recording, [])
        if damaged:
            one.state, one.why = "failed", "damaged"
            await self._node.told_of(one)
        return pb.VerifyRecordingResponse(recording=one, damaged=damaged)

    async def RemakeRecording(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "RemakeRecording", "operator", request):
            return again
        one = await self._tape(request, context, ("failed",))
        one.progress = 0.0
        return self._did(request, pb.RemakeRecordingResponse(recording=await self._now(one, "finishing")))

    async def CancelRecording(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "CancelRecording", "operator", request):
            return again
        one = await self._tape(request, context, ("finishing",))
        one.why = "cancelled"
        return self._did(request, pb.CancelRecordingResponse(recording=await self._now(one, "failed")))

    async def PublishRecording(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "PublishRecording", "operator", request):
            return again
        before, after = ("published", "verified") if request.withdraw else ("verified", "published")
        one = await self._tape(request, context, (before,))
        return self._did(request, pb.PublishRecordingResponse(recording=await self._now(one, after)))

    async def DeleteRecording(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "DeleteRecording", "operator", request):
            return again
        one = await self._tape(request, context, (*READY, "failed"))
        one.statement, one.signature, one.why = f'{{"deleted":"{one.recording}"}}', "5e1f" * 32, request.reason
        one.bytes = 0
        one.ClearField("files")
        return self._did(request, pb.DeleteRecordingResponse(recording=await self._now(one, "deleted")))

    async def LinkRecording(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "LinkRecording", "operator", request):
            return again
        one = await self._tape(request, context, READY)
        path = f"/recordings/{one.recording}/room.webm?until=1795266000&key={'5e1f' * 16}"
        reply = pb.LinkRecordingResponse(url=f"https://{self._node.name}.example{path}")
        reply.until.FromSeconds(1_795_266_000)
        return self._did(request, reply)

    # ------------------------------------------------------------ its page

    async def GetReplay(self, request: Any, context: Any) -> Any:
        await self._check(context, "GetReplay", "viewer")
        return pb.GetReplayResponse(replay=await self._page(request, context))

    async def WriteReplay(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "WriteReplay", "operator", request):
            return again
        page = await self._page(request, context)
        files = list(page.files)
        page.CopyFrom(request.replay)
        page.ClearField("files")
        page.files.extend(files)
        return self._did(request, pb.WriteReplayResponse(replay=page))

    async def AttachToReplay(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "AttachToReplay", "operator", request):
            return again
        page = await self._page(request, context)
        page.files.add(
            file=secrets.token_hex(8),
            kind=request.kind,
            name=request.name,
            type=request.type,
            language=request.language,
            bytes=len(request.content),
        )
        return self._did(request, pb.AttachToReplayResponse(replay=page))

    async def DetachFromReplay(self, request: Any, context: Any) -> Any:
        if again := await self._check(context, "DetachFromReplay", "operator", request):
            return again
        page = await self._page(request, context)
        left = [one for one in page.files if one.file != request.file]
        if len(left) == len(page.files):
            await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("NOT_FOUND"))
        page.ClearField("files")
        page.files.extend(left)
        return self._did(request, pb.DetachFromReplayResponse(replay=page))

    # ------------------------------------------------------------ inside

    async def _page(self, request: Any, context: Any) -> pb.Replay:
        page: pb.Replay = self._node.replays.setdefault((await self._tape(request, context)).recording, pb.Replay())
        return page

    def _running(self, room: str) -> pb.Recording | None:
        return next((one for one in self._node.recordings.values() if one.room == room and one.state in LIVE), None)

    async def _moved(self, request: Any, context: Any, verb: str, after: str) -> Any:
        if again := await self._check(context, f"{verb}Recording", "operator", request):
            return again
        one = self._running(request.room)
        if one is None:
            await refuse(context, grpc.StatusCode.FAILED_PRECONDITION, refusal("RECORDING_NONE"))
            raise AssertionError
        return self._did(request, getattr(pb, f"{verb}RecordingResponse")(recording=await self._now(one, after)))

    async def _now(self, one: pb.Recording, state: str) -> pb.Recording:
        one.state = state
        await self._node.told_of(one)
        return one

    async def _tape(self, request: Any, context: Any, states: tuple[str, ...] = ()) -> pb.Recording:
        one: pb.Recording | None = self._node.recordings.get(request.recording)
        if one is None:
            await refuse(context, grpc.StatusCode.NOT_FOUND, refusal("RECORDING_UNKNOWN"))
            raise AssertionError
        if states and one.state not in states:
            detail = refusal("RECORDING_STATE", limit=", ".join(states), current=one.state)
            await refuse(context, grpc.StatusCode.FAILED_PRECONDITION, detail)
        return one
