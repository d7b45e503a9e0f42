import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.common.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Lobby(_message.Message):
    __slots__ = ("room", "on", "agenda", "message", "waiting")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    AGENDA_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    room: str
    on: bool
    agenda: str
    message: str
    waiting: int
    def __init__(self, room: _Optional[str] = ..., on: _Optional[bool] = ..., agenda: _Optional[str] = ..., message: _Optional[str] = ..., waiting: _Optional[int] = ...) -> None: ...

class Waiter(_message.Message):
    __slots__ = ("participant", "name", "role", "since", "why", "room")
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    participant: str
    name: str
    role: str
    since: _timestamp_pb2.Timestamp
    why: str
    room: str
    def __init__(self, participant: _Optional[str] = ..., name: _Optional[str] = ..., role: _Optional[str] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., why: _Optional[str] = ..., room: _Optional[str] = ...) -> None: ...

class GetLobbyRequest(_message.Message):
    __slots__ = ("room",)
    ROOM_FIELD_NUMBER: _ClassVar[int]
    room: str
    def __init__(self, room: _Optional[str] = ...) -> None: ...

class GetLobbyResponse(_message.Message):
    __slots__ = ("lobby",)
    LOBBY_FIELD_NUMBER: _ClassVar[int]
    lobby: Lobby
    def __init__(self, lobby: _Optional[_Union[Lobby, _Mapping]] = ...) -> None: ...

class SetLobbyRequest(_message.Message):
    __slots__ = ("room", "on", "agenda", "message", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    ON_FIELD_NUMBER: _ClassVar[int]
    AGENDA_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    on: bool
    agenda: str
    message: str
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., on: _Optional[bool] = ..., agenda: _Optional[str] = ..., message: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetLobbyResponse(_message.Message):
    __slots__ = ("lobby",)
    LOBBY_FIELD_NUMBER: _ClassVar[int]
    lobby: Lobby
    def __init__(self, lobby: _Optional[_Union[Lobby, _Mapping]] = ...) -> None: ...

class ListWaitersRequest(_message.Message):
    __slots__ = ("room", "page_size", "page_token")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    room: str
    page_size: int
    page_token: str
    def __init__(self, room: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListWaitersResponse(_message.Message):
    __slots__ = ("waiters", "next_page_token")
    WAITERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    waiters: _containers.RepeatedCompositeFieldContainer[Waiter]
    next_page_token: str
    def __init__(self, waiters: _Optional[_Iterable[_Union[Waiter, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AdmitWaitersRequest(_message.Message):
    __slots__ = ("room", "participants", "all", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANTS_FIELD_NUMBER: _ClassVar[int]
    ALL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    participants: _containers.RepeatedScalarFieldContainer[str]
    all: bool
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., participants: _Optional[_Iterable[str]] = ..., all: _Optional[bool] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class AdmitWaitersResponse(_message.Message):
    __slots__ = ("participants", "left", "limit")
    PARTICIPANTS_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    participants: _containers.RepeatedScalarFieldContainer[str]
    left: int
    limit: str
    def __init__(self, participants: _Optional[_Iterable[str]] = ..., left: _Optional[int] = ..., limit: _Optional[str] = ...) -> None: ...

class RefuseWaitersRequest(_message.Message):
    __slots__ = ("room", "participants", "all", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANTS_FIELD_NUMBER: _ClassVar[int]
    ALL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    participants: _containers.RepeatedScalarFieldContainer[str]
    all: bool
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., participants: _Optional[_Iterable[str]] = ..., all: _Optional[bool] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RefuseWaitersResponse(_message.Message):
    __slots__ = ("refused",)
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    refused: int
    def __init__(self, refused: _Optional[int] = ...) -> None: ...

class SendToLobbyRequest(_message.Message):
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

class SendToLobbyResponse(_message.Message):
    __slots__ = ("participant",)
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    participant: str
    def __init__(self, participant: _Optional[str] = ...) -> None: ...

class WatchWaitersRequest(_message.Message):
    __slots__ = ("room", "resume_token")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    room: str
    resume_token: str
    def __init__(self, room: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchWaitersResponse(_message.Message):
    __slots__ = ("snapshot", "waiters", "gone", "position")
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    WAITERS_FIELD_NUMBER: _ClassVar[int]
    GONE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    snapshot: bool
    waiters: _containers.RepeatedCompositeFieldContainer[Waiter]
    gone: _containers.RepeatedCompositeFieldContainer[WaiterKey]
    position: _common_pb2.Position
    def __init__(self, snapshot: _Optional[bool] = ..., waiters: _Optional[_Iterable[_Union[Waiter, _Mapping]]] = ..., gone: _Optional[_Iterable[_Union[WaiterKey, _Mapping]]] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...

class WaiterKey(_message.Message):
    __slots__ = ("room", "participant")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    room: str
    participant: str
    def __init__(self, room: _Optional[str] = ..., participant: _Optional[str] = ...) -> None: ...
