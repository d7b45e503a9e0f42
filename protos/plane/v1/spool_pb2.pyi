from protos.plane.v1 import plane_pb2 as _plane_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SpoolHeader(_message.Message):
    __slots__ = ("recording", "stream", "segment", "kind", "source", "codecs", "rids", "started_unix_us", "started_us", "previous_sha256")
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    CODECS_FIELD_NUMBER: _ClassVar[int]
    RIDS_FIELD_NUMBER: _ClassVar[int]
    STARTED_UNIX_US_FIELD_NUMBER: _ClassVar[int]
    STARTED_US_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_SHA256_FIELD_NUMBER: _ClassVar[int]
    recording: str
    stream: int
    segment: int
    kind: _plane_pb2.Kind
    source: _plane_pb2.Source
    codecs: _containers.RepeatedCompositeFieldContainer[_plane_pb2.Codec]
    rids: _containers.RepeatedScalarFieldContainer[str]
    started_unix_us: int
    started_us: int
    previous_sha256: bytes
    def __init__(self, recording: _Optional[str] = ..., stream: _Optional[int] = ..., segment: _Optional[int] = ..., kind: _Optional[_Union[_plane_pb2.Kind, str]] = ..., source: _Optional[_Union[_plane_pb2.Source, str]] = ..., codecs: _Optional[_Iterable[_Union[_plane_pb2.Codec, _Mapping]]] = ..., rids: _Optional[_Iterable[str]] = ..., started_unix_us: _Optional[int] = ..., started_us: _Optional[int] = ..., previous_sha256: _Optional[bytes] = ...) -> None: ...
