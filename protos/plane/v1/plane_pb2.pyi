from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KIND_UNSPECIFIED: _ClassVar[Kind]
    KIND_AUDIO: _ClassVar[Kind]
    KIND_VIDEO: _ClassVar[Kind]

class Source(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SOURCE_UNSPECIFIED: _ClassVar[Source]
    SOURCE_MICROPHONE: _ClassVar[Source]
    SOURCE_CAMERA: _ClassVar[Source]
    SOURCE_SCREEN: _ClassVar[Source]
    SOURCE_SCREEN_AUDIO: _ClassVar[Source]

class SlotPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SLOT_POLICY_UNSPECIFIED: _ClassVar[SlotPolicy]
    SLOT_POLICY_LOUDEST: _ClassVar[SlotPolicy]
    SLOT_POLICY_ASSIGNED: _ClassVar[SlotPolicy]

class SrtpProfile(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SRTP_PROFILE_UNSPECIFIED: _ClassVar[SrtpProfile]
    SRTP_PROFILE_AES128_CM_SHA1_80: _ClassVar[SrtpProfile]
    SRTP_PROFILE_AEAD_AES_128_GCM: _ClassVar[SrtpProfile]
    SRTP_PROFILE_AEAD_AES_256_GCM: _ClassVar[SrtpProfile]

class Protocol(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROTOCOL_UDP: _ClassVar[Protocol]
    PROTOCOL_TCP: _ClassVar[Protocol]
KIND_UNSPECIFIED: Kind
KIND_AUDIO: Kind
KIND_VIDEO: Kind
SOURCE_UNSPECIFIED: Source
SOURCE_MICROPHONE: Source
SOURCE_CAMERA: Source
SOURCE_SCREEN: Source
SOURCE_SCREEN_AUDIO: Source
SLOT_POLICY_UNSPECIFIED: SlotPolicy
SLOT_POLICY_LOUDEST: SlotPolicy
SLOT_POLICY_ASSIGNED: SlotPolicy
SRTP_PROFILE_UNSPECIFIED: SrtpProfile
SRTP_PROFILE_AES128_CM_SHA1_80: SrtpProfile
SRTP_PROFILE_AEAD_AES_128_GCM: SrtpProfile
SRTP_PROFILE_AEAD_AES_256_GCM: SrtpProfile
PROTOCOL_UDP: Protocol
PROTOCOL_TCP: Protocol

class ToPlane(_message.Message):
    __slots__ = ("id", "attach", "open_transport", "set_keys", "send_dtls", "restart_ice", "close_transport", "close_room", "mute_tracks", "assign_slots", "request_key_frame", "get_snapshot", "shutdown", "size_slots", "limit_rates", "record_tracks", "request")
    ID_FIELD_NUMBER: _ClassVar[int]
    ATTACH_FIELD_NUMBER: _ClassVar[int]
    OPEN_TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    SET_KEYS_FIELD_NUMBER: _ClassVar[int]
    SEND_DTLS_FIELD_NUMBER: _ClassVar[int]
    RESTART_ICE_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    CLOSE_ROOM_FIELD_NUMBER: _ClassVar[int]
    MUTE_TRACKS_FIELD_NUMBER: _ClassVar[int]
    ASSIGN_SLOTS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_KEY_FRAME_FIELD_NUMBER: _ClassVar[int]
    GET_SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    SHUTDOWN_FIELD_NUMBER: _ClassVar[int]
    SIZE_SLOTS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_RATES_FIELD_NUMBER: _ClassVar[int]
    RECORD_TRACKS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    id: int
    attach: Attach
    open_transport: OpenTransport
    set_keys: SetKeys
    send_dtls: SendDtls
    restart_ice: RestartIce
    close_transport: CloseTransport
    close_room: CloseRoom
    mute_tracks: MuteTracks
    assign_slots: AssignSlots
    request_key_frame: RequestKeyFrame
    get_snapshot: GetSnapshot
    shutdown: Shutdown
    size_slots: SizeSlots
    limit_rates: LimitRates
    record_tracks: RecordTracks
    request: str
    def __init__(self, id: _Optional[int] = ..., attach: _Optional[_Union[Attach, _Mapping]] = ..., open_transport: _Optional[_Union[OpenTransport, _Mapping]] = ..., set_keys: _Optional[_Union[SetKeys, _Mapping]] = ..., send_dtls: _Optional[_Union[SendDtls, _Mapping]] = ..., restart_ice: _Optional[_Union[RestartIce, _Mapping]] = ..., close_transport: _Optional[_Union[CloseTransport, _Mapping]] = ..., close_room: _Optional[_Union[CloseRoom, _Mapping]] = ..., mute_tracks: _Optional[_Union[MuteTracks, _Mapping]] = ..., assign_slots: _Optional[_Union[AssignSlots, _Mapping]] = ..., request_key_frame: _Optional[_Union[RequestKeyFrame, _Mapping]] = ..., get_snapshot: _Optional[_Union[GetSnapshot, _Mapping]] = ..., shutdown: _Optional[_Union[Shutdown, _Mapping]] = ..., size_slots: _Optional[_Union[SizeSlots, _Mapping]] = ..., limit_rates: _Optional[_Union[LimitRates, _Mapping]] = ..., record_tracks: _Optional[_Union[RecordTracks, _Mapping]] = ..., request: _Optional[str] = ...) -> None: ...

class FromPlane(_message.Message):
    __slots__ = ("id", "attached", "transport_opened", "ice_credentials", "snapshot", "done", "failed", "fenced", "ice_connected", "consent_lost", "dtls_received", "speakers", "slot_switched", "counters", "layers_wanted", "video_held", "recording_closed", "recording_failed", "recording_resumed")
    ID_FIELD_NUMBER: _ClassVar[int]
    ATTACHED_FIELD_NUMBER: _ClassVar[int]
    TRANSPORT_OPENED_FIELD_NUMBER: _ClassVar[int]
    ICE_CREDENTIALS_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    FENCED_FIELD_NUMBER: _ClassVar[int]
    ICE_CONNECTED_FIELD_NUMBER: _ClassVar[int]
    CONSENT_LOST_FIELD_NUMBER: _ClassVar[int]
    DTLS_RECEIVED_FIELD_NUMBER: _ClassVar[int]
    SPEAKERS_FIELD_NUMBER: _ClassVar[int]
    SLOT_SWITCHED_FIELD_NUMBER: _ClassVar[int]
    COUNTERS_FIELD_NUMBER: _ClassVar[int]
    LAYERS_WANTED_FIELD_NUMBER: _ClassVar[int]
    VIDEO_HELD_FIELD_NUMBER: _ClassVar[int]
    RECORDING_CLOSED_FIELD_NUMBER: _ClassVar[int]
    RECORDING_FAILED_FIELD_NUMBER: _ClassVar[int]
    RECORDING_RESUMED_FIELD_NUMBER: _ClassVar[int]
    id: int
    attached: Attached
    transport_opened: TransportOpened
    ice_credentials: IceCredentials
    snapshot: Snapshot
    done: Done
    failed: Failed
    fenced: Fenced
    ice_connected: IceConnected
    consent_lost: ConsentLost
    dtls_received: DtlsReceived
    speakers: Speakers
    slot_switched: SlotSwitched
    counters: Counters
    layers_wanted: LayersWanted
    video_held: VideoHeld
    recording_closed: RecordingClosed
    recording_failed: RecordingFailed
    recording_resumed: RecordingResumed
    def __init__(self, id: _Optional[int] = ..., attached: _Optional[_Union[Attached, _Mapping]] = ..., transport_opened: _Optional[_Union[TransportOpened, _Mapping]] = ..., ice_credentials: _Optional[_Union[IceCredentials, _Mapping]] = ..., snapshot: _Optional[_Union[Snapshot, _Mapping]] = ..., done: _Optional[_Union[Done, _Mapping]] = ..., failed: _Optional[_Union[Failed, _Mapping]] = ..., fenced: _Optional[_Union[Fenced, _Mapping]] = ..., ice_connected: _Optional[_Union[IceConnected, _Mapping]] = ..., consent_lost: _Optional[_Union[ConsentLost, _Mapping]] = ..., dtls_received: _Optional[_Union[DtlsReceived, _Mapping]] = ..., speakers: _Optional[_Union[Speakers, _Mapping]] = ..., slot_switched: _Optional[_Union[SlotSwitched, _Mapping]] = ..., counters: _Optional[_Union[Counters, _Mapping]] = ..., layers_wanted: _Optional[_Union[LayersWanted, _Mapping]] = ..., video_held: _Optional[_Union[VideoHeld, _Mapping]] = ..., recording_closed: _Optional[_Union[RecordingClosed, _Mapping]] = ..., recording_failed: _Optional[_Union[RecordingFailed, _Mapping]] = ..., recording_resumed: _Optional[_Union[RecordingResumed, _Mapping]] = ...) -> None: ...

class Codec(_message.Message):
    __slots__ = ("payload_type", "rtx_payload_type", "name", "clock_rate", "fmtp")
    PAYLOAD_TYPE_FIELD_NUMBER: _ClassVar[int]
    RTX_PAYLOAD_TYPE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CLOCK_RATE_FIELD_NUMBER: _ClassVar[int]
    FMTP_FIELD_NUMBER: _ClassVar[int]
    payload_type: int
    rtx_payload_type: int
    name: str
    clock_rate: int
    fmtp: str
    def __init__(self, payload_type: _Optional[int] = ..., rtx_payload_type: _Optional[int] = ..., name: _Optional[str] = ..., clock_rate: _Optional[int] = ..., fmtp: _Optional[str] = ...) -> None: ...

class HeaderExtensions(_message.Message):
    __slots__ = ("mid", "rid", "repaired_rid", "audio_level", "abs_send_time", "transport_cc", "dependency_descriptor")
    MID_FIELD_NUMBER: _ClassVar[int]
    RID_FIELD_NUMBER: _ClassVar[int]
    REPAIRED_RID_FIELD_NUMBER: _ClassVar[int]
    AUDIO_LEVEL_FIELD_NUMBER: _ClassVar[int]
    ABS_SEND_TIME_FIELD_NUMBER: _ClassVar[int]
    TRANSPORT_CC_FIELD_NUMBER: _ClassVar[int]
    DEPENDENCY_DESCRIPTOR_FIELD_NUMBER: _ClassVar[int]
    mid: int
    rid: int
    repaired_rid: int
    audio_level: int
    abs_send_time: int
    transport_cc: int
    dependency_descriptor: int
    def __init__(self, mid: _Optional[int] = ..., rid: _Optional[int] = ..., repaired_rid: _Optional[int] = ..., audio_level: _Optional[int] = ..., abs_send_time: _Optional[int] = ..., transport_cc: _Optional[int] = ..., dependency_descriptor: _Optional[int] = ...) -> None: ...

class Send(_message.Message):
    __slots__ = ("track", "kind", "source", "mid", "ssrcs", "rtx_ssrc", "codecs", "extensions", "rids", "muted")
    TRACK_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    MID_FIELD_NUMBER: _ClassVar[int]
    SSRCS_FIELD_NUMBER: _ClassVar[int]
    RTX_SSRC_FIELD_NUMBER: _ClassVar[int]
    CODECS_FIELD_NUMBER: _ClassVar[int]
    EXTENSIONS_FIELD_NUMBER: _ClassVar[int]
    RIDS_FIELD_NUMBER: _ClassVar[int]
    MUTED_FIELD_NUMBER: _ClassVar[int]
    track: str
    kind: Kind
    source: Source
    mid: str
    ssrcs: _containers.RepeatedScalarFieldContainer[int]
    rtx_ssrc: int
    codecs: _containers.RepeatedCompositeFieldContainer[Codec]
    extensions: HeaderExtensions
    rids: _containers.RepeatedScalarFieldContainer[str]
    muted: bool
    def __init__(self, track: _Optional[str] = ..., kind: _Optional[_Union[Kind, str]] = ..., source: _Optional[_Union[Source, str]] = ..., mid: _Optional[str] = ..., ssrcs: _Optional[_Iterable[int]] = ..., rtx_ssrc: _Optional[int] = ..., codecs: _Optional[_Iterable[_Union[Codec, _Mapping]]] = ..., extensions: _Optional[_Union[HeaderExtensions, _Mapping]] = ..., rids: _Optional[_Iterable[str]] = ..., muted: _Optional[bool] = ...) -> None: ...

class Receive(_message.Message):
    __slots__ = ("index", "kind", "mid", "codecs", "extensions", "policy", "track")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MID_FIELD_NUMBER: _ClassVar[int]
    CODECS_FIELD_NUMBER: _ClassVar[int]
    EXTENSIONS_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    TRACK_FIELD_NUMBER: _ClassVar[int]
    index: int
    kind: Kind
    mid: str
    codecs: _containers.RepeatedCompositeFieldContainer[Codec]
    extensions: HeaderExtensions
    policy: SlotPolicy
    track: str
    def __init__(self, index: _Optional[int] = ..., kind: _Optional[_Union[Kind, str]] = ..., mid: _Optional[str] = ..., codecs: _Optional[_Iterable[_Union[Codec, _Mapping]]] = ..., extensions: _Optional[_Union[HeaderExtensions, _Mapping]] = ..., policy: _Optional[_Union[SlotPolicy, str]] = ..., track: _Optional[str] = ...) -> None: ...

class Address(_message.Message):
    __slots__ = ("ip", "port", "protocol")
    IP_FIELD_NUMBER: _ClassVar[int]
    PORT_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    ip: str
    port: int
    protocol: Protocol
    def __init__(self, ip: _Optional[str] = ..., port: _Optional[int] = ..., protocol: _Optional[_Union[Protocol, str]] = ...) -> None: ...

class Attach(_message.Message):
    __slots__ = ("controller",)
    CONTROLLER_FIELD_NUMBER: _ClassVar[int]
    controller: str
    def __init__(self, controller: _Optional[str] = ...) -> None: ...

class Attached(_message.Message):
    __slots__ = ("epoch", "instance", "started_unix_ms", "candidates", "shards", "orphan_grace_s", "version", "optimised", "abilities")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    STARTED_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    SHARDS_FIELD_NUMBER: _ClassVar[int]
    ORPHAN_GRACE_S_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OPTIMISED_FIELD_NUMBER: _ClassVar[int]
    ABILITIES_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    instance: str
    started_unix_ms: int
    candidates: _containers.RepeatedCompositeFieldContainer[Address]
    shards: int
    orphan_grace_s: int
    version: str
    optimised: bool
    abilities: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, epoch: _Optional[int] = ..., instance: _Optional[str] = ..., started_unix_ms: _Optional[int] = ..., candidates: _Optional[_Iterable[_Union[Address, _Mapping]]] = ..., shards: _Optional[int] = ..., orphan_grace_s: _Optional[int] = ..., version: _Optional[str] = ..., optimised: _Optional[bool] = ..., abilities: _Optional[_Iterable[str]] = ...) -> None: ...

class OpenTransport(_message.Message):
    __slots__ = ("transport", "room", "label", "sends", "receives", "max_send_bps", "max_receive_bps")
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    SENDS_FIELD_NUMBER: _ClassVar[int]
    RECEIVES_FIELD_NUMBER: _ClassVar[int]
    MAX_SEND_BPS_FIELD_NUMBER: _ClassVar[int]
    MAX_RECEIVE_BPS_FIELD_NUMBER: _ClassVar[int]
    transport: str
    room: str
    label: bytes
    sends: _containers.RepeatedCompositeFieldContainer[Send]
    receives: _containers.RepeatedCompositeFieldContainer[Receive]
    max_send_bps: int
    max_receive_bps: int
    def __init__(self, transport: _Optional[str] = ..., room: _Optional[str] = ..., label: _Optional[bytes] = ..., sends: _Optional[_Iterable[_Union[Send, _Mapping]]] = ..., receives: _Optional[_Iterable[_Union[Receive, _Mapping]]] = ..., max_send_bps: _Optional[int] = ..., max_receive_bps: _Optional[int] = ...) -> None: ...

class TransportOpened(_message.Message):
    __slots__ = ("ice", "candidates")
    ICE_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    ice: IceCredentials
    candidates: _containers.RepeatedCompositeFieldContainer[Address]
    def __init__(self, ice: _Optional[_Union[IceCredentials, _Mapping]] = ..., candidates: _Optional[_Iterable[_Union[Address, _Mapping]]] = ...) -> None: ...

class IceCredentials(_message.Message):
    __slots__ = ("ufrag", "password")
    UFRAG_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    ufrag: str
    password: str
    def __init__(self, ufrag: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class SetKeys(_message.Message):
    __slots__ = ("transport", "profile", "inbound_key", "inbound_salt", "outbound_key", "outbound_salt")
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    INBOUND_KEY_FIELD_NUMBER: _ClassVar[int]
    INBOUND_SALT_FIELD_NUMBER: _ClassVar[int]
    OUTBOUND_KEY_FIELD_NUMBER: _ClassVar[int]
    OUTBOUND_SALT_FIELD_NUMBER: _ClassVar[int]
    transport: str
    profile: SrtpProfile
    inbound_key: bytes
    inbound_salt: bytes
    outbound_key: bytes
    outbound_salt: bytes
    def __init__(self, transport: _Optional[str] = ..., profile: _Optional[_Union[SrtpProfile, str]] = ..., inbound_key: _Optional[bytes] = ..., inbound_salt: _Optional[bytes] = ..., outbound_key: _Optional[bytes] = ..., outbound_salt: _Optional[bytes] = ...) -> None: ...

class SendDtls(_message.Message):
    __slots__ = ("transport", "datagrams")
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    DATAGRAMS_FIELD_NUMBER: _ClassVar[int]
    transport: str
    datagrams: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, transport: _Optional[str] = ..., datagrams: _Optional[_Iterable[bytes]] = ...) -> None: ...

class RestartIce(_message.Message):
    __slots__ = ("transport",)
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    transport: str
    def __init__(self, transport: _Optional[str] = ...) -> None: ...

class CloseTransport(_message.Message):
    __slots__ = ("transport",)
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    transport: str
    def __init__(self, transport: _Optional[str] = ...) -> None: ...

class CloseRoom(_message.Message):
    __slots__ = ("room",)
    ROOM_FIELD_NUMBER: _ClassVar[int]
    room: str
    def __init__(self, room: _Optional[str] = ...) -> None: ...

class MuteTracks(_message.Message):
    __slots__ = ("changes",)
    class Change(_message.Message):
        __slots__ = ("track", "muted")
        TRACK_FIELD_NUMBER: _ClassVar[int]
        MUTED_FIELD_NUMBER: _ClassVar[int]
        track: str
        muted: bool
        def __init__(self, track: _Optional[str] = ..., muted: _Optional[bool] = ...) -> None: ...
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[MuteTracks.Change]
    def __init__(self, changes: _Optional[_Iterable[_Union[MuteTracks.Change, _Mapping]]] = ...) -> None: ...

class AssignSlots(_message.Message):
    __slots__ = ("changes",)
    class Change(_message.Message):
        __slots__ = ("transport", "slot", "track")
        TRANSPORT_FIELD_NUMBER: _ClassVar[int]
        SLOT_FIELD_NUMBER: _ClassVar[int]
        TRACK_FIELD_NUMBER: _ClassVar[int]
        transport: str
        slot: int
        track: str
        def __init__(self, transport: _Optional[str] = ..., slot: _Optional[int] = ..., track: _Optional[str] = ...) -> None: ...
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[AssignSlots.Change]
    def __init__(self, changes: _Optional[_Iterable[_Union[AssignSlots.Change, _Mapping]]] = ...) -> None: ...

class RequestKeyFrame(_message.Message):
    __slots__ = ("track",)
    TRACK_FIELD_NUMBER: _ClassVar[int]
    track: str
    def __init__(self, track: _Optional[str] = ...) -> None: ...

class SizeSlots(_message.Message):
    __slots__ = ("changes",)
    class Change(_message.Message):
        __slots__ = ("transport", "slot", "width", "height")
        TRANSPORT_FIELD_NUMBER: _ClassVar[int]
        SLOT_FIELD_NUMBER: _ClassVar[int]
        WIDTH_FIELD_NUMBER: _ClassVar[int]
        HEIGHT_FIELD_NUMBER: _ClassVar[int]
        transport: str
        slot: int
        width: int
        height: int
        def __init__(self, transport: _Optional[str] = ..., slot: _Optional[int] = ..., width: _Optional[int] = ..., height: _Optional[int] = ...) -> None: ...
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[SizeSlots.Change]
    def __init__(self, changes: _Optional[_Iterable[_Union[SizeSlots.Change, _Mapping]]] = ...) -> None: ...

class LimitRates(_message.Message):
    __slots__ = ("transport", "room", "node", "send_bps", "receive_bps")
    class Node(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    SEND_BPS_FIELD_NUMBER: _ClassVar[int]
    RECEIVE_BPS_FIELD_NUMBER: _ClassVar[int]
    transport: str
    room: str
    node: LimitRates.Node
    send_bps: int
    receive_bps: int
    def __init__(self, transport: _Optional[str] = ..., room: _Optional[str] = ..., node: _Optional[_Union[LimitRates.Node, _Mapping]] = ..., send_bps: _Optional[int] = ..., receive_bps: _Optional[int] = ...) -> None: ...

class RecordTracks(_message.Message):
    __slots__ = ("changes",)
    class Change(_message.Message):
        __slots__ = ("recording", "stream", "track", "on")
        RECORDING_FIELD_NUMBER: _ClassVar[int]
        STREAM_FIELD_NUMBER: _ClassVar[int]
        TRACK_FIELD_NUMBER: _ClassVar[int]
        ON_FIELD_NUMBER: _ClassVar[int]
        recording: str
        stream: int
        track: str
        on: bool
        def __init__(self, recording: _Optional[str] = ..., stream: _Optional[int] = ..., track: _Optional[str] = ..., on: _Optional[bool] = ...) -> None: ...
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[RecordTracks.Change]
    def __init__(self, changes: _Optional[_Iterable[_Union[RecordTracks.Change, _Mapping]]] = ...) -> None: ...

class GetSnapshot(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Shutdown(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Done(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Failed(_message.Message):
    __slots__ = ("cause", "detail")
    class Cause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CAUSE_UNSPECIFIED: _ClassVar[Failed.Cause]
        CAUSE_NOT_ATTACHED: _ClassVar[Failed.Cause]
        CAUSE_UNKNOWN: _ClassVar[Failed.Cause]
        CAUSE_EXISTS: _ClassVar[Failed.Cause]
        CAUSE_INVALID: _ClassVar[Failed.Cause]
        CAUSE_FULL: _ClassVar[Failed.Cause]
    CAUSE_UNSPECIFIED: Failed.Cause
    CAUSE_NOT_ATTACHED: Failed.Cause
    CAUSE_UNKNOWN: Failed.Cause
    CAUSE_EXISTS: Failed.Cause
    CAUSE_INVALID: Failed.Cause
    CAUSE_FULL: Failed.Cause
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    cause: Failed.Cause
    detail: str
    def __init__(self, cause: _Optional[_Union[Failed.Cause, str]] = ..., detail: _Optional[str] = ...) -> None: ...

class Fenced(_message.Message):
    __slots__ = ("epoch",)
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    def __init__(self, epoch: _Optional[int] = ...) -> None: ...

class IceConnected(_message.Message):
    __slots__ = ("transport",)
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    transport: str
    def __init__(self, transport: _Optional[str] = ...) -> None: ...

class ConsentLost(_message.Message):
    __slots__ = ("transport",)
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    transport: str
    def __init__(self, transport: _Optional[str] = ...) -> None: ...

class DtlsReceived(_message.Message):
    __slots__ = ("transport", "datagram")
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    DATAGRAM_FIELD_NUMBER: _ClassVar[int]
    transport: str
    datagram: bytes
    def __init__(self, transport: _Optional[str] = ..., datagram: _Optional[bytes] = ...) -> None: ...

class Speakers(_message.Message):
    __slots__ = ("room", "levels")
    class Level(_message.Message):
        __slots__ = ("track", "level")
        TRACK_FIELD_NUMBER: _ClassVar[int]
        LEVEL_FIELD_NUMBER: _ClassVar[int]
        track: str
        level: int
        def __init__(self, track: _Optional[str] = ..., level: _Optional[int] = ...) -> None: ...
    ROOM_FIELD_NUMBER: _ClassVar[int]
    LEVELS_FIELD_NUMBER: _ClassVar[int]
    room: str
    levels: _containers.RepeatedCompositeFieldContainer[Speakers.Level]
    def __init__(self, room: _Optional[str] = ..., levels: _Optional[_Iterable[_Union[Speakers.Level, _Mapping]]] = ...) -> None: ...

class SlotSwitched(_message.Message):
    __slots__ = ("transport", "slot", "track")
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    SLOT_FIELD_NUMBER: _ClassVar[int]
    TRACK_FIELD_NUMBER: _ClassVar[int]
    transport: str
    slot: int
    track: str
    def __init__(self, transport: _Optional[str] = ..., slot: _Optional[int] = ..., track: _Optional[str] = ...) -> None: ...

class LayersWanted(_message.Message):
    __slots__ = ("track", "rids")
    TRACK_FIELD_NUMBER: _ClassVar[int]
    RIDS_FIELD_NUMBER: _ClassVar[int]
    track: str
    rids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, track: _Optional[str] = ..., rids: _Optional[_Iterable[str]] = ...) -> None: ...

class VideoHeld(_message.Message):
    __slots__ = ("transport", "held")
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    transport: str
    held: bool
    def __init__(self, transport: _Optional[str] = ..., held: _Optional[bool] = ...) -> None: ...

class RecordingClosed(_message.Message):
    __slots__ = ("recording", "stream", "segments", "bytes", "cause")
    class Cause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CAUSE_UNSPECIFIED: _ClassVar[RecordingClosed.Cause]
        CAUSE_STOPPED: _ClassVar[RecordingClosed.Cause]
        CAUSE_TRACK: _ClassVar[RecordingClosed.Cause]
        CAUSE_PLANE: _ClassVar[RecordingClosed.Cause]
        CAUSE_FAILED: _ClassVar[RecordingClosed.Cause]
    CAUSE_UNSPECIFIED: RecordingClosed.Cause
    CAUSE_STOPPED: RecordingClosed.Cause
    CAUSE_TRACK: RecordingClosed.Cause
    CAUSE_PLANE: RecordingClosed.Cause
    CAUSE_FAILED: RecordingClosed.Cause
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    recording: str
    stream: int
    segments: int
    bytes: int
    cause: RecordingClosed.Cause
    def __init__(self, recording: _Optional[str] = ..., stream: _Optional[int] = ..., segments: _Optional[int] = ..., bytes: _Optional[int] = ..., cause: _Optional[_Union[RecordingClosed.Cause, str]] = ...) -> None: ...

class RecordingFailed(_message.Message):
    __slots__ = ("recording", "stream", "cause", "detail")
    class Cause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CAUSE_UNSPECIFIED: _ClassVar[RecordingFailed.Cause]
        CAUSE_FULL: _ClassVar[RecordingFailed.Cause]
        CAUSE_IO: _ClassVar[RecordingFailed.Cause]
        CAUSE_LAGGING: _ClassVar[RecordingFailed.Cause]
    CAUSE_UNSPECIFIED: RecordingFailed.Cause
    CAUSE_FULL: RecordingFailed.Cause
    CAUSE_IO: RecordingFailed.Cause
    CAUSE_LAGGING: RecordingFailed.Cause
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    recording: str
    stream: int
    cause: RecordingFailed.Cause
    detail: str
    def __init__(self, recording: _Optional[str] = ..., stream: _Optional[int] = ..., cause: _Optional[_Union[RecordingFailed.Cause, str]] = ..., detail: _Optional[str] = ...) -> None: ...

class RecordingResumed(_message.Message):
    __slots__ = ("recording", "stream", "dropped_packets")
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    STREAM_FIELD_NUMBER: _ClassVar[int]
    DROPPED_PACKETS_FIELD_NUMBER: _ClassVar[int]
    recording: str
    stream: int
    dropped_packets: int
    def __init__(self, recording: _Optional[str] = ..., stream: _Optional[int] = ..., dropped_packets: _Optional[int] = ...) -> None: ...

class Counters(_message.Message):
    __slots__ = ("unix_ms", "gauge", "packets", "loop", "drops", "transports", "tracks", "shards", "first_frame", "recordings", "spool")
    class Gauge(_message.Message):
        __slots__ = ("transports", "tracks", "rooms")
        TRANSPORTS_FIELD_NUMBER: _ClassVar[int]
        TRACKS_FIELD_NUMBER: _ClassVar[int]
        ROOMS_FIELD_NUMBER: _ClassVar[int]
        transports: int
        tracks: int
        rooms: int
        def __init__(self, transports: _Optional[int] = ..., tracks: _Optional[int] = ..., rooms: _Optional[int] = ...) -> None: ...
    class Packets(_message.Message):
        __slots__ = ("received_packets", "received_bytes", "sent_packets", "sent_bytes", "sent_sends", "nacks_received", "nacks_sent", "retransmitted_packets", "recovered_packets", "plis_received", "plis_sent", "key_frames", "key_frames_from_cache", "padding_bytes", "probe_bytes", "held_packets", "layer_switches", "transport_cc_received", "transport_cc_sent", "policed_packets")
        RECEIVED_PACKETS_FIELD_NUMBER: _ClassVar[int]
        RECEIVED_BYTES_FIELD_NUMBER: _ClassVar[int]
        SENT_PACKETS_FIELD_NUMBER: _ClassVar[int]
        SENT_BYTES_FIELD_NUMBER: _ClassVar[int]
        SENT_SENDS_FIELD_NUMBER: _ClassVar[int]
        NACKS_RECEIVED_FIELD_NUMBER: _ClassVar[int]
        NACKS_SENT_FIELD_NUMBER: _ClassVar[int]
        RETRANSMITTED_PACKETS_FIELD_NUMBER: _ClassVar[int]
        RECOVERED_PACKETS_FIELD_NUMBER: _ClassVar[int]
        PLIS_RECEIVED_FIELD_NUMBER: _ClassVar[int]
        PLIS_SENT_FIELD_NUMBER: _ClassVar[int]
        KEY_FRAMES_FIELD_NUMBER: _ClassVar[int]
        KEY_FRAMES_FROM_CACHE_FIELD_NUMBER: _ClassVar[int]
        PADDING_BYTES_FIELD_NUMBER: _ClassVar[int]
        PROBE_BYTES_FIELD_NUMBER: _ClassVar[int]
        HELD_PACKETS_FIELD_NUMBER: _ClassVar[int]
        LAYER_SWITCHES_FIELD_NUMBER: _ClassVar[int]
        TRANSPORT_CC_RECEIVED_FIELD_NUMBER: _ClassVar[int]
        TRANSPORT_CC_SENT_FIELD_NUMBER: _ClassVar[int]
        POLICED_PACKETS_FIELD_NUMBER: _ClassVar[int]
        received_packets: int
        received_bytes: int
        sent_packets: int
        sent_bytes: int
        sent_sends: int
        nacks_received: int
        nacks_sent: int
        retransmitted_packets: int
        recovered_packets: int
        plis_received: int
        plis_sent: int
        key_frames: int
        key_frames_from_cache: int
        padding_bytes: int
        probe_bytes: int
        held_packets: int
        layer_switches: int
        transport_cc_received: int
        transport_cc_sent: int
        policed_packets: int
        def __init__(self, received_packets: _Optional[int] = ..., received_bytes: _Optional[int] = ..., sent_packets: _Optional[int] = ..., sent_bytes: _Optional[int] = ..., sent_sends: _Optional[int] = ..., nacks_received: _Optional[int] = ..., nacks_sent: _Optional[int] = ..., retransmitted_packets: _Optional[int] = ..., recovered_packets: _Optional[int] = ..., plis_received: _Optional[int] = ..., plis_sent: _Optional[int] = ..., key_frames: _Optional[int] = ..., key_frames_from_cache: _Optional[int] = ..., padding_bytes: _Optional[int] = ..., probe_bytes: _Optional[int] = ..., held_packets: _Optional[int] = ..., layer_switches: _Optional[int] = ..., transport_cc_received: _Optional[int] = ..., transport_cc_sent: _Optional[int] = ..., policed_packets: _Optional[int] = ...) -> None: ...
    class Transport(_message.Message):
        __slots__ = ("transport", "received_bytes", "sent_bytes", "sent_packets", "rtt_ms", "loss", "estimate_bps", "nacks_received", "plis_received", "connected", "target_bps", "receive_cap_bps", "send_cap_bps", "queue_ms", "delay_ms", "video_held", "jitter_ms", "protocol", "slots")
        TRANSPORT_FIELD_NUMBER: _ClassVar[int]
        RECEIVED_BYTES_FIELD_NUMBER: _ClassVar[int]
        SENT_BYTES_FIELD_NUMBER: _ClassVar[int]
        SENT_PACKETS_FIELD_NUMBER: _ClassVar[int]
        RTT_MS_FIELD_NUMBER: _ClassVar[int]
        LOSS_FIELD_NUMBER: _ClassVar[int]
        ESTIMATE_BPS_FIELD_NUMBER: _ClassVar[int]
        NACKS_RECEIVED_FIELD_NUMBER: _ClassVar[int]
        PLIS_RECEIVED_FIELD_NUMBER: _ClassVar[int]
        CONNECTED_FIELD_NUMBER: _ClassVar[int]
        TARGET_BPS_FIELD_NUMBER: _ClassVar[int]
        RECEIVE_CAP_BPS_FIELD_NUMBER: _ClassVar[int]
        SEND_CAP_BPS_FIELD_NUMBER: _ClassVar[int]
        QUEUE_MS_FIELD_NUMBER: _ClassVar[int]
        DELAY_MS_FIELD_NUMBER: _ClassVar[int]
        VIDEO_HELD_FIELD_NUMBER: _ClassVar[int]
        JITTER_MS_FIELD_NUMBER: _ClassVar[int]
        PROTOCOL_FIELD_NUMBER: _ClassVar[int]
        SLOTS_FIELD_NUMBER: _ClassVar[int]
        transport: str
        received_bytes: int
        sent_bytes: int
        sent_packets: int
        rtt_ms: float
        loss: float
        estimate_bps: int
        nacks_received: int
        plis_received: int
        connected: bool
        target_bps: int
        receive_cap_bps: int
        send_cap_bps: int
        queue_ms: int
        delay_ms: int
        video_held: bool
        jitter_ms: float
        protocol: Protocol
        slots: _containers.RepeatedCompositeFieldContainer[Counters.Slot]
        def __init__(self, transport: _Optional[str] = ..., received_bytes: _Optional[int] = ..., sent_bytes: _Optional[int] = ..., sent_packets: _Optional[int] = ..., rtt_ms: _Optional[float] = ..., loss: _Optional[float] = ..., estimate_bps: _Optional[int] = ..., nacks_received: _Optional[int] = ..., plis_received: _Optional[int] = ..., connected: _Optional[bool] = ..., target_bps: _Optional[int] = ..., receive_cap_bps: _Optional[int] = ..., send_cap_bps: _Optional[int] = ..., queue_ms: _Optional[int] = ..., delay_ms: _Optional[int] = ..., video_held: _Optional[bool] = ..., jitter_ms: _Optional[float] = ..., protocol: _Optional[_Union[Protocol, str]] = ..., slots: _Optional[_Iterable[_Union[Counters.Slot, _Mapping]]] = ...) -> None: ...
    class Slot(_message.Message):
        __slots__ = ("slot", "track", "rid", "packets", "bytes", "loss", "switches")
        SLOT_FIELD_NUMBER: _ClassVar[int]
        TRACK_FIELD_NUMBER: _ClassVar[int]
        RID_FIELD_NUMBER: _ClassVar[int]
        PACKETS_FIELD_NUMBER: _ClassVar[int]
        BYTES_FIELD_NUMBER: _ClassVar[int]
        LOSS_FIELD_NUMBER: _ClassVar[int]
        SWITCHES_FIELD_NUMBER: _ClassVar[int]
        slot: int
        track: str
        rid: str
        packets: int
        bytes: int
        loss: float
        switches: int
        def __init__(self, slot: _Optional[int] = ..., track: _Optional[str] = ..., rid: _Optional[str] = ..., packets: _Optional[int] = ..., bytes: _Optional[int] = ..., loss: _Optional[float] = ..., switches: _Optional[int] = ...) -> None: ...
    class Layer(_message.Message):
        __slots__ = ("rid", "packets", "bytes", "lost", "width", "height", "frames", "active", "wanted")
        RID_FIELD_NUMBER: _ClassVar[int]
        PACKETS_FIELD_NUMBER: _ClassVar[int]
        BYTES_FIELD_NUMBER: _ClassVar[int]
        LOST_FIELD_NUMBER: _ClassVar[int]
        WIDTH_FIELD_NUMBER: _ClassVar[int]
        HEIGHT_FIELD_NUMBER: _ClassVar[int]
        FRAMES_FIELD_NUMBER: _ClassVar[int]
        ACTIVE_FIELD_NUMBER: _ClassVar[int]
        WANTED_FIELD_NUMBER: _ClassVar[int]
        rid: str
        packets: int
        bytes: int
        lost: int
        width: int
        height: int
        frames: int
        active: bool
        wanted: bool
        def __init__(self, rid: _Optional[str] = ..., packets: _Optional[int] = ..., bytes: _Optional[int] = ..., lost: _Optional[int] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., frames: _Optional[int] = ..., active: _Optional[bool] = ..., wanted: _Optional[bool] = ...) -> None: ...
    class Track(_message.Message):
        __slots__ = ("track", "packets", "bytes", "lost", "jitter_us", "level", "active", "muted", "key_frames", "layers")
        TRACK_FIELD_NUMBER: _ClassVar[int]
        PACKETS_FIELD_NUMBER: _ClassVar[int]
        BYTES_FIELD_NUMBER: _ClassVar[int]
        LOST_FIELD_NUMBER: _ClassVar[int]
        JITTER_US_FIELD_NUMBER: _ClassVar[int]
        LEVEL_FIELD_NUMBER: _ClassVar[int]
        ACTIVE_FIELD_NUMBER: _ClassVar[int]
        MUTED_FIELD_NUMBER: _ClassVar[int]
        KEY_FRAMES_FIELD_NUMBER: _ClassVar[int]
        LAYERS_FIELD_NUMBER: _ClassVar[int]
        track: str
        packets: int
        bytes: int
        lost: int
        jitter_us: int
        level: int
        active: bool
        muted: bool
        key_frames: int
        layers: _containers.RepeatedCompositeFieldContainer[Counters.Layer]
        def __init__(self, track: _Optional[str] = ..., packets: _Optional[int] = ..., bytes: _Optional[int] = ..., lost: _Optional[int] = ..., jitter_us: _Optional[int] = ..., level: _Optional[int] = ..., active: _Optional[bool] = ..., muted: _Optional[bool] = ..., key_frames: _Optional[int] = ..., layers: _Optional[_Iterable[_Union[Counters.Layer, _Mapping]]] = ...) -> None: ...
    class Loop(_message.Message):
        __slots__ = ("cpu_user_us", "cpu_system_us", "lag_p50_us", "lag_p99_us", "resident_bytes", "socket_drops", "tcp_connections")
        CPU_USER_US_FIELD_NUMBER: _ClassVar[int]
        CPU_SYSTEM_US_FIELD_NUMBER: _ClassVar[int]
        LAG_P50_US_FIELD_NUMBER: _ClassVar[int]
        LAG_P99_US_FIELD_NUMBER: _ClassVar[int]
        RESIDENT_BYTES_FIELD_NUMBER: _ClassVar[int]
        SOCKET_DROPS_FIELD_NUMBER: _ClassVar[int]
        TCP_CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
        cpu_user_us: int
        cpu_system_us: int
        lag_p50_us: int
        lag_p99_us: int
        resident_bytes: int
        socket_drops: int
        tcp_connections: int
        def __init__(self, cpu_user_us: _Optional[int] = ..., cpu_system_us: _Optional[int] = ..., lag_p50_us: _Optional[int] = ..., lag_p99_us: _Optional[int] = ..., resident_bytes: _Optional[int] = ..., socket_drops: _Optional[int] = ..., tcp_connections: _Optional[int] = ...) -> None: ...
    class Shard(_message.Message):
        __slots__ = ("shard", "transports", "sent_packets", "cpu_us", "lag_p99_us", "mirrored_packets")
        SHARD_FIELD_NUMBER: _ClassVar[int]
        TRANSPORTS_FIELD_NUMBER: _ClassVar[int]
        SENT_PACKETS_FIELD_NUMBER: _ClassVar[int]
        CPU_US_FIELD_NUMBER: _ClassVar[int]
        LAG_P99_US_FIELD_NUMBER: _ClassVar[int]
        MIRRORED_PACKETS_FIELD_NUMBER: _ClassVar[int]
        shard: int
        transports: int
        sent_packets: int
        cpu_us: int
        lag_p99_us: int
        mirrored_packets: int
        def __init__(self, shard: _Optional[int] = ..., transports: _Optional[int] = ..., sent_packets: _Optional[int] = ..., cpu_us: _Optional[int] = ..., lag_p99_us: _Optional[int] = ..., mirrored_packets: _Optional[int] = ...) -> None: ...
    class Histogram(_message.Message):
        __slots__ = ("bounds_ms", "counts", "sum_ms")
        BOUNDS_MS_FIELD_NUMBER: _ClassVar[int]
        COUNTS_FIELD_NUMBER: _ClassVar[int]
        SUM_MS_FIELD_NUMBER: _ClassVar[int]
        bounds_ms: _containers.RepeatedScalarFieldContainer[int]
        counts: _containers.RepeatedScalarFieldContainer[int]
        sum_ms: int
        def __init__(self, bounds_ms: _Optional[_Iterable[int]] = ..., counts: _Optional[_Iterable[int]] = ..., sum_ms: _Optional[int] = ...) -> None: ...
    class Recording(_message.Message):
        __slots__ = ("recording", "stream", "packets", "bytes", "segments", "synced_ms", "waiting_bytes", "dropped_packets", "failing")
        RECORDING_FIELD_NUMBER: _ClassVar[int]
        STREAM_FIELD_NUMBER: _ClassVar[int]
        PACKETS_FIELD_NUMBER: _ClassVar[int]
        BYTES_FIELD_NUMBER: _ClassVar[int]
        SEGMENTS_FIELD_NUMBER: _ClassVar[int]
        SYNCED_MS_FIELD_NUMBER: _ClassVar[int]
        WAITING_BYTES_FIELD_NUMBER: _ClassVar[int]
        DROPPED_PACKETS_FIELD_NUMBER: _ClassVar[int]
        FAILING_FIELD_NUMBER: _ClassVar[int]
        recording: str
        stream: int
        packets: int
        bytes: int
        segments: int
        synced_ms: int
        waiting_bytes: int
        dropped_packets: int
        failing: RecordingFailed.Cause
        def __init__(self, recording: _Optional[str] = ..., stream: _Optional[int] = ..., packets: _Optional[int] = ..., bytes: _Optional[int] = ..., segments: _Optional[int] = ..., synced_ms: _Optional[int] = ..., waiting_bytes: _Optional[int] = ..., dropped_packets: _Optional[int] = ..., failing: _Optional[_Union[RecordingFailed.Cause, str]] = ...) -> None: ...
    class Spool(_message.Message):
        __slots__ = ("free_bytes", "total_bytes", "floor_bytes", "waiting_bytes")
        FREE_BYTES_FIELD_NUMBER: _ClassVar[int]
        TOTAL_BYTES_FIELD_NUMBER: _ClassVar[int]
        FLOOR_BYTES_FIELD_NUMBER: _ClassVar[int]
        WAITING_BYTES_FIELD_NUMBER: _ClassVar[int]
        free_bytes: int
        total_bytes: int
        floor_bytes: int
        waiting_bytes: int
        def __init__(self, free_bytes: _Optional[int] = ..., total_bytes: _Optional[int] = ..., floor_bytes: _Optional[int] = ..., waiting_bytes: _Optional[int] = ...) -> None: ...
    class DropsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    GAUGE_FIELD_NUMBER: _ClassVar[int]
    PACKETS_FIELD_NUMBER: _ClassVar[int]
    LOOP_FIELD_NUMBER: _ClassVar[int]
    DROPS_FIELD_NUMBER: _ClassVar[int]
    TRANSPORTS_FIELD_NUMBER: _ClassVar[int]
    TRACKS_FIELD_NUMBER: _ClassVar[int]
    SHARDS_FIELD_NUMBER: _ClassVar[int]
    FIRST_FRAME_FIELD_NUMBER: _ClassVar[int]
    RECORDINGS_FIELD_NUMBER: _ClassVar[int]
    SPOOL_FIELD_NUMBER: _ClassVar[int]
    unix_ms: int
    gauge: Counters.Gauge
    packets: Counters.Packets
    loop: Counters.Loop
    drops: _containers.ScalarMap[str, int]
    transports: _containers.RepeatedCompositeFieldContainer[Counters.Transport]
    tracks: _containers.RepeatedCompositeFieldContainer[Counters.Track]
    shards: _containers.RepeatedCompositeFieldContainer[Counters.Shard]
    first_frame: Counters.Histogram
    recordings: _containers.RepeatedCompositeFieldContainer[Counters.Recording]
    spool: Counters.Spool
    def __init__(self, unix_ms: _Optional[int] = ..., gauge: _Optional[_Union[Counters.Gauge, _Mapping]] = ..., packets: _Optional[_Union[Counters.Packets, _Mapping]] = ..., loop: _Optional[_Union[Counters.Loop, _Mapping]] = ..., drops: _Optional[_Mapping[str, int]] = ..., transports: _Optional[_Iterable[_Union[Counters.Transport, _Mapping]]] = ..., tracks: _Optional[_Iterable[_Union[Counters.Track, _Mapping]]] = ..., shards: _Optional[_Iterable[_Union[Counters.Shard, _Mapping]]] = ..., first_frame: _Optional[_Union[Counters.Histogram, _Mapping]] = ..., recordings: _Optional[_Iterable[_Union[Counters.Recording, _Mapping]]] = ..., spool: _Optional[_Union[Counters.Spool, _Mapping]] = ...) -> None: ...

class Snapshot(_message.Message):
    __slots__ = ("transports", "counters", "recordings")
    class Transport(_message.Message):
        __slots__ = ("opened", "connected", "keyed", "ice", "candidates")
        OPENED_FIELD_NUMBER: _ClassVar[int]
        CONNECTED_FIELD_NUMBER: _ClassVar[int]
        KEYED_FIELD_NUMBER: _ClassVar[int]
        ICE_FIELD_NUMBER: _ClassVar[int]
        CANDIDATES_FIELD_NUMBER: _ClassVar[int]
        opened: OpenTransport
        connected: bool
        keyed: bool
        ice: IceCredentials
        candidates: _containers.RepeatedCompositeFieldContainer[Address]
        def __init__(self, opened: _Optional[_Union[OpenTransport, _Mapping]] = ..., connected: _Optional[bool] = ..., keyed: _Optional[bool] = ..., ice: _Optional[_Union[IceCredentials, _Mapping]] = ..., candidates: _Optional[_Iterable[_Union[Address, _Mapping]]] = ...) -> None: ...
    TRANSPORTS_FIELD_NUMBER: _ClassVar[int]
    COUNTERS_FIELD_NUMBER: _ClassVar[int]
    RECORDINGS_FIELD_NUMBER: _ClassVar[int]
    transports: _containers.RepeatedCompositeFieldContainer[Snapshot.Transport]
    counters: Counters
    recordings: _containers.RepeatedCompositeFieldContainer[RecordTracks.Change]
    def __init__(self, transports: _Optional[_Iterable[_Union[Snapshot.Transport, _Mapping]]] = ..., counters: _Optional[_Union[Counters, _Mapping]] = ..., recordings: _Optional[_Iterable[_Union[RecordTracks.Change, _Mapping]]] = ...) -> None: ...
