"""The recording group of a room's form (R104): whether its sessions are recorded, from their start, and how they look.
Pure.

A session that is planned to be recorded has its recorder kept (`reserve.py`). Should it be in danger all the same, the
room is told, and with it whoever looks at the room before the session.
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from node.errors import Refused
from node.features.types.rules import SessionType
from node.ports import Actor, Event, Fact, Notice

Arrangement = Literal["grid", "speaker"]


class Plan(msgspec.Struct, frozen=True):
    on: bool = False
    arrangement: Arrangement = "grid"


class PlanRecording(msgspec.Struct, frozen=True):
    """None: as it is."""

    by: Actor
    on: bool | None = None
    arrangement: str | None = None
    reason: str = ""


class TellPlace(msgspec.Struct, frozen=True):
    """Whether there is a recorder, and room on the disk, for the session that is planned."""

    placed: bool


class RecordingPlanned(Fact, frozen=True):
    room: str
    plan: Plan
    by: str
    at: float


class PlaceTold(Notice, frozen=True):
    room: str
    placed: bool


class Planned:
    """Of one room."""

    def __init__(self, room: str, type_: SessionType) -> None:
        self.room = room
        self._type = type_
        self.now = Plan()
        self.placed = True

    @property
    def in_danger(self) -> bool:
        return self.now.on and not self.placed

    def plan(self, command: PlanRecording, now: float) -> list[Event]:
        """
        Raises:
            Refused: RECORDING_FORBIDDEN, VALUE_INVALID.
        """
        wished = command.arrangement if command.arrangement is not None else self.now.arrangement
        arrangement: Arrangement | None = next((one for one in get_args(Arrangement) if one == wished), None)
        if arrangement is None:
            layouts = ", ".join(get_args(Arrangement))
            raise Refused("VALUE_INVALID", limit=layouts, current=f"record_layout = {wished[:16]!r}")
        plan = Plan(self.now.on if command.on is None else command.on, arrangement)
        if plan.on and not self._type.recording:
            raise Refused("RECORDING_FORBIDDEN", current=self._type.key, set_by="type")
        if plan == self.now:
            return []
        self.now = plan
        return [RecordingPlanned(self.room, plan, command.by.id, now)]

    def tell(self, command: TellPlace, now: float) -> list[Event]:
        if command.placed is self.placed:
            return []
        self.placed = command.placed
        return [PlaceTold(self.room, command.placed)]
