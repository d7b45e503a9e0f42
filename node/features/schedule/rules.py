"""When a room opens, begins and ends. Pure.

A room is permanent (it stays, its links too, and may be used again and again), scheduled (for one date) or instant (it
disappears when it ends). What takes place in it from the start to the end is a *sitting*; who may start one and what
ends it, the session type says.

    early ──opens──▸ waiting ──starts──▸ sitting ──ends──▸ waiting (a permanent room) or closed

A scheduled room opens `OPENS_S` before its time and is cut `GRACE_S` after its end (R165, R166). Any other sitting is
cut when its duration is over (R100). Both are announced `WARNINGS_S` before.
"""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from typing import Final

import msgspec

from node.errors import Refused
from node.features.participants.rules import People, PersonGone, PersonJoined, PersonMoved, Role, Tick
from node.features.types.rules import End, Right, SessionType, Start
from node.ports import Actor, Event, Fact, Notice, Shape

OPENS_S: Final = 300.0
GRACE_S: Final = 300.0
EMPTY_S: Final = 60.0
"""For the last person to come back, before an empty room is over (R168): unless the node's settings say another."""
UNUSED_S: Final = 900.0
"""An instant room into which nobody comes, or in which nothing has begun and nobody is left."""
WARNINGS_S: Final = (600.0, 300.0, 60.0)
"""Before the cut."""
MOST_EXTENSION: Final = 24 * 60
AHEAD_S: Final = 8784 * 3600.0
"""A year: so far ahead a session is planned."""


class Form(enum.StrEnum):
    PERMANENT = "permanent"
    SCHEDULED = "scheduled"
    INSTANT = "instant"


class Plan(msgspec.Struct, frozen=True):
    """`starts`: of a scheduled room, seconds since the epoch. `minutes`: how long a sitting lasts, 0: no end."""

    form: Form = Form.PERMANENT
    starts: float | None = None
    minutes: int = 0


class Sitting(msgspec.Struct, frozen=True):
    """The one that is going on, and how the last one ended."""

    started: float | None = None
    ends: float | None = None
    """The stated end, with every extension."""
    ended: float | None = None
    cause: End | None = None
    by: str = ""


class ScheduleView(msgspec.Struct, frozen=True):
    """What operators and pages see. `cut`: when everybody is out."""

    form: Form = Form.PERMANENT
    starts: float | None = None
    minutes: int = 0
    sitting: Sitting = Sitting()
    cut: float | None = None


# ---------------------------------------------------------------- what is asked


class Extend(msgspec.Struct, frozen=True):
    minutes: int
    by: Actor
    reason: str = ""


class EndSitting(msgspec.Struct, frozen=True):
    """For everybody, now."""

    by: Actor
    reason: str = ""


class Replan(msgspec.Struct, frozen=True):
    """Another time for a scheduled room, another length for any. None: as it was; `minutes` 0: no end."""

    by: Actor
    starts: float | None = None
    minutes: int | None = None


class DrainRoom(msgspec.Struct, frozen=True):
    """The node is being drained: nothing begins any more, and what is going on is over `until` at the latest (seconds
    since the epoch). None: not any more."""

    until: float | None
    by: Actor
    reason: str = ""


# ---------------------------------------------------------------- what happened


class PlanChanged(Fact, frozen=True):
    """`ends`: the stated end now; `cut`: when everybody is out."""

    room: str
    plan: Plan
    ends: float | None
    cut: float | None
    by: str
    at: float


class SittingStarted(Fact, frozen=True):
    room: str
    ends: float | None
    at: float


class SittingExtended(Fact, frozen=True):
    room: str
    ends: float
    by: str
    at: float


class SittingEnded(Fact, frozen=True):
    room: str
    started: float
    cause: End
    by: str
    reason: str
    ends: float | None
    """The stated end that stays: a scheduled room may be used again until then."""
    at: float


class TimeOver(Notice, frozen=True):
    """Nothing was going on, and nobody may be in any more: the time of a scheduled room is over, or the node leaves."""

    room: str
    cause: End
    by: str
    reason: str


class TimeTold(Notice, frozen=True):
    """The end is near, or has been moved: everybody is told."""

    room: str


class Schedule:
    """Of one room."""

    def __init__(
        self, room: str, people: People, type_: SessionType, plan: Plan, sitting: Sitting, created: float
    ) -> None:
        self.room = room
        self._created = created
        self._people = people
        self._type = type_
        self.plan = plan
        self._ends = plan.starts + plan.minutes * 60.0 if plan.starts is not None and plan.minutes else None
        self._sitting = sitting
        if sitting.ends is not None:
            self._ends = sitting.ends
        self.grace_s = EMPTY_S
        self._empty: float | None = None
        self._drain: DrainRoom | None = None
        self.out: End | None = None
        """What put out those who were in, the last time; a room may be closed before anything has begun in it."""
        self.lasted = 0
        """The last sitting, with every extension, minutes."""
        self._warned: float | None = None
        """The last cut that was announced, and how near it was: (cut − this) is when."""

    # ------------------------------------------------------------ reading

    @property
    def started(self) -> float | None:
        return self._sitting.started

    @property
    def ends(self) -> float | None:
        """The stated end; None before the start of a room without a date."""
        return self._ends

    @property
    def cut(self) -> float | None:
        """When everybody is out."""
        ends = [at for at in (self.planned_cut, self._drained_at()) if at is not None]
        return min(ends, default=None)

    @property
    def planned_cut(self) -> float | None:
        """When everybody would be out, were the node not drained."""
        if self._ends is None:
            return None
        return self._ends + (GRACE_S if self.plan.form is Form.SCHEDULED else 0.0)

    @property
    def draining(self) -> bool:
        return self._drain is not None

    @property
    def opens(self) -> float | None:
        return None if self.plan.starts is None else self.plan.starts - OPENS_S

    @property
    def cause(self) -> End | None:
        """What ended the last sitting, while none is going on."""
        return self._sitting.cause if self._sitting.started is None else None

    @property
    def deadline(self) -> float | None:
        due = [at for at in (self.cut, self._next_warning(), self._over_at()) if at is not None]
        return min(due, default=None)

    def view(self) -> ScheduleView:
        sitting = msgspec.structs.replace(self._sitting, ends=self._ends)
        return ScheduleView(self.plan.form, self.plan.starts, self.plan.minutes, sitting, self.cut)

    def left(self, now: float) -> float | None:
        """Seconds until everybody is out, when people ought to know: in the last ten minutes, and while the node is
        being drained."""
        cut = self.cut
        return cut - now if cut is not None and (self.draining or cut - now <= WARNINGS_S[0]) else None

    def may_enter(self, role: Role, now: float) -> None:
        """
        Raises:
            Refused: NODE_DRAINING, ROOM_EARLY, ROOM_NOT_STARTED.
        """
        if self.draining and self.started is None:
            raise Refused("NODE_DRAINING")
        if self.opens is not None and now < self.opens:
            said = _said(self.opens)
            raise Refused("ROOM_EARLY", limit=said, current=f"{max(1, round((self.opens - now) / 60.0))} min")
        waits = self._type.start is Start.HOST and not self._type.may(role, Right.PREPARE)
        if waits and self.started is None:
            raise Refused("ROOM_NOT_STARTED", limit=self._type.who(Right.START), current=role, set_by="type")

    # ------------------------------------------------------------ commands

    def extend(self, command: Extend, now: float) -> list[Event]:
        """
        Raises:
            Refused: DURATION_OUT_OF_RANGE, NOTHING_TO_EXTEND.
        """
        if not 1 <= command.minutes <= MOST_EXTENSION:
            raise Refused("DURATION_OUT_OF_RANGE", limit=f"1 … {MOST_EXTENSION}", current=command.minutes)
        if self._ends is None:
            raise Refused("NOTHING_TO_EXTEND")
        began = self.plan.starts if self.plan.starts is not None else self.started
        ends = self._ends + command.minutes * 60.0
        minutes = (ends - (began if began is not None else now)) / 60.0
        if minutes > self._type.max_minutes:
            raise Refused("DURATION_OUT_OF_RANGE", limit=self._type.max_minutes, current=round(minutes), set_by="type")
        self._may_last(ends)
        self._ends, self._warned = ends, None
        self._skip_warnings(now)
        return [SittingExtended(self.room, ends, command.by.id, now), TimeTold(self.room)]

    def replan(self, command: Replan, now: float) -> list[Event]:
        """It holds for what goes on as well; an extension that was given before is in the new length or is gone.

        Raises:
            Refused: DURATION_OUT_OF_RANGE; VALUE_INVALID, for a time that a room without a date is given, or that is
                over.
        """
        plan = plan_of(self._type, self.plan.form, command.starts or self.plan.starts, command.minutes, now, self.plan)
        began = plan.starts if plan.starts is not None else self.started
        ends = began + plan.minutes * 60.0 if began is not None and plan.minutes else None
        if ends is not None and ends <= now:
            raise Refused("VALUE_INVALID", limit="> now", current=f"ends = {_said(ends)}", set_by="room")
        if plan == self.plan:
            return []
        if ends is not None:
            self._may_last(ends)
        self.plan, self._ends, self._warned = plan, ends, None
        self._skip_warnings(now)
        return [PlanChanged(self.room, plan, ends, self.cut, command.by.id, now), TimeTold(self.room)]

    def _may_last(self, ends: float) -> None:
        """What goes on is of one length, wherever its start is moved to (R164): people may be in as soon as it opens.

        Raises:
            Refused: DURATION_OUT_OF_RANGE.
        """
        if self.started is None:
            return
        minutes = (ends - self.started) / 60.0
        if minutes > self._type.max_minutes + OPENS_S / 60.0:
            raise Refused("DURATION_OUT_OF_RANGE", limit=self._type.max_minutes, current=round(minutes), set_by="type")

    def end(self, command: EndSitting, now: float) -> list[Event]:
        """
        Raises:
            Refused: ROOM_NOT_STARTED.
        """
        if self.started is None:
            raise Refused("ROOM_NOT_STARTED", limit=self._type.who(Right.START))
        cause = End.OPERATOR if command.by.kind == "operator" else End.HOST
        return self._end(cause, command.by.id, command.reason, now)

    def drain(self, command: DrainRoom, now: float) -> list[Event]:
        """Everybody hears of it at once, also that it is not so any more."""
        self._drain = command if command.until is not None else None
        self._warned = None
        self._skip_warnings(now)
        return [TimeTold(self.room)] if self.started is not None else []

    def tick(self, command: Tick, now: float) -> list[Event]:
        drained = self._drained_at()
        if self._drain is not None and drained is not None and drained <= now:
            return self._end(End.OPERATOR, self._drain.by.id, self._drain.reason, now)
        scheduled = self.plan.form is Form.SCHEDULED
        if self.cut is not None and self.cut <= now and (self.started is not None or scheduled):
            return self._end(End.TIME if scheduled else End.DURATION, "", "", now)
        if (over := self._over_at()) is not None and over <= now:
            if len(self._people):  # somebody is on the way in
                self._empty = now
            else:
                return self._end(End.EMPTY, "", "", now)
        warning = self._next_warning()
        if warning is not None and warning <= now:
            self._skip_warnings(now)
            return [TimeTold(self.room)]
        return []

    def resume(self, now: float) -> None:
        """After a restart of the node: an empty room has its grace again, and nothing is announced twice."""
        self._skip_warnings(now)
        if not len(self._people):
            self._empty = now

    def closed(self, by: Actor, reason: str, now: float) -> list[Event]:
        """The room is closed: what was going on in it is over."""
        cause = End.OPERATOR if by.kind == "operator" else End.HOST
        if self.started is not None:
            return self._end(cause, by.id, reason, now)
        if by.kind != "node":  # which closes what is over
            self.out = cause
        return []

    # ------------------------------------------------------------ reactions

    def person_joined(self, event: PersonJoined | PersonMoved, now: float) -> list[Event]:
        """Somebody is in, or is in again: perhaps with a role that may start."""
        self._empty = None
        return self._begin(now) if self.started is None and self._begins(event.role) else []

    def connected(self, now: float) -> list[Event]:
        """Somebody's media flows."""
        waits = self.started is None and self._type.start is Start.TWO
        return self._begin(now) if waits and self._two_connected() else []

    def role_given(self, role: Role, now: float) -> list[Event]:
        """Somebody who is in may start now."""
        waits = self.started is None and self._type.start is Start.HOST
        return self._begin(now) if waits and self._begins(role) else []

    def _begin(self, now: float) -> list[Event]:
        if self.plan.form is not Form.SCHEDULED:
            self._ends = now + self.plan.minutes * 60.0 if self.plan.minutes else None
        self._sitting = Sitting(started=now)
        self._warned = None
        self._skip_warnings(now)
        return [SittingStarted(self.room, self._ends, now)]

    def person_gone(self, event: PersonGone, now: float) -> list[Event]:
        if not self._people_here():
            self._empty = now
        return []

    # ------------------------------------------------------------ inside

    def _drained_at(self) -> float | None:
        """When the drain of the node ends what is going on here; None where nothing is."""
        if self._drain is None or (self.started is None and not self._people_here()):
            return None
        return self._drain.until

    def _people_here(self) -> int:
        return sum(1 for _ in self._people)

    def _two_connected(self) -> bool:
        """A player is nobody: who watches by one beside their page is one person."""
        return sum(person.connected and person.client is not Shape.WHEP for person in self._people) >= 2

    def _begins(self, role: Role) -> bool:
        match self._type.start:
            case Start.ANYONE:
                return True
            case Start.TWO:
                return self._two_connected()
            case Start.HOST:
                return self._type.may(role, Right.START)

    def _over_at(self) -> float | None:
        """When an empty room is over."""
        if self.started is None:
            unused = self.plan.form is Form.INSTANT and not self._people_here()
            return max(self._created, self._empty or 0.0) + UNUSED_S if unused and self.cause is None else None
        ends = self._type.ends_empty or self.plan.form is Form.INSTANT
        return self._empty + self.grace_s if ends and self._empty is not None else None

    def _next_warning(self) -> float | None:
        cut = self.cut
        if cut is None or (self.started is None and not len(self._people)):
            return None
        return next((cut - w for w in WARNINGS_S if self._warned is None or w < self._warned), None)

    def _skip_warnings(self, now: float) -> None:
        """Those that are due count as given."""
        if (cut := self.cut) is not None:
            self._warned = min((w for w in WARNINGS_S if cut - w <= now), default=None)

    def _end(self, cause: End, by: str, reason: str, now: float) -> list[Event]:
        self.out, started = cause, self.started
        if started is None:  # how the last one ended stays
            return [TimeOver(self.room, cause, by, reason)]
        self.lasted = round((now - started) / 60.0)
        self._sitting = Sitting(ended=now, cause=cause, by=by)
        self._empty = self._warned = None
        if self.plan.form is not Form.SCHEDULED:
            self._ends = None
        return [SittingEnded(self.room, started, cause, by, reason, self._ends, now)]


def plan_of(
    type_: SessionType, form: Form, starts: float | None, minutes: int | None, now: float, before: Plan | None = None
) -> Plan:
    """A plan that the type allows. `minutes` None: as `before`, or the type's default; 0: no end, where the type knows
    that and the room has no date.

    Raises:
        Refused: DURATION_OUT_OF_RANGE, VALUE_INVALID.
    """
    if minutes is None:
        minutes = before.minutes if before is not None else type_.default_minutes
    endless = type_.endless and form is not Form.SCHEDULED
    if not (1 <= minutes <= type_.max_minutes or (endless and minutes == 0)):
        least = 0 if endless else 1
        raise Refused("DURATION_OUT_OF_RANGE", limit=f"{least} … {type_.max_minutes}", current=minutes, set_by="type")
    if (form is Form.SCHEDULED) != (starts is not None):
        raise Refused("VALUE_INVALID", limit="starts ⇔ scheduled", current=f"form = {form}")
    kept = before is not None and before.starts == starts
    if starts is not None and not kept and not now - minutes * 60.0 < starts < now + AHEAD_S:
        raise Refused("VALUE_INVALID", limit="now … 1 year", current=f"starts = {starts:.0f}")
    return Plan(form, starts, minutes)


def _said(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
