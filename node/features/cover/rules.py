"""Moderator cover (D6): are there enough moderators for the people who are here? Pure.

One moderator looks after `per_moderator` people (40). A room with fewer people than that looks after itself, and so
does one of a type in which nobody has the right to moderate the chat: nobody there could approve anything. Below cover
for `PATIENCE_S` the alarm is given and the chat slows down; for as long again, and what people write waits for
approval. As soon as there are enough moderators again everything is as it was.

    covered ──below──> short ──60 s──> slow (alarm) ──60 s──> hold (alarm)
       ^________________|________________|____________________|   enough moderators, or fewer people

A moderator counts who is really here: on an open page, and active within `ACTIVE_S` — a key, a pointer, a command.
"""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from node.features.moderation.rules import Moderation, Strictness
from node.features.participants.rules import STAFF, People
from node.ports import Event, Notice, Shape

PATIENCE_S: Final = 60.0
ACTIVE_S: Final = 600.0


class Stage(enum.StrEnum):
    COVERED = "covered"
    SHORT = "short"
    SLOW = "slow"
    HOLD = "hold"

    @property
    def alarm(self) -> bool:
        return self in (Stage.SLOW, Stage.HOLD)


class CoverView(msgspec.Struct, frozen=True):
    """`needed` moderators for `people` participants, `present` of them here and active. `since`: when it fell short,
    seconds since the epoch; None: it has not."""

    stage: Stage = Stage.COVERED
    needed: int = 0
    present: int = 0
    people: int = 0
    since: float | None = None

    @property
    def ratio(self) -> float:
        """Present of needed; 1 and more is enough."""
        return self.present / self.needed if self.needed else 1.0


class Active(msgspec.Struct, frozen=True):
    """Somebody does something on their page."""

    participant: str


class CoverChanged(Notice, frozen=True):
    room: str
    cover: CoverView


_STRICTNESS: Final[dict[Stage, Strictness]] = {Stage.SLOW: "slow", Stage.HOLD: "hold"}


class Cover:
    """Of one room."""

    def __init__(self, room: str, people: People, moderation: Moderation) -> None:
        self.room = room
        self._people = people
        self._moderation = moderation
        self._active: dict[str, float] = {}
        self._view = CoverView()

    def view(self) -> CoverView:
        return self._view

    @property
    def deadline(self) -> float | None:
        """When patience ends, or when somebody who is counted has been still for too long."""
        due: list[float] = []
        if self._view.since is not None and self._view.stage is not Stage.HOLD:
            due.append(self._view.since + PATIENCE_S * (2 if self._view.stage is Stage.SLOW else 1))
        if self._view.needed:
            due += [at + ACTIVE_S for at in self._active.values()]
        return min(due, default=None)

    def active(self, command: Active, now: float) -> list[Event]:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN.
        """
        person = self._people.get(command.participant)
        if person.role in STAFF:
            self._active[person.id] = now
        return self.count(now)

    def came(self, participant: str, now: float) -> list[Event]:
        """Who comes, or comes back, is active."""
        person = self._people.find(participant)
        if person is not None and person.role in STAFF:
            self._active[person.id] = now
        return self.count(now)

    def attached(self, participant: str, now: float) -> list[Event]:
        """Whoever else comes back was counted all the time: a crowd that does is not counted once for each of it."""
        return self.came(participant, now) if self._is_staff(participant) else []

    def detached(self, participant: str, now: float) -> list[Event]:
        return self.count(now) if self._is_staff(participant) else []

    def _is_staff(self, participant: str) -> bool:
        person = self._people.find(participant)
        return person is not None and person.role in STAFF

    def gone(self, participant: str, now: float) -> list[Event]:
        self._active.pop(participant, None)
        return self.count(now)

    def role_given(self, participant: str, now: float) -> list[Event]:
        if self._people.get(participant).role not in STAFF:
            return self.gone(participant, now)
        return self.came(participant, now)

    def count(self, now: float) -> list[Event]:
        """Look again: who is here, and for how long there were too few."""
        self._active = {who: at for who, at in self._active.items() if now - at < ACTIVE_S}
        before, self._view = self._view, self._count(now)
        if _told(self._view) == _told(before):
            return []
        events: list[Event] = [CoverChanged(self.room, self._view)]
        events += self._moderation.stricter(_STRICTNESS.get(self._view.stage, ""))
        return events

    def needed(self, people: int) -> int:
        """Moderators for so many participants (R049)."""
        each = self._moderation.settings.per_moderator
        return -(-people // each) if self._moderation.moderated and each and people >= each else 0

    def _count(self, now: float) -> CoverView:
        people = present = 0
        for person in self._people:
            if person.client is not Shape.PAGE:
                continue
            if person.role in STAFF:
                present += person.attached and person.id in self._active
            else:
                people += 1
        needed = self.needed(people)
        if present >= needed:
            return CoverView(Stage.COVERED, needed, present, people)
        since = self._view.since
        if since is None or since > now:  # a clock that steps back makes nobody wait longer (H28)
            since = now
        short = now - since
        stage = Stage.HOLD if short >= 2 * PATIENCE_S else Stage.SLOW if short >= PATIENCE_S else Stage.SHORT
        return CoverView(stage, needed, present, people, since)


def _told(view: CoverView) -> tuple[object, ...]:
    """Somebody more or less in the crowd is no news."""
    return (view.stage, view.needed, view.present)
