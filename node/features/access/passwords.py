"""Passwords of rooms: as scrypt makes them (RFC 7914), matched in a thread of their own, never on the loop (H21).

A guess costs about a tenth of a second and 32 MiB; one is made at a time, so that a flood of them takes no more than
one core, and `WAITING` wait at most. The right password, once somebody gave it, is known again without that: a whole
school can come in with it while somebody guesses.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import unicodedata
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from node.errors import Refused

COST: Final = 2**15
BLOCK: Final = 8
MEMORY: Final = 2 * 128 * BLOCK * COST
LENGTH: Final = 32
SHORTEST: Final = 8
LONGEST: Final = 128
PUBLISHED: Final = frozenset({"pa55w0rd1", "pa55w0rd2"})
"""Once the same in every room, and known to everybody (R126); of whatever case."""
WAITING: Final = 32
KNOWN: Final = 1000


class Passwords:
    def __init__(self, waiting: int = WAITING) -> None:
        self._most = waiting
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="password")
        self._waiting = 0
        self._key = secrets.token_bytes(32)
        self._known: OrderedDict[str, bytes] = OrderedDict()
        """Password as it is kept → a keyed digest of what matched it."""

    async def made(self, password: str) -> str:
        """As it is kept.

        Raises:
            Refused: VALUE_INVALID, TOO_FAST.
        """
        text = _normal(password)
        if not SHORTEST <= len(text) <= LONGEST:
            raise Refused("VALUE_INVALID", limit=f"{SHORTEST} … {LONGEST}", current=f"password: {len(text)}")
        if text.casefold() in PUBLISHED:
            raise Refused("VALUE_INVALID", limit="≠ Pa55W0rd1, Pa55W0rd2", current="password")
        salt = secrets.token_bytes(16)
        return f"scrypt:{COST}:{BLOCK}:{_text(salt)}:{_text(await self._stretched(text, salt, COST, BLOCK))}"

    async def matches(self, kept: str, given: str, *, may_guess: bool = True) -> bool:
        """`may_guess`: whether the source may try at all what is not known to be right.

        Raises:
            Refused: TOO_FAST.
        """
        text = _normal(given)[: LONGEST + 1]
        mark = hmac.digest(self._key, f"{kept} {text}".encode(), "sha256")
        if (known := self._known.get(kept)) is not None and hmac.compare_digest(known, mark):
            return True
        if not may_guess:
            raise Refused("TOO_FAST", limit=0, current=1, set_by="node")  # tries left, and this one
        _scrypt, cost, block, salt, right = kept.split(":")
        found = await self._stretched(text, _bytes(salt), int(cost), int(block))
        if not hmac.compare_digest(found, _bytes(right)):
            return False
        self._known[kept] = mark
        while len(self._known) > KNOWN:
            self._known.popitem(last=False)
        return True

    async def _stretched(self, text: str, salt: bytes, cost: int, block: int) -> bytes:
        if self._waiting >= self._most:
            raise Refused("TOO_FAST", limit=self._most, current=self._waiting, set_by="node")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._thread, _scrypt_of, text.encode("utf-8", "replace"), salt, cost, block
            )
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def _scrypt_of(text: bytes, salt: bytes, cost: int, block: int) -> bytes:
    return hashlib.scrypt(text, salt=salt, n=cost, r=block, p=1, maxmem=2 * MEMORY, dklen=LENGTH)


def _normal(password: str) -> str:
    """The same letters, however a keyboard composed them."""
    return unicodedata.normalize("NFKC", password).strip()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
