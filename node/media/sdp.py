"""Read session descriptions (RFC 8866, JSEP RFC 8829) as browsers, encoders and attackers write them.

The reader keeps every line that it does not understand, works in two passes per m-line because Firefox writes
`fmtp` before `rtpmap`, and answers anything malformed with `Refused("SDP_INVALID")` in time linear in the first
`MAX_BYTES`. It decides nothing: what an offer *means* is `negotiation`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from copy import copy
from functools import lru_cache
from typing import Final, Literal, cast

import msgspec

from node.errors import Refused

MAX_BYTES: Final = 256 * 1024
MAX_LINES: Final = 8192
MAX_LINE: Final = 4096
MAX_SECTIONS: Final = 64
MAX_GROUPS: Final = 8
MAX_FINGERPRINTS: Final = 8
MAX_SSRCS: Final = 64
MAX_CODECS: Final = 128
MAX_EXTENSIONS: Final = 64
MAX_RIDS: Final = 8

Attributes = tuple[tuple[str, str], ...]
Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("sendrecv", "sendonly", "recvonly", "inactive")
MIRRORED: Final[dict[Direction, Direction]] = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}
SHAPED: Final = frozenset({"audio", "video"})
DIGESTS: Final = {"sha-256": 32, "sha-384": 48, "sha-512": 64}

_TOKEN: Final = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]{1,64}")
_PROTOCOL: Final = re.compile(r"[A-Za-z0-9/.+-]{1,64}")
_ICE: Final = re.compile(r"[A-Za-z0-9+/]{1,256}")
_PRINTABLE: Final = re.compile(r"[\x20-\x7e]*")
_RID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")


class Codec(msgspec.Struct, frozen=True):
    """One payload type. `rtx` is the payload type that repeats it (RFC 4588), 0 for none."""

    payload_type: int
    name: str
    clock_rate: int
    channels: int
    fmtp: str
    feedback: tuple[str, ...]
    rtx: int

    def parameter(self, name: str) -> str:
        """The value of one `fmtp` parameter, lower case; "" when absent."""
        for part in self.fmtp.split(";"):
            key, _, value = part.strip().partition("=")
            if key.lower() == name:
                return value.strip().lower()
        return ""


class Extension(msgspec.Struct, frozen=True):
    """One `a=extmap` (RFC 8285); `direction` as the offerer sees it."""

    id: int
    uri: str
    direction: Direction


class Described(msgspec.Struct, frozen=True, eq=False):
    """What the codec and extension lines of an m-line say. The same lines give the same object: compare by identity.

    `plain` are other attributes that stood among them.
    """

    codecs: tuple[Codec, ...] = ()
    extensions: tuple[Extension, ...] = ()
    plain: Attributes = ()


NOTHING: Final = Described()


class Fingerprint(msgspec.Struct, frozen=True):
    """Of the peer's certificate (RFC 8122). `algorithm` is one of `DIGESTS`."""

    algorithm: str
    digest: bytes


class Ice(msgspec.Struct, frozen=True):
    ufrag: str
    password: str


class Section(msgspec.Struct):
    """One m-line and what follows it. Attributes of the session that it inherits are filled in."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    mid: str = ""
    direction: Direction = "sendrecv"
    setup: str = ""
    ufrag: str = ""
    password: str = ""
    rtcp_mux: bool = False
    rtcp_rsize: bool = False
    bundle_only: bool = False
    fingerprints: list[Fingerprint] = msgspec.field(default_factory=list)
    ssrcs: list[int] = msgspec.field(default_factory=list)
    ssrc_groups: list[tuple[str, tuple[int, ...]]] = msgspec.field(default_factory=list)
    rids: list[tuple[str, str]] = msgspec.field(default_factory=list)
    simulcast: str = ""
    described: Described = NOTHING

    @property
    def rejected(self) -> bool:
        """Port 0 says no, unless it waits for its bundle (RFC 9143 6)."""
        return self.port == 0 and not self.bundle_only


class Description(msgspec.Struct):
    """A whole offer, or a fragment of one (RFC 8840) when `fragment`."""

    sections: list[Section]
    bundle: tuple[str, ...] = ()
    ice_lite: bool = False
    extmap_allow_mixed: bool = False
    direction: Direction = "sendrecv"
    setup: str = ""
    ufrag: str = ""
    password: str = ""
    fingerprints: list[Fingerprint] = msgspec.field(default_factory=list)
    fragment: bool = False

    @property
    def ice(self) -> Ice:
        """The credentials of the one transport: of the first m-line that is used, else of the session."""
        for section in self.sections:
            if not section.rejected and section.ufrag and section.password:
                return Ice(section.ufrag, section.password)
        return Ice(self.ufrag, self.password)


def invalid(why: str) -> Refused:
    return Refused("SDP_INVALID", current=why)


def parse(text: str) -> Description:
    """Read an offer. Raises `Refused("SDP_INVALID")` with a short reason that repeats nothing of the input."""
    text = _normal(text)
    if not text.startswith("v=0\n"):
        raise invalid("no v=0")
    return _read(text, fragment=False)


def parse_fragment(text: str) -> Description:
    """Read an SDP fragment (RFC 8840 9): what WHIP and WHEP clients PATCH."""
    return _read("\n" + _normal(text), fragment=True)


def is_fragment(text: str) -> bool:
    return not text.startswith("v=0")


def _normal(text: str) -> str:
    """One kind of line end. The cheap refusals come first, so that a bomb costs no more than counting (H16)."""
    if len(text) > MAX_BYTES:
        raise invalid(f"longer than {MAX_BYTES} bytes")
    if text.count("\n") > MAX_LINES:
        raise invalid(f"more than {MAX_LINES} lines")
    if not text.isascii() and len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise invalid(f"longer than {MAX_BYTES} bytes")
    return text.replace("\r\n", "\n").rstrip("\n")


def _attributes(text: str) -> list[tuple[str, str]]:
    """Names and values of the `a=` lines; every other line must at least be one."""
    found = []
    for line in text.split("\n"):
        if len(line) > MAX_LINE:
            raise invalid(f"a line longer than {MAX_LINE} characters")
        if line.startswith("a="):
            name, _, value = line[2:].partition(":")
            found.append((name, value))
        elif line[1:2] != "=":
            raise invalid("a line that is not <type>=<value>")
    return found


def _read(text: str, *, fragment: bool) -> Description:
    head, *bodies = text.split("\nm=", MAX_SECTIONS + 1)
    if len(bodies) > MAX_SECTIONS:
        raise invalid(f"more than {MAX_SECTIONS} m-lines")
    if not bodies and not fragment:
        raise invalid("no m-line")
    description = Description(sections=[], fragment=fragment)
    groups: list[str] = []
    for name, value in _attributes(head.lstrip("\n")) if head.strip("\n") else []:
        if name == "group":
            groups.append(value)
        elif (read := _SESSION.get(name)) is not None:
            read(description, value)
    heads: dict[str | None, _Head] = {}
    for body in bodies:
        description.sections.append(_section(description, body, heads))
    if not fragment:
        _check_mids(description)
    _read_groups(description, groups)
    return description


class _Head(msgspec.Struct):
    """What an m-line says before its mid. Browsers repeat the transport there, the same in each: it is read once."""

    section: Section
    described: Attributes


def _section(description: Description, body: str, heads: dict[str | None, _Head]) -> Section:
    first, _, rest = body.partition("\n")
    if len(first) > MAX_LINE:
        raise invalid("an m-line with fewer than four fields, or too long")
    before, mid, tail = _around_mid(rest)
    head = heads.get(before)
    if head is None:
        head = heads[before] = _head(description, before)
    section = copy(head.section)
    section.kind, section.port, section.protocol, section.formats = _media_line(first)
    section.fingerprints, section.ssrcs = section.fingerprints.copy(), section.ssrcs.copy()
    section.ssrc_groups, section.rids = section.ssrc_groups.copy(), section.rids.copy()
    if mid is not None:
        _read_mid(section, mid)
    if section.kind in SHAPED:
        attributes, section.described = _described(section.formats, head.described, tail)
    else:
        attributes = _attributes(tail) if tail else []
    _fill(section, attributes)
    if not section.fingerprints:
        section.fingerprints = description.fingerprints
    return section


@lru_cache(maxsize=256)
def _media_line(line: str) -> tuple[str, int, str, tuple[str, ...]]:
    """Kind, port, protocol and formats (RFC 8866 5.14). Nothing in it is anybody's own, so it may be remembered."""
    parts = line.split()
    if len(parts) < 4:
        raise invalid("an m-line with fewer than four fields, or too long")
    if not _TOKEN.fullmatch(parts[0]) or not _PROTOCOL.fullmatch(parts[2]) or not _TOKEN.fullmatch(parts[3]):
        raise invalid("an m-line that breaks RFC 8866 5.14")
    port, slash, count = parts[1].partition("/")
    if slash and not _is_number(count, 65535):
        raise invalid("an m-line with a port count that is no number")
    number = _number(port, 65535, "a port")
    if len(parts) - 3 > MAX_CODECS:
        raise invalid(f"an m-line with more than {MAX_CODECS} formats")
    return parts[0].lower(), number, parts[2].upper(), tuple(parts[3:])


def _around_mid(rest: str) -> tuple[str | None, str | None, str]:
    """The lines before the mid, the mid, and the lines after it. Without a mid, all lines come after it."""
    at = 0 if rest.startswith("a=mid:") else rest.find("\na=mid:") + 1
    if at == 0 and not rest.startswith("a=mid:"):
        return None, None, rest
    mid, end, tail = rest[at + len("a=mid:") :].partition("\n")
    if end and not tail:
        raise invalid("a line that is not <type>=<value>")
    return rest[: at - 1] if at else None, mid, tail


def _head(description: Description, lines: str | None) -> _Head:
    section = Section("", 0, "", (), direction=description.direction, setup=description.setup)
    section.ufrag, section.password = description.ufrag, description.password
    attributes = _attributes(lines) if lines is not None else []
    _fill(section, attributes)
    return _Head(section, tuple(each for each in attributes if each[0] in _DESCRIBED))


def _fill(section: Section, attributes: Iterable[tuple[str, str]]) -> None:
    for name, value in attributes:
        if (read := _MEDIA.get(name)) is not None:
            read(section, value)


def _described(formats: tuple[str, ...], before: Attributes, tail: str) -> tuple[list[tuple[str, str]], Described]:
    """The attributes that stand after the mid, and what they and those `before` it say of codecs and extensions.

    Chromium writes a hundred lines about codecs in one piece, and they are the same for every m-line of a kind and
    every person with that browser; of a slot even everything after its mid is. Reading those once makes a page's offer
    several times cheaper. What is remembered is bounded: 256 texts of at most 16 KiB, with nothing personal in them.
    """
    known = _memory.get((formats, before, tail))
    if known is None and tail and "\na=ssrc:" not in tail and _is_shared(tail):
        known = _remember(formats, before, tail)
    if known is not None:
        return list(known.plain), known
    own, shared = _cut(tail)
    attributes, described_before = _own(before, own)
    found = _memory.get((formats, described_before, shared))
    if found is None and shared and not _is_shared(shared):
        shared = ""
        attributes, described_before = _own(before, tail)
    described = found or _remember(formats, described_before, shared)
    attributes.extend(described.plain)
    return attributes, described


def _own(before: Attributes, lines: str) -> tuple[list[tuple[str, str]], Attributes]:
    attributes = _attributes(lines) if lines else []
    return attributes, (*before, *(each for each in attributes if each[0] in _DESCRIBED))


def _remember(formats: tuple[str, ...], own: Attributes, shared: str) -> Described:
    described = _describe(formats, own, shared)
    if len(shared) + sum(len(name) + len(value) for name, value in own) <= 16 * 1024:
        if len(_memory) >= 256:
            del _memory[next(iter(_memory))]
        _memory[formats, own, shared] = described
    return described


def _is_shared(lines: str) -> bool:
    """Whether nothing in these lines could be one person's."""
    return all(line.startswith("a=") and line[2:].partition(":")[0] in _SHARED for line in lines.split("\n"))


def _cut(tail: str) -> tuple[str, str]:
    """(what is this m-line's own, what others may share)."""
    start = 0 if tail.startswith("a=rtpmap:") else tail.find("\na=rtpmap:") + 1
    if start == 0 and not tail.startswith("a=rtpmap:"):
        return tail, ""
    end = tail.find("\na=ssrc", start) if "\na=ssrc" in tail[start:] else len(tail)
    shared = tail[start:end]
    return (tail[: max(0, start - 1)] + tail[end:]).removeprefix("\n"), shared


def _check_mids(description: Description) -> None:
    mids = [section.mid for section in description.sections if section.mid]
    if len(set(mids)) != len(mids):
        raise invalid("two m-lines with one mid")


def _read_groups(description: Description, groups: list[str]) -> None:
    """At most one BUNDLE group, of mids that exist, each once (RFC 9143 7.2)."""
    if len(groups) > MAX_GROUPS:
        raise invalid(f"more than {MAX_GROUPS} groups")
    known = {section.mid for section in description.sections if section.mid}
    bundles = 0
    for group in groups:
        semantics, *mids = group.split()[: MAX_SECTIONS + 2] or [""]
        if semantics.upper() != "BUNDLE":
            continue
        bundles += 1
        if len(mids) > MAX_SECTIONS or len(set(mids)) != len(mids):
            raise invalid("a BUNDLE group that names a mid twice")
        if not description.fragment and not known.issuperset(mids):
            raise invalid("a BUNDLE group of an unknown mid")
        description.bundle = tuple(mids)
    if bundles > 1:
        raise Refused("SDP_UNSUPPORTED", current="more than one BUNDLE group")


# ---------------------------------------------------------------- attributes: one reader each, in a table


def _is_number(text: str, most: int) -> bool:
    return 0 < len(text) <= 10 and text.isascii() and text.isdigit() and int(text) <= most


def _number(text: str, most: int, what: str) -> int:
    if not _is_number(text, most):
        raise invalid(f"{what} that is no number up to {most}")
    return int(text)


def _read_mid(section: Section, value: str) -> None:
    if section.mid:
        raise invalid("an m-line with two mids")
    if not _TOKEN.fullmatch(value):
        raise invalid("a mid that is no token")
    section.mid = value


def _read_setup(target: Section | Description, value: str) -> None:
    if value not in ("actpass", "active", "passive", "holdconn"):
        raise invalid("an unknown setup role")
    target.setup = value


def _read_ufrag(target: Section | Description, value: str) -> None:
    if not 4 <= len(value) <= 256 or not _ICE.fullmatch(value):
        raise invalid("an ice-ufrag that breaks RFC 8839 5.4")
    target.ufrag = value


def _read_password(target: Section | Description, value: str) -> None:
    if not 22 <= len(value) <= 256 or not _ICE.fullmatch(value):
        raise invalid("an ice-pwd that breaks RFC 8839 5.4")
    target.password = value


def _read_fingerprint(target: Section | Description, value: str) -> None:
    algorithm, _, digits = value.partition(" ")
    algorithm = algorithm.lower()
    if algorithm not in DIGESTS:
        return
    if len(target.fingerprints) >= MAX_FINGERPRINTS:
        raise invalid(f"more than {MAX_FINGERPRINTS} fingerprints")
    digits = digits.strip()
    try:
        digest = bytes.fromhex(digits.replace(":", ""))
    except ValueError:
        raise invalid("a fingerprint that is not hexadecimal") from None
    if len(digest) != DIGESTS[algorithm] or len(digits) != 3 * len(digest) - 1:
        raise invalid("a fingerprint of the wrong length")
    target.fingerprints.append(Fingerprint(algorithm, digest))


def _read_ssrc(section: Section, value: str) -> None:
    ssrc = _number(value.partition(" ")[0], 0xFFFFFFFF, "an SSRC")
    if ssrc not in section.ssrcs:
        if len(section.ssrcs) >= MAX_SSRCS:
            raise invalid(f"more than {MAX_SSRCS} SSRCs")
        section.ssrcs.append(ssrc)


def _read_ssrc_group(section: Section, value: str) -> None:
    semantics, *ssrcs = value.split()[: MAX_SSRCS + 1] or [""]
    if len(section.ssrc_groups) >= MAX_SSRCS:
        raise invalid(f"more than {MAX_SSRCS} SSRC groups")
    section.ssrc_groups.append((semantics.upper(), tuple(_number(ssrc, 0xFFFFFFFF, "an SSRC") for ssrc in ssrcs)))


def _read_rid(section: Section, value: str) -> None:
    rid, _, rest = value.partition(" ")
    if not _RID.fullmatch(rid) or len(section.rids) >= MAX_RIDS:
        raise invalid("a rid that breaks RFC 8851 10")
    section.rids.append((rid, rest.partition(" ")[0]))


def _flag(name: str) -> Callable[[Section, str], None]:
    def read(section: Section, _: str) -> None:
        setattr(section, name, True)

    return read


def _direct(name: Direction) -> Callable[[Section | Description, str], None]:
    def read(target: Section | Description, _: str) -> None:
        target.direction = name

    return read


def _read_simulcast(section: Section, value: str) -> None:
    section.simulcast = value


def _read_lite(description: Description, _: str) -> None:
    description.ice_lite = True


def _read_mixed(description: Description, _: str) -> None:
    description.extmap_allow_mixed = True


_EITHER: Final[dict[str, Callable[[Section | Description, str], None]]] = {
    "setup": _read_setup,
    "ice-ufrag": _read_ufrag,
    "ice-pwd": _read_password,
    "fingerprint": _read_fingerprint,
    **{name: _direct(name) for name in DIRECTIONS},
}
_SESSION: Final[dict[str, Callable[[Description, str], None]]] = {
    **_EITHER,
    "ice-lite": _read_lite,
    "extmap-allow-mixed": _read_mixed,
}
_MEDIA: Final[dict[str, Callable[[Section, str], None]]] = {
    **_EITHER,
    "mid": _read_mid,
    "rtcp-mux": _flag("rtcp_mux"),
    "rtcp-rsize": _flag("rtcp_rsize"),
    "bundle-only": _flag("bundle_only"),
    "ssrc": _read_ssrc,
    "ssrc-group": _read_ssrc_group,
    "rid": _read_rid,
    "simulcast": _read_simulcast,
}
_DESCRIBED: Final = frozenset({"rtcp-fb", "rtpmap", "fmtp", "extmap"})
_SHARED: Final = _DESCRIBED.union(
    DIRECTIONS, ("rtcp-mux", "rtcp-rsize", "rtcp-xr", "bundle-only", "extmap-allow-mixed", "ptime", "maxptime")
)


# ---------------------------------------------------------------- codecs and header extensions


def _describe(formats: tuple[str, ...], own: Attributes, shared: str) -> Described:
    payload_types = [_number(name, 127, "a payload type") for name in formats]
    if len(set(payload_types)) != len(payload_types):
        raise invalid("a payload type twice")
    maps: dict[int, tuple[str, int, int]] = {}
    fmtps: dict[int, str] = {}
    feedback: dict[int, list[str]] = {}
    extensions: dict[int, Extension] = {}
    attributes = _attributes(shared) if shared else []
    for name, value in (*own, *attributes):
        if name not in _DESCRIBED:
            continue
        if name == "extmap":
            _read_extension(extensions, value)
            continue
        number, space, rest = value.partition(" ")
        if not space or not _PRINTABLE.fullmatch(rest):
            raise invalid(f"a malformed {name}")
        payload_type = -1 if number == "*" and name == "rtcp-fb" else _number(number, 127, "a payload type")
        if name == "rtpmap":
            if payload_type in maps:
                raise invalid("two rtpmaps of one payload type")
            maps[payload_type] = _rtpmap(rest)
        elif name == "fmtp":
            # RFC 8866 6.15 allows one; some write two, and their parameters then add up.
            fmtps[payload_type] = f"{fmtps[payload_type]};{rest}" if payload_type in fmtps else rest
        else:
            feedback.setdefault(payload_type, []).append(rest.strip().lower())
    repeats = _repeats(maps, fmtps, payload_types)
    anywhere = feedback.get(-1, [])
    codecs = tuple(
        Codec(
            payload_type=payload_type,
            name=maps[payload_type][0],
            clock_rate=maps[payload_type][1],
            channels=maps[payload_type][2],
            fmtp=fmtps.get(payload_type, ""),
            feedback=(*feedback.get(payload_type, []), *anywhere),
            rtx=repeats.get(payload_type, 0),
        )
        for payload_type in payload_types
        if payload_type in maps
    )
    plain = tuple(each for each in attributes if each[0] in _MEDIA)
    return Described(codecs, tuple(extensions.values()), plain)


_memory: dict[tuple[tuple[str, ...], Attributes, str], Described] = {}


def _rtpmap(rest: str) -> tuple[str, int, int]:
    name, _, tail = rest.strip().partition("/")
    rate, _, channels = tail.partition("/")
    if not _TOKEN.fullmatch(name):
        raise invalid("a codec name that is no token")
    return name, _number(rate, 0x7FFFFFFF, "a clock rate"), _number(channels, 255, "channels") if channels else 1


def _repeats(maps: dict[int, tuple[str, int, int]], fmtps: dict[int, str], offered: list[int]) -> dict[int, int]:
    """Payload type → that of its RTX. A repetition of something not offered is ignored; one of nonsense is refused."""
    repeats: dict[int, int] = {}
    for payload_type in offered:
        if payload_type not in maps or maps[payload_type][0].lower() != "rtx":
            continue
        for part in fmtps.get(payload_type, "").split(";"):
            key, _, value = part.strip().partition("=")
            if key.lower() == "apt":
                original = _number(value.strip(), 127, "an apt")
                if original == payload_type:
                    raise invalid("an RTX that repeats itself")
                if original in maps and original in offered:
                    repeats.setdefault(original, payload_type)
    return repeats


def _read_extension(extensions: dict[int, Extension], value: str) -> None:
    """`<id>[/<direction>] <URI> [<attributes>]` (RFC 8285 8)."""
    parts = value.split(" ", 2)
    if len(parts) < 2:
        raise invalid("a malformed extmap")
    number, slash, direction = parts[0].partition("/")
    if slash and direction not in DIRECTIONS:
        raise invalid("an extmap of an unknown direction")
    identity = _number(number, 4351, "an extmap id")
    if len(extensions) >= MAX_EXTENSIONS:
        raise invalid(f"more than {MAX_EXTENSIONS} extmaps")
    # 4096-4351 are offers in want of a real id (RFC 8285 7): we have no use for them. 0 and 15 are reserved.
    if identity in extensions:
        raise invalid("two extmaps of one id")
    extensions[identity] = Extension(identity, parts[1], cast(Direction, direction) if slash else "sendrecv")
