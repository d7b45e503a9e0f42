"""A real coturn with the shipped configuration relays to nobody inside (H13), bounds one credential in number and in
time (H14), and forgets who only asks (H12)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import re
import shutil
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aioice import stun, turn

from tests.e2e.machine import free_port, until

SHIPPED = Path(__file__).parents[2] / "ops" / "coturn" / "turnserver.conf"
SECRET = "the same as on the node"
ABROAD = {4: "9.9.9.9", 6: "2620:fe::9"}
INSIDE = {
    4: ("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.254", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.1", "192.0.0.255", "192.0.2.1", "192.88.99.1", "198.18.0.1",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    6: ("::1", "::", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::", "64:ff9b::7f00:1",
        "64:ff9b::ffff:ffff", "64:ff9b:1::1", "100::1", "2001::1", "2001:2::1", "2001:1ff::1", "2001:db8::1",
        "2002:7f00:1::1", "3fff::1", "5f00::1", "fc00::1", "fd00::1", "fe80::1", "fec0::1", "ff02::1"),
}  # fmt: skip
EVERYBODY = (*((6, peer) for peer in ("2000::1", "2001:200::1", "2003::1", "2a00::1", "3ffe::1")), (4, "192.0.1.1"))
"""Beside the ranges: denied for too much is an outage."""
FORBIDDEN, OTHER_FAMILY, QUOTA = 403, 443, 486
UDP = {"REQUESTED_TRANSPORT": 0x11000000}
FAMILY = {4: 0x01000000, 6: 0x02000000}


REQUESTED_FAMILY = (0x0017, "REQUESTED-ADDRESS-FAMILY", stun.pack_unsigned, stun.unpack_unsigned)
"""RFC 8656, 18.6: of the relayed address, whatever the client's own."""
stun.ATTRIBUTES_BY_TYPE.setdefault(REQUESTED_FAMILY[0], REQUESTED_FAMILY)
stun.ATTRIBUTES_BY_NAME.setdefault(REQUESTED_FAMILY[1], REQUESTED_FAMILY)


class Client:
    """One socket, hence one allocation. A credential as the node hands it out (draft-uberti-behave-turn-rest-00)."""

    def __init__(self, port: int, person: str, *, ends: int | None = None) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(("127.0.0.1", port))
        self._socket.setblocking(False)
        self._name = f"{int(time.time()) + 600 if ends is None else ends}:{person}"
        digest = hmac.new(SECRET.encode(), self._name.encode(), hashlib.sha1).digest()
        self._password = base64.b64encode(digest).decode()
        self._asked: stun.Message | None = None

    def close(self) -> None:
        self._socket.close()

    def ask_as_a_stranger(self) -> int:
        """To allocate, without a credential, and without waiting for the answer; the bytes sent."""
        request = stun.Message(stun.Method.ALLOCATE, stun.Class.REQUEST)
        request.attributes["REQUESTED-TRANSPORT"] = 0x11000000
        return self._socket.send(bytes(request))

    async def answered(self) -> int:
        """Bytes of the next answer."""
        async with asyncio.timeout(20):
            return len(await asyncio.get_running_loop().sock_recv(self._socket, 2048))

    async def ask(self, method: stun.Method, **attributes: object) -> int:
        """The error code of the answer; 0: it is done. Asks again with the server's nonce where it says 401."""
        answer = await self._once(method, attributes)
        if _code(answer) == 401:
            self._asked = answer
            answer = await self._once(method, attributes)
        return _code(answer)

    async def _once(self, method: stun.Method, attributes: dict[str, object]) -> stun.Message:
        request = stun.Message(method, stun.Class.REQUEST)
        request.attributes.update({name.replace("_", "-"): value for name, value in attributes.items()})
        if self._asked is not None:
            realm = self._asked.attributes["REALM"]
            request.attributes.update(
                {"USERNAME": self._name, "NONCE": self._asked.attributes["NONCE"], "REALM": realm}
            )
            request.add_message_integrity(turn.make_integrity_key(self._name, realm, self._password))
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(20):
            await loop.sock_sendall(self._socket, bytes(request))
            while True:
                answer = stun.parse_message(await loop.sock_recv(self._socket, 2048))
                if answer.transaction_id == request.transaction_id:
                    return answer


def _code(answer: stun.Message) -> int:
    return int(answer.attributes["ERROR-CODE"][0]) if answer.message_class is stun.Class.ERROR else 0


async def _answers(port: int) -> bool:
    with contextlib.closing(Client(port, "p_0")) as client, contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(1):
            return await client.ask(stun.Method.BINDING) == 0
    return False


@contextlib.asynccontextmanager
async def coturn(folder: Path) -> AsyncIterator[int]:
    """Started with the shipped file, its blanks filled in; without TLS, which needs a certificate."""
    program = shutil.which("turnserver")
    assert program is not None, "ops/system.sh test installs it (Debian: coturn)"
    port = free_port(socket.SOCK_DGRAM)
    text = SHIPPED.read_text("utf-8")
    text = re.sub(r"static-auth-secret=<.*>", f"static-auth-secret={SECRET}", text)
    text = re.sub(r"(?m)^(cert|pkey|tls-listening-port|listening-port)=.*$", "", text).replace(
        "<turn.example.org>", "test"
    )
    text, hastened = re.subn(r"(?m)^max-allocate-timeout=5$", "max-allocate-timeout=1", text)
    assert hastened, "a test does not wait for as long"
    text += (
        f"\nlistening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nrelay-ip=::1\nlistening-port={port}\nno-tls\nno-dtls\nno-tcp\n"
    )
    text += f"userdb={folder}/turn.sqlite\npidfile={folder}/turn.pid\nlog-file=stdout\nsimple-log\nverbose\n"
    (folder / "turnserver.conf").write_text(text)
    server = await asyncio.create_subprocess_exec(
        program, "-c", str(folder / "turnserver.conf"), stdin=asyncio.subprocess.DEVNULL,
        stdout=(folder / "turn.log").open("wb"), stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        await until(lambda: _answers(port), 30, "coturn answers", every=0.1)
        yield port
    finally:
        server.terminate()
        await server.wait()


@pytest.mark.timeout(120)
async def test_a_relay_leads_nowhere_inside(tmp_path: Path) -> None:
    """By permission and by channel; from a relayed address of the same family, so that it is the range that refuses."""
    async with coturn(tmp_path) as port:
        for family, peers in INSIDE.items():
            with contextlib.closing(Client(port, f"p_{family}")) as client:
                ours = {**UDP, "REQUESTED_ADDRESS_FAMILY": FAMILY[family]}
                assert await client.ask(stun.Method.ALLOCATE, **ours) == 0
                for peer in (ABROAD[family], *(peer for other, peer in EVERYBODY if other == family)):
                    asked = await client.ask(stun.Method.CREATE_PERMISSION, XOR_PEER_ADDRESS=(peer, 5000))
                    assert asked == 0, f"{peer}: it is not that it refuses everybody"
                for number, peer in enumerate(peers):
                    asked = await client.ask(stun.Method.CREATE_PERMISSION, XOR_PEER_ADDRESS=(peer, 5000))
                    assert asked == FORBIDDEN, peer
                    bound = {"CHANNEL_NUMBER": 0x4000 + number, "XOR_PEER_ADDRESS": (peer, 5000)}
                    assert await client.ask(stun.Method.CHANNEL_BIND, **bound) == FORBIDDEN, peer
                other = ABROAD[10 - family]
                asked = await client.ask(stun.Method.CREATE_PERMISSION, XOR_PEER_ADDRESS=(other, 5000))
                assert asked == OTHER_FAMILY


async def test_one_credential_has_so_many_relays(tmp_path: Path) -> None:
    """H14: twelve, and nobody else's."""
    async with coturn(tmp_path) as port:
        clients = [Client(port, "p_2") for _ in range(14)]
        got = [await client.ask(stun.Method.ALLOCATE, **UDP) for client in clients]
        assert got == [0] * 12 + [QUOTA] * 2
        with contextlib.closing(Client(port, "p_3")) as other:
            assert await other.ask(stun.Method.ALLOCATE, **UDP) == 0, "one person's own"
        for client in clients:
            client.close()


async def test_a_credential_ends(tmp_path: Path) -> None:
    """H14: no new allocation with one whose time is over; what was allocated before is kept."""
    async with coturn(tmp_path) as port:
        ends = int(time.time()) + 4
        with contextlib.closing(Client(port, "p_1", ends=ends)) as early:
            assert await early.ask(stun.Method.ALLOCATE, **UDP) == 0
            # time(2) is that of the last tick: a moment behind, so not the same second that begins here
            await until(lambda: time.time() > ends + 3, 30, "the time is over", every=0.1)
            with contextlib.closing(Client(port, "p_1", ends=ends)) as late:
                assert await late.ask(stun.Method.ALLOCATE, **UDP) == 401
            assert await early.ask(stun.Method.REFRESH, LIFETIME=600) == 0
        with contextlib.closing(Client(port, "p_1", ends=ends - 3600)) as forged:
            forged._name = f"{int(time.time()) + 600}:p_1"
            assert await forged.ask(stun.Method.ALLOCATE, **UDP) == 401, "the time is sealed"


async def test_who_only_asks_is_forgotten(tmp_path: Path) -> None:
    """H12: a hundred sources without a credential; a 401 is hardly more than what was asked."""
    async with coturn(tmp_path) as port:
        strangers = [Client(port, "") for _ in range(100)]
        asked = sum([one.ask_as_a_stranger() for one in strangers])
        said = sum([await one.answered() for one in strangers])
        assert said <= 3 * asked
        for one in strangers:
            one.close()

        def forgotten() -> bool:
            return (tmp_path / "turn.log").read_text("utf-8", "replace").count(": closed") >= 100

        await until(forgotten, 50, "they are forgotten", every=0.2)
