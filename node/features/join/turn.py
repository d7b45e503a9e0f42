"""Where browsers find a TURN server (RFC 8656), and what it lets them in with. Pure.

The server shares a secret with us and no accounts (draft-uberti-behave-turn-rest-00; coturn: `use-auth-secret`): a user
name is the time at which it ends and a word without meaning, its password the HMAC of that. So nobody has to be told
of anybody, and what is handed out ends by itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable

import msgspec


class IceServer(msgspec.Struct, frozen=True):
    """As `RTCIceServer` (W3C WebRTC 4.2.4)."""

    urls: tuple[str, ...]
    username: str
    credential: str

    @property
    def links(self) -> list[str]:
        """One `Link` header each (RFC 9725 4.6)."""
        rest = (
            f'rel="ice-server"; username="{self.username}"; credential="{self.credential}"; credential-type="password"'
        )
        return [f"<{url}>; {rest}" for url in self.urls]


class Turn(msgspec.Struct, frozen=True):
    """`lasts_s`: how long what is handed out lets in; an allocation that is made by then may be kept for longer."""

    urls: tuple[str, ...]
    secret: str
    lasts_s: int
    now: Callable[[], float]
    word: Callable[[], str]

    def servers(self) -> tuple[IceServer, ...]:
        """Of this moment; none without a server."""
        if not self.urls:
            return ()
        username = f"{int(self.now()) + self.lasts_s}:{self.word()}"
        digest = hmac.new(self.secret.encode(), username.encode(), hashlib.sha1).digest()
        return (IceServer(self.urls, username, base64.b64encode(digest).decode()),)
