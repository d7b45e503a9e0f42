"""DTLS-SRTP as the server (RFC 5763, RFC 5764): one `DtlsPeer` a transport, bytes in and bytes out.

    peer = DtlsPeer(identity, fingerprints)
    for datagram in peer.receive(data, now): send(datagram)
    peer.keys                       # not None once the peer has proven its certificate

We are always the server and speak DTLS 1.2, so that our order of SRTP profiles wins and a flight stays small. OpenSSL
is needed for the handshake alone: afterwards a peer keeps two keys, enough to believe a close_notify and to send one,
and gives back the 65 kB of its connection.

OpenSSL buffers whatever a fragment claims to be part of, and answers a bad hello with the end of the handshake. Both
are met before it sees a byte: `_screen` bounds what an unproven peer can make us keep (64 kB in all, 8 kB a message),
and a handshake that a stray datagram broke starts again with the next hello.
"""

from __future__ import annotations

import datetime
import enum
import hashlib
import hmac
import itertools
import os
import pathlib
import secrets
import struct
from collections.abc import Sequence
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from OpenSSL import SSL, crypto

from node.media.sdp import Fingerprint

MTU: Final = 1200
MAX_MESSAGE: Final = 8 * 1024
MAX_SEQUENCE: Final = 7
MAX_BYTES: Final = 64 * 1024
MAX_DATAGRAMS: Final = 256
MAX_STARTS: Final = 8
MAX_REPEATS: Final = 24
REPEAT_AFTER_S: Final = 0.02
RESEND_AFTER_S: Final = 0.4

# RFC 8827 6.5 makes the first one mandatory, so one is enough; the second serves peers that insist on 256 bits.
CIPHERS: Final = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"
PROFILES: Final = b"SRTP_AEAD_AES_128_GCM:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80"
DTLS_1_2: Final = 0xFEFD

_CHANGE_CIPHER, _ALERT, _HANDSHAKE = 20, 21, 22
_CLIENT_HELLO: Final = 1
_RECORD: Final = struct.Struct("!BHHHIH")  # type, version, epoch, sequence (16 + 32 bits), length
_STRENGTH: Final = {"sha-256": 0, "sha-384": 1, "sha-512": 2}


class Profile(enum.Enum):
    """SRTP protection profile: number of the DTLS-SRTP registry, key and salt length in bytes (RFC 5764, RFC 7714)."""

    AES128_CM_SHA1_80 = (1, 16, 14)
    AEAD_AES_128_GCM = (7, 16, 12)
    AEAD_AES_256_GCM = (8, 32, 12)


_BY_NAME: Final = {
    b"SRTP_AES128_CM_SHA1_80": Profile.AES128_CM_SHA1_80,
    b"SRTP_AEAD_AES_128_GCM": Profile.AEAD_AES_128_GCM,
    b"SRTP_AEAD_AES_256_GCM": Profile.AEAD_AES_256_GCM,
}


class Keys(msgspec.Struct, frozen=True):
    """Master keys and salts (RFC 5764 4.2). `inbound` is what the peer sends with."""

    profile: Profile
    inbound_key: bytes
    inbound_salt: bytes
    outbound_key: bytes
    outbound_salt: bytes


class State(enum.Enum):
    WAITING = "waiting"
    CONNECTED = "connected"
    FAILED = "failed"
    CLOSED = "closed"


class Identity:
    """The node's certificate (ECDSA P-256) and the OpenSSL context that every peer shares.

    Kept in `data_dir` when one is given: a control process that is started again must show the peer the same
    fingerprint, or an ICE restart would be refused.
    """

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        der = certificate.public_bytes(serialization.Encoding.DER)
        digest = hashlib.sha256(der).hexdigest().upper()
        self.fingerprint = "sha-256 " + ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))
        context = SSL.Context(SSL.DTLS_SERVER_METHOD)
        context.set_min_proto_version(DTLS_1_2)
        context.set_max_proto_version(DTLS_1_2)
        context.set_options(SSL.OP_NO_QUERY_MTU | SSL.OP_NO_TICKET | SSL.OP_NO_RENEGOTIATION)
        context.set_options(SSL.OP_CIPHER_SERVER_PREFERENCE)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_cipher_list(CIPHERS)
        context.set_tlsext_use_srtp(PROFILES)
        # Any certificate will do: what it must be is its fingerprint's business, checked after the handshake.
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _accept_any)
        context.use_certificate(certificate)
        context.use_privatekey(key)
        self.context = context

    @classmethod
    def make(cls) -> Identity:
        return cls(*_generate())

    @classmethod
    def load(cls, data_dir: pathlib.Path) -> Identity:
        """The identity kept in `data_dir/dtls.pem` (mode 0600); made when absent, unreadable or soon to end."""
        path = data_dir / "dtls.pem"
        kept = _read(path)
        if kept is None:
            kept = _generate()
            _write(path, *kept)
        return cls(*kept)


def _accept_any(_connection: SSL.Connection, _certificate: crypto.X509, _error: int, _depth: int, _ok: int) -> bool:
    return True


def _generate() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    # A name that says nothing about anybody: it goes to every peer.
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, secrets.token_hex(8))])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=3650))
        .sign(key, SHA256())
    )
    return key, certificate


def _read(path: pathlib.Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate] | None:
    try:
        pem = path.read_bytes()
        key = serialization.load_pem_private_key(pem, None)
        certificate = x509.load_pem_x509_certificate(pem)
    except (OSError, ValueError):
        return None
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=30)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.not_valid_after_utc < soon:
        return None
    return key, certificate


def _write(path: pathlib.Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
    draft.replace(path)


class _Record(msgspec.Struct):
    type: int
    epoch: int
    sequence: bytes  # epoch and sequence number as on the wire, for the additional data of GCM
    body: bytes


class DtlsPeer:
    """One peer. Sans-IO: `now` is any monotonic clock in seconds. Not thread-safe."""

    def __init__(self, identity: Identity, fingerprints: Sequence[Fingerprint]) -> None:
        self.state = State.WAITING
        self.keys: Keys | None = None
        self.cause = ""
        self._identity = identity
        self._fingerprints = tuple(fingerprints)
        self._connection: SSL.Connection | None = None
        self._client_random = b""
        self._claimed: dict[int, int] = {}
        self._bytes = 0
        self._datagrams = 0
        self._starts = 0
        self._flight: list[bytes] = []
        self._flight_at = 0.0
        self._resend_after = RESEND_AFTER_S
        self._repeats = 0
        self._seal: _Alerts | None = None

    @property
    def begun(self) -> bool:
        """Whether an honest hello has come."""
        return self._connection is not None or self.state is State.CONNECTED

    # ---------------------------------------------------------------- in

    def receive(self, datagram: bytes, now: float) -> list[bytes]:
        """One datagram from the ICE-validated address. Returns what to send back; look at `state` afterwards."""
        if self.state is State.CONNECTED:
            return self._after(datagram, now)
        if self.state is not State.WAITING:
            return []
        self._bytes += len(datagram)
        self._datagrams += 1
        if self._bytes > MAX_BYTES or self._datagrams > MAX_DATAGRAMS:
            return self._fail("more than a handshake needs")
        records = _records(datagram)
        if records is None or not self._screen(records):
            return []
        hello = _hello_random(records)
        if self._flight and _is_hello(records) and hello in (None, self._client_random):
            # OpenSSL says its hello again before what answers our flight, in one datagram: only the answer is news.
            datagram = _after_hello(datagram, records)
            if not datagram:
                return self._repeat(now) if hello is not None else []  # None: the rest of a repeated hello
        elif hello is not None:
            if self._connection is not None and self._client_random and hello != self._client_random:
                self._connection = None  # a new hello: whoever sent the older one is gone or was never there
            self._client_random = hello
        return self._handshake(datagram, now)

    def _screen(self, records: list[_Record]) -> bool:
        """Only what an honest client sends before its Finished; counts what each message claims to be (H3)."""
        for record in records:
            if record.type == _ALERT and record.epoch == 0:
                # Not authenticated (RFC 6347 4.1.2.7): a spoofed one must not end a call. A true one ends by time.
                self.cause = f"alert {record.body[1]} from the peer" if len(record.body) >= 2 else self.cause
                return False
            if record.type not in (_CHANGE_CIPHER, _HANDSHAKE):
                return False
            if record.type == _HANDSHAKE and record.epoch == 0 and not self._screen_messages(record.body):
                return False
        return True

    def _screen_messages(self, body: bytes) -> bool:
        at = 0
        while at < len(body):
            if at + 12 > len(body):
                return False
            length = int.from_bytes(body[at + 1 : at + 4])
            sequence = int.from_bytes(body[at + 4 : at + 6])
            offset = int.from_bytes(body[at + 6 : at + 9])
            fragment = int.from_bytes(body[at + 9 : at + 12])
            if length > MAX_MESSAGE or sequence > MAX_SEQUENCE or offset + fragment > length:
                return False
            if (fragment == 0 and length > 0) or at + 12 + fragment > len(body):
                return False
            if self._claimed.setdefault(sequence, length) != length and body[at] != _CLIENT_HELLO:
                return False
            at += 12 + fragment
        return at > 0

    def _handshake(self, datagram: bytes, now: float) -> list[bytes]:
        if self._connection is None:
            if self._starts >= MAX_STARTS:
                return self._fail(self.cause or "too many broken handshakes")
            self._starts += 1
            self._claimed.clear()
            self._flight = []
            self._connection = SSL.Connection(self._identity.context, None)
            self._connection.set_accept_state()
            self._connection.set_ciphertext_mtu(MTU)
        connection = self._connection
        done = False
        try:
            connection.bio_write(datagram)
            connection.do_handshake()
            done = True
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            # Nothing is sent: to whoever broke the handshake an alert would only be a reply to a stray datagram.
            self.cause = _reason(error)
            self._connection = None
            self._flight = []
            self._client_random = b""
            return []
        flight = _pack(_drain(connection))
        if flight:
            self._flight, self._flight_at, self._resend_after = flight, now, RESEND_AFTER_S
        if done and not self._finish(connection):
            return []
        return flight

    def _finish(self, connection: SSL.Connection) -> bool:
        certificate = connection.get_peer_certificate(as_cryptography=True)
        if certificate is None or not _matches(certificate, self._fingerprints):
            self._fail("the certificate is not the one of the offer")
            return False
        profile = _BY_NAME.get(connection.get_selected_srtp_profile())
        if profile is None:
            self._fail("no SRTP profile in common")
            return False
        _, key, salt = profile.value
        material = connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt))
        salts = material[2 * key :]
        self.keys = Keys(profile, material[:key], salts[:salt], material[key : 2 * key], salts[salt:])
        self._seal = _Alerts.of(connection)
        self._connection = None
        self.state = State.CONNECTED
        self.cause = ""
        return True

    def _after(self, datagram: bytes, now: float) -> list[bytes]:
        """Connected: our last flight may have been lost, or the peer says goodbye."""
        for record in _records(datagram) or []:
            if record.epoch == 0 and record.type == _CHANGE_CIPHER:
                return self._repeat(now)
            if record.epoch == 1 and record.type == _ALERT and self._seal is not None:
                alert = self._seal.open(record)
                if alert is not None and (alert[0] == 2 or alert[1] == 0):
                    self.state = State.CLOSED
                    self.cause = "closed by the peer" if alert[1] == 0 else f"alert {alert[1]} from the peer"
        return []

    # ---------------------------------------------------------------- out

    def _repeat(self, now: float) -> list[bytes]:
        """OpenSSL ignores a repeated hello until its own timer of a second; browsers ask again after 50 ms."""
        if now - self._flight_at < REPEAT_AFTER_S or self._repeats >= MAX_REPEATS:
            return []
        self._repeats += 1
        self._flight_at = now
        return self._flight

    def resend(self, now: float) -> list[bytes]:
        """Call a few times a second while waiting: the flight again when nothing came (RFC 6347 4.2.4)."""
        if self.state is not State.WAITING or not self._flight or now - self._flight_at < self._resend_after:
            return []
        self._resend_after *= 2
        return self._repeat(now)

    def close(self) -> list[bytes]:
        """Say goodbye, if the peer can understand it; the peer then need not wait for its consent to expire."""
        datagrams = [self._seal.close_notify()] if self._seal is not None and self.state is State.CONNECTED else []
        self.state = State.CLOSED
        self._connection = None
        self._flight = []
        return datagrams

    def _fail(self, cause: str) -> list[bytes]:
        self.state = State.FAILED
        self.cause = cause
        self._connection = None
        self._flight = []
        return []


class _Alerts:
    """What is left of a DTLS connection after the handshake: opening and sealing alerts (RFC 5246 6.2.3.3)."""

    __slots__ = ("_iv_in", "_iv_out", "_key_in", "_key_out")

    def __init__(self, key_in: bytes, iv_in: bytes, key_out: bytes, iv_out: bytes) -> None:
        self._key_in, self._iv_in, self._key_out, self._iv_out = key_in, iv_in, key_out, iv_out

    @classmethod
    def of(cls, connection: SSL.Connection) -> _Alerts | None:
        size, digest = (32, "sha384") if "256" in (connection.get_cipher_name() or "").split("-")[2] else (16, "sha256")
        master, server, client = connection.master_key(), connection.server_random(), connection.client_random()
        if master is None or server is None or client is None:
            return None
        block = _expand(master, b"key expansion" + server + client, 2 * size + 8, digest)
        return cls(
            block[:size], block[2 * size : 2 * size + 4], block[size : 2 * size], block[2 * size + 4 : 2 * size + 8]
        )

    def open(self, record: _Record) -> bytes | None:
        if len(record.body) != 8 + 2 + 16:
            return None
        additional = record.sequence + struct.pack("!BHH", _ALERT, DTLS_1_2, 2)
        try:
            return AESGCM(self._key_in).decrypt(self._iv_in + record.body[:8], record.body[8:], additional)
        except InvalidTag:
            return None

    def close_notify(self) -> bytes:
        # Sequence 0 of the epoch was our Finished. Its explicit nonce was random (OpenSSL), so a random one will do.
        sequence = struct.pack("!HHI", 1, 0, 1)
        nonce = os.urandom(8)
        additional = sequence + struct.pack("!BHH", _ALERT, DTLS_1_2, 2)
        sealed = nonce + AESGCM(self._key_out).encrypt(self._iv_out + nonce, b"\x01\x00", additional)
        return struct.pack("!BH", _ALERT, DTLS_1_2) + sequence + struct.pack("!H", len(sealed)) + sealed


def _expand(secret: bytes, seed: bytes, size: int, digest: str) -> bytes:
    """P_hash of RFC 5246 5."""
    out, link = b"", seed
    while len(out) < size:
        link = hmac.digest(secret, link, digest)
        out += hmac.digest(secret, link + seed, digest)
    return out[:size]


def _matches(certificate: x509.Certificate, fingerprints: Sequence[Fingerprint]) -> bool:
    """One of the fingerprints of the strongest hash that the offer used (RFC 8122 5.1), in constant time."""
    if not fingerprints:
        return False
    best = max(fingerprints, key=lambda each: _STRENGTH[each.algorithm]).algorithm
    der = certificate.public_bytes(serialization.Encoding.DER)
    digest = hashlib.new(best.replace("-", ""), der).digest()
    matched = False
    for each in fingerprints:
        matched |= each.algorithm == best and hmac.compare_digest(each.digest, digest)
    return matched


def _reason(error: SSL.Error) -> str:
    """OpenSSL's own words, e.g. "no shared cipher"; they hold nothing of the peer's."""
    queue = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return str(queue[-1][2]) if queue else "broken handshake"


# ---------------------------------------------------------------- records


def _records(datagram: bytes) -> list[_Record] | None:
    """The records of a datagram (RFC 6347 4.1); `None` when they do not add up."""
    records, at, end = [], 0, len(datagram)
    while at < end:
        if at + 13 > end:
            return None
        kind, _, epoch, _, _, length = _RECORD.unpack_from(datagram, at)
        if at + 13 + length > end:
            return None
        body = datagram[at + 13 : at + 13 + length]
        records.append(_Record(kind, epoch, datagram[at + 3 : at + 11], body))
        at += 13 + length
    return records


def _is_hello(records: list[_Record]) -> bool:
    return bool(records) and _of_hello(records[0])


def _of_hello(record: _Record) -> bool:
    return record.type == _HANDSHAKE and record.epoch == 0 and record.body[0] == _CLIENT_HELLO


def _after_hello(datagram: bytes, records: list[_Record]) -> bytes:
    """What follows the records of a hello that begins the datagram."""
    hello = itertools.takewhile(_of_hello, records)
    return datagram[sum(_RECORD.size + len(record.body) for record in hello) :]


def _hello_random(records: list[_Record]) -> bytes | None:
    """The random of a ClientHello that begins here (RFC 5246 7.4.1.2); `None` for anything else."""
    if not _is_hello(records):
        return None
    body = records[0].body
    if int.from_bytes(body[6:9]) != 0 or len(body) < 12 + 2 + 32:
        return None
    return body[14:46]


def _drain(connection: SSL.Connection) -> bytes:
    out = b""
    while True:
        try:
            out += connection.bio_read(65536)
        except SSL.WantReadError:
            return out


def _pack(stream: bytes) -> list[bytes]:
    """Cut only between records: a record in two datagrams is lost (aiortc/aiortc#828)."""
    datagrams: list[bytes] = []
    at, start = 0, 0
    while at + 13 <= len(stream):
        end = at + 13 + int.from_bytes(stream[at + 11 : at + 13])
        if end - start > MTU and at > start:
            datagrams.append(stream[start:at])
            start = at
        at = end
    if start < len(stream):
        datagrams.append(stream[start:])
    return datagrams
