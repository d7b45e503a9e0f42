import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.rooms.v1 import rooms_pb2 as _rooms_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class InviteRequest(_message.Message):
    __slots__ = ("room", "roles", "zone", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    roles: _containers.RepeatedScalarFieldContainer[str]
    zone: str
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., roles: _Optional[_Iterable[str]] = ..., zone: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class InviteResponse(_message.Message):
    __slots__ = ("title", "starts", "ends", "password", "links", "text_fr", "text_en", "calendar", "guide")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    STARTS_FIELD_NUMBER: _ClassVar[int]
    ENDS_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FR_FIELD_NUMBER: _ClassVar[int]
    TEXT_EN_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    GUIDE_FIELD_NUMBER: _ClassVar[int]
    title: str
    starts: _timestamp_pb2.Timestamp
    ends: _timestamp_pb2.Timestamp
    password: bool
    links: _containers.RepeatedCompositeFieldContainer[_rooms_pb2.JoinLink]
    text_fr: str
    text_en: str
    calendar: str
    guide: str
    def __init__(self, title: _Optional[str] = ..., starts: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., password: _Optional[bool] = ..., links: _Optional[_Iterable[_Union[_rooms_pb2.JoinLink, _Mapping]]] = ..., text_fr: _Optional[str] = ..., text_en: _Optional[str] = ..., calendar: _Optional[str] = ..., guide: _Optional[str] = ...) -> None: ...

class GetCalendarRequest(_message.Message):
    __slots__ = ("room", "url", "cancel", "zone")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FIELD_NUMBER: _ClassVar[int]
    ZONE_FIELD_NUMBER: _ClassVar[int]
    room: str
    url: str
    cancel: bool
    zone: str
    def __init__(self, room: _Optional[str] = ..., url: _Optional[str] = ..., cancel: _Optional[bool] = ..., zone: _Optional[str] = ...) -> None: ...

class GetCalendarResponse(_message.Message):
    __slots__ = ("calendar",)
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    calendar: str
    def __init__(self, calendar: _Optional[str] = ...) -> None: ...
