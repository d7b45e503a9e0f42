"""Memory that is free goes back to the system.

Five hundred handshakes at once take 33 MB of OpenSSL, and glibc keeps what was freed: with something small and alive
above it, for ever. After a crowd it is asked to let go.
"""

from __future__ import annotations

import ctypes
from typing import Final


def _find() -> ctypes._NamedFuncPointer | None:
    """malloc_trim(3); None where the C library has none (musl, macOS): they give back by themselves."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return None


_trim: Final = _find()


def give_back() -> None:
    """A few milliseconds, by the size of the heap: not for every day."""
    if _trim is not None:
        _trim(ctypes.c_size_t(0))
