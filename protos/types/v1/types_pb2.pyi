from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SessionType(_message.Message):
    __slots__ = ("type", "base", "title_fr", "title_en", "use_fr", "use_en", "default_people", "max_people", "advice_people", "default_minutes", "max_minutes", "start", "ends_empty", "recording", "replay", "telephone", "roles", "lobby", "endless", "begins")
    class Start(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        START_UNSPECIFIED: _ClassVar[SessionType.Start]
        START_ANYONE: _ClassVar[SessionType.Start]
        START_TWO: _ClassVar[SessionType.Start]
        START_HOST: _ClassVar[SessionType.Start]
    START_UNSPECIFIED: SessionType.Start
    START_ANYONE: SessionType.Start
    START_TWO: SessionType.Start
    START_HOST: SessionType.Start
    TYPE_FIELD_NUMBER: _ClassVar[int]
    BASE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FR_FIELD_NUMBER: _ClassVar[int]
    TITLE_EN_FIELD_NUMBER: _ClassVar[int]
    USE_FR_FIELD_NUMBER: _ClassVar[int]
    USE_EN_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_PEOPLE_FIELD_NUMBER: _ClassVar[int]
    MAX_PEOPLE_FIELD_NUMBER: _ClassVar[int]
    ADVICE_PEOPLE_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_MINUTES_FIELD_NUMBER: _ClassVar[int]
    MAX_MINUTES_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    ENDS_EMPTY_FIELD_NUMBER: _ClassVar[int]
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    REPLAY_FIELD_NUMBER: _ClassVar[int]
    TELEPHONE_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    LOBBY_FIELD_NUMBER: _ClassVar[int]
    ENDLESS_FIELD_NUMBER: _ClassVar[int]
    BEGINS_FIELD_NUMBER: _ClassVar[int]
    type: str
    base: str
    title_fr: str
    title_en: str
    use_fr: str
    use_en: str
    default_people: int
    max_people: int
    advice_people: int
    default_minutes: int
    max_minutes: int
    start: SessionType.Start
    ends_empty: bool
    recording: bool
    replay: bool
    telephone: bool
    roles: _containers.RepeatedCompositeFieldContainer[Role]
    lobby: str
    endless: bool
    begins: Beginning
    def __init__(self, type: _Optional[str] = ..., base: _Optional[str] = ..., title_fr: _Optional[str] = ..., title_en: _Optional[str] = ..., use_fr: _Optional[str] = ..., use_en: _Optional[str] = ..., default_people: _Optional[int] = ..., max_people: _Optional[int] = ..., advice_people: _Optional[int] = ..., default_minutes: _Optional[int] = ..., max_minutes: _Optional[int] = ..., start: _Optional[_Union[SessionType.Start, str]] = ..., ends_empty: _Optional[bool] = ..., recording: _Optional[bool] = ..., replay: _Optional[bool] = ..., telephone: _Optional[bool] = ..., roles: _Optional[_Iterable[_Union[Role, _Mapping]]] = ..., lobby: _Optional[str] = ..., endless: _Optional[bool] = ..., begins: _Optional[_Union[Beginning, _Mapping]] = ...) -> None: ...

class Beginning(_message.Message):
    __slots__ = ("view", "mute_on_start", "private", "slow_s")
    VIEW_FIELD_NUMBER: _ClassVar[int]
    MUTE_ON_START_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_FIELD_NUMBER: _ClassVar[int]
    SLOW_S_FIELD_NUMBER: _ClassVar[int]
    view: str
    mute_on_start: bool
    private: bool
    slow_s: int
    def __init__(self, view: _Optional[str] = ..., mute_on_start: _Optional[bool] = ..., private: _Optional[bool] = ..., slow_s: _Optional[int] = ...) -> None: ...

class Role(_message.Message):
    __slots__ = ("role", "rights")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    RIGHTS_FIELD_NUMBER: _ClassVar[int]
    role: str
    rights: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, role: _Optional[str] = ..., rights: _Optional[_Iterable[str]] = ...) -> None: ...

class ListTypesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTypesResponse(_message.Message):
    __slots__ = ("types", "next_page_token")
    TYPES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    types: _containers.RepeatedCompositeFieldContainer[SessionType]
    next_page_token: str
    def __init__(self, types: _Optional[_Iterable[_Union[SessionType, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
