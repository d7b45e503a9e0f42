"""What the node keeps, read when somebody scrapes: room on the disk, and how long its certificates last."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from node.metrics.table import READ

CERTIFICATES: Final = {"ca": "ca.pem", "server": "server.pem"}
_HELP: Final = {row.name: row.help for row in READ}
_FREE, _EXPIRES = "regie_disk_free_bytes", "regie_certificate_expires_timestamp_seconds"


class Premises(Collector):
    """Of one data folder. A file that is not there, or cannot be read, is absent."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._ends: dict[Path, tuple[int, float]] = {}

    def collect(self) -> Iterator[Family]:
        with contextlib.suppress(OSError):
            yield GaugeMetricFamily(_FREE, _HELP[_FREE], value=shutil.disk_usage(self._data_dir).free)
        ends = GaugeMetricFamily(_EXPIRES, _HELP[_EXPIRES], labels=("certificate",))
        for name, file in CERTIFICATES.items():
            try:
                ends.add_metric((name,), self._end(self._data_dir / "tls" / file))
            except (OSError, ValueError):
                continue
        yield ends

    def describe(self) -> Iterable[Family]:
        """Registering reads nothing."""
        return ()

    def _end(self, path: Path) -> float:
        """Read again only when the file is another."""
        from cryptography import x509

        changed = os.stat(path).st_mtime_ns
        known = self._ends.get(path)
        if known is None or known[0] != changed:
            cert = x509.load_pem_x509_certificate(path.read_bytes())
            known = self._ends[path] = (changed, cert.not_valid_after_utc.timestamp())
        return known[1]
