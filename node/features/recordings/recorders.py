"""The recorders of the node: who has one, for whom one is kept, and whose planned recording begins now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
import structlog

from node.errors import Refused
from node.features.recordings.kept import Book
from node.features.recordings.planned import Plan, RecordingPlanned, TellPlace
from node.features.recordings.reserve import (
    AHEAD_S,
    FILES,
    FOREVER,
    Claim,
    Rule,
    Standing,
    admit,
    rate_of,
    standing,
    to_write,
)
from node.features.recordings.rules import Ceiling, RecordingView
from node.features.recordings.states import LIVE
from node.features.rooms.asked import RoomClosed
from node.features.rooms.floor import Floor
from node.features.rooms.rules import Room
from node.features.schedule.rules import Form
from node.ports import Event

UNLIMITED: Final = Ceiling()

log: Final = structlog.get_logger()


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`free_bytes`: of the disk, which no recording may take. `recorders`: recordings at once; `bits_per_second`: what
    one is expected to write. Minutes, bytes: of what is recorded and not deleted, in one room and on the node. 0 of
    any of them but the first and the third: however much."""

    free_bytes: int = 2 * 1024**3
    recorders: int = 20
    bits_per_second: int = 1_500_000
    room_minutes: int = 0
    room_bytes: int = 0
    node_minutes: int = 0
    node_bytes: int = 0


class Recorders:
    """`book`: of all recordings, asked for each time; `begin`: record a session that is planned to be."""

    def __init__(
        self,
        floor: Floor,
        book: Callable[[], Book],
        settings: Callable[[], Settings],
        begin: Callable[[Room, Plan], None],
    ) -> None:
        self._floor = floor
        self._book = book
        self._settings = settings
        self._begin = begin
        self.free_bytes: int | None = None
        """Of the disk of the spool; None: not known."""
        self._planned: dict[str, None] = {}
        self._refused: dict[str, str] = {}
        self._known: tuple[tuple[object, ...], Standing] | None = None

    # ------------------------------------------------------------ asking

    def may_begin(self, room: Room, ceiling: Ceiling = UNLIMITED) -> None:
        """
        Raises:
            Refused: RECORDING_FULL, RECORDING_DISK.
        """
        now = self._floor.clock.now()
        ends = room.schedule.cut or FOREVER
        lasts = min(self._ahead(room, ends - now), ceiling.seconds if ceiling.seconds is not None else FOREVER)
        wish = Claim(
            room.id, now, max(ends, self._planned_until(room)), self._capped(lasts, 0, self._rule.rate, ceiling)
        )
        admit(self._rule, self.free_bytes, self._claims(now), wish, now)

    def may_plan(self, room: Room) -> None:
        """A room as it would be. What is planned already, and for the same time, is not asked for anew.

        Raises:
            Refused: RECORDING_FULL, RECORDING_DISK.
        """
        known = self._floor.rooms.get(room.id)
        again = known is not None and known.recordings.planned.now.on and known.schedule.plan == room.schedule.plan
        if again or not room.recordings.planned.now.on:
            return
        now = self._floor.clock.now()
        admit(self._rule, self.free_bytes, self._claims(now), self._plan_of(room, now), now)

    def standing(self) -> Standing:
        """Made once a second, however many ask."""
        now = self._floor.clock.now()
        stamp = (self._book().version, int(now), self.free_bytes, self._rule)
        if self._known is None or self._known[0] != stamp:
            self._known = (stamp, standing(self._rule, self.free_bytes, self._claims(now), now))
        return self._known[1]

    # ------------------------------------------------------------ what happens

    def follow(self, room: Room, event: Event) -> None:
        match event:
            case RecordingPlanned():
                self._known = None
                if event.plan.on:
                    self._planned[room.id] = None
                else:
                    self._planned.pop(room.id, None)
                    self._refused.pop(room.id, None)
            case RoomClosed():
                self._known = None
                self._planned.pop(room.id, None)
                self._refused.pop(room.id, None)

    def restore(self) -> None:
        self._planned = {room.id: None for room in self._floor if room.recordings.planned.now.on}
        self._known = None

    def see_to_planned(self) -> None:
        """Begin what is due, and tell the rooms whose recording is in danger, or no more. Each second."""
        if self._floor.fenced:
            return
        without = self.standing().unplaced
        for room_id in list(self._planned):
            room = self._floor.rooms.get(room_id)
            if room is None:
                continue
            self.begin_planned(room)
            placed = room_id not in without and room_id not in self._refused
            if placed is not room.recordings.planned.placed:
                log.warning("recording_place", placed=placed)
                self._floor.decide(room_id, TellPlace(placed))

    def begin_planned(self, room: Room) -> None:
        """Whose session has begun, once in each: what a host stopped stays so. One that is refused is tried again."""
        since = room.schedule.started
        if since is None or not room.recordings.planned.now.on or room.recordings.view() is not None:
            return
        if any(view.started >= since for view in self._book().of(room.id)[:1]):
            return
        try:
            self._begin(room, room.recordings.planned.now)
        except Refused as refused:
            if self._refused.get(room.id) != refused.code:
                log.error("recording_refused", code=refused.code)
            self._refused[room.id] = refused.code
        else:
            self._refused.pop(room.id, None)

    # ------------------------------------------------------------ inside

    @property
    def _rule(self) -> Rule:
        settings = self._settings()
        return Rule(settings.recorders, settings.free_bytes, settings.bits_per_second / 8)

    def _claims(self, now: float) -> list[Claim]:
        claims = [self._claim_of(view, now) for view in self._book().unfinished()]
        taken = {claim.room for claim in claims if claim.records}
        planned = (self._floor.rooms.get(room) for room in self._planned if room not in taken)
        return claims + [self._plan_of(room, now) for room in planned if room is not None]

    def _claim_of(self, view: RecordingView, now: float) -> Claim:
        room = self._floor.rooms.get(view.room)
        if view.state not in LIVE or room is None:
            left = (1.0 - view.progress) * view.bytes
            return Claim(view.room, now, now, to_write(0.0, 0.0, round(left)))
        # Until a host stops it, or the session is over; it may be over any moment, and has not been.
        ends = max(now + 1.0, room.schedule.cut or FOREVER)
        ceiling = room.recordings.ceiling
        ran = view.seconds(now)
        lasts = min(self._ahead(room, ends - now), ceiling.seconds - ran if ceiling.seconds is not None else FOREVER)
        size = self._capped(lasts, view.bytes, rate_of(view.bytes, ran, self._rule), ceiling)
        return Claim(view.room, now, max(ends, self._planned_until(room)), size)

    def _plan_of(self, room: Room, now: float) -> Claim:
        opens, planned = room.schedule.opens, room.schedule.plan
        lasts = self._ahead(room, planned.minutes * 60.0 if planned.minutes else FOREVER)
        begins = now if opens is None or room.schedule.started is not None else max(now, opens)
        ends = max(begins + 1.0, self._planned_until(room))
        return Claim(room.id, begins, ends, to_write(lasts, self._rule.rate), planned=True)

    def _ahead(self, room: Room, seconds: float) -> float:
        """What is kept on the disk for: all of a session that has a date; of another an hour at a time, because the
        longest that it may last says little of how long it will."""
        return seconds if room.schedule.plan.form is Form.SCHEDULED else min(seconds, AHEAD_S)

    def _planned_until(self, room: Room) -> float:
        """A room that stays may begin again at any time."""
        if not room.recordings.planned.now.on:
            return 0.0
        dated = room.schedule.plan.form is Form.SCHEDULED
        return (room.schedule.planned_cut or FOREVER) if dated else FOREVER

    def _capped(self, lasts: float, written: int, rate: float, ceiling: Ceiling) -> int:
        size = to_write(lasts, rate, written)
        if ceiling.bytes is None:
            return size
        return min(size, max(0, ceiling.bytes - written) * (1 + FILES) + written * FILES)
