import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Cap(_message.Message):
    __slots__ = ("room", "participant", "send_bits_per_second", "receive_bits_per_second", "set_by", "set")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    SEND_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    RECEIVE_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    SET_BY_FIELD_NUMBER: _ClassVar[int]
    SET_FIELD_NUMBER: _ClassVar[int]
    room: str
    participant: str
    send_bits_per_second: int
    receive_bits_per_second: int
    set_by: str
    set: _timestamp_pb2.Timestamp
    def __init__(self, room: _Optional[str] = ..., participant: _Optional[str] = ..., send_bits_per_second: _Optional[int] = ..., receive_bits_per_second: _Optional[int] = ..., set_by: _Optional[str] = ..., set: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListCapsRequest(_message.Message):
    __slots__ = ("room", "page_size", "page_token")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    room: str
    page_size: int
    page_token: str
    def __init__(self, room: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCapsResponse(_message.Message):
    __slots__ = ("caps", "next_page_token")
    CAPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    caps: _containers.RepeatedCompositeFieldContainer[Cap]
    next_page_token: str
    def __init__(self, caps: _Optional[_Iterable[_Union[Cap, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SetCapRequest(_message.Message):
    __slots__ = ("room", "participant", "send_bits_per_second", "receive_bits_per_second", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    SEND_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    RECEIVE_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    participant: str
    send_bits_per_second: int
    receive_bits_per_second: int
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., participant: _Optional[str] = ..., send_bits_per_second: _Optional[int] = ..., receive_bits_per_second: _Optional[int] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetCapResponse(_message.Message):
    __slots__ = ("cap",)
    CAP_FIELD_NUMBER: _ClassVar[int]
    cap: Cap
    def __init__(self, cap: _Optional[_Union[Cap, _Mapping]] = ...) -> None: ...
