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

class ToPlane(_message.Message):
    __slots__ = ("id", "attach", "open_transport", "set_keys", "send_dtls", "restart_ice", "close_transport", "close_room", "mute_tracks", "assign_slots", "request_key_frame", "limit_sender", "get_snapshot", "shutdown")
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
    LIMIT_SENDER_FIELD_NUMBER: _ClassVar[int]
    GET_SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    SHUTDOWN_FIELD_NUMBER: _ClassVar[int]
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
    limit_sender: LimitSender
    get_snapshot: GetSnapshot
    shutdown: Shutdown
    def __init__(self, id: _Optional[int] = ..., attach: _Optional[_Union[Attach, _Mapping]] = ..., open_transport: _Optional[_Union[OpenTransport, _Mapping]] = ..., set_keys: _Optional[_Union[SetKeys, _Mapping]] = ..., send_dtls: _Optional[_Union[SendDtls, _Mapping]] = ..., restart_ice: _Optional[_Union[RestartIce, _Mapping]] = ..., close_transport: _Optional[_Union[CloseTransport, _Mapping]] = ..., close_room: _Optional[_Union[CloseRoom, _Mapping]] = ..., mute_tracks: _Optional[_Union[MuteTracks, _Mapping]] = ..., assign_slots: _Optional[_Union[AssignSlots, _Mapping]] = ..., request_key_frame: _Optional[_Union[RequestKeyFrame, _Mapping]] = ..., limit_sender: _Optional[_Union[LimitSender, _Mapping]] = ..., get_snapshot: _Optional[_Union[GetSnapshot, _Mapping]] = ..., shutdown: _Optional[_Union[Shutdown, _Mapping]] = ...) -> None: ...

class FromPlane(_message.Message):
    __slots__ = ("id", "attached", "transport_opened", "ice_credentials", "snapshot", "done", "failed", "fenced", "ice_connected", "consent_lost", "dtls_received", "speakers", "slot_switched", "counters")
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
    def __init__(self, id: _Optional[int] = ..., attached: _Optional[_Union[Attached, _Mapping]] = ..., transport_opened: _Optional[_Union[TransportOpened, _Mapping]] = ..., ice_credentials: _Optional[_Union[IceCredentials, _Mapping]] = ..., snapshot: _Optional[_Union[Snapshot, _Mapping]] = ..., done: _Optional[_Union[Done, _Mapping]] = ..., failed: _Optional[_Union[Failed, _Mapping]] = ..., fenced: _Optional[_Union[Fenced, _Mapping]] = ..., ice_connected: _Optional[_Union[IceConnected, _Mapping]] = ..., consent_lost: _Optional[_Union[ConsentLost, _Mapping]] = ..., dtls_received: _Optional[_Union[DtlsReceived, _Mapping]] = ..., speakers: _Optional[_Union[Speakers, _Mapping]] = ..., slot_switched: _Optional[_Union[SlotSwitched, _Mapping]] = ..., counters: _Optional[_Union[Counters, _Mapping]] = ...) -> None: ...

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
    __slots__ = ("ip", "port")
    IP_FIELD_NUMBER: _ClassVar[int]
    PORT_FIELD_NUMBER: _ClassVar[int]
    ip: str
    port: int
    def __init__(self, ip: _Optional[str] = ..., port: _Optional[int] = ...) -> None: ...

class Attach(_message.Message):
    __slots__ = ("controller",)
    CONTROLLER_FIELD_NUMBER: _ClassVar[int]
    controller: str
    def __init__(self, controller: _Optional[str] = ...) -> None: ...

class Attached(_message.Message):
    __slots__ = ("epoch", "instance", "started_unix_ms", "candidates", "shards", "orphan_grace_s", "version", "optimised")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    STARTED_UNIX_MS_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    SHARDS_FIELD_NUMBER: _ClassVar[int]
    ORPHAN_GRACE_S_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    OPTIMISED_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    instance: str
    started_unix_ms: int
    candidates: _containers.RepeatedCompositeFieldContainer[Address]
    shards: int
    orphan_grace_s: int
    version: str
    optimised: bool
    def __init__(self, epoch: _Optional[int] = ..., instance: _Optional[str] = ..., started_unix_ms: _Optional[int] = ..., candidates: _Optional[_Iterable[_Union[Address, _Mapping]]] = ..., shards: _Optional[int] = ..., orphan_grace_s: _Optional[int] = ..., version: _Optional[str] = ..., optimised: _Optional[bool] = ...) -> None: ...

class OpenTransport(_message.Message):
    __slots__ = ("transport", "room", "label", "sends", "receives", "max_send_bps")
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    SENDS_FIELD_NUMBER: _ClassVar[int]
    RECEIVES_FIELD_NUMBER: _ClassVar[int]
    MAX_SEND_BPS_FIELD_NUMBER: _ClassVar[int]
    transport: str
    room: str
    label: bytes
    sends: _containers.RepeatedCompositeFieldContainer[Send]
    receives: _containers.RepeatedCompositeFieldContainer[Receive]
    max_send_bps: int
    def __init__(self, transport: _Optional[str] = ..., room: _Optional[str] = ..., label: _Optional[bytes] = ..., sends: _Optional[_Iterable[_Union[Send, _Mapping]]] = ..., receives: _Optional[_Iterable[_Union[Receive, _Mapping]]] = ..., max_send_bps: _Optional[int] = ...) -> None: ...

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

class LimitSender(_message.Message):
    __slots__ = ("transport", "max_send_bps")
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    MAX_SEND_BPS_FIELD_NUMBER: _ClassVar[int]
    transport: str
    max_send_bps: int
    def __init__(self, transport: _Optional[str] = ..., max_send_bps: _Optional[int] = ...) -> None: ...

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

class Counters(_message.Message):
    __slots__ = ("unix_ms", "gauge", "packets", "loop", "drops", "transports", "tracks")
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
        __slots__ = ("received_packets", "received_bytes", "sent_packets", "sent_bytes", "sent_sends", "nacks_received", "nacks_sent", "retransmitted_packets", "recovered_packets", "plis_received", "plis_sent", "key_frames", "key_frames_from_cache", "padding_bytes")
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
        def __init__(self, received_packets: _Optional[int] = ..., received_bytes: _Optional[int] = ..., sent_packets: _Optional[int] = ..., sent_bytes: _Optional[int] = ..., sent_sends: _Optional[int] = ..., nacks_received: _Optional[int] = ..., nacks_sent: _Optional[int] = ..., retransmitted_packets: _Optional[int] = ..., recovered_packets: _Optional[int] = ..., plis_received: _Optional[int] = ..., plis_sent: _Optional[int] = ..., key_frames: _Optional[int] = ..., key_frames_from_cache: _Optional[int] = ..., padding_bytes: _Optional[int] = ...) -> None: ...
    class Transport(_message.Message):
        __slots__ = ("transport", "received_bytes", "sent_bytes", "sent_packets", "rtt_ms", "loss", "estimate_bps", "nacks_received", "plis_received", "connected")
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
        def __init__(self, transport: _Optional[str] = ..., received_bytes: _Optional[int] = ..., sent_bytes: _Optional[int] = ..., sent_packets: _Optional[int] = ..., rtt_ms: _Optional[float] = ..., loss: _Optional[float] = ..., estimate_bps: _Optional[int] = ..., nacks_received: _Optional[int] = ..., plis_received: _Optional[int] = ..., connected: _Optional[bool] = ...) -> None: ...
    class Track(_message.Message):
        __slots__ = ("track", "packets", "bytes", "lost", "jitter_us", "level", "active", "muted", "key_frames")
        TRACK_FIELD_NUMBER: _ClassVar[int]
        PACKETS_FIELD_NUMBER: _ClassVar[int]
        BYTES_FIELD_NUMBER: _ClassVar[int]
        LOST_FIELD_NUMBER: _ClassVar[int]
        JITTER_US_FIELD_NUMBER: _ClassVar[int]
        LEVEL_FIELD_NUMBER: _ClassVar[int]
        ACTIVE_FIELD_NUMBER: _ClassVar[int]
        MUTED_FIELD_NUMBER: _ClassVar[int]
        KEY_FRAMES_FIELD_NUMBER: _ClassVar[int]
        track: str
        packets: int
        bytes: int
        lost: int
        jitter_us: int
        level: int
        active: bool
        muted: bool
        key_frames: int
        def __init__(self, track: _Optional[str] = ..., packets: _Optional[int] = ..., bytes: _Optional[int] = ..., lost: _Optional[int] = ..., jitter_us: _Optional[int] = ..., level: _Optional[int] = ..., active: _Optional[bool] = ..., muted: _Optional[bool] = ..., key_frames: _Optional[int] = ...) -> None: ...
    class Loop(_message.Message):
        __slots__ = ("cpu_user_us", "cpu_system_us", "lag_p50_us", "lag_p99_us", "resident_bytes", "socket_drops")
        CPU_USER_US_FIELD_NUMBER: _ClassVar[int]
        CPU_SYSTEM_US_FIELD_NUMBER: _ClassVar[int]
        LAG_P50_US_FIELD_NUMBER: _ClassVar[int]
        LAG_P99_US_FIELD_NUMBER: _ClassVar[int]
        RESIDENT_BYTES_FIELD_NUMBER: _ClassVar[int]
        SOCKET_DROPS_FIELD_NUMBER: _ClassVar[int]
        cpu_user_us: int
        cpu_system_us: int
        lag_p50_us: int
        lag_p99_us: int
        resident_bytes: int
        socket_drops: int
        def __init__(self, cpu_user_us: _Optional[int] = ..., cpu_system_us: _Optional[int] = ..., lag_p50_us: _Optional[int] = ..., lag_p99_us: _Optional[int] = ..., resident_bytes: _Optional[int] = ..., socket_drops: _Optional[int] = ...) -> None: ...
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
    unix_ms: int
    gauge: Counters.Gauge
    packets: Counters.Packets
    loop: Counters.Loop
    drops: _containers.ScalarMap[str, int]
    transports: _containers.RepeatedCompositeFieldContainer[Counters.Transport]
    tracks: _containers.RepeatedCompositeFieldContainer[Counters.Track]
    def __init__(self, unix_ms: _Optional[int] = ..., gauge: _Optional[_Union[Counters.Gauge, _Mapping]] = ..., packets: _Optional[_Union[Counters.Packets, _Mapping]] = ..., loop: _Optional[_Union[Counters.Loop, _Mapping]] = ..., drops: _Optional[_Mapping[str, int]] = ..., transports: _Optional[_Iterable[_Union[Counters.Transport, _Mapping]]] = ..., tracks: _Optional[_Iterable[_Union[Counters.Track, _Mapping]]] = ...) -> None: ...

class Snapshot(_message.Message):
    __slots__ = ("transports", "counters")
    class Transport(_message.Message):
        __slots__ = ("opened", "connected", "keyed", "ice")
        OPENED_FIELD_NUMBER: _ClassVar[int]
        CONNECTED_FIELD_NUMBER: _ClassVar[int]
        KEYED_FIELD_NUMBER: _ClassVar[int]
        ICE_FIELD_NUMBER: _ClassVar[int]
        opened: OpenTransport
        connected: bool
        keyed: bool
        ice: IceCredentials
        def __init__(self, opened: _Optional[_Union[OpenTransport, _Mapping]] = ..., connected: _Optional[bool] = ..., keyed: _Optional[bool] = ..., ice: _Optional[_Union[IceCredentials, _Mapping]] = ...) -> None: ...
    TRANSPORTS_FIELD_NUMBER: _ClassVar[int]
    COUNTERS_FIELD_NUMBER: _ClassVar[int]
    transports: _containers.RepeatedCompositeFieldContainer[Snapshot.Transport]
    counters: Counters
    def __init__(self, transports: _Optional[_Iterable[_Union[Snapshot.Transport, _Mapping]]] = ..., counters: _Optional[_Union[Counters, _Mapping]] = ...) -> None: ...
