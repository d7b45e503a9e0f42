"""Small texts of table cells."""

from __future__ import annotations

import time


def moment(seconds: float) -> str:
    """UTC to the second; empty for no time."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds)) if seconds else ""
