import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.rooms.v1 import rooms_pb2 as _rooms_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Mode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MODE_UNSPECIFIED: _ClassVar[Mode]
    MODE_OPEN: _ClassVar[Mode]
    MODE_PASSWORD: _ClassVar[Mode]
    MODE_TOKEN: _ClassVar[Mode]
MODE_UNSPECIFIED: Mode
MODE_OPEN: Mode
MODE_PASSWORD: Mode
MODE_TOKEN: Mode

class Access(_message.Message):
    __slots__ = ("room", "mode", "links", "tickets")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    room: str
    mode: Mode
    links: _containers.RepeatedCompositeFieldContainer[Link]
    tickets: int
    def __init__(self, room: _Optional[str] = ..., mode: _Optional[_Union[Mode, str]] = ..., links: _Optional[_Iterable[_Union[Link, _Mapping]]] = ..., tickets: _Optional[int] = ...) -> None: ...

class Link(_message.Message):
    __slots__ = ("role", "expires")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_FIELD_NUMBER: _ClassVar[int]
    role: str
    expires: _timestamp_pb2.Timestamp
    def __init__(self, role: _Optional[str] = ..., expires: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Ticket(_message.Message):
    __slots__ = ("ticket", "name", "role", "expires", "ended", "participant")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    ticket: str
    name: str
    role: str
    expires: _timestamp_pb2.Timestamp
    ended: str
    participant: str
    def __init__(self, ticket: _Optional[str] = ..., name: _Optional[str] = ..., role: _Optional[str] = ..., expires: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended: _Optional[str] = ..., participant: _Optional[str] = ...) -> None: ...

class Issued(_message.Message):
    __slots__ = ("ticket", "link")
    TICKET_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    ticket: Ticket
    link: _rooms_pb2.JoinLink
    def __init__(self, ticket: _Optional[_Union[Ticket, _Mapping]] = ..., link: _Optional[_Union[_rooms_pb2.JoinLink, _Mapping]] = ...) -> None: ...

class GetAccessRequest(_message.Message):
    __slots__ = ("room",)
    ROOM_FIELD_NUMBER: _ClassVar[int]
    room: str
    def __init__(self, room: _Optional[str] = ...) -> None: ...

class GetAccessResponse(_message.Message):
    __slots__ = ("access",)
    ACCESS_FIELD_NUMBER: _ClassVar[int]
    access: Access
    def __init__(self, access: _Optional[_Union[Access, _Mapping]] = ...) -> None: ...

class SetAccessRequest(_message.Message):
    __slots__ = ("room", "mode", "password", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    mode: Mode
    password: str
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., mode: _Optional[_Union[Mode, str]] = ..., password: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetAccessResponse(_message.Message):
    __slots__ = ("access", "password")
    ACCESS_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    access: Access
    password: str
    def __init__(self, access: _Optional[_Union[Access, _Mapping]] = ..., password: _Optional[str] = ...) -> None: ...

class RenewLinkRequest(_message.Message):
    __slots__ = ("room", "role", "ticket_hours", "recheck", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    TICKET_HOURS_FIELD_NUMBER: _ClassVar[int]
    RECHECK_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    role: str
    ticket_hours: int
    recheck: bool
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., role: _Optional[str] = ..., ticket_hours: _Optional[int] = ..., recheck: _Optional[bool] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RenewLinkResponse(_message.Message):
    __slots__ = ("link", "put_out")
    LINK_FIELD_NUMBER: _ClassVar[int]
    PUT_OUT_FIELD_NUMBER: _ClassVar[int]
    link: _rooms_pb2.JoinLink
    put_out: int
    def __init__(self, link: _Optional[_Union[_rooms_pb2.JoinLink, _Mapping]] = ..., put_out: _Optional[int] = ...) -> None: ...

class ListTicketsRequest(_message.Message):
    __slots__ = ("room", "page_size", "page_token")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    room: str
    page_size: int
    page_token: str
    def __init__(self, room: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTicketsResponse(_message.Message):
    __slots__ = ("tickets", "next_page_token")
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    next_page_token: str
    def __init__(self, tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class IssueTicketsRequest(_message.Message):
    __slots__ = ("room", "names", "role", "ticket_hours", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    TICKET_HOURS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    names: _containers.RepeatedScalarFieldContainer[str]
    role: str
    ticket_hours: int
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., names: _Optional[_Iterable[str]] = ..., role: _Optional[str] = ..., ticket_hours: _Optional[int] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class IssueTicketsResponse(_message.Message):
    __slots__ = ("tickets",)
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[Issued]
    def __init__(self, tickets: _Optional[_Iterable[_Union[Issued, _Mapping]]] = ...) -> None: ...

class RevokeTicketRequest(_message.Message):
    __slots__ = ("room", "ticket", "replace", "recheck", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    REPLACE_FIELD_NUMBER: _ClassVar[int]
    RECHECK_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    ticket: str
    replace: bool
    recheck: bool
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., ticket: _Optional[str] = ..., replace: _Optional[bool] = ..., recheck: _Optional[bool] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RevokeTicketResponse(_message.Message):
    __slots__ = ("instead",)
    INSTEAD_FIELD_NUMBER: _ClassVar[int]
    instead: Issued
    def __init__(self, instead: _Optional[_Union[Issued, _Mapping]] = ...) -> None: ...
