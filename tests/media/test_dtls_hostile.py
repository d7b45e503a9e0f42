"""H1-H4: a stray hello, a flood of fragments, a fragment of nothing, an amplifier."""

from __future__ import annotations

import random
import struct
import time
import tracemalloc

import pytest

from node.media import dtls
from node.media.dtls import DtlsPeer, Identity, State
from tests.media.talk import DtlsClient, shake

IDENTITY = Identity.make()


def record(body: bytes, sequence: int = 0, kind: int = 22, epoch: int = 0) -> bytes:
    return struct.pack("!BHHHIH", kind, 0xFEFD, epoch, 0, sequence, len(body)) + body


def message(kind: int, length: int, sequence: int, offset: int, fragment: bytes) -> bytes:
    return (
        bytes([kind])
        + length.to_bytes(3)
        + sequence.to_bytes(2)
        + offset.to_bytes(3)
        + len(fragment).to_bytes(3)
        + fragment
    )


def null_hello(number: int = 0) -> bytes:
    """A ClientHello that offers TLS_NULL_WITH_NULL_NULL only (CVE-2023-51275)."""
    body = b"\xfe\xfd" + random.Random(number).randbytes(32) + b"\x00\x00" + b"\x00\x02\x00\x00" + b"\x01\x00"
    return record(message(1, len(body), 0, 0, body), number)


def test_h1_a_null_hello_is_not_answered_and_does_not_end_the_handshake() -> None:
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    for number in range(5):
        assert peer.receive(null_hello(number), 0.0) == [], "no alert, no bytes"
    shake(client, peer)
    assert peer.state is State.CONNECTED


def test_h2_hellos_between_the_hellos_of_an_honest_client() -> None:
    """Even from the very same address: the honest client asks again and is served."""
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    hello = client.step()
    for datagram in hello:
        peer.receive(datagram, 0.0)
    for number in range(3):
        assert peer.receive(null_hello(number), 0.0) == []
    answers = [answer for datagram in hello for answer in peer.receive(datagram, 0.05)]
    for answer in answers:
        client.feed(answer)
    shake(client, peer, 0.1)
    assert peer.state is State.CONNECTED


def test_h2_after_the_handshake_nothing_unauthenticated_counts() -> None:
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    shake(client, peer)
    for stray in (
        null_hello(),
        record(b"\x02\x28", kind=21),  # a fatal alert in the clear
        record(bytes(26), kind=21, epoch=1),  # one that claims to be sealed
        record(b"x" * 100, kind=23, epoch=1),
        b"",
        b"\x16",
        bytes(1500),
    ):
        assert peer.receive(stray, 1.0) == []
    assert peer.state is State.CONNECTED


def test_a_plain_alert_does_not_end_a_handshake() -> None:
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    for datagram in client.step():
        for answer in peer.receive(datagram, 0.0):
            client.feed(answer)
    assert peer.receive(record(b"\x02\x28", 9, kind=21), 0.0) == []
    shake(client, peer)
    assert peer.state is State.CONNECTED


def test_h3_a_flood_of_fragments_holds_no_more_than_64_kb() -> None:
    """Each claims to be one byte of a message of 16 MB (CVE-2022-29189)."""
    peers = [DtlsPeer(IDENTITY, []) for _ in range(20)]
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    resident = _resident()
    for peer in peers:
        for number in range(20_000):
            fragment = message(11, 0xFFFFFF, number % 8, number, b"x")
            assert peer.receive(record(fragment, number), 0.0) == []
            if peer.state is State.FAILED:
                break
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert all(peer.state is State.FAILED for peer in peers)
    assert held / len(peers) < 64 * 1024
    assert _resident() - resident < 20 * 64 * 1024, "nor does OpenSSL"


def test_h3_fragments_of_messages_of_every_claim() -> None:
    rng = random.Random(3)
    for _ in range(200):
        peer = DtlsPeer(IDENTITY, [])
        for number in range(50):
            length = rng.choice([0, 1, 100, 8192, 8193, 65535])
            fragment = rng.randbytes(rng.choice([0, 1, 20]))
            kind = rng.choice([0, 1, 2, 11, 14, 16, 20])
            body = message(kind, length, rng.randrange(10), rng.choice([0, 1, length]), fragment)
            peer.receive(record(body, number), 0.0)
        assert peer.keys is None


def test_h3_a_fragment_of_nothing_costs_less_than_1_ms() -> None:
    """CVE-2022-29190: it never advanced, and was looked at for ever."""
    peer = DtlsPeer(IDENTITY, [])
    nothing = record(message(1, 100, 0, 0, b""))
    full = record(b"".join(message(1, 100, 0, 0, b"") for _ in range(90)))
    for datagram in (nothing, full, record(b""), record(b"") * 80):
        spent = []
        for _ in range(5):
            start = time.thread_time()
            assert peer.receive(datagram, 0.0) == []
            spent.append(time.thread_time() - start)
        assert min(spent) < 0.001
    assert peer.state is State.WAITING


def test_h4_no_more_than_three_bytes_out_for_one_in() -> None:
    """CVE-2022-2576. The plane hands over nothing before ICE consent; this holds even after it."""
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    hello = client.step()
    received = sent = 0
    for turn in range(200):
        for datagram in hello:
            received += len(datagram)
            sent += sum(map(len, peer.receive(datagram, turn * 0.001)))
    assert 0 < sent <= 3 * received
    for turn in range(50):
        sent += sum(map(len, peer.resend(1.0 + turn)))
    assert sent <= (dtls.MAX_REPEATS + 1) * 1200


@pytest.mark.parametrize("seed", range(5))
def test_noise_at_any_moment_raises_nothing(seed: int) -> None:
    rng = random.Random(seed)
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    flights = [client.step()]
    for _ in range(3):
        for datagram in flights[-1]:
            for _ in range(5):
                noisy = bytearray(datagram)
                for _ in range(rng.randint(1, 4)):
                    noisy[rng.randrange(len(noisy))] = rng.randrange(256)
                peer.receive(bytes(noisy[: rng.randint(0, len(noisy))]), 0.0)
            for answer in peer.receive(datagram, 0.0):
                client.feed(answer)
        flights.append(client.step())
    assert peer.state in State


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
