"""What is seen of a message. Pure."""

from __future__ import annotations

import re
from typing import Final

import msgspec

_ID: Final = re.compile(r"m_([0-9]{9,10})")
NUMBER_MOST: Final = 2**31 - 1


class MessageView(msgspec.Struct, frozen=True):
    """`sent`: seconds since the epoch. `message` rises within a room. `reply`: the message that it answers, or ""."""

    message: str
    room: str
    participant: str
    name: str
    text: str
    html: str
    sent: float
    hidden: bool = False
    hidden_by: str = ""
    key: str = ""
    reply: str = ""


class PrivateView(msgspec.Struct, frozen=True):
    """A message that not everybody may read. `to`: `staff`, or a person's id. For pages only, never for operators."""

    message: str
    room: str
    participant: str
    name: str
    to: str
    text: str
    html: str
    sent: float
    key: str = ""
    reply: str = ""


Stored = MessageView | PrivateView


def message_id(number: int) -> str:
    """Sorts as text in the order of posting."""
    return f"m_{number:09d}"


def number_of(message: str) -> int | None:
    """None: no message was ever called so."""
    found = _ID.fullmatch(message)
    number = int(found[1]) if found is not None else 0
    return number if 0 < number <= NUMBER_MOST and message_id(number) == message else None
