"""The node's own key, to sign what must be believed later. `node.features.recordings.shelf.Signer`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FILE: Final = "signing.pem"


class KeySigner:
    """Ed25519 (RFC 8032). The key is made at the first use, readable by us alone."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._key: Ed25519PrivateKey | None = None

    def sign(self, statement: bytes) -> str:
        return self._loaded().sign(statement).hex()

    def secret(self, purpose: str) -> bytes:
        raw = self._loaded().private_bytes(
            serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
        )
        mac = hmac.HMAC(raw, hashes.SHA256())
        mac.update(purpose.encode())
        return mac.finalize()

    def public(self) -> bytes:
        return self._loaded().public_key().public_bytes_raw()

    def _loaded(self) -> Ed25519PrivateKey:
        if self._key is None:
            if not self._path.exists():
                self._make()
            key = serialization.load_pem_private_key(self._path.read_bytes(), None)
            assert isinstance(key, Ed25519PrivateKey)
            self._key = key
        return self._key

    def _make(self) -> None:
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        part = self._path.with_suffix(".part")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        part.rename(self._path)
