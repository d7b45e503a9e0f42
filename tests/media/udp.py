"""A `FakePlane` with a UDP port: answers ICE checks (RFC 8445, lite) and carries DTLS, so that browsers can connect.

It forwards nothing; the real plane does that. It shows that what we answer and how we shake hands is what browsers
accept.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import pathlib
import struct
import zlib

from protos.plane.v1 import plane_pb2 as wire
from tests.media.talk import FakePlane

COOKIE = 0x2112A442


class UdpPlane(FakePlane, asyncio.DatagramProtocol):
    def __init__(self, run_dir: pathlib.Path, ip: str = "127.0.0.1") -> None:
        super().__init__(run_dir)
        self.ip, self.port = ip, 0
        self.peers: dict[str, tuple[str, int]] = {}
        self.srtp: dict[str, int] = {}
        self._udp: asyncio.DatagramTransport | None = None

    async def start(self) -> UdpPlane:
        await super().start()
        loop = asyncio.get_running_loop()
        self._udp, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.ip, 0))
        self.port = self._udp.get_extra_info("sockname")[1]
        return self

    async def stop(self) -> None:
        if self._udp is not None:
            self._udp.close()
        await super().stop()

    def _open_transport(self, writer: asyncio.StreamWriter, command: wire.ToPlane, reply: wire.FromPlane) -> None:
        super()._open_transport(writer, command, reply)
        held = self.opened[command.open_transport.transport]
        held.ice.ufrag = f"u{len(self.opened):03}"
        reply.transport_opened.ice.CopyFrom(held.ice)
        reply.transport_opened.candidates[0].CopyFrom(wire.Address(ip=self.ip, port=self.port))

    def _answer(self, writer: asyncio.StreamWriter, command: wire.ToPlane) -> None:
        if command.WhichOneof("command") == "send_dtls" and self._udp is not None:
            for datagram in command.send_dtls.datagrams:
                self._udp.sendto(datagram, self.peers[command.send_dtls.transport])
        super()._answer(writer, command)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if data[0] < 4:
            self._stun(data, addr)
            return
        for transport, peer in self.peers.items():
            if peer == addr:
                if 20 <= data[0] <= 63:
                    self.event(dtls_received=wire.DtlsReceived(transport=transport, datagram=data))
                else:
                    self.srtp[transport] = self.srtp.get(transport, 0) + 1
                    self._news.set()

    def _stun(self, data: bytes, addr: tuple[str, int]) -> None:
        kind, _, _, number = struct.unpack_from("!HHI12s", data)
        attributes, at = {}, 20
        while kind == 1 and at + 4 <= len(data):
            name, length = struct.unpack_from("!HH", data, at)
            attributes[name] = data[at + 4 : at + 4 + length]
            at += 4 + length + -length % 4
        ufrag = attributes.get(6, b"").decode().partition(":")[0]
        for transport, held in self.opened.items():
            if held.ice.ufrag == ufrag and self._udp is not None:
                self._udp.sendto(_success(number, addr, held.ice.password), addr)
                if 0x25 in attributes and transport not in self.peers:
                    self.peers[transport] = addr
                    self.ice_connected(transport)

    async def srtp_of(self, transport: str, packets: int) -> None:
        async with asyncio.timeout(15):
            while self.srtp.get(transport, 0) < packets:
                self._news.clear()
                await self._news.wait()


def _success(number: bytes, addr: tuple[str, int], password: str) -> bytes:
    ip = int(ipaddress.IPv4Address(addr[0])) ^ COOKIE
    mapped = struct.pack("!HHBBHI", 0x20, 8, 0, 1, addr[1] ^ COOKIE >> 16, ip)
    body = struct.pack("!HHI12s", 0x101, len(mapped) + 24, COOKIE, number) + mapped
    body += struct.pack("!HH", 8, 20) + hmac.digest(password.encode(), body, hashlib.sha1)
    body = body[:2] + struct.pack("!H", len(mapped) + 32) + body[4:]
    return body + struct.pack("!HHI", 0x8028, 4, zlib.crc32(body) ^ 0x5354554E)
