"""A real PostgreSQL for a test: a cluster of its own, on a free port of this machine, which ends with the block."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.e2e.machine import free_port

PASSWORD: Final = "mot de passe: 100%@/"
"""What a URL has to quote."""
QUOTED: Final = "mot%20de%20passe%3A%20100%25%40%2F"


@contextlib.contextmanager
def cluster() -> Iterator[Cluster]:
    """PostgreSQL refuses to run as root: there it is the user that Debian's package made."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
    assert programs is not None, "ops/system.sh test installs it (Debian: postgresql)"
    user = "postgres" if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="regie-pg-", dir="/tmp"))
    try:
        (folder / "password").write_text(PASSWORD)
        if user is not None:
            shutil.chown(folder, user)
            shutil.chown(folder / "password", user)
        port = free_port()
        subprocess.run(
            [programs / "initdb", "--no-sync", "--no-instructions", "--encoding=UTF8", "--no-locale",
             "--username=regie", "--auth=scram-sha-256", f"--pwfile={folder}/password", folder / "data"],
            user=user, cwd="/", capture_output=True, check=True, timeout=50,
        )  # fmt: skip
        settings = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "fsync": "off"}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        control = [programs / "pg_ctl", "--silent", f"--pgdata={folder}/data"]
        subprocess.run([*control, "--wait", "--timeout=50", f"--log={folder}/log", f"--options={options}", "start"],
                       user=user, cwd="/", check=True, timeout=55)  # fmt: skip
        try:
            yield Cluster(port)
        finally:
            subprocess.run([*control, "--mode=immediate", "stop"], user=user, cwd="/", check=True, timeout=50)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Cluster:
    """Databases of it, by number."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._made = 0

    def database(self) -> str:
        """The URL of a new, empty one, as an operator writes it in `node.database`."""
        self._made += 1
        subprocess.run(
            ["psql", "--no-psqlrc", "--quiet", "--host=127.0.0.1", f"--port={self._port}", "--username=regie",
             "--dbname=postgres", f"--command=CREATE DATABASE regie{self._made}"],
            env={**os.environ, "PGPASSWORD": PASSWORD}, check=True, timeout=50,
        )  # fmt: skip
        return f"postgresql+asyncpg://regie:{QUOTED}@127.0.0.1:{self._port}/regie{self._made}"
