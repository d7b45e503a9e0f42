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

class Room(_message.Message):
    __slots__ = ("room", "title", "state", "created", "opened", "closed", "closed_by", "closed_reason", "people", "max_participants", "bits_out_per_second", "loss_percent", "cameras", "speaking", "screen", "node", "muted", "send_cap_bits_per_second", "receive_cap_bits_per_second", "hands", "reactions", "waiting", "cover", "moderators", "moderators_needed", "type", "form", "starts", "minutes", "started", "ends", "cut", "ended", "end_cause", "ended_by", "lobby", "waiters", "risks", "recording", "owner")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Room.State]
        STATE_OPEN: _ClassVar[Room.State]
        STATE_CLOSED: _ClassVar[Room.State]
    STATE_UNSPECIFIED: Room.State
    STATE_OPEN: Room.State
    STATE_CLOSED: Room.State
    class Form(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FORM_UNSPECIFIED: _ClassVar[Room.Form]
        FORM_PERMANENT: _ClassVar[Room.Form]
        FORM_SCHEDULED: _ClassVar[Room.Form]
        FORM_INSTANT: _ClassVar[Room.Form]
    FORM_UNSPECIFIED: Room.Form
    FORM_PERMANENT: Room.Form
    FORM_SCHEDULED: Room.Form
    FORM_INSTANT: Room.Form
    class EndCause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        END_CAUSE_UNSPECIFIED: _ClassVar[Room.EndCause]
        END_CAUSE_EMPTY: _ClassVar[Room.EndCause]
        END_CAUSE_TIME: _ClassVar[Room.EndCause]
        END_CAUSE_DURATION: _ClassVar[Room.EndCause]
        END_CAUSE_HOST: _ClassVar[Room.EndCause]
        END_CAUSE_OPERATOR: _ClassVar[Room.EndCause]
    END_CAUSE_UNSPECIFIED: Room.EndCause
    END_CAUSE_EMPTY: Room.EndCause
    END_CAUSE_TIME: Room.EndCause
    END_CAUSE_DURATION: Room.EndCause
    END_CAUSE_HOST: Room.EndCause
    END_CAUSE_OPERATOR: Room.EndCause
    ROOM_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    OPENED_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    CLOSED_BY_FIELD_NUMBER: _ClassVar[int]
    CLOSED_REASON_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    MAX_PARTICIPANTS_FIELD_NUMBER: _ClassVar[int]
    BITS_OUT_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    LOSS_PERCENT_FIELD_NUMBER: _ClassVar[int]
    CAMERAS_FIELD_NUMBER: _ClassVar[int]
    SPEAKING_FIELD_NUMBER: _ClassVar[int]
    SCREEN_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    MUTED_FIELD_NUMBER: _ClassVar[int]
    SEND_CAP_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    RECEIVE_CAP_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    HANDS_FIELD_NUMBER: _ClassVar[int]
    REACTIONS_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    COVER_FIELD_NUMBER: _ClassVar[int]
    MODERATORS_FIELD_NUMBER: _ClassVar[int]
    MODERATORS_NEEDED_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    STARTS_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    ENDS_FIELD_NUMBER: _ClassVar[int]
    CUT_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    END_CAUSE_FIELD_NUMBER: _ClassVar[int]
    ENDED_BY_FIELD_NUMBER: _ClassVar[int]
    LOBBY_FIELD_NUMBER: _ClassVar[int]
    WAITERS_FIELD_NUMBER: _ClassVar[int]
    RISKS_FIELD_NUMBER: _ClassVar[int]
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    room: str
    title: str
    state: Room.State
    created: _timestamp_pb2.Timestamp
    opened: _timestamp_pb2.Timestamp
    closed: _timestamp_pb2.Timestamp
    closed_by: str
    closed_reason: str
    people: int
    max_participants: int
    bits_out_per_second: int
    loss_percent: float
    cameras: int
    speaking: int
    screen: bool
    node: str
    muted: bool
    send_cap_bits_per_second: int
    receive_cap_bits_per_second: int
    hands: int
    reactions: int
    waiting: int
    cover: str
    moderators: int
    moderators_needed: int
    type: str
    form: Room.Form
    starts: _timestamp_pb2.Timestamp
    minutes: int
    started: _timestamp_pb2.Timestamp
    ends: _timestamp_pb2.Timestamp
    cut: _timestamp_pb2.Timestamp
    ended: _timestamp_pb2.Timestamp
    end_cause: Room.EndCause
    ended_by: str
    lobby: bool
    waiters: int
    risks: _containers.RepeatedScalarFieldContainer[str]
    recording: str
    owner: str
    def __init__(self, room: _Optional[str] = ..., title: _Optional[str] = ..., state: _Optional[_Union[Room.State, str]] = ..., created: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., opened: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., closed: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., closed_by: _Optional[str] = ..., closed_reason: _Optional[str] = ..., people: _Optional[int] = ..., max_participants: _Optional[int] = ..., bits_out_per_second: _Optional[int] = ..., loss_percent: _Optional[float] = ..., cameras: _Optional[int] = ..., speaking: _Optional[int] = ..., screen: _Optional[bool] = ..., node: _Optional[str] = ..., muted: _Optional[bool] = ..., send_cap_bits_per_second: _Optional[int] = ..., receive_cap_bits_per_second: _Optional[int] = ..., hands: _Optional[int] = ..., reactions: _Optional[int] = ..., waiting: _Optional[int] = ..., cover: _Optional[str] = ..., moderators: _Optional[int] = ..., moderators_needed: _Optional[int] = ..., type: _Optional[str] = ..., form: _Optional[_Union[Room.Form, str]] = ..., starts: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., minutes: _Optional[int] = ..., started: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cut: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_cause: _Optional[_Union[Room.EndCause, str]] = ..., ended_by: _Optional[str] = ..., lobby: _Optional[bool] = ..., waiters: _Optional[int] = ..., risks: _Optional[_Iterable[str]] = ..., recording: _Optional[str] = ..., owner: _Optional[str] = ...) -> None: ...

class JoinLink(_message.Message):
    __slots__ = ("role", "url", "ticket", "expires")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    TICKET_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_FIELD_NUMBER: _ClassVar[int]
    role: str
    url: str
    ticket: str
    expires: _timestamp_pb2.Timestamp
    def __init__(self, role: _Optional[str] = ..., url: _Optional[str] = ..., ticket: _Optional[str] = ..., expires: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateRoomRequest(_message.Message):
    __slots__ = ("title", "max_participants", "request_id", "room", "ticket_hours", "type", "form", "starts", "minutes", "settings", "password")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MAX_PARTICIPANTS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    TICKET_HOURS_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    STARTS_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    title: str
    max_participants: int
    request_id: str
    room: str
    ticket_hours: int
    type: str
    form: Room.Form
    starts: _timestamp_pb2.Timestamp
    minutes: int
    settings: Settings
    password: str
    def __init__(self, title: _Optional[str] = ..., max_participants: _Optional[int] = ..., request_id: _Optional[str] = ..., room: _Optional[str] = ..., ticket_hours: _Optional[int] = ..., type: _Optional[str] = ..., form: _Optional[_Union[Room.Form, str]] = ..., starts: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., minutes: _Optional[int] = ..., settings: _Optional[_Union[Settings, _Mapping]] = ..., password: _Optional[str] = ...) -> None: ...

class CreateRoomResponse(_message.Message):
    __slots__ = ("room", "links", "unknown", "password")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    room: Room
    links: _containers.RepeatedCompositeFieldContainer[JoinLink]
    unknown: _containers.RepeatedScalarFieldContainer[str]
    password: str
    def __init__(self, room: _Optional[_Union[Room, _Mapping]] = ..., links: _Optional[_Iterable[_Union[JoinLink, _Mapping]]] = ..., unknown: _Optional[_Iterable[str]] = ..., password: _Optional[str] = ...) -> None: ...

class Settings(_message.Message):
    __slots__ = ("title", "welcome", "staff", "speaking", "redirect", "brand_name", "brand_colour", "brand_logo", "rehearsed", "lobby", "agenda", "lobby_message", "public_chat", "private_chat", "webcams_only_for_moderators", "mute_on_start", "lock_camera", "lock_microphone", "disable_notes", "max_participants", "minutes", "starts", "access", "record", "record_layout", "expected", "moderators")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    STAFF_FIELD_NUMBER: _ClassVar[int]
    SPEAKING_FIELD_NUMBER: _ClassVar[int]
    REDIRECT_FIELD_NUMBER: _ClassVar[int]
    BRAND_NAME_FIELD_NUMBER: _ClassVar[int]
    BRAND_COLOUR_FIELD_NUMBER: _ClassVar[int]
    BRAND_LOGO_FIELD_NUMBER: _ClassVar[int]
    REHEARSED_FIELD_NUMBER: _ClassVar[int]
    LOBBY_FIELD_NUMBER: _ClassVar[int]
    AGENDA_FIELD_NUMBER: _ClassVar[int]
    LOBBY_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_CHAT_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_CHAT_FIELD_NUMBER: _ClassVar[int]
    WEBCAMS_ONLY_FOR_MODERATORS_FIELD_NUMBER: _ClassVar[int]
    MUTE_ON_START_FIELD_NUMBER: _ClassVar[int]
    LOCK_CAMERA_FIELD_NUMBER: _ClassVar[int]
    LOCK_MICROPHONE_FIELD_NUMBER: _ClassVar[int]
    DISABLE_NOTES_FIELD_NUMBER: _ClassVar[int]
    MAX_PARTICIPANTS_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    STARTS_FIELD_NUMBER: _ClassVar[int]
    ACCESS_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    RECORD_LAYOUT_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    MODERATORS_FIELD_NUMBER: _ClassVar[int]
    title: str
    welcome: str
    staff: str
    speaking: str
    redirect: str
    brand_name: str
    brand_colour: str
    brand_logo: str
    rehearsed: bool
    lobby: bool
    agenda: str
    lobby_message: str
    public_chat: bool
    private_chat: bool
    webcams_only_for_moderators: bool
    mute_on_start: bool
    lock_camera: bool
    lock_microphone: bool
    disable_notes: bool
    max_participants: int
    minutes: int
    starts: _timestamp_pb2.Timestamp
    access: str
    record: bool
    record_layout: str
    expected: int
    moderators: int
    def __init__(self, title: _Optional[str] = ..., welcome: _Optional[str] = ..., staff: _Optional[str] = ..., speaking: _Optional[str] = ..., redirect: _Optional[str] = ..., brand_name: _Optional[str] = ..., brand_colour: _Optional[str] = ..., brand_logo: _Optional[str] = ..., rehearsed: _Optional[bool] = ..., lobby: _Optional[bool] = ..., agenda: _Optional[str] = ..., lobby_message: _Optional[str] = ..., public_chat: _Optional[bool] = ..., private_chat: _Optional[bool] = ..., webcams_only_for_moderators: _Optional[bool] = ..., mute_on_start: _Optional[bool] = ..., lock_camera: _Optional[bool] = ..., lock_microphone: _Optional[bool] = ..., disable_notes: _Optional[bool] = ..., max_participants: _Optional[int] = ..., minutes: _Optional[int] = ..., starts: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., access: _Optional[str] = ..., record: _Optional[bool] = ..., record_layout: _Optional[str] = ..., expected: _Optional[int] = ..., moderators: _Optional[int] = ...) -> None: ...

class GetSettingsRequest(_message.Message):
    __slots__ = ("room",)
    ROOM_FIELD_NUMBER: _ClassVar[int]
    room: str
    def __init__(self, room: _Optional[str] = ...) -> None: ...

class GetSettingsResponse(_message.Message):
    __slots__ = ("settings",)
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    settings: Settings
    def __init__(self, settings: _Optional[_Union[Settings, _Mapping]] = ...) -> None: ...

class UpdateRoomRequest(_message.Message):
    __slots__ = ("room", "settings", "reason", "request_id", "password")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    room: str
    settings: Settings
    reason: str
    request_id: str
    password: str
    def __init__(self, room: _Optional[str] = ..., settings: _Optional[_Union[Settings, _Mapping]] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class UpdateRoomResponse(_message.Message):
    __slots__ = ("room", "settings", "unknown", "password")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    room: Room
    settings: Settings
    unknown: _containers.RepeatedScalarFieldContainer[str]
    password: str
    def __init__(self, room: _Optional[_Union[Room, _Mapping]] = ..., settings: _Optional[_Union[Settings, _Mapping]] = ..., unknown: _Optional[_Iterable[str]] = ..., password: _Optional[str] = ...) -> None: ...

class GetRoomRequest(_message.Message):
    __slots__ = ("room",)
    ROOM_FIELD_NUMBER: _ClassVar[int]
    room: str
    def __init__(self, room: _Optional[str] = ...) -> None: ...

class GetRoomResponse(_message.Message):
    __slots__ = ("room",)
    ROOM_FIELD_NUMBER: _ClassVar[int]
    room: Room
    def __init__(self, room: _Optional[_Union[Room, _Mapping]] = ...) -> None: ...

class ListRoomsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "with_closed")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WITH_CLOSED_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    with_closed: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., with_closed: _Optional[bool] = ...) -> None: ...

class ListRoomsResponse(_message.Message):
    __slots__ = ("rooms", "next_page_token")
    ROOMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rooms: _containers.RepeatedCompositeFieldContainer[Room]
    next_page_token: str
    def __init__(self, rooms: _Optional[_Iterable[_Union[Room, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchRoomsRequest(_message.Message):
    __slots__ = ("resume_token",)
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    resume_token: str
    def __init__(self, resume_token: _Optional[str] = ...) -> None: ...

class WatchRoomsResponse(_message.Message):
    __slots__ = ("snapshot", "rooms", "gone", "position")
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    ROOMS_FIELD_NUMBER: _ClassVar[int]
    GONE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    snapshot: bool
    rooms: _containers.RepeatedCompositeFieldContainer[Room]
    gone: _containers.RepeatedScalarFieldContainer[str]
    position: _common_pb2.Position
    def __init__(self, snapshot: _Optional[bool] = ..., rooms: _Optional[_Iterable[_Union[Room, _Mapping]]] = ..., gone: _Optional[_Iterable[str]] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...

class ExtendRoomRequest(_message.Message):
    __slots__ = ("room", "minutes", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    minutes: int
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., minutes: _Optional[int] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ExtendRoomResponse(_message.Message):
    __slots__ = ("room",)
    ROOM_FIELD_NUMBER: _ClassVar[int]
    room: Room
    def __init__(self, room: _Optional[_Union[Room, _Mapping]] = ...) -> None: ...

class EndRoomRequest(_message.Message):
    __slots__ = ("room", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class EndRoomResponse(_message.Message):
    __slots__ = ("room",)
    ROOM_FIELD_NUMBER: _ClassVar[int]
    room: Room
    def __init__(self, room: _Optional[_Union[Room, _Mapping]] = ...) -> None: ...

class CloseRoomRequest(_message.Message):
    __slots__ = ("room", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CloseRoomResponse(_message.Message):
    __slots__ = ("room",)
    ROOM_FIELD_NUMBER: _ClassVar[int]
    room: Room
    def __init__(self, room: _Optional[_Union[Room, _Mapping]] = ...) -> None: ...
