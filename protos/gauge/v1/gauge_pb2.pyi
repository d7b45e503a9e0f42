import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetGaugeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetGaugeResponse(_message.Message):
    __slots__ = ("webinars", "participants", "capacity", "at", "age_s")
    WEBINARS_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANTS_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    AGE_S_FIELD_NUMBER: _ClassVar[int]
    webinars: int
    participants: int
    capacity: int
    at: _timestamp_pb2.Timestamp
    age_s: float
    def __init__(self, webinars: _Optional[int] = ..., participants: _Optional[int] = ..., capacity: _Optional[int] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., age_s: _Optional[float] = ...) -> None: ...
