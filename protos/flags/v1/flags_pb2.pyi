from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Flags(_message.Message):
    __slots__ = ("webcams_only_for_moderators", "mute_on_start", "lock_camera", "lock_microphone", "disable_notes", "lock_door", "fixed")
    WEBCAMS_ONLY_FOR_MODERATORS_FIELD_NUMBER: _ClassVar[int]
    MUTE_ON_START_FIELD_NUMBER: _ClassVar[int]
    LOCK_CAMERA_FIELD_NUMBER: _ClassVar[int]
    LOCK_MICROPHONE_FIELD_NUMBER: _ClassVar[int]
    DISABLE_NOTES_FIELD_NUMBER: _ClassVar[int]
    LOCK_DOOR_FIELD_NUMBER: _ClassVar[int]
    FIXED_FIELD_NUMBER: _ClassVar[int]
    webcams_only_for_moderators: bool
    mute_on_start: bool
    lock_camera: bool
    lock_microphone: bool
    disable_notes: bool
    lock_door: bool
    fixed: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, webcams_only_for_moderators: _Optional[bool] = ..., mute_on_start: _Optional[bool] = ..., lock_camera: _Optional[bool] = ..., lock_microphone: _Optional[bool] = ..., disable_notes: _Optional[bool] = ..., lock_door: _Optional[bool] = ..., fixed: _Optional[_Iterable[str]] = ...) -> None: ...

class GetFlagsRequest(_message.Message):
    __slots__ = ("room",)
    ROOM_FIELD_NUMBER: _ClassVar[int]
    room: str
    def __init__(self, room: _Optional[str] = ...) -> None: ...

class GetFlagsResponse(_message.Message):
    __slots__ = ("flags",)
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    flags: Flags
    def __init__(self, flags: _Optional[_Union[Flags, _Mapping]] = ...) -> None: ...

class SetFlagsRequest(_message.Message):
    __slots__ = ("room", "webcams_only_for_moderators", "mute_on_start", "lock_camera", "lock_microphone", "reason", "request_id", "disable_notes", "lock_door")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    WEBCAMS_ONLY_FOR_MODERATORS_FIELD_NUMBER: _ClassVar[int]
    MUTE_ON_START_FIELD_NUMBER: _ClassVar[int]
    LOCK_CAMERA_FIELD_NUMBER: _ClassVar[int]
    LOCK_MICROPHONE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DISABLE_NOTES_FIELD_NUMBER: _ClassVar[int]
    LOCK_DOOR_FIELD_NUMBER: _ClassVar[int]
    room: str
    webcams_only_for_moderators: bool
    mute_on_start: bool
    lock_camera: bool
    lock_microphone: bool
    reason: str
    request_id: str
    disable_notes: bool
    lock_door: bool
    def __init__(self, room: _Optional[str] = ..., webcams_only_for_moderators: _Optional[bool] = ..., mute_on_start: _Optional[bool] = ..., lock_camera: _Optional[bool] = ..., lock_microphone: _Optional[bool] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ..., disable_notes: _Optional[bool] = ..., lock_door: _Optional[bool] = ...) -> None: ...

class SetFlagsResponse(_message.Message):
    __slots__ = ("flags",)
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    flags: Flags
    def __init__(self, flags: _Optional[_Union[Flags, _Mapping]] = ...) -> None: ...
