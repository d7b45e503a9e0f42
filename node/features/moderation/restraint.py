"""What is said of one person's restraint in the chat, and what happens to it. Pure."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from node.ports import Actor, Fact

Restraint = Literal["", "hold", "mute"]


class Bound(NamedTuple):
    """`until`: as of `PersonRestrained`."""

    how: Restraint
    until: float = 0.0


class Restrain(msgspec.Struct, frozen=True):
    """What one person writes waits, or is refused; "": neither any more. `for_s`: it ends by itself; 0: it does not."""

    participant: str
    how: Restraint
    by: Actor
    for_s: int = 0


class PersonRestrained(Fact, frozen=True):
    """`by` "": its time was over. `until`: seconds since the epoch; 0.0: no end."""

    room: str
    participant: str
    how: Restraint
    by: str
    at: float
    until: float = 0.0


class RestraintMoved(Fact, frozen=True):
    """Somebody whom it bound left, and came again as `participant`."""

    room: str
    before: str
    participant: str
    how: Restraint
    until: float = 0.0
