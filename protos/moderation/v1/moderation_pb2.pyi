import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from protos.common.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Settings(_message.Message):
    __slots__ = ("public", "private", "to_staff", "slow_s", "hold", "words", "own_words", "per_moderator")
    PUBLIC_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_FIELD_NUMBER: _ClassVar[int]
    TO_STAFF_FIELD_NUMBER: _ClassVar[int]
    SLOW_S_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    OWN_WORDS_FIELD_NUMBER: _ClassVar[int]
    PER_MODERATOR_FIELD_NUMBER: _ClassVar[int]
    public: bool
    private: bool
    to_staff: bool
    slow_s: int
    hold: bool
    words: str
    own_words: _containers.RepeatedScalarFieldContainer[str]
    per_moderator: int
    def __init__(self, public: _Optional[bool] = ..., private: _Optional[bool] = ..., to_staff: _Optional[bool] = ..., slow_s: _Optional[int] = ..., hold: _Optional[bool] = ..., words: _Optional[str] = ..., own_words: _Optional[_Iterable[str]] = ..., per_moderator: _Optional[int] = ...) -> None: ...

class Item(_message.Message):
    __slots__ = ("item", "room", "kind", "participant", "name", "text", "at", "why", "message", "private", "reports", "claimed_by", "verdict", "decided_by")
    ITEM_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_FIELD_NUMBER: _ClassVar[int]
    REPORTS_FIELD_NUMBER: _ClassVar[int]
    CLAIMED_BY_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    item: str
    room: str
    kind: str
    participant: str
    name: str
    text: str
    at: _timestamp_pb2.Timestamp
    why: str
    message: str
    private: bool
    reports: int
    claimed_by: str
    verdict: str
    decided_by: str
    def __init__(self, item: _Optional[str] = ..., room: _Optional[str] = ..., kind: _Optional[str] = ..., participant: _Optional[str] = ..., name: _Optional[str] = ..., text: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., why: _Optional[str] = ..., message: _Optional[str] = ..., private: _Optional[bool] = ..., reports: _Optional[int] = ..., claimed_by: _Optional[str] = ..., verdict: _Optional[str] = ..., decided_by: _Optional[str] = ...) -> None: ...

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

class SetSettingsRequest(_message.Message):
    __slots__ = ("room", "public", "private", "to_staff", "slow_s", "hold", "words", "per_moderator", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_FIELD_NUMBER: _ClassVar[int]
    PRIVATE_FIELD_NUMBER: _ClassVar[int]
    TO_STAFF_FIELD_NUMBER: _ClassVar[int]
    SLOW_S_FIELD_NUMBER: _ClassVar[int]
    HOLD_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    PER_MODERATOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    public: bool
    private: bool
    to_staff: bool
    slow_s: int
    hold: bool
    words: str
    per_moderator: int
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., public: _Optional[bool] = ..., private: _Optional[bool] = ..., to_staff: _Optional[bool] = ..., slow_s: _Optional[int] = ..., hold: _Optional[bool] = ..., words: _Optional[str] = ..., per_moderator: _Optional[int] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetSettingsResponse(_message.Message):
    __slots__ = ("settings",)
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    settings: Settings
    def __init__(self, settings: _Optional[_Union[Settings, _Mapping]] = ...) -> None: ...

class ListItemsRequest(_message.Message):
    __slots__ = ("room", "page_size", "page_token")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    room: str
    page_size: int
    page_token: str
    def __init__(self, room: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListItemsResponse(_message.Message):
    __slots__ = ("items", "next_page_token")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[Item]
    next_page_token: str
    def __init__(self, items: _Optional[_Iterable[_Union[Item, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ClaimItemRequest(_message.Message):
    __slots__ = ("room", "item", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    item: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., item: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ClaimItemResponse(_message.Message):
    __slots__ = ("item",)
    ITEM_FIELD_NUMBER: _ClassVar[int]
    item: Item
    def __init__(self, item: _Optional[_Union[Item, _Mapping]] = ...) -> None: ...

class ReleaseItemRequest(_message.Message):
    __slots__ = ("room", "item", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    item: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., item: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReleaseItemResponse(_message.Message):
    __slots__ = ("item",)
    ITEM_FIELD_NUMBER: _ClassVar[int]
    item: Item
    def __init__(self, item: _Optional[_Union[Item, _Mapping]] = ...) -> None: ...

class DecideItemRequest(_message.Message):
    __slots__ = ("room", "item", "verdict", "reason", "request_id")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    room: str
    item: str
    verdict: str
    reason: str
    request_id: str
    def __init__(self, room: _Optional[str] = ..., item: _Optional[str] = ..., verdict: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DecideItemResponse(_message.Message):
    __slots__ = ("item",)
    ITEM_FIELD_NUMBER: _ClassVar[int]
    item: Item
    def __init__(self, item: _Optional[_Union[Item, _Mapping]] = ...) -> None: ...

class RestrainParticipantRequest(_message.Message):
    __slots__ = ("room", "participant", "how", "reason", "request_id", "for_s")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PARTICIPANT_FIELD_NUMBER: _ClassVar[int]
    HOW_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FOR_S_FIELD_NUMBER: _ClassVar[int]
    room: str
    participant: str
    how: str
    reason: str
    request_id: str
    for_s: int
    def __init__(self, room: _Optional[str] = ..., participant: _Optional[str] = ..., how: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ..., for_s: _Optional[int] = ...) -> None: ...

class RestrainParticipantResponse(_message.Message):
    __slots__ = ("until", "before", "before_s")
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    BEFORE_S_FIELD_NUMBER: _ClassVar[int]
    until: _timestamp_pb2.Timestamp
    before: str
    before_s: int
    def __init__(self, until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., before: _Optional[str] = ..., before_s: _Optional[int] = ...) -> None: ...

class WatchItemsRequest(_message.Message):
    __slots__ = ("room", "resume_token")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    room: str
    resume_token: str
    def __init__(self, room: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchItemsResponse(_message.Message):
    __slots__ = ("snapshot", "items", "gone", "position")
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    GONE_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    snapshot: bool
    items: _containers.RepeatedCompositeFieldContainer[Item]
    gone: _containers.RepeatedCompositeFieldContainer[ItemKey]
    position: _common_pb2.Position
    def __init__(self, snapshot: _Optional[bool] = ..., items: _Optional[_Iterable[_Union[Item, _Mapping]]] = ..., gone: _Optional[_Iterable[_Union[ItemKey, _Mapping]]] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...

class ItemKey(_message.Message):
    __slots__ = ("room", "item")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    room: str
    item: str
    def __init__(self, room: _Optional[str] = ..., item: _Optional[str] = ...) -> None: ...
