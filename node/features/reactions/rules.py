"""Reactions: a moment's applause, counted and told together, never one by one. Nobody keeps them. Pure.

A thousand people who clap at once are one message to each page, `EVERY_S` apart.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

import msgspec

from node.errors import Refused
from node.features.participants.rules import People, PersonGone
from node.ports import Event, Notice

BURST: Final = 5
PER_SECOND: Final = 1.0
EVERY_S: Final = 0.3
NAMED: Final = 3
"""People named with each reaction of one message; the others are a number."""


class Reaction(enum.StrEnum):
    """A closed list: nothing that a page sends is ever repeated to others (H17: CVE-2025-61602)."""

    CLAP = "clap"
    YES = "yes"
    NO = "no"
    HEART = "heart"
    LAUGH = "laugh"
    WOW = "wow"


class React(msgspec.Struct, frozen=True):
    participant: str
    reaction: Reaction


class ReactionGiven(Notice, frozen=True):
    """Something is to be told soon."""

    room: str


class Tally(msgspec.Struct, frozen=True):
    """`people`: the first `NAMED` of them."""

    reaction: Reaction
    count: int
    people: tuple[str, ...]


@dataclass(slots=True)
class Bucket:
    left: float
    at: float

    def take(self, now: float) -> bool:
        self.left = min(float(BURST), self.left + max(0.0, now - self.at) * PER_SECOND)
        self.at = now
        if self.left < 1.0:
            return False
        self.left -= 1.0
        return True


class Reactions:
    """Of one room."""

    def __init__(self, room: str, people: People) -> None:
        self.room = room
        self._people = people
        self._buckets: dict[str, Bucket] = {}
        self._waiting: dict[Reaction, tuple[int, tuple[str, ...]]] = {}
        self.given = 0
        """Since the node has the room."""

    def react(self, command: React, now: float) -> list[Event]:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN, TOO_FAST.
        """
        person = self._people.get(command.participant)
        bucket = self._buckets.setdefault(person.id, Bucket(float(BURST), now))
        if not bucket.take(now):
            raise Refused("TOO_FAST", limit=f"{PER_SECOND:g}/s", current=f"{BURST}+")
        count, people = self._waiting.get(command.reaction, (0, ()))
        if len(people) < NAMED and person.id not in people:
            people = (*people, person.id)
        self._waiting[command.reaction] = (count + 1, people)
        self.given += 1
        return [ReactionGiven(self.room)]

    def gathered(self) -> tuple[Tally, ...]:
        """What was given since the last time, to be told now."""
        waiting, self._waiting = self._waiting, {}
        return tuple(Tally(reaction, count, people) for reaction, (count, people) in waiting.items())

    def person_gone(self, event: PersonGone, now: float) -> list[Event]:
        self._buckets.pop(event.participant, None)
        return []
