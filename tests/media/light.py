"""The least that can join: one UDP socket, one ICE check, one DTLS handshake. For many joins at once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import re
import struct
import zlib
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from node import ports
from node.media import dtls
from node.media.adapter import PlaneMedia
from tests.media.talk import DtlsClient, offer
from tests.media.test_join import with_certificate

COOKIE = 0x2112A442
KEY: tuple[ec.EllipticCurvePrivateKey, x509.Certificate] = dtls._generate()


def check(ufrag: str, password: str) -> bytes:
    """A binding request that nominates (RFC 8445 7.1.1)."""

    def attribute(name: int, value: bytes) -> bytes:
        return struct.pack("!HH", name, len(value)) + value + bytes(-len(value) % 4)

    body = attribute(6, f"{ufrag}:peer".encode()) + attribute(0x24, struct.pack("!I", 1845501695))
    body += attribute(0x802A, os.urandom(8)) + attribute(0x25, b"")
    head = struct.pack("!HHI", 1, len(body) + 24, COOKIE) + os.urandom(12)
    body += attribute(8, hmac.digest(password.encode(), head + body, hashlib.sha1))
    head = head[:2] + struct.pack("!H", len(body) + 8) + head[4:]
    return head + body + attribute(0x8028, struct.pack("!I", zlib.crc32(head + body) ^ 0x5354554E))


class LightClient(asyncio.DatagramProtocol):
    def __init__(self, name: str, offered: str = "chromium_page") -> None:
        self.name = name
        self.dtls = DtlsClient(key=KEY[0], certificate=KEY[1])
        self.hello = dtls._pack(b"".join(self.dtls.step()))
        self.offer = with_certificate(offer(offered), self.dtls)
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.received = 0
        self._udp: asyncio.DatagramTransport | None = None
        self._check = b""
        self._timer: asyncio.TimerHandle | None = None
        self._last: list[bytes] = []

    async def join(self, media: PlaneMedia, room: str = "r") -> None:
        """Offer, check, handshake. Returns when DTLS is done on this side."""
        opened = await media.open(
            room=room, transport=self.name, offer=self.offer, shape=ports.Shape.PAGE, label=b"", muted=frozenset()
        )
        await self.connect(opened.answer)
        await self.done

    async def connect(self, answer: str) -> None:
        found = {name: re.search(pattern, answer) for name, pattern in PATTERNS.items()}
        values = {name: match.group(1) for name, match in found.items() if match is not None}
        self._check = check(values["ufrag"], values["password"])
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self, remote_addr=("127.0.0.1", int(values["port"])))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._udp = cast(asyncio.DatagramTransport, transport)
        self._last = [self._check]
        self._again()

    def _again(self) -> None:
        """What was said last is said again until it is answered, as every client does."""
        if self._udp is None or self.done.done():
            return
        for datagram in self._last:
            self._udp.sendto(datagram)
        self._timer = asyncio.get_running_loop().call_later(0.2, self._again)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self._udp is not None
        self.received += 1
        if data[0] < 4:
            if self._last == [self._check]:
                self._last = self.hello
                self._send()
        elif 20 <= data[0] <= 63 and not self.dtls.done:
            self.dtls.feed(data)
            if flight := dtls._pack(b"".join(self.dtls.step())):
                self._last = flight
                self._send()
            if self.dtls.done and not self.done.done():
                self.done.set_result(None)

    def _send(self) -> None:
        assert self._udp is not None
        for datagram in self._last:
            self._udp.sendto(datagram)

    def leave(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._udp is not None:
            self._udp.close()
            self._udp = None


PATTERNS = {
    "ufrag": re.compile(r"a=ice-ufrag:(\S+)"),
    "password": re.compile(r"a=ice-pwd:(\S+)"),
    "port": re.compile(r"a=candidate:1 1 udp \d+ \S+ (\d+)"),
}
