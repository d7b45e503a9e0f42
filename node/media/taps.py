"""The recordings' half of `PlaneMedia`: streams of tracks into the spool of the plane."""

from __future__ import annotations

from collections.abc import Sequence

from node import ports
from node.errors import Refused


class Taps:
    """`_abilities`: of the plane that answers."""

    _abilities: frozenset[str]

    @property
    def records(self) -> bool:
        return "recording" in self._abilities

    async def tap(self, changes: Sequence[ports.Tap]) -> None:
        raise Refused("RECORDING_OFF")

    async def taps(self) -> list[ports.Tap]:
        return []
