"""DTLS-SRTP as the server: what is agreed, whose certificate is believed, what loss costs (RFC 5763, RFC 5764)."""

from __future__ import annotations

import datetime
import pathlib
import random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256

from node.media.dtls import DtlsPeer, Identity, Profile, State
from node.media.sdp import Fingerprint
from tests.media.talk import DtlsClient, shake

IDENTITY = Identity.make()


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (b"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM", Profile.AEAD_AES_128_GCM),
        (b"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM", Profile.AEAD_AES_256_GCM),
        (b"SRTP_AES128_CM_SHA1_80", Profile.AES128_CM_SHA1_80),
    ],
)
def test_our_order_of_profiles_wins_and_both_ends_have_the_same_keys(offered: bytes, chosen: Profile) -> None:
    client = DtlsClient(offered)
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    shake(client, peer)
    assert peer.state is State.CONNECTED and peer.keys is not None
    assert peer.keys.profile is chosen
    _, size, salt = chosen.value
    inbound, outbound = client.keys(size, salt)
    assert peer.keys.inbound_key + peer.keys.inbound_salt == inbound
    assert peer.keys.outbound_key + peer.keys.outbound_salt == outbound


def test_no_profile_in_common_is_a_failure_with_a_cause() -> None:
    client = DtlsClient(b"")
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    shake(client, peer)
    assert peer.state is State.FAILED and "profile" in peer.cause


@pytest.mark.parametrize("algorithm", ["sha-256", "sha-384", "sha-512"])
def test_every_strong_hash_is_checked(algorithm: str) -> None:
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint(algorithm)])
    shake(client, peer)
    assert peer.state is State.CONNECTED

    client = DtlsClient()
    wrong = Fingerprint(algorithm, bytes(len(client.fingerprint(algorithm).digest)))
    peer = DtlsPeer(IDENTITY, [wrong])
    shake(client, peer)
    assert peer.state is State.FAILED and "certificate" in peer.cause and peer.keys is None


def test_a_weaker_hash_cannot_stand_in_for_a_stronger_one() -> None:
    """RFC 8122 5.1: the strongest hash that the offer used decides."""
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint("sha-256"), Fingerprint("sha-512", bytes(64))])
    shake(client, peer)
    assert peer.state is State.FAILED


def test_one_of_several_fingerprints_is_enough() -> None:
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [Fingerprint("sha-256", bytes(32)), client.fingerprint()])
    shake(client, peer)
    assert peer.state is State.CONNECTED


def test_an_rsa_certificate_in_many_fragments_is_taken() -> None:
    """Encoders have RSA certificates; a small MTU cuts them into pieces."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "encoder")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, SHA256())
    )
    client = DtlsClient(key=key, certificate=certificate, mtu=256)
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    shake(client, peer)
    assert peer.state is State.CONNECTED


def test_a_lost_server_flight_is_repeated_when_the_hello_is() -> None:
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    hello = client.step()
    lost = [answer for datagram in hello for answer in peer.receive(datagram, 0.0)]
    assert lost
    again = [answer for datagram in hello for answer in peer.receive(datagram, 0.05)]
    assert again == lost, "the same flight, at once: OpenSSL's own timer would take a second"
    for datagram in again:
        client.feed(datagram)
    shake(client, peer, 0.06)
    assert peer.state is State.CONNECTED


def test_a_hello_said_again_does_not_hide_the_answer_behind_it() -> None:
    """OpenSSL, asked to go on more than a second after its hello, puts both in one datagram."""
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    hello = b"".join(client.step())
    for datagram in peer.receive(hello, 0.0):
        client.feed(datagram)
    for datagram in peer.receive(hello + b"".join(client.step()), 1.2):
        client.feed(datagram)
    assert peer.state is State.CONNECTED and client.done


def test_a_lost_last_flight_is_repeated_when_the_peer_repeats_its_own() -> None:
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    for datagram in client.step():
        for answer in peer.receive(datagram, 0.0):
            client.feed(answer)
    flight = client.step()
    lost = [answer for datagram in flight for answer in peer.receive(datagram, 0.01)]
    assert peer.state is State.CONNECTED and lost and not client.done
    again = [answer for datagram in flight for answer in peer.receive(datagram, 0.1)]
    assert again == lost
    for datagram in again:
        client.feed(datagram)
    assert client.done


def test_a_flight_that_nobody_answers_is_sent_again_by_time() -> None:
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    lost = [answer for datagram in client.step() for answer in peer.receive(datagram, 0.0)]
    assert peer.resend(0.1) == []
    assert peer.resend(0.5) == lost
    assert peer.resend(0.6) == [], "and then less often"


@pytest.mark.parametrize("seed", range(8))
def test_messages_that_overtake_one_another_are_put_in_order(seed: int) -> None:
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    for datagram in client.step():
        for answer in peer.receive(datagram, 0.0):
            client.feed(answer)
    flight = client.step()
    change = next(place for place, datagram in enumerate(flight) if datagram[0] == 20)
    messages, rest = flight[:change], flight[change:]
    shuffled = random.Random(seed).sample(messages, len(messages))
    for datagram in [*shuffled, *messages, *rest]:
        for answer in peer.receive(datagram, 1.0):
            client.feed(answer)
    assert peer.state is State.CONNECTED and client.done


def test_the_identity_is_kept_and_private(tmp_path: pathlib.Path) -> None:
    """An ICE restart after ours must show the same certificate."""
    first = Identity.load(tmp_path)
    assert Identity.load(tmp_path).fingerprint == first.fingerprint
    assert (tmp_path / "dtls.pem").stat().st_mode & 0o777 == 0o600
    (tmp_path / "dtls.pem").write_bytes(b"damaged")
    assert Identity.load(tmp_path).fingerprint != first.fingerprint


def test_the_fingerprint_is_that_of_the_certificate_shown() -> None:
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    shake(client, peer)
    shown = client.connection.get_peer_certificate(as_cryptography=True)
    assert shown is not None
    digest = shown.fingerprint(SHA256()).hex(":").upper()
    assert IDENTITY.fingerprint == f"sha-256 {digest}"


def test_nothing_of_openssl_is_kept_after_the_handshake() -> None:
    """65 kB a person otherwise."""
    client = DtlsClient()
    peer = DtlsPeer(IDENTITY, [client.fingerprint()])
    shake(client, peer)
    assert peer.state is State.CONNECTED
    assert not any(type(value).__name__ == "Connection" for value in vars(peer).values())
