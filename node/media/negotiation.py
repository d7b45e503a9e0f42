"""What each m-line of an offer becomes, and the answer that says so. Pure: no I/O, no clock, no randomness.

    description = sdp.parse(offer)
    plan = negotiate(description, Shape.PAGE, transport)       # what the plane is told
    text = answer(description, plan, ends)                     # what the peer is told

A plan can also be read back from what the plane holds (`Plan.of`), so that a control process that has been started
again can still answer an ICE restart. Which lines browsers cannot do without, and which they must not be given, was
found by leaving them out one at a time; the reasons stand beside the lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Final

import msgspec

from node.errors import Refused
from node.media import sdp
from node.ports import Kind, Shape, Slot, Source, Track
from protos.plane.v1 import plane_pb2 as wire

SSRC_BASE: Final = 0x52450000
MAX_WHEP_VIDEO: Final = 2
TCP_PREFERENCE: Final = 90
PROTOCOLS: Final = frozenset({"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "TCP/DTLS/RTP/SAVPF", "RTP/SAVPF", "RTP/SAVP"})

# What a sending m-line is for is told by its place among those of its kind (node/signaling/README.md).
SOURCES: Final[dict[str, tuple[Source, ...]]] = {
    "audio": (Source.MICROPHONE, Source.SCREEN_AUDIO),
    "video": (Source.CAMERA, Source.SCREEN),
}
KINDS: Final = {"audio": wire.KIND_AUDIO, "video": wire.KIND_VIDEO}
WIRE_SOURCES: Final = {
    Source.MICROPHONE: wire.SOURCE_MICROPHONE,
    Source.CAMERA: wire.SOURCE_CAMERA,
    Source.SCREEN: wire.SOURCE_SCREEN,
    Source.SCREEN_AUDIO: wire.SOURCE_SCREEN_AUDIO,
}
PORT_SOURCES: Final = {number: source for source, number in WIRE_SOURCES.items()}
PORT_KINDS: Final = {wire.KIND_AUDIO: Kind.AUDIO, wire.KIND_VIDEO: Kind.VIDEO}

FEEDBACK: Final[dict[str, tuple[str, ...]]] = {
    "audio": ("transport-cc",),
    "video": ("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"),
}

# What a plane may be able to do beyond the first contract (`Attached.abilities`).
LAYERS: Final = "layers"
TRANSPORT_CC: Final = "transport-cc"
NOTHING: Final[frozenset[str]] = frozenset()
# Chromium falls to 30 kbit/s when transport-cc is agreed and no feedback comes; what describes layers is of no use to
# a plane that forwards none.
NEEDS: Final = {"transport_cc": TRANSPORT_CC, "dependency_descriptor": LAYERS}

MAX_LAYERS: Final = 3
# Names whose order is known whatever the order in which they are offered; others stay as offered, lowest first.
RID_ORDER: Final = {"q": 0, "h": 1, "f": 2}

# URI → field of wire.HeaderExtensions. Agreed without simulcast, RID and its repair cost nothing.
EXTENSIONS: Final[dict[str, dict[str, str]]] = {
    "audio": {
        "urn:ietf:params:rtp-hdrext:sdes:mid": "mid",
        "urn:ietf:params:rtp-hdrext:ssrc-audio-level": "audio_level",
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time": "abs_send_time",
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01": "transport_cc",
    },
    "video": {
        "urn:ietf:params:rtp-hdrext:sdes:mid": "mid",
        "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id": "rid",
        "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id": "repaired_rid",
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time": "abs_send_time",
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01": "transport_cc",
        "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension": (
            "dependency_descriptor"
        ),
    },
}
PEER_SENDS: Final = frozenset({"sendrecv", "sendonly"})
PEER_RECEIVES: Final = frozenset({"sendrecv", "recvonly"})


class Candidate(msgspec.Struct, frozen=True):
    """One host candidate of the plane. `tcp`: passive, the peer connects (RFC 6544)."""

    ip: str
    port: int
    tcp: bool = False

    @classmethod
    def of(cls, address: wire.Address) -> Candidate:
        return cls(address.ip, address.port, address.protocol == wire.PROTOCOL_TCP)


class Ends(msgspec.Struct, frozen=True):
    """Our side of the transport, for the answer. `fingerprint` as in `a=fingerprint:`, `version` of RFC 8866 5.2."""

    ice: sdp.Ice
    candidates: tuple[Candidate, ...]
    fingerprint: str
    session: int
    version: int


class Plan(msgspec.Struct, frozen=True):
    """m-lines that were accepted, by mid. Every other m-line of the offer is rejected with port 0."""

    sends: dict[str, wire.Send]
    receives: dict[str, wire.Receive]

    @classmethod
    def of(cls, sends: Iterable[wire.Send], receives: Iterable[wire.Receive]) -> Plan:
        return cls({send.mid: send for send in sends}, {receive.mid: receive for receive in receives})

    @property
    def lines(self) -> Iterable[wire.Send | wire.Receive]:
        return chain(self.sends.values(), self.receives.values())

    @property
    def tracks(self) -> tuple[Track, ...]:
        return tuple(
            Track(id=send.track, kind=PORT_KINDS[send.kind], source=PORT_SOURCES[send.source], mid=send.mid)
            for send in self.sends.values()
        )

    @property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(
            Slot(index=receive.index, kind=PORT_KINDS[receive.kind], mid=receive.mid)
            for receive in self.receives.values()
        )


def unsupported(why: str) -> Refused:
    return Refused("SDP_UNSUPPORTED", current=why)


# ---------------------------------------------------------------- deciding


def negotiate(
    offer: sdp.Description,
    shape: Shape,
    transport: str,
    muted: frozenset[Source] = frozenset(),
    abilities: frozenset[str] = NOTHING,
) -> Plan:
    """Decide, for a plane with these `abilities`. Raises `Refused("SDP_UNSUPPORTED")` when the offer cannot become a
    transport of this shape."""
    _check_transport(offer)
    plan = Plan({}, {})
    taken = {"audio": 0, "video": 0}
    for index, section in enumerate(offer.sections):
        if not _usable(offer, section):
            continue
        if section.direction in PEER_SENDS and shape is not Shape.WHEP:
            source = _source(section, taken)
            plan.sends[section.mid] = _send(section, f"{transport}/{source}", source, source in muted, abilities)
        elif section.direction in PEER_RECEIVES and shape is not Shape.WHIP and _wanted(section, shape, plan):
            receive = _receive(section.kind, section.described, section.mid, index, abilities)
            if receive is not None:
                plan.receives[section.mid] = receive
    if not plan.sends and not plan.receives:
        raise unsupported("no m-line that this endpoint can use")
    return plan


def _check_transport(offer: sdp.Description) -> None:
    if offer.ice_lite:
        raise unsupported("ICE-lite on both sides (RFC 8445 6.1.1)")
    used = [section for section in offer.sections if not section.rejected and section.kind in SOURCES]
    for section in used:
        if section.setup in ("passive", "holdconn"):
            raise unsupported("a setup role other than actpass or active")
        if not section.rtcp_mux:
            raise unsupported("no rtcp-mux")
        if not section.mid:
            raise unsupported("an m-line without a mid")
        if not section.fingerprints:
            raise unsupported("no fingerprint with SHA-256, SHA-384 or SHA-512")
    if used and not offer.ice.ufrag:
        raise unsupported("no ICE credentials")
    if not offer.bundle and len(used) > 1:
        raise unsupported("no BUNDLE group")


def _usable(offer: sdp.Description, section: sdp.Section) -> bool:
    if section.rejected or section.kind not in SOURCES or section.protocol not in PROTOCOLS:
        return False
    return section.mid in offer.bundle or not offer.bundle


def _source(section: sdp.Section, taken: dict[str, int]) -> Source:
    place = taken[section.kind]
    taken[section.kind] += 1
    if place >= len(SOURCES[section.kind]):
        raise unsupported(f"more than {len(SOURCES[section.kind])} sending {section.kind} m-lines")
    return SOURCES[section.kind][place]


def _wanted(section: sdp.Section, shape: Shape, plan: Plan) -> bool:
    """A player (WHEP) has one sound and one picture or two; a page as many as it likes."""
    if shape is not Shape.WHEP:
        return True
    kind = KINDS[section.kind]
    most = 1 if section.kind == "audio" else MAX_WHEP_VIDEO
    return sum(receive.kind == kind for receive in plan.receives.values()) < most


def _send(section: sdp.Section, track: str, source: Source, muted: bool, abilities: frozenset[str]) -> wire.Send:
    codecs = _codecs(section.kind, section.described)
    if not codecs:
        raise unsupported(f"no codec in common ({'opus' if section.kind == 'audio' else 'VP8, VP9, H264, AV1'})")
    rids = _rids(section) if LAYERS in abilities else ()
    # Of several encodings the SSRCs are told apart by RID; the lines name no order that could be relied upon.
    ssrc, rtx_ssrc = ([], 0) if rids else _ssrcs(section)
    return wire.Send(
        track=track,
        kind=KINDS[section.kind],
        source=WIRE_SOURCES[source],
        mid=section.mid,
        ssrcs=ssrc,
        rtx_ssrc=rtx_ssrc,
        # Of pictures the first that is offered, so that everybody can see them. RED is sound with its own repair.
        codecs=codecs if section.kind == "audio" else codecs[:1],
        extensions=_extensions(section.kind, section.described, PEER_SENDS, abilities),
        rids=rids,
        muted=muted,
    )


def _rids(section: sdp.Section) -> tuple[str, ...]:
    """The layers that the peer wants to send (RFC 8853), lowest first; () for fewer than two. Of alternatives the
    first is taken, and one that begins paused may begin."""
    if section.kind != "video":
        return ()
    offered = {rid for rid, direction in section.rids if direction == "send"}
    directions = section.simulcast.split()
    sent = dict(zip(directions[::2], directions[1::2], strict=False)).get("send", "")
    streams = (stream.split(",")[0].removeprefix("~") for stream in sent.split(";"))
    rids = list(dict.fromkeys(rid for rid in streams if rid in offered))
    if RID_ORDER.keys() >= set(rids):
        rids.sort(key=RID_ORDER.__getitem__)
    return tuple(rids[:MAX_LAYERS]) if len(rids) > 1 else ()


@lru_cache(maxsize=512)
def _receive(
    kind: str, described: sdp.Described, mid: str, index: int, abilities: frozenset[str]
) -> wire.Receive | None:
    """Nobody changes it: it is the same object for everybody with the same browser."""
    codecs = _codecs(kind, described)
    if not codecs:
        return None
    audio = kind == "audio"
    return wire.Receive(
        index=index,
        kind=KINDS[kind],
        mid=mid,
        codecs=codecs,
        extensions=_extensions(kind, described, PEER_RECEIVES, abilities),
        policy=wire.SLOT_POLICY_LOUDEST if audio else wire.SLOT_POLICY_ASSIGNED,
    )


def _ssrcs(section: sdp.Section) -> tuple[list[int], int]:
    """SSRC and RTX SSRC of the first encoding; Chromium names none when it offers simulcast."""
    repeats = {group[0]: group[1] for name, group in section.ssrc_groups if name == "FID" and len(group) == 2}
    others = set(repeats.values())
    for name, group in section.ssrc_groups:
        if name == "FEC-FR":
            others.update(group[1:])
    for ssrc in section.ssrcs:
        if ssrc not in others:
            return [ssrc], repeats.get(ssrc, 0)
    return [], 0


# Twelve m-lines of one browser are described alike, and so are those of the next person: decided once (by identity).
@lru_cache(maxsize=512)
def _codecs(kind: str, described: sdp.Described) -> tuple[wire.Codec, ...]:
    """What we can carry of what is offered, preferred first."""
    if kind == "audio":
        opus = _first(described, "opus", 48000)
        if opus is None:
            return ()
        red = _first(described, "red", 48000)  # RFC 2198; of opus only
        others = (_codec(red, red.fmtp),) if red and _is_red_of(red, opus) else ()
        return (_codec(opus, _opus_fmtp(opus.fmtp)), *others)
    chosen = (
        _first(described, "vp8", 90000),
        _first(described, "vp9", 90000),
        _h264(described),
        _first(described, "av1", 90000),
    )
    return tuple(_codec(codec, codec.fmtp) for codec in chosen if codec is not None)


def _first(described: sdp.Described, name: str, rate: int) -> sdp.Codec | None:
    for codec in described.codecs:
        if codec.name.lower() == name and codec.clock_rate == rate:
            return codec
    return None


def _is_red_of(red: sdp.Codec, codec: sdp.Codec) -> bool:
    return red.channels == codec.channels and set(red.fmtp.split("/")) == {str(codec.payload_type)}


def _h264(described: sdp.Described) -> sdp.Codec | None:
    """Fragmentation units need packetization-mode 1 (RFC 6184 6.3); constrained baseline is what everybody decodes."""
    offered = [
        codec
        for codec in described.codecs
        if codec.name.lower() == "h264" and codec.clock_rate == 90000 and codec.parameter("packetization-mode") == "1"
    ]
    for codec in offered:
        if codec.parameter("profile-level-id").startswith("42e0"):
            return codec
    return offered[0] if offered else None


def _opus_fmtp(fmtp: str) -> str:
    """Mirror what was offered (usedtx, stereo …) and ask for in-band FEC: it repairs loss without a round trip."""
    if "useinbandfec" in fmtp:
        return fmtp
    return f"{fmtp};useinbandfec=1" if fmtp else "useinbandfec=1"


def _codec(codec: sdp.Codec, fmtp: str) -> wire.Codec:
    return wire.Codec(
        payload_type=codec.payload_type,
        rtx_payload_type=codec.rtx if codec.clock_rate == 90000 else 0,
        name=codec.name.lower() if codec.name.lower() in ("opus", "red") else codec.name.upper(),
        clock_rate=codec.clock_rate,
        fmtp=fmtp,
    )


@lru_cache(maxsize=512)
def _extensions(
    kind: str, described: sdp.Described, directions: frozenset[str], abilities: frozenset[str]
) -> wire.HeaderExtensions:
    """Ids 1 to 14: with the one-byte header (RFC 8285 4.2) that is all there are."""
    agreed = wire.HeaderExtensions()
    table = EXTENSIONS[kind]
    for extension in described.extensions:
        field = table.get(extension.uri)
        if field is None or extension.direction not in directions or not 1 <= extension.id <= 14:
            continue
        if field not in NEEDS or NEEDS[field] in abilities:
            setattr(agreed, field, extension.id)
    return agreed


# ---------------------------------------------------------------- answering


def answer(offer: sdp.Description, plan: Plan, ends: Ends) -> str:
    """The answer as text. An m-line of the offer that the plan does not know is rejected."""
    accepted = [section.mid for section in offer.sections if _accepted(section, plan)]
    lines = [
        "v=0",
        f"o=- {ends.session} {ends.version} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
    ]
    if offer.bundle:
        lines.append("a=group:BUNDLE " + " ".join(accepted))
    if offer.extmap_allow_mixed and any(line.extensions.dependency_descriptor for line in plan.lines):
        lines.append("a=extmap-allow-mixed")  # the structure of layers does not fit into 16 bytes (RFC 8285 4.2)
    lines.append("a=msid-semantic: WMS *")
    # Every m-line carries the transport: browsers read the first one of the bundle, aiortc only the last.
    transport, candidates = _transport_lines(ends), _candidate_lines(ends.candidates)
    network = _network(ends.candidates)
    for section in offer.sections:
        if not _accepted(section, plan):
            lines.extend(_rejected(section))
        elif section.mid in plan.sends:
            send = plan.sends[section.mid]
            lines.extend(_media_line(section, send.codecs, ends.candidates, network))
            lines.append("a=recvonly")
            lines.extend(transport)
            lines.extend(_described(section, send.codecs, send.extensions))
            lines.extend(_layer_lines(send.rids))
            lines.extend(candidates)
        else:
            receive = plan.receives[section.mid]
            lines.extend(_media_line(section, receive.codecs, ends.candidates, network))
            lines.append("a=sendonly")
            lines.extend(transport)
            lines.extend(_described(section, receive.codecs, receive.extensions))
            lines.extend(_slot_lines(receive))
            lines.extend(candidates)
    lines.append("")
    return "\r\n".join(lines)


def answer_fragment(offer: sdp.Description, plan: Plan, ends: Ends) -> str:
    """The answer to an SDP fragment (RFC 8840): credentials and candidates, nothing else (RFC 9725 4.3.3)."""
    mids = [*plan.sends, *plan.receives]
    kinds = {send.kind for send in plan.sends.values()} | {receive.kind for receive in plan.receives.values()}
    kind = "audio" if wire.KIND_AUDIO in kinds else "video"
    first = next((section for section in offer.sections if section.mid in mids), None)
    lines = [
        "a=ice-lite",
        "a=group:BUNDLE " + " ".join(mids),
        f"m={first.kind if first else kind} 9 UDP/TLS/RTP/SAVPF 0",
        f"a=mid:{first.mid if first else mids[0]}",
        f"a=ice-ufrag:{ends.ice.ufrag}",
        f"a=ice-pwd:{ends.ice.password}",
        *_candidate_lines(ends.candidates),
        "",
    ]
    return "\r\n".join(lines)


def _accepted(section: sdp.Section, plan: Plan) -> bool:
    return not section.rejected and (section.mid in plan.sends or section.mid in plan.receives)


def _network(candidates: Sequence[Candidate]) -> str:
    if not candidates:
        return "IN IP4 0.0.0.0"
    ip = candidates[0].ip
    return f"IN IP6 {ip}" if ":" in ip else f"IN IP4 {ip}"


def _transport_lines(ends: Ends) -> list[str]:
    # passive: as DTLS server we choose the SRTP profile, and browsers as servers choose the slowest.
    return [
        f"a=ice-ufrag:{ends.ice.ufrag}",
        f"a=ice-pwd:{ends.ice.password}",
        f"a=fingerprint:{ends.fingerprint}",
        "a=setup:passive",
        "a=rtcp-mux",
        "a=rtcp-rsize",
    ]


def _media_line(
    section: sdp.Section, codecs: Iterable[wire.Codec], candidates: Sequence[Candidate], network: str
) -> list[str]:
    formats = []
    for codec in codecs:
        formats.append(str(codec.payload_type))
        if codec.rtx_payload_type:
            formats.append(str(codec.rtx_payload_type))
    port = candidates[0].port if candidates else 9
    return [
        f"m={section.kind} {port} {section.protocol} {' '.join(formats)}",
        f"c={network}",
        f"a=mid:{section.mid}",
    ]


def _rejected(section: sdp.Section) -> list[str]:
    lines = [f"m={section.kind} 0 {section.protocol} {section.formats[0]}", "c=IN IP4 0.0.0.0"]
    if section.mid:
        lines.append(f"a=mid:{section.mid}")
    lines.append("a=inactive")
    return lines


def _described(section: sdp.Section, codecs: Iterable[wire.Codec], agreed: wire.HeaderExtensions) -> tuple[str, ...]:
    """Header extensions with their direction mirrored, then the codecs with the feedback that both know."""
    said = tuple((each.payload_type, each.rtx_payload_type, each.name, each.clock_rate, each.fmtp) for each in codecs)
    ids = tuple(getattr(agreed, field) for field in EXTENSIONS[section.kind].values())
    return _described_lines(section.kind, section.described, said, ids)


@lru_cache(maxsize=512)
def _described_lines(
    kind: str, described: sdp.Described, said: tuple[tuple[int, int, str, int, str], ...], ids: tuple[int, ...]
) -> tuple[str, ...]:
    lines = []
    agreed = dict(zip(EXTENSIONS[kind], ids, strict=True))
    agreed_fields = {field for field, number in zip(EXTENSIONS[kind].values(), ids, strict=True) if number}
    for extension in described.extensions:
        if agreed.get(extension.uri) == extension.id:
            direction = "" if extension.direction == "sendrecv" else f"/{sdp.MIRRORED[extension.direction]}"
            lines.append(f"a=extmap:{extension.id}{direction} {extension.uri}")
    offered = {codec.payload_type: codec for codec in described.codecs}
    numbered = "transport_cc" in agreed_fields
    feedback = [item for item in FEEDBACK[kind] if item != "transport-cc" or numbered]
    for number, rtx, name, rate, fmtp in said:
        known = offered.get(number)
        lines.append(f"a=rtpmap:{number} {name}/{rate}{'/2' if kind == 'audio' else ''}")
        if known is not None:
            lines.extend(f"a=rtcp-fb:{number} {item}" for item in feedback if item in known.feedback)
        if fmtp:
            lines.append(f"a=fmtp:{number} {fmtp}")
        if rtx:
            lines.append(f"a=rtpmap:{rtx} rtx/{rate}")
            lines.append(f"a=fmtp:{rtx} apt={number}")
    return tuple(lines)


def _layer_lines(rids: Sequence[str]) -> list[str]:
    """RFC 8853 5.3: what was offered as `send` is taken as `recv`."""
    if not rids:
        return []
    return [*(f"a=rid:{rid} recv" for rid in rids), "a=simulcast:recv " + ";".join(rids)]


def _slot_lines(receive: wire.Receive) -> list[str]:
    """A slot names its SSRCs: without them a renegotiation makes Chromium start its streams anew, and aiortc has no
    other way to tell packets apart. A stream of its own each, because slots are not in lip sync with one another."""
    ssrc = SSRC_BASE | receive.index << 1
    lines = [f"a=msid:slot-{receive.index} slot-{receive.index}"]
    if any(codec.rtx_payload_type for codec in receive.codecs):
        lines.append(f"a=ssrc-group:FID {ssrc} {ssrc | 1}")
        lines.append(f"a=ssrc:{ssrc} cname:regie")
        lines.append(f"a=ssrc:{ssrc | 1} cname:regie")
    else:
        lines.append(f"a=ssrc:{ssrc} cname:regie")
    return lines


def _candidate_lines(candidates: Sequence[Candidate]) -> list[str]:
    """Host candidates, preferred first."""
    lines = [_candidate_line(place, each) for place, each in enumerate(candidates)]
    lines.append("a=end-of-candidates")
    return lines


def _candidate_line(place: int, each: Candidate) -> str:
    """Priorities as RFC 8445 5.1.2.1 reckons them, with type preference 126 for UDP. TCP comes after every way by UDP,
    reflexive ones (100 … 110) too; its local preference begins with the direction, 4 for passive (RFC 6544 4.2)."""
    if each.tcp:
        priority = TCP_PREFERENCE << 24 | (4 << 13 | (8191 - place)) << 8 | 255
        return f"a=candidate:{place + 1} 1 tcp {priority} {each.ip} {each.port} typ host tcptype passive"
    return f"a=candidate:{place + 1} 1 udp {126 << 24 | (65535 - place) << 8 | 255} {each.ip} {each.port} typ host"
