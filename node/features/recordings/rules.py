"""The recording of a room: from start to stop, one at a time. Pure.

What people send is tapped track by track, in streams: one for each track and stretch between two marks. A track that
somebody opens meanwhile is taken at once; at a pause every stream ends, so that nothing is written outside the marks.
What becomes of the pieces afterwards is the service's (`service.py`); the table of states is `states.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from node.errors import Refused
from node.features.participants.rules import People, Person, PersonChanged, PersonGone, PersonMoved, Tick
from node.features.recordings.planned import Arrangement, Planned
from node.features.recordings.states import LIVE, RUNNING, Move, State, moved
from node.features.schedule.rules import SittingStarted
from node.features.types.rules import SessionType
from node.ports import Actor, Effect, Event, Fact, Source, Tap

AGAIN_S: Final = 2.0
"""After the plane gave a stream up, until the track is tapped again."""
LAG_MS: Final = 3000
"""What is not on the disk after so long is late."""


class Ceiling(msgspec.Struct, frozen=True):
    """What a recording may still take. Seconds, bytes; None: as much as there is."""

    seconds: float | None = None
    bytes: int | None = None


# ---------------------------------------------------------------- what is asked


class StartRecording(msgspec.Struct, frozen=True):
    """`recording`: 32 lower hexadecimal digits, never used before."""

    recording: str
    by: Actor
    arrangement: Arrangement = "grid"
    ceiling: Ceiling = Ceiling()
    reason: str = ""


class PauseRecording(msgspec.Struct, frozen=True):
    by: Actor
    reason: str = ""


class ResumeRecording(msgspec.Struct, frozen=True):
    by: Actor
    reason: str = ""


class StopRecording(msgspec.Struct, frozen=True):
    """`why`: "" somebody wished it, else what forced it: "closed", "ended", "minutes", "bytes", "full"."""

    by: Actor
    reason: str = ""
    why: str = ""


class TapEnded(msgspec.Struct, frozen=True):
    """The plane has closed a stream, because its track is no more, or it could not be written (`failed`)."""

    recording: str
    stream: int
    failed: bool = False


class RecorderRead(msgspec.Struct, frozen=True):
    """The figures of a second. `late_ms`: how long the oldest packet has waited for the disk; `failing`: why packets
    are dropped now, "" they are not, "full", "io", "lagging"; `ceiling`: what it may take as all others are by now,
    None: as before."""

    recording: str
    bytes: int
    late_ms: int
    failing: str
    disk_low: bool
    ceiling: Ceiling | None = None


class TapsHeld(msgspec.Struct, frozen=True):
    """After a restart: the streams of this room that the plane writes now, (recording, stream, track)."""

    taps: tuple[tuple[str, int, str], ...]


# ---------------------------------------------------------------- what happened


class RecordingStarted(Fact, frozen=True):
    room: str
    recording: str
    title: str
    state: State
    arrangement: str
    by: str
    at: float


class RecordingMoved(Fact, frozen=True):
    """A mark. `why`: as `StopRecording`."""

    room: str
    recording: str
    state: State
    why: str
    by: str
    at: float
    spent: float = 0.0
    """Seconds written until `since`, from when on it is written again; None: nothing is."""
    since: float | None = None


class StreamBegun(Fact, frozen=True):
    recording: str
    stream: int
    participant: str
    name: str
    track: str
    source: Source
    at: float


class StreamEnded(Fact, frozen=True):
    """All of it is on the disk, or the plane gave it up (`cause`: "full", "io", "lagging")."""

    recording: str
    stream: int
    segments: int
    bytes: int
    cause: str
    at: float


class RecordingKept(Fact, frozen=True):
    """What became of it after the stop. `manifest`: JSON, the files and their sums; of a deleted one, the record of
    that."""

    recording: str
    state: State
    why: str
    by: str
    bytes: int
    manifest: str
    at: float


class TapTracks(Effect, frozen=True):
    taps: tuple[Tap, ...]


# ---------------------------------------------------------------- state


class SavedRecording(msgspec.Struct, frozen=True):
    """The live recording of a room as the ledger knows it. `taps`: stream → track, of those that were never ended;
    `spent`: seconds written until `since`."""

    recording: str
    state: State
    arrangement: str
    by: str
    started: float
    last_stream: int
    taps: dict[int, str] = {}
    since: float | None = None
    spent: float = 0.0


class MarkView(msgspec.Struct, frozen=True):
    state: State
    at: float
    by: str
    why: str = ""


class StreamView(msgspec.Struct, frozen=True):
    """What was written of one track in one stretch. `ended`: None while it runs."""

    stream: int
    participant: str
    name: str
    source: Source
    began: float
    ended: float | None = None
    segments: int = 0
    bytes: int = 0
    cause: str = ""
    track: str = ""


class FileView(msgspec.Struct, frozen=True):
    """One file of a recording. `kind`: "room", everybody in one picture; "track", what one person sent."""

    name: str
    kind: str
    type: str
    bytes: int
    sha256: str
    chain: str = ""
    """SHA-256 of this sum after the chain of the file before."""
    seconds: float = 0.0
    participant: str = ""
    source: str = ""


class Manifest(msgspec.Struct, frozen=True):
    """What `RecordingKept.manifest` holds. `statement`: what is left of a deleted one; `signature`: of that, Ed25519,
    hexadecimal; `seal`: the key's first eight bytes, a colon, and the same of `chain.statement`; "" of those made
    before there was one."""

    files: tuple[FileView, ...] = ()
    statement: str = ""
    signature: str = ""
    seal: str = ""


class RecordingView(msgspec.Struct, frozen=True):
    """Times in seconds since the epoch. `late_ms`: what waits for the disk; `progress`: 0 … 1 of the files."""

    recording: str
    room: str
    title: str
    state: State
    why: str
    arrangement: str
    by: str
    started: float
    ended: float | None
    spent: float
    since: float | None
    bytes: int
    marks: tuple[MarkView, ...] = ()
    streams: tuple[StreamView, ...] = ()
    files: tuple[FileView, ...] = ()
    late_ms: int = 0
    dropped_packets: int = 0
    progress: float = 0.0
    statement: str = ""
    signature: str = ""
    seal: str = ""

    def seconds(self, now: float) -> float:
        """Recorded so far."""
        return self.spent + (max(0.0, now - self.since) if self.since is not None else 0.0)


class LiveView(msgspec.Struct, frozen=True):
    """What everybody in the room sees. `seconds`: written until `since`, from when on it runs; None: it stands."""

    recording: str
    state: State
    seconds: float
    since: float | None


@dataclass(slots=True)
class _Live:
    recording: str
    state: State
    arrangement: str
    by: str
    started: float
    ceiling: Ceiling
    streams: int = 0
    """The number of the last one."""
    taps: dict[str, int] = field(default_factory=dict)
    """Track → stream, of those that run."""
    broken: dict[str, float] = field(default_factory=dict)
    """Track → when it is tapped again."""
    since: float | None = None
    spent: float = 0.0

    def seconds(self, now: float) -> float:
        return self.spent + (now - self.since if self.since is not None else 0.0)


class Recordings:
    """Of one room."""

    def __init__(self, room: str, title: str, people: People, type_: SessionType) -> None:
        self.room = room
        self._title = title
        self._people = people
        self._type = type_
        self._live: _Live | None = None
        self.planned: Planned = Planned(room, type_)

    # ------------------------------------------------------------ reading

    def view(self) -> LiveView | None:
        live = self._live
        return LiveView(live.recording, live.state, live.spent, live.since) if live is not None else None

    @property
    def running(self) -> bool:
        return self._live is not None and self._live.state in RUNNING

    @property
    def ceiling(self) -> Ceiling:
        """Of what runs."""
        return self._live.ceiling if self._live is not None else Ceiling()

    @property
    def deadline(self) -> float | None:
        live = self._live
        if live is None:
            return None
        due = list(live.broken.values())
        if live.since is not None and live.ceiling.seconds is not None:
            due.append(live.since + live.ceiling.seconds - live.spent)
        return min(due, default=None)

    # ------------------------------------------------------------ commands

    def titled(self, title: str) -> list[Event]:
        """The room has another title: what is taken from now on is called so."""
        self._title = title
        return []

    def start(self, command: StartRecording, begun: bool, now: float) -> list[Event]:
        """`begun`: whether the session has; if not, the recording waits for it.

        Raises:
            Refused: RECORDING_FORBIDDEN, RECORDING_RUNS.
        """
        if not self._type.recording:
            raise Refused("RECORDING_FORBIDDEN", current=self._type.key, set_by="type")
        if self._live is not None:
            raise Refused("RECORDING_RUNS", current=self._live.state)
        state = State.RECORDING if begun else State.ARMED
        live = self._live = _Live(command.recording, state, command.arrangement, command.by.id, now, command.ceiling)
        started = RecordingStarted(self.room, live.recording, self._title, state, live.arrangement, command.by.id, now)
        if not begun:
            return [started]
        live.since = now
        return [started, *self._take(list(self._people), now)]

    def pause(self, command: PauseRecording, now: float) -> list[Event]:
        """
        Raises:
            Refused: RECORDING_NONE, RECORDING_STATE.
        """
        return self._move(Move.PAUSE, command.by.id, "", now)

    def resume(self, command: ResumeRecording, now: float) -> list[Event]:
        """
        Raises:
            Refused: RECORDING_NONE, RECORDING_STATE.
        """
        return self._move(Move.RESUME, command.by.id, "", now)

    def stop(self, command: StopRecording, now: float) -> list[Event]:
        """
        Raises:
            Refused: RECORDING_NONE.
        """
        return self._move(Move.STOP, command.by.id, command.why, now)

    def begin(self, event: SittingStarted, now: float) -> list[Event]:
        """The session begins: what waited for it does, too."""
        if self._live is None or self._live.state is not State.ARMED:
            return []
        return self._move(Move.BEGIN, "", "", now)

    def over(self, why: str, by: str, now: float) -> list[Event]:
        """The session or the room is."""
        return self._move(Move.STOP, by, why, now) if self._live is not None else []

    def tick(self, command: Tick, now: float) -> list[Event]:
        live = self._live
        if live is None:
            return []
        most = live.ceiling.seconds
        if live.since is not None and most is not None and live.seconds(now) >= most:
            return self._move(Move.STOP, "", "minutes", now)
        due = [track for track, at in live.broken.items() if at <= now]
        for track in due:
            del live.broken[track]
        return self._take(list(self._people), now) if due else []

    def tap_ended(self, command: TapEnded, now: float) -> list[Event]:
        """A stream that we did not end. One that could not be written is taken up again."""
        live = self._live
        if live is None or live.recording != command.recording:
            return []
        track = next((track for track, stream in live.taps.items() if stream == command.stream), None)
        if track is None:
            return []
        del live.taps[track]
        if not command.failed:
            return []
        live.broken[track] = now + AGAIN_S
        return self._notice(Move.LAG, "io", now)

    def read(self, command: RecorderRead, now: float) -> list[Event]:
        live = self._live
        if live is None or live.recording != command.recording or live.state not in RUNNING:
            return []
        live.ceiling = command.ceiling or live.ceiling
        if live.ceiling.bytes is not None and command.bytes >= live.ceiling.bytes:
            return self._move(Move.STOP, "", "bytes", now)
        if live.ceiling.seconds is not None and live.seconds(now) >= live.ceiling.seconds:
            return self._move(Move.STOP, "", "minutes", now)
        if command.disk_low or command.failing == "full":
            return self._notice(Move.LOW, command.failing, now)
        late = command.late_ms > LAG_MS or bool(live.broken) or bool(command.failing)
        return self._notice(Move.LAG if late else Move.WELL, command.failing, now)

    # ------------------------------------------------------------ reactions

    def person_changed(self, event: PersonChanged, now: float) -> list[Event]:
        """Perhaps they opened a microphone or a camera."""
        person = self._people.find(event.participant)
        return self._take([person], now) if person is not None else []

    def person_moved(self, event: PersonMoved, now: float) -> list[Event]:
        """Their old tracks are no more; the new ones are taken when they are opened."""
        self._forget()
        return []

    def person_gone(self, event: PersonGone, now: float) -> list[Event]:
        self._forget()
        return []

    def held(self, command: TapsHeld, now: float) -> list[Event]:
        """After a restart. What the plane writes for us goes on; what it writes and nobody asked for ends; what was
        lost is taken up again in a new stream."""
        live = self._live
        there = {track.id: (person, track) for person in self._people for track in person.tracks}
        known = set(live.taps.values()) if live is not None else set()
        off: list[Tap] = []
        begun: list[Event] = []
        if live is not None:
            live.taps.clear()
        for recording, stream, track in command.taps:
            if live is None or recording != live.recording or live.state not in RUNNING or track not in there:
                off.append(Tap(recording, stream, track, False))
                continue
            live.streams = max(live.streams, stream)
            live.taps[track] = stream
            if stream not in known:  # the plane had begun, and the ledger had not heard of it
                who, what = there[track]
                begun.append(StreamBegun(recording, stream, who.id, who.name, track, what.source, now))
        events: list[Event] = [TapTracks(tuple(off))] if off else []
        return [*begun, *events, *self._take(list(self._people), now)]

    def restore(self, saved: SavedRecording | None) -> None:
        if saved is None or saved.state not in LIVE:
            return
        self._live = _Live(
            saved.recording,
            saved.state,
            saved.arrangement,
            saved.by,
            saved.started,
            Ceiling(),
            streams=saved.last_stream,
            taps={track: stream for stream, track in saved.taps.items()},
            since=saved.since,
            spent=saved.spent,
        )

    def limit(self, ceiling: Ceiling) -> None:
        """What it may still take, after a restart."""
        if self._live is not None:
            self._live.ceiling = ceiling

    # ------------------------------------------------------------ inside

    def _move(self, move: Move, by: str, why: str, now: float) -> list[Event]:
        live = self._live
        if live is None:
            raise Refused("RECORDING_NONE")
        live.state = moved(live.state, move)
        if live.since is not None and live.state not in RUNNING:
            live.spent, live.since = live.seconds(now), None
        elif live.since is None and live.state in RUNNING:
            live.since = now
        events: list[Event] = [self._moved(live, why, by, now)]
        if live.state in RUNNING:
            return [*events, *self._take(list(self._people), now)]
        off = tuple(Tap(live.recording, stream, track, False) for track, stream in live.taps.items())
        live.taps.clear()
        live.broken.clear()
        if live.state not in LIVE:
            self._live = None
        return [TapTracks(off), *events] if off else events

    def _notice(self, move: Move, why: str, now: float) -> list[Event]:
        """Of the recorder itself: said once."""
        live = self._live
        if live is None or live.state not in RUNNING or moved(live.state, move) is live.state:
            return []
        live.state = moved(live.state, move)
        return [self._moved(live, why, "", now)]

    def _moved(self, live: _Live, why: str, by: str, now: float) -> RecordingMoved:
        return RecordingMoved(self.room, live.recording, live.state, why, by, now, live.spent, live.since)

    def _take(self, people: Sequence[Person], now: float) -> list[Event]:
        """Tap what these people send and is not tapped yet. A track that falls silent goes on: its owner may open it
        again at any moment, and nothing is written meanwhile."""
        live = self._live
        if live is None or live.state not in RUNNING:
            return []
        begun: list[Event] = []
        taps: list[Tap] = []
        for person in people:
            for track in person.tracks:
                if track.source not in person.publishing or track.id in live.taps or track.id in live.broken:
                    continue
                live.streams += 1
                live.taps[track.id] = live.streams
                taps.append(Tap(live.recording, live.streams, track.id, True))
                begun.append(
                    StreamBegun(live.recording, live.streams, person.id, person.name, track.id, track.source, now)
                )
        return [*begun, TapTracks(tuple(taps))] if taps else []

    def _forget(self) -> None:
        """The plane ends the streams of tracks that are no more by itself."""
        live = self._live
        if live is None:
            return
        there = {track.id for person in self._people for track in person.tracks}
        for known in (live.taps, live.broken):
            for track in [track for track in known if track not in there]:
                del known[track]
