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
    __slots__ = ("participant", "room", "name", "role", "client", "joined", "state", "tracks", "speaking", "level", "quality", "hand", "restraint", "restrained_until")
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
    HAND_FIELD_NUMBER: _ClassVar[int]
    RESTRAINT_FIELD_NUMBER: _ClassVar[int]
    RESTRAINED_UNTIL_FIELD_NUMBER: _ClassVar[int]
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
    hand: _timestamp_pb2.Timestamp
    restraint: str
    restrained_until: _timestamp_pb2.Timestamp
    def __init__(self, participant: _Optional[str] = ..., room: _Optional[str] = ..., name: _Optional[str] = ..., role: _Optional[str] = ..., client: _Optional[_Union[Participant.Client, str]] = ..., joined: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[Participant.State, str]] = ..., tracks: _Optional[_Iterable[_Union[Track, _Mapping]]] = ..., speaking: _Optional[bool] = ..., level: _Optional[int] = ..., quality: _Optional[_Union[Quality, _Mapping]] = ..., hand: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., restraint: _Optional[str] = ..., restrained_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

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
    __slots__ = ("loss_percent", "rtt_ms", "bits_per_second", "grade", "cause", "jitter_ms", "loss_up_percent", "jitter_up_ms", "target_bits_per_second", "held", "tcp", "receive_cap_bits_per_second", "send_cap_bits_per_second", "frames_per_second", "freezes", "frozen_ms")
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
    class Cause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CAUSE_UNSPECIFIED: _ClassVar[Quality.Cause]
        CAUSE_NETWORK_UP: _ClassVar[Quality.Cause]
        CAUSE_NETWORK_DOWN: _ClassVar[Quality.Cause]
        CAUSE_DEVICE: _ClassVar[Quality.Cause]
        CAUSE_NODE: _ClassVar[Quality.Cause]
    CAUSE_UNSPECIFIED: Quality.Cause
    CAUSE_NETWORK_UP: Quality.Cause
    CAUSE_NETWORK_DOWN: Quality.Cause
    CAUSE_DEVICE: Quality.Cause
    CAUSE_NODE: Quality.Cause
    LOSS_PERCENT_FIELD_NUMBER: _ClassVar[int]
    RTT_MS_FIELD_NUMBER: _ClassVar[int]
    BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    GRADE_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    JITTER_MS_FIELD_NUMBER: _ClassVar[int]
    LOSS_UP_PERCENT_FIELD_NUMBER: _ClassVar[int]
    JITTER_UP_MS_FIELD_NUMBER: _ClassVar[int]
    TARGET_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    TCP_FIELD_NUMBER: _ClassVar[int]
    RECEIVE_CAP_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    SEND_CAP_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    FRAMES_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    FREEZES_FIELD_NUMBER: _ClassVar[int]
    FROZEN_MS_FIELD_NUMBER: _ClassVar[int]
    loss_percent: float
    rtt_ms: float
    bits_per_second: int
    grade: Quality.Grade
    cause: Quality.Cause
    jitter_ms: float
    loss_up_percent: float
    jitter_up_ms: float
    target_bits_per_second: int
    held: bool
    tcp: bool
    receive_cap_bits_per_second: int
    send_cap_bits_per_second: int
    frames_per_second: float
    freezes: int
    frozen_ms: float
    def __init__(self, loss_percent: _Optional[float] = ..., rtt_ms: _Optional[float] = ..., bits_per_second: _Optional[int] = ..., grade: _Optional[_Union[Quality.Grade, str]] = ..., cause: _Optional[_Union[Quality.Cause, str]] = ..., jitter_ms: _Optional[float] = ..., loss_up_percent: _Optional[float] = ..., jitter_up_ms: _Optional[float] = ..., target_bits_per_second: _Optional[int] = ..., held: _Optional[bool] = ..., tcp: _Optional[bool] = ..., receive_cap_bits_per_second: _Optional[int] = ..., send_cap_bits_per_second: _Optional[int] = ..., frames_per_second: _Optional[float] = ..., freezes: _Optional[int] = ..., frozen_ms: _Optional[float] = ...) -> None: ...

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

class BanParticipantRequest(_message.Message):
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

class BanParticipantResponse(_message.Message):
    __slots__ = ("participant",)
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    participant: Participant
    def __init__(self, participant: _Optional[_Union[Participant, _Mapping]] = ...) -> None: ...

class LiftBanRequest(_message.Message):
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

class LiftBanResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Ban(_message.Message):
    __slots__ = ("participant", "name", "by", "reason", "at")
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    participant: str
    name: str
    by: str
    reason: str
    at: _timestamp_pb2.Timestamp
    def __init__(self, participant: _Optional[str] = ..., name: _Optional[str] = ..., by: _Optional[str] = ..., reason: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListBansRequest(_message.Message):
    __slots__ = ("room", "page_size", "page_token")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    room: str
    page_size: int
    page_token: str
    def __init__(self, room: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListBansResponse(_message.Message):
    __slots__ = ("bans", "next_page_token")
    BANS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    bans: _containers.RepeatedCompositeFieldContainer[Ban]
    next_page_token: str
    def __init__(self, bans: _Optional[_Iterable[_Union[Ban, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SetRoleRequest(_message.Message):
    __slots__ = ("room", "participant", "role", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    participant: str
    role: str
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., participant: _Optional[str] = ..., role: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetRoleResponse(_message.Message):
    __slots__ = ("participant",)
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    participant: Participant
    def __init__(self, participant: _Optional[_Union[Participant, _Mapping]] = ...) -> None: ...

class RenameParticipantRequest(_message.Message):
    __slots__ = ("room", "participant", "name", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    participant: str
    name: str
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., participant: _Optional[str] = ..., name: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RenameParticipantResponse(_message.Message):
    __slots__ = ("participant",)
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    participant: Participant
    def __init__(self, participant: _Optional[_Union[Participant, _Mapping]] = ...) -> None: ...
