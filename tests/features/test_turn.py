"""What lets a browser into the TURN server says nothing about anybody, and ends by itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
from itertools import count

from node.features.join.turn import Turn

SECRET = "dans un fichier"


def turn(*urls: str, at: float = 1_000_000.9) -> Turn:
    words = count(1)
    return Turn(urls=urls, secret=SECRET, lasts_s=600, now=lambda: at, word=lambda: f"mot{next(words)}")


def test_a_user_name_is_its_own_end() -> None:
    """draft-uberti-behave-turn-rest-00 2.2: expiry:word, and the HMAC-SHA1 of it."""
    (server,) = turn("turn:t.example:3478", "turns:t.example:443?transport=tcp").servers()
    assert server.urls == ("turn:t.example:3478", "turns:t.example:443?transport=tcp")
    assert server.username == "1000600:mot1"
    expected = hmac.digest(SECRET.encode(), b"1000600:mot1", hashlib.sha1)
    assert base64.b64decode(server.credential) == expected


def test_nobody_gets_what_another_got() -> None:
    """H14: a server that counts allocations by user name counts them for each who was handed one."""
    handed = turn("turn:t.example")
    assert handed.servers() != handed.servers()


def test_without_a_server_there_is_nothing_to_hand_out() -> None:
    assert turn().servers() == ()


def test_links_for_encoders() -> None:
    """RFC 9725 4.6."""
    (server,) = turn("turn:t.example").servers()
    (link,) = server.links
    assert link.startswith('<turn:t.example>; rel="ice-server"; username="1000600:mot1"; credential="')
    assert link.endswith('"; credential-type="password"')
