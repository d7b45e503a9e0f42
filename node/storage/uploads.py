"""What uploads to a bucket left behind when they were cut off: parts that no list shows, that nobody can read, and that
cost what bytes cost. S3's ListMultipartUploads and AbortMultipartUpload, signed by AWS Signature Version 4.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import urllib.error
import urllib.request
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlencode, urlsplit
from xml.etree import ElementTree

import structlog

from node.ports import StoreAway

WITHIN_S: Final = 20.0
ROUNDS: Final = 20
"""Lists, of a thousand uploads each."""
NOTHING: Final = hashlib.sha256(b"").hexdigest()

log: Final = structlog.get_logger()


class Uploads:
    """Of one bucket. `url`: of the bucket. Without a `key_id` it does nothing: the bucket's own rule
    (AbortIncompleteMultipartUpload) has to."""

    def __init__(self, url: str, *, region: str, key_id: str, secret: str) -> None:
        self._url = url.rstrip("/")
        self._region, self._key_id, self._secret = region, key_id, secret

    def end(self, prefix: str) -> int:
        """Every upload to a key that begins with `prefix`; how many there were. That a store does not let us,
        or cannot, is in the log.

        Raises:
            StoreAway: it does not answer.
        """
        ended = 0
        for _ in range(ROUNDS if self._key_id else 0):
            try:
                found = self._list(prefix)
                for key, upload in found:
                    self._abort(key, upload)
            except urllib.error.HTTPError as refused:
                if refused.code >= HTTPStatus.INTERNAL_SERVER_ERROR and refused.code != HTTPStatus.NOT_IMPLEMENTED:
                    raise StoreAway("Generic") from None
                log.warning("recording_uploads_left", status=refused.code)
                break
            except (OSError, http.client.HTTPException, ElementTree.ParseError) as error:
                raise StoreAway("Generic") from error
            if not found:
                break
            ended += len(found)
        return ended

    def _list(self, prefix: str) -> list[tuple[str, str]]:
        """(key, upload)."""
        said = ElementTree.fromstring(self._ask("GET", "/", {"prefix": prefix, "uploads": ""}))
        found = [(one.findtext("{*}Key", ""), one.findtext("{*}UploadId", "")) for one in said.iterfind("{*}Upload")]
        return [(key, upload) for key, upload in found if key.startswith(prefix)]

    def _abort(self, key: str, upload: str) -> None:
        """Harmless when it has ended meanwhile."""
        try:
            self._ask("DELETE", "/" + quote(key), {"uploadId": upload})
        except urllib.error.HTTPError as refused:
            if refused.code != HTTPStatus.NOT_FOUND:
                raise

    def _ask(self, method: str, path: str, query: dict[str, str]) -> bytes:
        """Raises OSError, of which HTTPError is one; HTTPException: the answer was cut off."""
        asked = urlencode(sorted(query.items()), quote_via=quote, safe="")
        to = urlsplit(self._url + path)
        at = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        headers = {"host": to.netloc, "x-amz-content-sha256": NOTHING, "x-amz-date": at}
        scope = f"{at[:8]}/{self._region}/s3/aws4_request"
        named = "".join(f"{name}:{value}\n" for name, value in headers.items())
        request = "\n".join((method, to.path, asked, named, ";".join(headers), NOTHING))
        said = "\n".join(("AWS4-HMAC-SHA256", at, scope, hashlib.sha256(request.encode()).hexdigest()))
        key = f"AWS4{self._secret}".encode()
        for word in (*scope.split("/"), said):
            key = hmac.digest(key, word.encode(), "sha256")
        who, names = f"Credential={self._key_id}/{scope}", f"SignedHeaders={';'.join(headers)}"
        headers["authorization"] = f"AWS4-HMAC-SHA256 {who}, {names}, Signature={key.hex()}"
        wanted = urllib.request.Request(f"{to.geturl()}?{asked}", headers=headers, method=method)
        with urllib.request.urlopen(wanted, timeout=WITHIN_S) as answer:
            body: bytes = answer.read()
        return body
