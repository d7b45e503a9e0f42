"""Where recordings are kept: a bucket of any store that speaks S3. `node.features.recordings.shelf.Vault`.

Keys are as in the folder: 32 hexadecimal digits, a slash, one of a few words (H23). What a store says of itself reaches
the log and the operator as a kind of error, never its text.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from node.ports import StoreAway
from node.storage.objects import check
from node.storage.uploads import Uploads

if TYPE_CHECKING:
    from obstore.store import S3Config

PART: Final = 8 << 20
"""Bytes of a piece of an upload. S3 wants 5 MiB at least, and takes 10,000 of them: 80 GB."""
PIECE: Final = 1 << 20
"""Bytes that are asked for at once when a file is read."""
PROBE: Final = "regie-check"
REGION: Final = "us-east-1"
"""What a store that has no regions calls its own."""


class BucketVault:
    """Raises StoreAway from everything. `prefix`: before every key, "" for none. `retry_s`: for how long a request is
    tried again by itself."""

    def __init__(
        self, bucket: str, *, prefix: str, endpoint: str, region: str, key_id: str, secret: str, retry_s: float = 20.0
    ) -> None:
        config: S3Config = {"region": region or REGION}
        if key_id:
            config |= {"access_key_id": key_id, "secret_access_key": secret}
        if endpoint:
            config |= {"endpoint": endpoint, "virtual_hosted_style_request": False}
        at = endpoint.rstrip("/") or f"https://s3.{region or REGION}.amazonaws.com"
        self._uploads = Uploads(f"{at}/{bucket}", region=region or REGION, key_id=key_id, secret=secret)
        self._before = f"{prefix.strip('/')}/" if prefix else ""
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            config=config,
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=5),
                "timeout": timedelta(seconds=60),
            },
            retry_config={"max_retries": 2 if retry_s else 0, "retry_timeout": timedelta(seconds=retry_s)},
        )

    def put(self, recording: str, name: str, path: Path) -> None:
        check(recording, name)
        if path.stat().st_size > PART:  # it may have been tried before, and cut off
            self._uploads.end(f"{self._before}{recording}/{name}")
        with path.open("rb") as file, _there(), _told():
            self._store.put(f"{recording}/{name}", file, chunk_size=PART)

    def read(self, recording: str, name: str, start: int, length: int) -> Iterator[bytes]:
        check(recording, name)
        try:
            with _told():
                size = self._store.head(f"{recording}/{name}")["size"]
        except FileNotFoundError:
            with _there(), _told():  # is it the file, or all that is kept?
                next(iter(self._store.list(prefix=f"{recording}/", chunk_size=1)), None)
            raise
        end = min(size, start + length)
        while start < end:
            upto = min(end, start + PIECE)
            with _told():
                piece = bytes(self._store.get_range(f"{recording}/{name}", start=start, end=upto))
            yield piece
            start = upto

    def sums(self, recording: str, name: str) -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        for chunk in self.read(recording, name, 0, 1 << 62):
            digest.update(chunk)
            size += len(chunk)
        return size, digest.hexdigest()

    def delete(self, recording: str) -> None:
        check(recording)
        with _told():
            for page in self._store.list(prefix=f"{recording}/"):
                for found in page:
                    with contextlib.suppress(NotFoundError, FileNotFoundError):
                        self._store.delete(found["path"])
        self._uploads.end(f"{self._before}{recording}/")

    def probe(self) -> None:
        """Write, read and remove something small: may we, and does it answer?"""
        with _there(), _told():
            self._store.put(PROBE, b"regie")
            self._store.get(PROBE).bytes()
            self._store.delete(PROBE)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise FileNotFoundError(errno.ENOENT, "not in the store") from None
    except BaseError as error:
        raise StoreAway(type(error).__name__.removesuffix("Error") or "store") from error
    except TimeoutError as error:
        raise StoreAway("Timeout") from error


@contextlib.contextmanager
def _there() -> Iterator[None]:
    """Of what is written, "not found" is the bucket."""
    try:
        yield
    except FileNotFoundError:
        raise StoreAway("NoBucket") from None
