"""The verbs of these tests: offers that were recorded, a DTLS client, and the other end of the plane's socket."""

from __future__ import annotations

import asyncio
import hashlib
import os
import pathlib
import sys
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from OpenSSL import SSL

from node import ports
from node.media import dtls
from node.media.sdp import Fingerprint
from protos.plane.v1 import plane_pb2 as wire

OFFERS = pathlib.Path(__file__).parent / "offers"
WITHIN_S = 30.0


def offer(name: str) -> str:
    return (OFFERS / f"{name}.sdp").read_bytes().decode()


class DtlsClient:
    """A DTLS-SRTP client in memory (OpenSSL): `step()` gives datagrams for what it was fed."""

    def __init__(
        self,
        profiles: bytes = b"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM",
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None,
        certificate: x509.Certificate | None = None,
        mtu: int = 1200,
    ) -> None:
        if key is None or certificate is None:
            key, certificate = dtls._generate()
        self.der = certificate.public_bytes(serialization.Encoding.DER)
        context = SSL.Context(SSL.DTLS_CLIENT_METHOD)
        context.use_certificate(certificate)
        context.use_privatekey(key)
        context.set_verify(SSL.VERIFY_PEER, dtls._accept_any)
        if profiles:
            context.set_tlsext_use_srtp(profiles)
        self.connection = SSL.Connection(context, None)
        self.connection.set_connect_state()
        self.connection.set_ciphertext_mtu(mtu)
        self.done = False

    def fingerprint(self, algorithm: str = "sha-256") -> Fingerprint:
        return Fingerprint(algorithm, hashlib.new(algorithm.replace("-", ""), self.der).digest())

    def fingerprint_line(self) -> str:
        digits = self.fingerprint().digest.hex().upper()
        return "sha-256 " + ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))

    def feed(self, datagram: bytes) -> None:
        self.connection.bio_write(datagram)
        self.step_only()

    def step_only(self) -> None:
        try:
            self.connection.do_handshake()
            self.done = True
        except SSL.WantReadError:
            pass

    def step(self) -> list[bytes]:
        """What there is to send, one record a datagram, so that a test can lose or swap any of them."""
        self.step_only()
        stream, records, at = dtls._drain(self.connection), [], 0
        while at < len(stream):
            end = at + 13 + int.from_bytes(stream[at + 11 : at + 13])
            records.append(stream[at:end])
            at = end
        return records

    def keys(self, size: int = 16, salt: int = 12) -> tuple[bytes, bytes]:
        """(client key + salt, server key + salt) as RFC 5764 4.2 lays them out."""
        material = self.connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (size + salt))
        return (
            material[:size] + material[2 * size : 2 * size + salt],
            material[size : 2 * size] + material[2 * size + salt :],
        )


def shake(client: DtlsClient, peer: dtls.DtlsPeer, now: float = 0.0) -> None:
    """Let both talk until neither has anything to say."""
    for _ in range(10):
        out = client.step()
        back = [answer for datagram in out for answer in peer.receive(datagram, now)]
        for datagram in back:
            client.feed(datagram)
        if not out and not back:
            return


class FakePlane:
    """Listens where the plane would and speaks its real wire format. Holds transports; carries no packets."""

    def __init__(self, run_dir: pathlib.Path, instance: str = "first") -> None:
        self.path = run_dir / "plane.sock"
        self.instance = instance
        self.epoch = 0
        self.abilities: tuple[str, ...] = ()
        self.opened: dict[str, wire.Snapshot.Transport] = {}
        self.commands: list[wire.ToPlane] = []
        self.deaf = False
        self.refuse: dict[str, int] = {}
        self._server: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._news = asyncio.Event()

    async def start(self) -> FakePlane:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, str(self.path))
        return self

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.hang_up()

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.close()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        try:
            while True:
                length = int.from_bytes(await reader.readexactly(4))
                command = wire.ToPlane.FromString(await reader.readexactly(length))
                self.commands.append(command)
                self._news.set()
                if not self.deaf:
                    self._answer(writer, command)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    def _answer(self, writer: asyncio.StreamWriter, command: wire.ToPlane) -> None:
        name = command.WhichOneof("command") or ""
        reply = wire.FromPlane(id=command.id)
        if name in self.refuse:
            reply.failed.cause = self.refuse[name]  # type: ignore[assignment]
        elif name == "send_dtls":
            return
        elif (make := getattr(self, f"_{name}", None)) is not None:
            make(writer, command, reply)
        else:
            reply.done.SetInParent()
        self._write(writer, reply)

    def _attach(self, writer: asyncio.StreamWriter, _: wire.ToPlane, reply: wire.FromPlane) -> None:
        self.epoch += 1
        if self._writer is not None and not self._writer.is_closing():
            self._write(self._writer, wire.FromPlane(fenced=wire.Fenced(epoch=self.epoch)))
            self._writer.close()
        self._writer = writer
        reply.attached.CopyFrom(
            wire.Attached(
                epoch=self.epoch,
                instance=self.instance,
                started_unix_ms=1000,
                candidates=[wire.Address(ip="127.0.0.1", port=7881)],
                version="0",
                optimised=True,
                abilities=self.abilities,
            )
        )

    def _open_transport(self, _: asyncio.StreamWriter, command: wire.ToPlane, reply: wire.FromPlane) -> None:
        opened = command.open_transport
        ice = wire.IceCredentials(ufrag="fake", password="p" * 24)
        self.opened[opened.transport] = wire.Snapshot.Transport(opened=opened, ice=ice)
        reply.transport_opened.ice.CopyFrom(ice)
        reply.transport_opened.candidates.append(wire.Address(ip="127.0.0.1", port=7881))

    def _restart_ice(self, _: asyncio.StreamWriter, command: wire.ToPlane, reply: wire.FromPlane) -> None:
        reply.ice_credentials.CopyFrom(wire.IceCredentials(ufrag="new4", password="q" * 24))

    def _set_keys(self, _: asyncio.StreamWriter, command: wire.ToPlane, reply: wire.FromPlane) -> None:
        self.opened[command.set_keys.transport].keyed = True
        reply.done.SetInParent()

    def _close_transport(self, _: asyncio.StreamWriter, command: wire.ToPlane, reply: wire.FromPlane) -> None:
        if self.opened.pop(command.close_transport.transport, None) is None:
            reply.failed.cause = wire.Failed.CAUSE_UNKNOWN
        else:
            reply.done.SetInParent()

    def _get_snapshot(self, _: asyncio.StreamWriter, command: wire.ToPlane, reply: wire.FromPlane) -> None:
        reply.snapshot.transports.extend(self.opened.values())

    def _write(self, writer: asyncio.StreamWriter, message: wire.FromPlane) -> None:
        body = message.SerializeToString()
        writer.write(len(body).to_bytes(4) + body)

    def event(self, **body: Any) -> None:
        assert self._writer is not None
        self._write(self._writer, wire.FromPlane(**body))

    def ice_connected(self, transport: str) -> None:
        self.opened[transport].connected = True
        self.event(ice_connected=wire.IceConnected(transport=transport))

    async def told(self, name: str, *, count: int = 1, transport: str = "", within: float = WITHIN_S) -> wire.ToPlane:
        """The `count`-th command of that name (about `transport`, if given), waiting for it."""
        async with asyncio.timeout(within):
            while True:
                found = [command for command in self.commands if command.WhichOneof("command") == name]
                if transport:
                    found = [command for command in found if getattr(command, name).transport == transport]
                if len(found) >= count:
                    return found[count - 1]
                self._news.clear()
                await self._news.wait()

    async def shake(self, transport: str, client: DtlsClient) -> None:
        """Carry DTLS between `client` and the control process until the client is done."""
        for datagram in client.step():
            self.event(dtls_received=wire.DtlsReceived(transport=transport, datagram=datagram))
        count = 1
        while not client.done:
            for datagram in (await self.told("send_dtls", count=count, transport=transport)).send_dtls.datagrams:
                client.feed(datagram)
            for datagram in client.step():
                self.event(dtls_received=wire.DtlsReceived(transport=transport, datagram=datagram))
            count += 1


class Listener:
    """Keeps what the media told."""

    def __init__(self) -> None:
        self.events: list[ports.MediaEvent] = []
        self._news = asyncio.Event()

    def __call__(self, event: ports.MediaEvent) -> None:
        self.events.append(event)
        self._news.set()

    async def hears(
        self, kind: type, matching: Callable[[Any], bool] = lambda _: True, *, after: int = 0, within: float = WITHIN_S
    ) -> Any:
        async with asyncio.timeout(within):
            while True:
                for event in self.events[after:]:
                    if isinstance(event, kind) and matching(event):
                        return event
                self._news.clear()
                await self._news.wait()


PROGRAM = """#!{python}
import sys
sys.path.insert(0, {root!r})
from tests.media.talk import run_fake_plane
run_fake_plane(sys.argv[1:])
"""


def fake_program(folder: pathlib.Path) -> pathlib.Path:
    """A `regie-plane` that is a `FakePlane`: takes its options, listens, ends on Shutdown."""
    path = folder / "regie-plane"
    path.write_text(PROGRAM.format(python=sys.executable, root=str(pathlib.Path(__file__).parents[2])))
    path.chmod(0o755)
    return path


def run_fake_plane(arguments: list[str]) -> None:
    options = dict(zip(arguments[::2], arguments[1::2], strict=True))
    print("options", options, flush=True)
    if options["--listen"] == "refuse:1":
        sys.exit("--listen refuse:1: write an address and a port.")

    async def serve() -> None:
        plane = FakePlane(pathlib.Path(options["--socket"]).parent, instance=f"pid {os.getpid()}")
        await plane.start()
        await plane.told("shutdown", within=60)

    asyncio.run(serve())
