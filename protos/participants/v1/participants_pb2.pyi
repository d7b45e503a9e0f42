import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.common.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Participant(_message.Message):
    __slots__ = ("participant", "room", "name", "role", "client", "joined", "state", "tracks", "speaking", "level", "quality")
    class Client(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CLIENT_UNSPECIFIED: _ClassVar[Participant.Client]
        CLIENT_PAGE: _ClassVar[Participant.Client]
        CLIENT_WHIP: _ClassVar[Participant.Client]
        CLIENT_WHEP: _ClassVar[Participant.Client]
    CLIENT_UNSPECIFIED: Participant.Client
    CLIENT_PAGE: Participant.Client
    CLIENT_WHIP: Participant.Client
    CLIENT_WHEP: Participant.Client
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Participant.State]
        STATE_JOINING: _ClassVar[Participant.State]
        STATE_HERE: _ClassVar[Participant.State]
        STATE_AWAY: _ClassVar[Participant.State]
    STATE_UNSPECIFIED: Participant.State
    STATE_JOINING: Participant.State
    STATE_HERE: Participant.State
    STATE_AWAY: Participant.State
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    CLIENT_FIELD_NUMBER: _ClassVar[int]
    JOINED_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TRACKS_FIELD_NUMBER: _ClassVar[int]
    SPEAKING_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    participant: str
    room: str
    name: str
    role: str
    client: Participant.Client
    joined: _timestamp_pb2.Timestamp
    state: Participant.State
    tracks: _containers.RepeatedCompositeFieldContainer[Track]
    speaking: bool
    level: int
    quality: Quality
    def __init__(self, participant: _Optional[str] = ..., room: _Optional[str] = ..., name: _Optional[str] = ..., role: _Optional[str] = ..., client: _Optional[_Union[Participant.Client, str]] = ..., joined: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[Participant.State, str]] = ..., tracks: _Optional[_Iterable[_Union[Track, _Mapping]]] = ..., speaking: _Optional[bool] = ..., level: _Optional[int] = ..., quality: _Optional[_Union[Quality, _Mapping]] = ...) -> None: ...

class Track(_message.Message):
    __slots__ = ("source", "on", "muted", "muted_by", "bits_per_second", "loss_percent")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    MUTED_FIELD_NUMBER: _ClassVar[int]
    MUTED_BY_FIELD_NUMBER: _ClassVar[int]
    BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    LOSS_PERCENT_FIELD_NUMBER: _ClassVar[int]
    source: str
    on: bool
    muted: bool
    muted_by: str
    bits_per_second: int
    loss_percent: float
    def __init__(self, source: _Optional[str] = ..., on: _Optional[bool] = ..., muted: _Optional[bool] = ..., muted_by: _Optional[str] = ..., bits_per_second: _Optional[int] = ..., loss_percent: _Optional[float] = ...) -> None: ...

class Quality(_message.Message):
    __slots__ = ("loss_percent", "rtt_ms", "bits_per_second", "grade")
    class Grade(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        GRADE_UNSPECIFIED: _ClassVar[Quality.Grade]
        GRADE_GOOD: _ClassVar[Quality.Grade]
        GRADE_FAIR: _ClassVar[Quality.Grade]
        GRADE_POOR: _ClassVar[Quality.Grade]
    GRADE_UNSPECIFIED: Quality.Grade
    GRADE_GOOD: Quality.Grade
    GRADE_FAIR: Quality.Grade
    GRADE_POOR: Quality.Grade
    LOSS_PERCENT_FIELD_NUMBER: _ClassVar[int]
    RTT_MS_FIELD_NUMBER: _ClassVar[int]
    BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    GRADE_FIELD_NUMBER: _ClassVar[int]
    loss_percent: float
    rtt_ms: float
    bits_per_second: int
    grade: Quality.Grade
    def __init__(self, loss_percent: _Optional[float] = ..., rtt_ms: _Optional[float] = ..., bits_per_second: _Optional[int] = ..., grade: _Optional[_Union[Quality.Grade, str]] = ...) -> None: ...

class GetParticipantRequest(_message.Message):
    __slots__ = ("room", "participant")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    room: str
    participant: str
    def __init__(self, room: _Optional[str] = ..., participant: _Optional[str] = ...) -> None: ...

class GetParticipantResponse(_message.Message):
    __slots__ = ("participant",)
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    participant: Participant
    def __init__(self, participant: _Optional[_Union[Participant, _Mapping]] = ...) -> None: ...

class ListParticipantsRequest(_message.Message):
    __slots__ = ("room", "page_size", "page_token")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    room: str
    page_size: int
    page_token: str
    def __init__(self, room: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListParticipantsResponse(_message.Message):
    __slots__ = ("participants", "next_page_token")
    PARTICIPANTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    participants: _containers.RepeatedCompositeFieldContainer[Participant]
    next_page_token: str
    def __init__(self, participants: _Optional[_Iterable[_Union[Participant, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchParticipantsRequest(_message.Message):
    __slots__ = ("room", "resume_token")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    room: str
    resume_token: str
    def __init__(self, room: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchParticipantsResponse(_message.Message):
    __slots__ = ("snapshot", "participants", "gone", "position")
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANTS_FIELD_NUMBER: _ClassVar[int]
    GONE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    snapshot: bool
    participants: _containers.RepeatedCompositeFieldContainer[Participant]
    gone: _containers.RepeatedScalarFieldContainer[str]
    position: _common_pb2.Position
    def __init__(self, snapshot: _Optional[bool] = ..., participants: _Optional[_Iterable[_Union[Participant, _Mapping]]] = ..., gone: _Optional[_Iterable[str]] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...

class RemoveParticipantRequest(_message.Message):
    __slots__ = ("room", "participant", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    participant: str
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., participant: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RemoveParticipantResponse(_message.Message):
    __slots__ = ("participant",)
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    participant: Participant
    def __init__(self, participant: _Optional[_Union[Participant, _Mapping]] = ...) -> None: ...
