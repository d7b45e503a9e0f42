"""What rooms ask of what a node may have beside them: a plan, a telephone, a post. Beside `node/ports.py`, whose words
these use. A node runs without any of them, and each place says what holds then.
"""

from __future__ import annotations

import enum
from typing import Protocol

import msgspec


class Expected(msgspec.Struct, frozen=True):
    """Who is to come: participants, and those who moderate them. From what whoever makes the room says, and from
    tickets with a name (`Room.expected`); whatever registers people gives out such a ticket to each (R049)."""

    audience: int = 0
    moderators: int = 0


class DialIn(msgspec.Struct, frozen=True):
    """How to come in by telephone. `numbers`: (what it is called, the number as it is dialled). `pin`: of the room."""

    numbers: tuple[tuple[str, str], ...]
    pin: str


class Telephone(Protocol):
    """Without one, an invitation names no number, and nobody comes by telephone."""

    def dial_in(self, room: str) -> DialIn | None:
        """None: not into this room."""


class Letter(msgspec.Struct, frozen=True):
    """To one person. `calendar`: a file of `text/calendar`, b"" without a date."""

    to: str
    name: str
    language: str
    subject: str
    text: str
    calendar: bytes


class Delivery(enum.StrEnum):
    """What became of a letter (R116)."""

    QUEUED = "queued"
    SENT = "sent"
    REFUSED = "refused"
    BOUNCED = "bounced"


class Mail(Protocol):
    """Without one, the texts are copied and sent by people."""

    async def send(self, letter: Letter) -> str:
        """What to ask about it by. It is on its way when this returns, not with its reader."""

    def delivery(self, sent: str) -> Delivery: ...
