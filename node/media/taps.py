"""The recordings' half of `PlaneMedia`: streams of tracks into the spool of the plane."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from node import ports
from node.errors import Refused
from node.media.batch import Batch
from node.media.plane import PlaneFailed
from protos.plane.v1 import plane_pb2 as wire

RECORDING = "recording"


class Taps(ABC):
    """`_abilities`: of the plane that answers; `_taps`: changes that are on their way to it."""

    _abilities: frozenset[str]
    _taps: Batch[wire.RecordTracks.Change]

    @abstractmethod
    async def _call(self, command: wire.ToPlane) -> wire.FromPlane: ...

    @property
    def records(self) -> bool:
        return RECORDING in self._abilities

    async def tap(self, changes: Sequence[ports.Tap]) -> None:
        """A track that is gone meanwhile is not recorded, and no others suffer for it."""
        if not changes:
            return
        if not self.records:
            raise Refused("RECORDING_OFF")
        try:
            await self._taps.add([_change(each) for each in changes])
        except PlaneFailed as error:
            raise Refused("RECORDING_OFF") from error

    async def taps(self) -> list[ports.Tap]:
        snapshot = (await self._call(wire.ToPlane(get_snapshot=wire.GetSnapshot()))).snapshot
        return [ports.Tap(each.recording, each.stream, each.track, True) for each in snapshot.recordings]


def _change(tap: ports.Tap) -> wire.RecordTracks.Change:
    return wire.RecordTracks.Change(recording=tap.recording, stream=tap.stream, track=tap.track, on=tap.on)
