"""All recordings of the node, and their sums, counted as they change: nobody walks the whole book to be told how many
there are. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from node.features.recordings.rules import RecordingView
from node.features.recordings.states import LIVE, State


class Sums:
    """Of what is kept, of one room or of all: `bytes` of all of it, `spent` seconds of what does not run."""

    __slots__ = ("bytes", "spent")

    def __init__(self) -> None:
        self.bytes = 0
        self.spent = 0.0

    def count(self, view: RecordingView, sign: int) -> None:
        if view.state is not State.DELETED:
            self.bytes += sign * view.bytes
            self.spent += sign * view.spent


class Book:
    """In the order in which they came."""

    def __init__(self, views: Sequence[RecordingView] = ()) -> None:
        self._views: dict[str, RecordingView] = {}
        self._of_room: dict[str, dict[str, None]] = {}
        self._sums: dict[str, Sums] = {"": Sums()}
        self._unfinished: dict[str, None] = {}
        self.states: Counter[State] = Counter()
        self.bytes = 0
        """Of all of them, deleted ones included: those have none."""
        self.version = 0
        """Another whenever anything in it is."""
        for view in views:
            self.put(view)

    def __len__(self) -> int:
        return len(self._views)

    def get(self, recording: str) -> RecordingView | None:
        return self._views.get(recording)

    def __contains__(self, recording: str) -> bool:
        return recording in self._views

    def of(self, room: str = "") -> list[RecordingView]:
        """The latest first; of all rooms where none is named."""
        if not room:
            return list(reversed(self._views.values()))
        return [self._views[recording] for recording in reversed(self._of_room.get(room, {}))]

    def unfinished(self) -> list[RecordingView]:
        """Those that run, and those whose files are made."""
        return [self._views[recording] for recording in self._unfinished]

    def live(self) -> Iterator[RecordingView]:
        return (view for view in self.unfinished() if view.state in LIVE)

    def kept(self, now: float, room: str = "") -> tuple[float, int]:
        """(seconds, bytes) of what is recorded and not deleted."""
        sums = self._sums.get(room)
        if sums is None:
            return 0.0, 0
        running = sum(view.seconds(now) - view.spent for view in self.live() if not room or view.room == room)
        return sums.spent + running, sums.bytes

    def put(self, view: RecordingView) -> bool:
        """Whether it is another than before."""
        before = self._views.get(view.recording)
        if view == before:
            return False
        self.version += 1
        self._views[view.recording] = view
        self._of_room.setdefault(view.room, {})[view.recording] = None
        for sums in (self._sums[""], self._sums.setdefault(view.room, Sums())):
            if before is not None:
                sums.count(before, -1)
            sums.count(view, 1)
        if before is not None:
            self.states[before.state] -= 1
            self.bytes -= before.bytes
        self.states[view.state] += 1
        self.bytes += view.bytes
        if view.state in LIVE or view.state is State.FINISHING:
            self._unfinished[view.recording] = None
        else:
            self._unfinished.pop(view.recording, None)
        return True
