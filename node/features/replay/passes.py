"""Passes: what is in the address of a media element, which can send no header. Never the ticket: addresses end in the
logs of every proxy.

A pass holds for an hour or two and is looked up, not computed, so that what it stands for is asked again each time.
Whoever has the same ticket is given the same pass: there are no more of them than tickets.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import msgspec

LIFE_S: Final = 7200.0
MOST: Final = 20_000
LENGTH: Final = 32


class Pass(msgspec.Struct, frozen=True):
    """`ticket`: its digest; `proof`: the password as it was when somebody's matched it."""

    room: str
    ticket: str
    proof: str
    until: float


class Passes:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._by_key: OrderedDict[str, Pass] = OrderedDict()
        self._of: dict[tuple[str, str, str], str] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    def give(self, room: str, ticket: str, proof: str) -> tuple[str, float]:
        """(pass, until when it holds): for half of its life at least."""
        now, whose = self._now(), (room, ticket, proof)
        key = self._of.get(whose)
        if key is not None and self._by_key[key].until - now > LIFE_S / 2:
            return key, self._by_key[key].until
        key = secrets.token_urlsafe(LENGTH)
        self._by_key[key] = Pass(room, ticket, proof, now + LIFE_S)
        self._of[whose] = key
        while self._by_key and (len(self._by_key) > MOST or next(iter(self._by_key.values())).until <= now):
            gone, old = self._by_key.popitem(last=False)
            if self._of.get((old.room, old.ticket, old.proof)) == gone:
                del self._of[(old.room, old.ticket, old.proof)]
        return key, now + LIFE_S

    def get(self, key: str) -> Pass | None:
        found = self._by_key.get(key)
        return found if found is not None and found.until > self._now() else None
