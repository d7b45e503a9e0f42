"""Session types as this node offers them."""

from __future__ import annotations

import msgspec

from node.features.rooms.service import Limits
from node.features.types.rules import TYPES, SessionType


class Types:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def list(self) -> list[SessionType]:
        """Every type, the basic ones first, with the smaller of its limits and the node's (T2)."""
        return [self._here(row) for row in TYPES.values()]

    def _here(self, row: SessionType) -> SessionType:
        limits = self._limits
        most = min(row.max_people or limits.room_participants_max, limits.room_participants_max)
        people = min(row.default_people or limits.room_participants, most)
        return msgspec.structs.replace(row, max_people=most, default_people=people)
