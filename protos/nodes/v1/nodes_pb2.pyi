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

class Node(_message.Message):
    __slots__ = ("node", "version", "state", "started", "load", "plane", "web_url", "database_away", "send_cap_bits_per_second", "receive_cap_bits_per_second", "drain", "max_people")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Node.State]
        STATE_OK: _ClassVar[Node.State]
        STATE_PLANE_DOWN: _ClassVar[Node.State]
        STATE_FENCED: _ClassVar[Node.State]
        STATE_DRAINING: _ClassVar[Node.State]
    STATE_UNSPECIFIED: Node.State
    STATE_OK: Node.State
    STATE_PLANE_DOWN: Node.State
    STATE_FENCED: Node.State
    STATE_DRAINING: Node.State
    NODE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    LOAD_FIELD_NUMBER: _ClassVar[int]
    PLANE_FIELD_NUMBER: _ClassVar[int]
    WEB_URL_FIELD_NUMBER: _ClassVar[int]
    DATABASE_AWAY_FIELD_NUMBER: _ClassVar[int]
    SEND_CAP_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    RECEIVE_CAP_BITS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    DRAIN_FIELD_NUMBER: _ClassVar[int]
    MAX_PEOPLE_FIELD_NUMBER: _ClassVar[int]
    node: str
    version: str
    state: Node.State
    started: _timestamp_pb2.Timestamp
    load: Load
    plane: Plane
    web_url: str
    database_away: bool
    send_cap_bits_per_second: int
    receive_cap_bits_per_second: int
    drain: Drain
    max_people: int
    def __init__(self, node: _Optional[str] = ..., version: _Optional[str] = ..., state: _Optional[_Union[Node.State, str]] = ..., started: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., load: _Optional[_Union[Load, _Mapping]] = ..., plane: _Optional[_Union[Plane, _Mapping]] = ..., web_url: _Optional[str] = ..., database_away: _Optional[bool] = ..., send_cap_bits_per_second: _Optional[int] = ..., receive_cap_bits_per_second: _Optional[int] = ..., drain: _Optional[_Union[Drain, _Mapping]] = ..., max_people: _Optional[int] = ...) -> None: ...

class Drain(_message.Message):
    __slots__ = ("started", "deadline", "by", "reason", "people", "rooms")
    STARTED_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    ROOMS_FIELD_NUMBER: _ClassVar[int]
    started: _timestamp_pb2.Timestamp
    deadline: _timestamp_pb2.Timestamp
    by: str
    reason: str
    people: int
    rooms: int
    def __init__(self, started: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., deadline: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., by: _Optional[str] = ..., reason: _Optional[str] = ..., people: _Optional[int] = ..., rooms: _Optional[int] = ...) -> None: ...

class Load(_message.Message):
    __slots__ = ("cpu_percent", "plane_cpu_percent", "control_cpu_percent", "packets_in_per_second", "packets_out_per_second", "bits_in_per_second", "bits_out_per_second", "people", "rooms", "loss_percent", "lag_p99_ms", "plane_resident_bytes", "control_resident_bytes", "nacks_per_second", "control_lag_p99_ms", "webinars")
    CPU_PERCENT_FIELD_NUMBER: _ClassVar[int]
    PLANE_CPU_PERCENT_FIELD_NUMBER: _ClassVar[int]
    CONTROL_CPU_PERCENT_FIELD_NUMBER: _ClassVar[int]
    PACKETS_IN_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    PACKETS_OUT_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    BITS_IN_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    BITS_OUT_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    ROOMS_FIELD_NUMBER: _ClassVar[int]
    LOSS_PERCENT_FIELD_NUMBER: _ClassVar[int]
    LAG_P99_MS_FIELD_NUMBER: _ClassVar[int]
    PLANE_RESIDENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    CONTROL_RESIDENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    NACKS_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    CONTROL_LAG_P99_MS_FIELD_NUMBER: _ClassVar[int]
    WEBINARS_FIELD_NUMBER: _ClassVar[int]
    cpu_percent: float
    plane_cpu_percent: float
    control_cpu_percent: float
    packets_in_per_second: int
    packets_out_per_second: int
    bits_in_per_second: int
    bits_out_per_second: int
    people: int
    rooms: int
    loss_percent: float
    lag_p99_ms: float
    plane_resident_bytes: int
    control_resident_bytes: int
    nacks_per_second: float
    control_lag_p99_ms: float
    webinars: int
    def __init__(self, cpu_percent: _Optional[float] = ..., plane_cpu_percent: _Optional[float] = ..., control_cpu_percent: _Optional[float] = ..., packets_in_per_second: _Optional[int] = ..., packets_out_per_second: _Optional[int] = ..., bits_in_per_second: _Optional[int] = ..., bits_out_per_second: _Optional[int] = ..., people: _Optional[int] = ..., rooms: _Optional[int] = ..., loss_percent: _Optional[float] = ..., lag_p99_ms: _Optional[float] = ..., plane_resident_bytes: _Optional[int] = ..., control_resident_bytes: _Optional[int] = ..., nacks_per_second: _Optional[float] = ..., control_lag_p99_ms: _Optional[float] = ..., webinars: _Optional[int] = ...) -> None: ...

class Plane(_message.Message):
    __slots__ = ("instance", "version", "started", "epoch", "restarts", "optimised")
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    RESTARTS_FIELD_NUMBER: _ClassVar[int]
    OPTIMISED_FIELD_NUMBER: _ClassVar[int]
    instance: str
    version: str
    started: _timestamp_pb2.Timestamp
    epoch: int
    restarts: int
    optimised: bool
    def __init__(self, instance: _Optional[str] = ..., version: _Optional[str] = ..., started: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., epoch: _Optional[int] = ..., restarts: _Optional[int] = ..., optimised: _Optional[bool] = ...) -> None: ...

class ListNodesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListNodesResponse(_message.Message):
    __slots__ = ("nodes", "next_page_token")
    NODES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    nodes: _containers.RepeatedCompositeFieldContainer[Node]
    next_page_token: str
    def __init__(self, nodes: _Optional[_Iterable[_Union[Node, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetNodeRequest(_message.Message):
    __slots__ = ("node",)
    NODE_FIELD_NUMBER: _ClassVar[int]
    node: str
    def __init__(self, node: _Optional[str] = ...) -> None: ...

class GetNodeResponse(_message.Message):
    __slots__ = ("node",)
    NODE_FIELD_NUMBER: _ClassVar[int]
    node: Node
    def __init__(self, node: _Optional[_Union[Node, _Mapping]] = ...) -> None: ...

class WatchNodesRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WatchNodesResponse(_message.Message):
    __slots__ = ("nodes", "position")
    NODES_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    nodes: _containers.RepeatedCompositeFieldContainer[Node]
    position: _common_pb2.Position
    def __init__(self, nodes: _Optional[_Iterable[_Union[Node, _Mapping]]] = ..., position: _Optional[_Union[_common_pb2.Position, _Mapping]] = ...) -> None: ...

class PlanDrainRequest(_message.Message):
    __slots__ = ("minutes",)
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    minutes: int
    def __init__(self, minutes: _Optional[int] = ...) -> None: ...

class PlanDrainResponse(_message.Message):
    __slots__ = ("rooms", "deadline")
    ROOMS_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_FIELD_NUMBER: _ClassVar[int]
    rooms: _containers.RepeatedCompositeFieldContainer[PlannedEnd]
    deadline: _timestamp_pb2.Timestamp
    def __init__(self, rooms: _Optional[_Iterable[_Union[PlannedEnd, _Mapping]]] = ..., deadline: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PlannedEnd(_message.Message):
    __slots__ = ("room", "people", "ends", "cut")
    ROOM_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    ENDS_FIELD_NUMBER: _ClassVar[int]
    CUT_FIELD_NUMBER: _ClassVar[int]
    room: str
    people: int
    ends: _timestamp_pb2.Timestamp
    cut: bool
    def __init__(self, room: _Optional[str] = ..., people: _Optional[int] = ..., ends: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cut: _Optional[bool] = ...) -> None: ...

class StartDrainRequest(_message.Message):
    __slots__ = ("minutes", "reason", "request_id")
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    minutes: int
    reason: str
    request_id: str
    def __init__(self, minutes: _Optional[int] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class StartDrainResponse(_message.Message):
    __slots__ = ("node",)
    NODE_FIELD_NUMBER: _ClassVar[int]
    node: Node
    def __init__(self, node: _Optional[_Union[Node, _Mapping]] = ...) -> None: ...

class AbortDrainRequest(_message.Message):
    __slots__ = ("reason", "request_id")
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    reason: str
    request_id: str
    def __init__(self, reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class AbortDrainResponse(_message.Message):
    __slots__ = ("node",)
    NODE_FIELD_NUMBER: _ClassVar[int]
    node: Node
    def __init__(self, node: _Optional[_Union[Node, _Mapping]] = ...) -> None: ...

class GetCallerRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetCallerResponse(_message.Message):
    __slots__ = ("operator", "role")
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    operator: str
    role: _common_pb2.Role
    def __init__(self, operator: _Optional[str] = ..., role: _Optional[_Union[_common_pb2.Role, str]] = ...) -> None: ...
