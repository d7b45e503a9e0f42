"""The node's own authority: made once, kept private, renewed in time, and trusted by whoever has `ca.pem` alone."""

from __future__ import annotations

import asyncio
import os
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from node.rpc.tls import TlsFiles, ensure_tls
from protos.nodes.v1 import nodes_pb2
from tests.rpc.house import House

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def cert(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def names(files: TlsFiles) -> set[str]:
    held = cert(files.cert).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in held}


def test_the_first_start_makes_everything(tmp_path: Path) -> None:
    files = ensure_tls(tmp_path, ["regie.example", "192.0.2.7", "2001:db8::7", "0.0.0.0", ""], now=NOW)
    assert {"localhost", "127.0.0.1", "::1", "regie.example", "192.0.2.7", "2001:db8::7"} <= names(files)
    assert "0.0.0.0" not in names(files)
    ca, server = cert(files.ca), cert(files.cert)
    server.verify_directly_issued_by(ca)
    public = ca.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1)
    assert ca.not_valid_after_utc - NOW > timedelta(days=3650)
    for key in (files.key, files.ca.with_name("ca.key")):
        assert stat.S_IMODE(os.stat(key).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(files.ca.parent).st_mode) == 0o700
    assert {path.name for path in files.ca.parent.iterdir()} == {"ca.pem", "ca.key", "server.pem", "server.key"}


def test_the_second_start_keeps_everything(tmp_path: Path) -> None:
    files = ensure_tls(tmp_path, ["regie.example"], now=NOW)
    before = {path: path.read_bytes() for path in files.ca.parent.iterdir()}
    ensure_tls(tmp_path, ["regie.example"], now=NOW + timedelta(days=300))
    assert {path: path.read_bytes() for path in files.ca.parent.iterdir()} == before


@pytest.mark.parametrize(
    ("days", "wanted"),
    [(368, ["regie.example"]), (500, ["regie.example"]), (1, ["regie.example", "other.example"])],
    ids=["soon over", "over", "a new name"],
)
def test_the_server_is_renewed_and_the_authority_stays(tmp_path: Path, days: int, wanted: list[str]) -> None:
    files = ensure_tls(tmp_path, ["regie.example"], now=NOW)
    ca, server = files.ca.read_bytes(), cert(files.cert)
    later = NOW + timedelta(days=days)
    ensure_tls(tmp_path, wanted, now=later)
    assert files.ca.read_bytes() == ca
    assert cert(files.cert).serial_number != server.serial_number
    assert cert(files.cert).not_valid_after_utc - later > timedelta(days=390)
    assert set(wanted) <= names(files)


@pytest.mark.parametrize("damage", ["server.key", "server.pem"])
def test_a_damaged_file_is_made_again(tmp_path: Path, damage: str) -> None:
    files = ensure_tls(tmp_path, now=NOW)
    (tmp_path / "tls" / damage).write_bytes(b"not PEM")
    ensure_tls(tmp_path, now=NOW)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.cert, files.key)


async def test_https_with_the_same_files(tmp_path: Path) -> None:
    """A phone that trusts `ca.pem` opens the page's port."""
    files = ensure_tls(tmp_path)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(files.cert, files.key)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=serving)
    port = server.sockets[0].getsockname()[1]
    trusting = ssl.create_default_context(cafile=str(files.ca))
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting, server_hostname="localhost")
    assert await reader.read() == b"hello"
    writer.close()
    server.close()


async def test_who_does_not_know_the_authority_does_not_connect(house: House, tmp_path: Path) -> None:
    assert house.server is not None
    other = ensure_tls(tmp_path / "other")
    trust = grpc.ssl_channel_credentials(other.ca.read_bytes())
    async with grpc.aio.secure_channel(house.server.address, trust) as channel:
        call: Any = channel.unary_unary("/grpc.health.v1.Health/Check")
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await call(b"", timeout=30)
        assert error.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_renewed_certificate_is_served_without_a_restart(house: House) -> None:
    assert house.server is not None
    port = int(house.server.address.rpartition(":")[2])

    async def served() -> bytes:
        context = ssl.create_default_context(cafile=str(house.tls.ca))
        context.set_alpn_protocols(["h2"])
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
        found: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        return found

    before = await served()
    ensure_tls(house.folder, ["renewed.example"])
    assert await served() != before
    viewer = await house.operator("viewer")
    await viewer.ask(viewer.nodes.GetCaller, nodes_pb2.GetCallerRequest())
