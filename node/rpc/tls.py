"""A certificate authority of the node's own, and the certificate it serves gRPC and HTTPS with.

Made at the first start in `<data_dir>/tls`: `ca.pem` (to give to consoles and phones), `ca.key`, `server.pem` (the
chain), `server.key`. ECDSA P-256, SHA-256. The server's certificate is made again when less than 30 days are left,
when it lacks a name, or when it is not of this authority; the authority is never replaced by itself, because contexts
trust it.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from node.errors import SaidFault, Text

CA_DAYS: Final = 3652
SERVER_DAYS: Final = 397  # the most that browsers accept
RENEW_DAYS: Final = 30
EARLY: Final = timedelta(hours=1)  # clocks of phones are late

_BROKEN: Final = Text(
    "{path} ne se lit pas : remettez-le d’une sauvegarde, ou effacez ca.pem et ca.key ; le nœud en fera de nouveaux, "
    "et les contextes des consoles seront à refaire.",
    "{path} cannot be read: restore it from a backup, or delete ca.pem and ca.key; the node makes new ones, and the "
    "consoles' contexts must be made again.",
)

Name = x509.DNSName | x509.IPAddress


class TlsFiles(msgspec.Struct, frozen=True):
    """Paths of PEM files. `cert` holds the chain."""

    ca: Path
    cert: Path
    key: Path


def ensure_tls(data_dir: Path, names: Iterable[str] = (), *, now: datetime | None = None) -> TlsFiles:
    """The node's certificates, made or renewed when needed. `names`: what else people call this machine (names, IPs).

    Raises OSError where the directory cannot be written, SaidFault where the authority there cannot be read.
    """
    now = now or datetime.now(UTC)
    folder = data_dir / "tls"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = TlsFiles(ca=folder / "ca.pem", cert=folder / "server.pem", key=folder / "server.key")
    wanted = names_of(names)
    ca, ca_key = _authority(files.ca, folder / "ca.key", now)
    if not _good(files, ca, wanted, now):
        _issue(files, ca, ca_key, wanted, now)
    return files


def names_of(names: Iterable[str]) -> list[Name]:
    """Subject alternative names: the loopback ones, the host's, and `names`, each once."""
    host = socket.gethostname()
    found: dict[str, Name] = {}
    for word in ("localhost", "127.0.0.1", "::1", host, *names):
        word = word.strip().strip("[]").rstrip(".")
        if not word:
            continue
        try:
            address = ipaddress.ip_address(word)
        except ValueError:
            if len(word) <= 253 and word.isascii() and " " not in word:
                found.setdefault(word.lower(), x509.DNSName(word.lower()))
        else:
            if not address.is_unspecified:
                found.setdefault(str(address), x509.IPAddress(address))
    return list(found.values())


def _authority(cert_path: Path, key_path: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    if cert_path.exists() and key_path.exists():
        reading = key_path
        try:
            key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                raise TypeError
            reading = cert_path
            return x509.load_pem_x509_certificate(cert_path.read_bytes()), key
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise SaidFault(_BROKEN, path=reading) from None
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Régie {socket.gethostname()}"[:64])])
    cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLY)
        .not_valid_after(now + timedelta(days=CA_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_private(key_path, _key_pem(key))
    write_private(cert_path, cert.public_bytes(serialization.Encoding.PEM), mode=0o644)
    return cert, key


def _good(files: TlsFiles, ca: x509.Certificate, wanted: list[Name], now: datetime) -> bool:
    if not (files.cert.exists() and files.key.exists()):
        return False
    try:
        cert = x509.load_pem_x509_certificate(files.cert.read_bytes())
        key = serialization.load_pem_private_key(files.key.read_bytes(), password=None)
        cert.verify_directly_issued_by(ca)
        held = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    lasts = cert.not_valid_after_utc - now >= timedelta(days=RENEW_DAYS) and cert.not_valid_before_utc <= now
    return lasts and cert.public_key() == key.public_key() and all(name in held for name in wanted)


def _issue(
    files: TlsFiles, ca: x509.Certificate, ca_key: ec.EllipticCurvePrivateKey, wanted: list[Name], now: datetime
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    until = min(now + timedelta(days=SERVER_DAYS), ca.not_valid_after_utc)
    cert = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, socket.gethostname()[:64])]))
        .issuer_name(ca.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLY)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName(wanted), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    write_private(files.key, _key_pem(key))
    chain = cert.public_bytes(serialization.Encoding.PEM) + ca.public_bytes(serialization.Encoding.PEM)
    write_private(files.cert, chain, mode=0o644)


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write_private(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Replaces `path` at once or not at all; readable by its owner alone from the first byte on."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 by mkstemp's contract
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        if mode != 0o600:
            os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
