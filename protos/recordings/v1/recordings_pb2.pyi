import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.common.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Replay(_message.Message):
    __slots__ = ("context", "speakers", "chapters", "files")
    class Speaker(_message.Message):
        __slots__ = ("name", "about")
        NAME_FIELD_NUMBER: _ClassVar[int]
        ABOUT_FIELD_NUMBER: _ClassVar[int]
        name: str
        about: str
        def __init__(self, name: _Optional[str] = ..., about: _Optional[str] = ...) -> None: ...
    class Chapter(_message.Message):
        __slots__ = ("at", "title")
        AT_FIELD_NUMBER: _ClassVar[int]
        TITLE_FIELD_NUMBER: _ClassVar[int]
        at: float
        title: str
        def __init__(self, at: _Optional[float] = ..., title: _Optional[str] = ...) -> None: ...
    class Attachment(_message.Message):
        __slots__ = ("file", "kind", "name", "type", "language", "bytes", "sha256")
        FILE_FIELD_NUMBER: _ClassVar[int]
        KIND_FIELD_NUMBER: _ClassVar[int]
        NAME_FIELD_NUMBER: _ClassVar[int]
        TYPE_FIELD_NUMBER: _ClassVar[int]
        LANGUAGE_FIELD_NUMBER: _ClassVar[int]
        BYTES_FIELD_NUMBER: _ClassVar[int]
        SHA256_FIELD_NUMBER: _ClassVar[int]
        file: str
        kind: str
        name: str
        type: str
        language: str
        bytes: int
        sha256: str
        def __init__(self, file: _Optional[str] = ..., kind: _Optional[str] = ..., name: _Optional[str] = ..., type: _Optional[str] = ..., language: _Optional[str] = ..., bytes: _Optional[int] = ..., sha256: _Optional[str] = ...) -> None: ...
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    SPEAKERS_FIELD_NUMBER: _ClassVar[int]
    CHAPTERS_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    context: str
    speakers: _containers.RepeatedCompositeFieldContainer[Replay.Speaker]
    chapters: _containers.RepeatedCompositeFieldContainer[Replay.Chapter]
    files: _containers.RepeatedCompositeFieldContainer[Replay.Attachment]
    def __init__(self, context: _Optional[str] = ..., speakers: _Optional[_Iterable[_Union[Replay.Speaker, _Mapping]]] = ..., chapters: _Optional[_Iterable[_Union[Replay.Chapter, _Mapping]]] = ..., files: _Optional[_Iterable[_Union[Replay.Attachment, _Mapping]]] = ...) -> None: ...

class GetReplayRequest(_message.Message):
    __slots__ = ("recording",)
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    recording: str
    def __init__(self, recording: _Optional[str] = ...) -> None: ...

class GetReplayResponse(_message.Message):
    __slots__ = ("replay",)
    REPLAY_FIELD_NUMBER: _ClassVar[int]
    replay: Replay
    def __init__(self, replay: _Optional[_Union[Replay, _Mapping]] = ...) -> None: ...

class WriteReplayRequest(_message.Message):
    __slots__ = ("recording", "replay", "reason", "request_id")
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    REPLAY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    recording: str
    replay: Replay
    reason: str
    request_id: str
    def __init__(self, recording: _Optional[str] = ..., replay: _Optional[_Union[Replay, _Mapping]] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class WriteReplayResponse(_message.Message):
    __slots__ = ("replay",)
    REPLAY_FIELD_NUMBER: _ClassVar[int]
    replay: Replay
    def __init__(self, replay: _Optional[_Union[Replay, _Mapping]] = ...) -> None: ...

class AttachToReplayRequest(_message.Message):
    __slots__ = ("recording", "kind", "name", "type", "language", "content", "reason", "request_id")
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    recording: str
    kind: str
    name: str
    type: str
    language: str
    content: bytes
    reason: str
    request_id: str
    def __init__(self, recording: _Optional[str] = ..., kind: _Optional[str] = ..., name: _Optional[str] = ..., type: _Optional[str] = ..., language: _Optional[str] = ..., content: _Optional[bytes] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class AttachToReplayResponse(_message.Message):
    __slots__ = ("replay",)
    REPLAY_FIELD_NUMBER: _ClassVar[int]
    replay: Replay
    def __init__(self, replay: _Optional[_Union[Replay, _Mapping]] = ...) -> None: ...

class DetachFromReplayRequest(_message.Message):
    __slots__ = ("recording", "file", "reason", "request_id")
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    recording: str
    file: str
    reason: str
    request_id: str
    def __init__(self, recording: _Optional[str] = ..., file: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DetachFromReplayResponse(_message.Message):
    __slots__ = ("replay",)
    REPLAY_FIELD_NUMBER: _ClassVar[int]
    replay: Replay
    def __init__(self, replay: _Optional[_Union[Replay, _Mapping]] = ...) -> None: ...

class Recording(_message.Message):
    __slots__ = ("recording", "room", "title", "state", "why", "arrangement", "by", "started", "ended", "seconds", "bytes", "streams", "late_ms", "dropped_packets", "progress", "files", "marks", "statement", "signature")
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    ARRANGEMENT_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    STREAMS_FIELD_NUMBER: _ClassVar[int]
    LATE_MS_FIELD_NUMBER: _ClassVar[int]
    DROPPED_PACKETS_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    MARKS_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    recording: str
    room: str
    title: str
    state: str
    why: str
    arrangement: str
    by: str
    started: _timestamp_pb2.Timestamp
    ended: _timestamp_pb2.Timestamp
    seconds: float
    bytes: int
    streams: int
    late_ms: int
    dropped_packets: int
    progress: float
    files: _containers.RepeatedCompositeFieldContainer[File]
    marks: _containers.RepeatedCompositeFieldContainer[Mark]
    statement: str
    signature: str
    def __init__(self, recording: _Optional[str] = ..., room: _Optional[str] = ..., title: _Optional[str] = ..., state: _Optional[str] = ..., why: _Optional[str] = ..., arrangement: _Optional[str] = ..., by: _Optional[str] = ..., started: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., seconds: _Optional[float] = ..., bytes: _Optional[int] = ..., streams: _Optional[int] = ..., late_ms: _Optional[int] = ..., dropped_packets: _Optional[int] = ..., progress: _Optional[float] = ..., files: _Optional[_Iterable[_Union[File, _Mapping]]] = ..., marks: _Optional[_Iterable[_Union[Mark, _Mapping]]] = ..., statement: _Optional[str] = ..., signature: _Optional[str] = ...) -> None: ...

class File(_message.Message):
    __slots__ = ("name", "kind", "type", "bytes", "sha256", "chain", "seconds", "participant", "source")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    type: str
    bytes: int
    sha256: str
    chain: str
    seconds: float
    participant: str
    source: str
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ..., type: _Optional[str] = ..., bytes: _Optional[int] = ..., sha256: _Optional[str] = ..., chain: _Optional[str] = ..., seconds: _Optional[float] = ..., participant: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class Mark(_message.Message):
    __slots__ = ("state", "at", "by", "why")
    STATE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    state: str
    at: _timestamp_pb2.Timestamp
    by: str
    why: str
    def __init__(self, state: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., by: _Optional[str] = ..., why: _Optional[str] = ...) -> None: ...

class Recorder(_message.Message):
    __slots__ = ("available", "free_bytes", "running", "workers", "workers_free", "recorders", "recorders_free", "reserved_bytes", "minutes", "minutes_limit", "bytes", "bytes_limit", "room_minutes_limit", "room_bytes_limit", "planned", "unplaced")
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    FREE_BYTES_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    WORKERS_FREE_FIELD_NUMBER: _ClassVar[int]
    RECORDERS_FIELD_NUMBER: _ClassVar[int]
    RECORDERS_FREE_FIELD_NUMBER: _ClassVar[int]
    RESERVED_BYTES_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    MINUTES_LIMIT_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    BYTES_LIMIT_FIELD_NUMBER: _ClassVar[int]
    ROOM_MINUTES_LIMIT_FIELD_NUMBER: _ClassVar[int]
    ROOM_BYTES_LIMIT_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    UNPLACED_FIELD_NUMBER: _ClassVar[int]
    available: bool
    free_bytes: int
    running: int
    workers: int
    workers_free: int
    recorders: int
    recorders_free: int
    reserved_bytes: int
    minutes: int
    minutes_limit: int
    bytes: int
    bytes_limit: int
    room_minutes_limit: int
    room_bytes_limit: int
    planned: int
    unplaced: int
    def __init__(self, available: _Optional[bool] = ..., free_bytes: _Optional[int] = ..., running: _Optional[int] = ..., workers: _Optional[int] = ..., workers_free: _Optional[int] = ..., recorders: _Optional[int] = ..., recorders_free: _Optional[int] = ..., reserved_bytes: _Optional[int] = ..., minutes: _Optional[int] = ..., minutes_limit: _Optional[int] = ..., bytes: _Optional[int] = ..., bytes_limit: _Optional[int] = ..., room_minutes_limit: _Optional[int] = ..., room_bytes_limit: _Optional[int] = ..., planned: _Optional[int] = ..., unplaced: _Optional[int] = ...) -> None: ...

class GetRecordingRequest(_message.Message):
    __slots__ = ("recording",)
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    recording: str
    def __init__(self, recording: _Optional[str] = ...) -> None: ...

class GetRecordingResponse(_message.Message):
    __slots__ = ("recording",)
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    recording: Recording
    def __init__(self, recording: _Optional[_Union[Recording, _Mapping]] = ...) -> None: ...

class ListRecordingsRequest(_message.Message):
    __slots__ = ("room", "page_size", "page_token")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    room: str
    page_size: int
    page_token: str
    def __init__(self, room: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRecordingsResponse(_message.Message):
    __slots__ = ("recordings", "next_page_token", "recorder")
    RECORDINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RECORDER_FIELD_NUMBER: _ClassVar[int]
    recordings: _containers.RepeatedCompositeFieldContainer[Recording]
    next_page_token: str
    recorder: Recorder
    def __init__(self, recordings: _Optional[_Iterable[_Union[Recording, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., recorder: _Optional[_Union[Recorder, _Mapping]] = ...) -> None: ...

class WatchRecordingsRequest(_message.Message):
    __slots__ = ("resume_token",)
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    resume_token: str
    def __init__(self, resume_token: _Optional[str] = ...) -> None: ...

class WatchRecordingsResponse(_message.Message):
    __slots__ = ("snapshot", "recordings", "recorder", "position")
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    RECORDINGS_FIELD_NUMBER: _ClassVar[int]
    RECORDER_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    snapshot: bool
    recordings: _containers.RepeatedCompositeFieldContainer[Recording]
    recorder: Recorder
    position: _common_pb2.Position
    def __init__(self, snapshot: _Optional[bool] = ..., recordings: _Optional[_Iterable[_Union[Recording, _Mapping]]] = ..., recorder: _Optional[_Union[Recorder, _Mapping]] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...

class StartRecordingRequest(_message.Message):
    __slots__ = ("room", "arrangement", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    ARRANGEMENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    arrangement: str
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., arrangement: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class StartRecordingResponse(_message.Message):
    __slots__ = ("recording",)
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    recording: Recording
    def __init__(self, recording: _Optional[_Union[Recording, _Mapping]] = ...) -> None: ...

class PauseRecordingRequest(_message.Message):
    __slots__ = ("room", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class PauseRecordingResponse(_message.Message):
    __slots__ = ("recording",)
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    recording: Recording
    def __init__(self, recording: _Optional[_Union[Recording, _Mapping]] = ...) -> None: ...

class ResumeRecordingRequest(_message.Message):
    __slots__ = ("room", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ResumeRecordingResponse(_message.Message):
    __slots__ = ("recording",)
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    recording: Recording
    def __init__(self, recording: _Optional[_Union[Recording, _Mapping]] = ...) -> None: ...

class StopRecordingRequest(_message.Message):
    __slots__ = ("room", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class StopRecordingResponse(_message.Message):
    __slots__ = ("recording",)
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    recording: Recording
    def __init__(self, recording: _Optional[_Union[Recording, _Mapping]] = ...) -> None: ...

class VerifyRecordingRequest(_message.Message):
    __slots__ = ("recording",)
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    recording: str
    def __init__(self, recording: _Optional[str] = ...) -> None: ...

class VerifyRecordingResponse(_message.Message):
    __slots__ = ("recording", "damaged")
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    DAMAGED_FIELD_NUMBER: _ClassVar[int]
    recording: Recording
    damaged: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, recording: _Optional[_Union[Recording, _Mapping]] = ..., damaged: _Optional[_Iterable[str]] = ...) -> None: ...

class RemakeRecordingRequest(_message.Message):
    __slots__ = ("recording", "reason", "request_id")
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    recording: str
    reason: str
    request_id: str
    def __init__(self, recording: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RemakeRecordingResponse(_message.Message):
    __slots__ = ("recording",)
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    recording: Recording
    def __init__(self, recording: _Optional[_Union[Recording, _Mapping]] = ...) -> None: ...

class CancelRecordingRequest(_message.Message):
    __slots__ = ("recording", "reason", "request_id")
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    recording: str
    reason: str
    request_id: str
    def __init__(self, recording: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CancelRecordingResponse(_message.Message):
    __slots__ = ("recording",)
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    recording: Recording
    def __init__(self, recording: _Optional[_Union[Recording, _Mapping]] = ...) -> None: ...

class PublishRecordingRequest(_message.Message):
    __slots__ = ("recording", "withdraw", "reason", "request_id")
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    WITHDRAW_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    recording: str
    withdraw: bool
    reason: str
    request_id: str
    def __init__(self, recording: _Optional[str] = ..., withdraw: _Optional[bool] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class PublishRecordingResponse(_message.Message):
    __slots__ = ("recording",)
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    recording: Recording
    def __init__(self, recording: _Optional[_Union[Recording, _Mapping]] = ...) -> None: ...

class DeleteRecordingRequest(_message.Message):
    __slots__ = ("recording", "reason", "request_id")
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    recording: str
    reason: str
    request_id: str
    def __init__(self, recording: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteRecordingResponse(_message.Message):
    __slots__ = ("recording",)
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    recording: Recording
    def __init__(self, recording: _Optional[_Union[Recording, _Mapping]] = ...) -> None: ...

class LinkRecordingRequest(_message.Message):
    __slots__ = ("recording", "file", "reason", "request_id")
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    FILE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    recording: str
    file: str
    reason: str
    request_id: str
    def __init__(self, recording: _Optional[str] = ..., file: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class LinkRecordingResponse(_message.Message):
    __slots__ = ("url", "until")
    URL_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    url: str
    until: _timestamp_pb2.Timestamp
    def __init__(self, url: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
