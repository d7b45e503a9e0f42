import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Hand(_message.Message):
    __slots__ = ("participant", "since")
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    participant: str
    since: _timestamp_pb2.Timestamp
    def __init__(self, participant: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListHandsRequest(_message.Message):
    __slots__ = ("room",)
    ROOM_FIELD_NUMBER: _ClassVar[int]
    room: str
    def __init__(self, room: _Optional[str] = ...) -> None: ...

class ListHandsResponse(_message.Message):
    __slots__ = ("hands",)
    HANDS_FIELD_NUMBER: _ClassVar[int]
    hands: _containers.RepeatedCompositeFieldContainer[Hand]
    def __init__(self, hands: _Optional[_Iterable[_Union[Hand, _Mapping]]] = ...) -> None: ...

class LowerHandRequest(_message.Message):
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

class LowerHandResponse(_message.Message):
    __slots__ = ("lowered",)
    LOWERED_FIELD_NUMBER: _ClassVar[int]
    lowered: int
    def __init__(self, lowered: _Optional[int] = ...) -> None: ...
