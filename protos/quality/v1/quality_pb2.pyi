import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.participants.v1 import participants_pb2 as _participants_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetQualityRequest(_message.Message):
    __slots__ = ("room", "participant")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    room: str
    participant: str
    def __init__(self, room: _Optional[str] = ..., participant: _Optional[str] = ...) -> None: ...

class GetQualityResponse(_message.Message):
    __slots__ = ("quality", "slots", "layers", "history")
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    quality: _participants_pb2.Quality
    slots: _containers.RepeatedCompositeFieldContainer[Slot]
    layers: _containers.RepeatedCompositeFieldContainer[Layer]
    history: _containers.RepeatedCompositeFieldContainer[Point]
    def __init__(self, quality: _Optional[_Union[_participants_pb2.Quality, _Mapping]] = ..., slots: _Optional[_Iterable[_Union[Slot, _Mapping]]] = ..., layers: _Optional[_Iterable[_Union[Layer, _Mapping]]] = ..., history: _Optional[_Iterable[_Union[Point, _Mapping]]] = ...) -> None: ...

class Slot(_message.Message):
    __slots__ = ("slot", "participant", "source", "rid", "bits_per_second", "loss_percent", "switches")
    SLOT_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    RID_FIELD_NUMBER: _ClassVar[int]
    BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    LOSS_PERCENT_FIELD_NUMBER: _ClassVar[int]
    SWITCHES_FIELD_NUMBER: _ClassVar[int]
    slot: int
    participant: str
    source: str
    rid: str
    bits_per_second: int
    loss_percent: float
    switches: int
    def __init__(self, slot: _Optional[int] = ..., participant: _Optional[str] = ..., source: _Optional[str] = ..., rid: _Optional[str] = ..., bits_per_second: _Optional[int] = ..., loss_percent: _Optional[float] = ..., switches: _Optional[int] = ...) -> None: ...

class Layer(_message.Message):
    __slots__ = ("source", "rid", "bits_per_second", "loss_percent", "width", "height", "frames_per_second", "active", "wanted")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    RID_FIELD_NUMBER: _ClassVar[int]
    BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    LOSS_PERCENT_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    FRAMES_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    WANTED_FIELD_NUMBER: _ClassVar[int]
    source: str
    rid: str
    bits_per_second: int
    loss_percent: float
    width: int
    height: int
    frames_per_second: float
    active: bool
    wanted: bool
    def __init__(self, source: _Optional[str] = ..., rid: _Optional[str] = ..., bits_per_second: _Optional[int] = ..., loss_percent: _Optional[float] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., frames_per_second: _Optional[float] = ..., active: _Optional[bool] = ..., wanted: _Optional[bool] = ...) -> None: ...

class Point(_message.Message):
    __slots__ = ("time", "loss_percent", "loss_up_percent", "rtt_ms", "jitter_ms", "sent_bits_per_second", "received_bits_per_second", "target_bits_per_second", "grade")
    TIME_FIELD_NUMBER: _ClassVar[int]
    LOSS_PERCENT_FIELD_NUMBER: _ClassVar[int]
    LOSS_UP_PERCENT_FIELD_NUMBER: _ClassVar[int]
    RTT_MS_FIELD_NUMBER: _ClassVar[int]
    JITTER_MS_FIELD_NUMBER: _ClassVar[int]
    SENT_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    TARGET_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    GRADE_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    loss_percent: float
    loss_up_percent: float
    rtt_ms: float
    jitter_ms: float
    sent_bits_per_second: int
    received_bits_per_second: int
    target_bits_per_second: int
    grade: _participants_pb2.Quality.Grade
    def __init__(self, time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., loss_percent: _Optional[float] = ..., loss_up_percent: _Optional[float] = ..., rtt_ms: _Optional[float] = ..., jitter_ms: _Optional[float] = ..., sent_bits_per_second: _Optional[int] = ..., received_bits_per_second: _Optional[int] = ..., target_bits_per_second: _Optional[int] = ..., grade: _Optional[_Union[_participants_pb2.Quality.Grade, str]] = ...) -> None: ...
