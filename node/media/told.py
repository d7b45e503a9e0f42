"""What the plane tells, in the words of the node. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from node import ports
from node.media.negotiation import Plan
from protos.plane.v1 import plane_pb2 as wire


def _speakers(event: wire.Speakers) -> ports.MediaEvent:
    levels = tuple(ports.Level(track=each.track, level=each.level) for each in event.levels)
    return ports.Speaking(room=event.room, levels=levels)


def _slot_switched(event: wire.SlotSwitched) -> ports.MediaEvent:
    return ports.SlotShows(transport=event.transport, slot=event.slot, track=event.track or None)


def _layers_wanted(event: wire.LayersWanted) -> ports.MediaEvent:
    return ports.LayersWanted(track=event.track, rids=tuple(event.rids))


def _video_held(event: wire.VideoHeld) -> ports.MediaEvent:
    return ports.VideoHeld(transport=event.transport, held=event.held)


_CLOSED: Final = {
    wire.RecordingClosed.CAUSE_STOPPED: "stopped",
    wire.RecordingClosed.CAUSE_TRACK: "track",
    wire.RecordingClosed.CAUSE_PLANE: "plane",
    wire.RecordingClosed.CAUSE_FAILED: "failed",
}
FAILING: Final = {
    wire.RecordingFailed.CAUSE_FULL: "full",
    wire.RecordingFailed.CAUSE_IO: "io",
    wire.RecordingFailed.CAUSE_LAGGING: "lagging",
}


def _recording_closed(event: wire.RecordingClosed) -> ports.MediaEvent:
    cause = _CLOSED.get(event.cause, "plane")
    return ports.TapClosed(event.recording, event.stream, event.segments, event.bytes, cause)


def _recording_failed(event: wire.RecordingFailed) -> ports.MediaEvent:
    return ports.TapFailed(event.recording, event.stream, FAILING.get(event.cause, "io"))


# Any: each takes the event of its name.
TOLD: Final[dict[str, Callable[[Any], ports.MediaEvent]]] = {
    "speakers": _speakers,
    "slot_switched": _slot_switched,
    "layers_wanted": _layers_wanted,
    "video_held": _video_held,
    "recording_closed": _recording_closed,
    "recording_failed": _recording_failed,
}


def held_of(held: wire.Snapshot.Transport) -> ports.Held:
    opened = held.opened
    plan = Plan.of(opened.sends, opened.receives)
    return ports.Held(
        transport=opened.transport,
        room=opened.room,
        label=opened.label,
        tracks=plan.tracks,
        slots=plan.slots,
        muted=frozenset(send.track for send in opened.sends if send.muted),
        assigned={each.index: each.track for each in opened.receives if each.track},
        connected=held.connected and held.keyed,
    )
