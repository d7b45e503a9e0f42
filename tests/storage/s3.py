"""A real S3 server, as a process of its own (s3rver, of tests/page/package.json). It knows who asks by the id of the
key, and does not check what a signature of version 4 says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Final, Self

from node.storage.bucket import BucketVault

SERVER: Final = Path(__file__).parents[1] / "page" / "node_modules" / "s3rver" / "bin" / "s3rver.js"
BUCKET: Final = "recordings"
KEY_ID, SECRET = "S3RVER", "S3RVER"


class S3:
    """`with S3(folder) as store`. `kill` and `start` as often as wished: what it was given is in the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Returns when it answers; the second time on the same port."""
        asked = ["node", str(SERVER), "-d", str(self.folder), "-a", "127.0.0.1", "-p", str(self.port)]
        self._process = subprocess.Popen(
            [*asked, "--no-vhost-buckets", "--configure-bucket", BUCKET],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"listening on 127\.0\.0\.1:(\d+)", line):
                self.port = int(found[1])
                return
        raise AssertionError("the S3 server ended")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def vault(self, *, key_id: str = KEY_ID, bucket: str = BUCKET, prefix: str = "") -> BucketVault:
        return BucketVault(
            bucket, prefix=prefix, endpoint=self.endpoint, region="", key_id=key_id, secret=SECRET, retry_s=0.0
        )

    def bytes_of(self, word: str) -> int:
        """Of everything whose path has `word` in it."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file() and word in str(file))
