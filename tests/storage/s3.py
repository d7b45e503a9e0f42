"""A real S3 server, as a process of its own (s3rver and, because it does not check signatures, a guard before it which
does: `s3.mjs`)."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final, Self

from node.storage.bucket import BucketVault
from tests.e2e.machine import free_port

SERVER: Final = tuple(Path(__file__).parents[1] / "page" / "node_modules" / name for name in ("s3rver", "aws4"))
PROGRAM: Final = Path(__file__).with_name("s3.mjs")
BUCKET: Final = "recordings"
KEY_ID, SECRET = "tests", "a secret of the tests"


class S3:
    """`with S3(folder) as store`. `kill` and `start` as often as wished: what it was given is in the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()  # that nobody is given while it is down
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self, *, parts: int = 0, room: int = 0) -> None:
        """Returns when it answers, always on the same port. `parts`: it dies by itself once so many parts of
        uploads are on the disk; `room`: it takes no more of them than so many."""
        asked = ["node", str(PROGRAM), str(self.folder), str(self.port), BUCKET, KEY_ID, SECRET, str(parts), str(room)]
        self._process = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        assert said, "the S3 server ended"

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

    def vault(
        self, *, key_id: str = KEY_ID, secret: str = SECRET, bucket: str = BUCKET, prefix: str = ""
    ) -> BucketVault:
        return BucketVault(
            bucket, prefix=prefix, endpoint=self.endpoint, region="", key_id=key_id, secret=secret, retry_s=0.0
        )

    def bytes_of(self, word: str) -> int:
        """Of everything whose path has `word` in it."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file() and word in str(file))
