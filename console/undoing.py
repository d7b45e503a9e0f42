"""What can still be taken back, and for how long: the last first. No Textual, no gRPC."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from console.actions import UNDO_SECONDS
from console.i18n import t
from console.model import Key
from console.text import fit

INVERSE: Final[Mapping[str, str]] = {
    "ban": "unban",
    "claim": "release",
    "release": "claim",
    "lock": "flags",  # as the door was before, which somebody else may have locked
    "unlock": "flags",
    "publish": "withdraw",
    "withdraw": "publish",
    "hold_record": "go_on_record",
    "go_on_record": "hold_record",
    "chatmute": "restrain",
    "hold": "restrain",
    "free": "restrain",
}
AGAIN: Final = ("flags", "chat", "lobby", "seats")  # taken back by the values of before
_NAME: Final = 20  # cells of a name in the offer


@dataclass(slots=True, eq=False)
class Undo:
    """How to take one action back: who to unmute, or mute again, and which sources. `until`: monotonic seconds."""

    verb: str  # "unmute", "mute", "unmute_room", "limit" (then the value to go back to, for the sources) or a deed
    targets: list[tuple[Key, tuple[str, ...]]]
    label: str
    until: float
    room: Key | None = None
    values: dict[Key, Mapping[str, object]] = field(default_factory=dict)  # of a deed

    @property
    def what(self) -> str:
        """What it would take back."""
        return t(f"undo.{self.verb}", who=self.label)


class Undos:
    """`clock` gives monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: list[Undo] = []

    def add(
        self,
        verb: str,
        targets: list[tuple[Key, tuple[str, ...]]],
        label: str,
        *,
        room: Key | None = None,
        values: dict[Key, Mapping[str, object]] | None = None,
    ) -> None:
        self._kept.append(Undo(verb, targets, label, self._clock() + UNDO_SECONDS, room, values or {}))

    def standing(self) -> list[Undo]:
        """Those that can be taken back now, the last first."""
        now = self._clock()
        self._kept = [undo for undo in self._kept if undo.until > now]
        return self._kept[::-1]

    def newest(self) -> Undo | None:
        return next(iter(self.standing()), None)

    def take(self, undo: Undo) -> bool:
        """It is being taken back: no second time. False when it was already, or its time is over."""
        if undo not in self.standing():
            return False
        self._kept.remove(undo)
        return True

    def forget_room(self, room: Key) -> None:
        """Of which all mutes have been lifted."""
        self._kept = [undo for undo in self._kept if undo.room != room]

    def seconds(self, undo: Undo) -> int:
        """That are left."""
        return max(0, math.ceil(undo.until - self._clock()))

    def offer(self) -> str:
        """What `u` would take back, and for how long; empty when nothing."""
        if (last := self.newest()) is None:
            return ""
        who = fit(last.label, _NAME).rstrip()
        return t("undo.offer", what=t(f"undo.{last.verb}", who=who), seconds=self.seconds(last))
