"""Who an operator is and what a role allows. Pure: the time, the token and the row are given.

A token is `rgo_` and 43 characters of base64url: 256 random bits, so a plain SHA-256 is enough to keep it (there is
nothing to guess, hence nothing to slow down). Only the digest is stored. Roles are ordered; a method names the least
role that may call it.
"""

from __future__ import annotations

import enum
import hashlib
from datetime import UTC, datetime
from typing import Final

import msgspec

from node.errors import Refused

PREFIX: Final = "rgo_"
MAX_TOKEN: Final = 128  # characters; a longer one is not looked at
MAX_NAME: Final = 64


class Role(enum.IntEnum):
    """Values are those of `regie.common.v1.Role`."""

    VIEWER = 1
    MODERATOR = 2
    OPERATOR = 3
    ADMIN = 4

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Role:
        """The role called `word`. Raises VALUE_INVALID."""
        try:
            return cls[word.strip().upper()]
        except KeyError:
            raise Refused(
                "VALUE_INVALID", current=f"role = {word[:64]!r}", limit=", ".join(r.word for r in cls)
            ) from None


class Operator(msgspec.Struct, frozen=True):
    """One token, without its secret. Times are seconds since the epoch; 0: never."""

    id: str
    name: str
    role: Role
    digest: str
    created: float
    expires: float = 0.0
    revoked: float = 0.0
    last_used: float = 0.0


def digest(token: str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def looks_like_token(token: str) -> bool:
    return token.startswith(PREFIX) and len(token) <= MAX_TOKEN


def check_name(name: str) -> str:
    """A name as people may read it in the audit. Raises VALUE_INVALID."""
    name = name.strip()
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise Refused("VALUE_INVALID", current=f"name = {name[:MAX_NAME]!r}", limit=f"1 … {MAX_NAME} × a-z, é, …")
    return name


def check_alive(operator: Operator, now: float) -> None:
    """Raises TOKEN_WRONG (revoked) or TOKEN_EXPIRED."""
    if operator.revoked:
        raise Refused("TOKEN_WRONG")
    if operator.expires and now >= operator.expires:
        day = datetime.fromtimestamp(operator.expires, UTC).strftime("%Y-%m-%d %H:%M UTC")
        raise Refused("TOKEN_EXPIRED", limit=day, set_by="operator")


def check_may(operator: Operator, least: Role) -> None:
    """Raises NOT_ALLOWED."""
    if operator.role < least:
        raise Refused("NOT_ALLOWED", limit=least.word, current=operator.role.word)
