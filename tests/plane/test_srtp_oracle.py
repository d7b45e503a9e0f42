"""The plane's SRTP and libsrtp understand each other, in all three profiles and both directions."""

import random
import shutil
import struct
import subprocess
from collections.abc import Iterator

import pytest
from pylibsrtp import Error, Policy, Session

from tests.cargo import built

# Number in the DTLS-SRTP registry, libsrtp's number, length of master key and salt together.
PROFILES = {
    "AES128_CM_SHA1_80": (1, Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 30),
    "AEAD_AES_128_GCM": (7, Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 28),
    "AEAD_AES_256_GCM": (8, Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 44),
}
SSRC = 0xCAFEBABE

pytestmark = pytest.mark.timeout(1500)  # a first build takes minutes


class Ours:
    """The plane's cipher, in a process that answers line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, act: str, protocol: str, profile: int, key: bytes, index: int, packet: bytes) -> bytes | str:
        """The packet sealed or opened, or the reason why not."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{act} {protocol} {profile} {key.hex()} {index:x} {packet.hex()}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        return answer if answer.startswith("refused") else bytes.fromhex(answer)


@pytest.fixture(scope="module")
def ours() -> Iterator[Ours]:
    if shutil.which("cargo") is None:
        pytest.skip("cargo is not installed: https://rustup.rs")
    program = built("examples/srtp_oracle")
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Ours(process)
        assert process.stdin
        process.stdin.close()


def theirs(profile: int, key: bytes, direction: int) -> Session:
    """A libsrtp session for every SSRC of one direction."""
    return Session(Policy(key=key, ssrc_type=direction, srtp_profile=profile))


def rtp(rng: random.Random, sequence: int) -> bytes:
    """A plain packet, sometimes with CSRCs and an extension, of any length."""
    csrcs = rng.choice([0, 0, 2])
    extension = rng.choice([b"", struct.pack("!HH", 0xBEDE, 1) + rng.randbytes(4)])
    first = 0x80 | csrcs | (0x10 if extension else 0)
    header = struct.pack("!BBHII", first, 96, sequence, rng.getrandbits(32), SSRC)
    return header + rng.randbytes(4 * csrcs) + extension + rng.randbytes(rng.randrange(1, 1200))


def rtcp(rng: random.Random) -> bytes:
    """A sender report with anything in it."""
    return struct.pack("!BBHI", 0x80, 200, 6, SSRC) + rng.randbytes(20)


@pytest.mark.parametrize("name", PROFILES)
def test_libsrtp_opens_what_the_plane_seals(ours: Ours, name: str) -> None:
    number, profile, length = PROFILES[name]
    rng = random.Random(f"seal {name}")
    key = rng.randbytes(length)
    session = theirs(profile, key, Policy.SSRC_ANY_INBOUND)
    for index in range(65_500, 65_580):  # across a rollover
        plain = rtp(rng, index & 0xFFFF)
        sealed = ours.ask("seal", "rtp", number, key, index, plain)
        assert isinstance(sealed, bytes)
        assert session.unprotect(sealed) == plain
    for index in range(1, 20):
        plain = rtcp(rng)
        sealed = ours.ask("seal", "rtcp", number, key, index, plain)
        assert isinstance(sealed, bytes)
        assert session.unprotect_rtcp(sealed) == plain


@pytest.mark.parametrize("name", PROFILES)
def test_the_plane_opens_what_libsrtp_seals(ours: Ours, name: str) -> None:
    number, profile, length = PROFILES[name]
    rng = random.Random(f"open {name}")
    key = rng.randbytes(length)
    session = theirs(profile, key, Policy.SSRC_ANY_OUTBOUND)
    for index in range(65_500, 65_580):
        plain = rtp(rng, index & 0xFFFF)
        assert ours.ask("open", "rtp", number, key, index, session.protect(plain)) == plain
    for _ in range(20):
        plain = rtcp(rng)
        assert ours.ask("open", "rtcp", number, key, 0, session.protect_rtcp(plain)) == plain


@pytest.mark.parametrize("name", PROFILES)
def test_both_refuse_a_changed_packet(ours: Ours, name: str) -> None:
    number, profile, length = PROFILES[name]
    rng = random.Random(f"forge {name}")
    key = rng.randbytes(length)
    session = theirs(profile, key, Policy.SSRC_ANY_INBOUND)
    for protocol, plain in (("rtp", rtp(rng, 7)), ("rtcp", rtcp(rng))):
        sealed = ours.ask("seal", protocol, number, key, 7, plain)
        assert isinstance(sealed, bytes)
        forged = bytearray(sealed)
        forged[len(plain) // 2 + 6] ^= 1
        assert ours.ask("open", protocol, number, key, 7, bytes(forged)) == "refused Auth"
        with pytest.raises(Error):
            (session.unprotect if protocol == "rtp" else session.unprotect_rtcp)(bytes(forged))
