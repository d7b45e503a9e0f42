"""Recordings of the node: who may start one and how long it may become, and what became of each.

What is being recorded is the room's (`rules.py`). Here is the book of all of them, as operators see it.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Sequence, Set
from typing import Final, Literal, Protocol

import msgspec
import structlog

from node.errors import Refused
from node.features.recordings.book import enter
from node.features.recordings.kept import Book
from node.features.recordings.planned import Arrangement, Plan
from node.features.recordings.recorders import Recorders, Settings
from node.features.recordings.reserve import Standing
from node.features.recordings.rules import (
    LAG_MS,
    Ceiling,
    PauseRecording,
    RecorderRead,
    RecordingMoved,
    RecordingStarted,
    RecordingView,
    ResumeRecording,
    StartRecording,
    StopRecording,
    StreamBegun,
    StreamEnded,
    TapEnded,
    TapsHeld,
)
from node.features.recordings.states import LIVE, RUNNING, State
from node.features.rooms.floor import Decided, Floor
from node.features.rooms.rules import Room
from node.features.schedule.rules import SittingStarted
from node.ports import Actor, Event, Fact, MediaEvent, PlaneDown, PlaneFigures, TapClosed, TapFailed

CHANGES: Final = {"pause": PauseRecording, "resume": ResumeRecording, "stop": StopRecording}
ID: Final = re.compile(r"[0-9a-f]{32}")

log: Final = structlog.get_logger()


class RecorderState(msgspec.Struct, frozen=True):
    """`free_bytes`: of the spool, None: not known."""

    available: bool
    free_bytes: int | None
    running: int
    late_ms: int
    dropped_packets: int


class Store(Protocol):
    async def load(self) -> list[RecordingView]:
        """Every recording, the oldest first."""


class Recordings:
    """Raises `Refused` as each method says; ROOM_UNKNOWN, ROOM_CLOSED; NOT_ALLOWED for who may not record."""

    def __init__(self, floor: Floor, store: Store, settings: Settings) -> None:
        self._floor = floor
        self._store = store
        self.settings = settings
        self.book = Book()
        self._recorders = Recorders(floor, lambda: self.book, lambda: self.settings, self._begin)
        self._listeners: list[Callable[[RecordingView], None]] = []
        self.dropped = 0
        """Packets that could not be written, since this process started."""
        self.strays: set[str] = set()
        """Recordings that the plane had begun when a process before us ended, and of which nobody was told."""
        self._dropping: dict[tuple[str, int], int] = {}
        floor.listen(self._on_events)

    def tell(self, listener: Callable[[RecordingView], None]) -> None:
        """`listener` is called whenever a recording changed."""
        self._listeners.append(listener)

    # ------------------------------------------------------------ reading

    def get(self, recording: str) -> RecordingView:
        """
        Raises:
            Refused: RECORDING_UNKNOWN.
        """
        view = self.book.get(recording)
        if view is None:
            raise Refused("RECORDING_UNKNOWN", current=recording[:64])
        return view

    def list(self, room: str = "") -> Sequence[RecordingView]:
        """The latest first."""
        return self.book.of(room)

    def recorder(self) -> RecorderState:
        live = list(self.book.live())
        return RecorderState(
            self._floor.media.records,
            self._recorders.free_bytes,
            len(live),
            max((view.late_ms for view in live), default=0),
            sum(view.dropped_packets for view in live),
        )

    def standing(self) -> Standing:
        """Recorders that are free and kept, and room on the disk."""
        return self._recorders.standing()

    def may_plan(self, room: Room) -> None:
        """A room as it would be: whether its sessions can be recorded as it says.

        Raises:
            Refused: RECORDING_FULL, RECORDING_DISK.
        """
        self._recorders.may_plan(room)

    def now(self) -> float:
        return self._floor.clock.now()

    # ------------------------------------------------------------ of a room

    async def start(self, room: str, arrangement: Arrangement | None, *, by: Actor, reason: str = "") -> RecordingView:
        """When it is answered, the ledger has it and the plane does it. `arrangement`: None is the room's plan's.

        Raises:
            Refused: RECORDING_FORBIDDEN, RECORDING_RUNS, RECORDING_OFF, RECORDING_FULL, RECORDING_DISK,
                RECORDING_MINUTES, RECORDING_BYTES.
        """
        of = self._floor.room(room)
        recording, decided = self._decide_start(of, arrangement or of.recordings.planned.now.arrangement, by, reason)
        await decided.done()
        return self.get(recording)

    def _decide_start(self, room: Room, arrangement: Arrangement, by: Actor, reason: str) -> tuple[str, Decided]:
        recording = secrets.token_hex(16)
        asks = room.type.recording and room.recordings.view() is None
        if asks and not self._floor.media.records:
            raise Refused("RECORDING_OFF")
        ceiling = self._ceiling(room.id)
        if asks:
            self._recorders.may_begin(room, ceiling)
        return recording, self._floor.decide(room.id, StartRecording(recording, by, arrangement, ceiling, reason))

    def _begin(self, room: Room, plan: Plan) -> None:
        self._decide_start(room, plan.arrangement, Actor("node", self._floor.node, "node"), "planned")

    async def change(
        self, room: str, change: Literal["pause", "resume", "stop"], *, by: Actor, reason: str = ""
    ) -> RecordingView:
        """
        Raises:
            Refused: RECORDING_NONE, RECORDING_STATE.
        """
        live = self._floor.room(room).recordings.view()
        await self._floor.decide(room, CHANGES[change](by, reason)).done()
        assert live is not None  # else it was refused
        return self.get(live.recording)

    def _ceiling(self, room: str, but: str = "") -> Ceiling:
        """What a recording of this room may take, all others of the room and of the node being there.

        Raises:
            Refused: RECORDING_MINUTES, RECORDING_BYTES: nothing.
        """
        now, settings = self._floor.clock.now(), self.settings
        seconds: list[float] = []
        size: list[int] = []
        for of, minutes, most in (
            (room, settings.room_minutes, settings.room_bytes),
            ("", settings.node_minutes, settings.node_bytes),
        ):
            if not (minutes or most):
                continue
            spent, taken = self.book.kept(now, of)
            if (running := self.book.get(but)) is not None:
                spent, taken = spent - running.seconds(now), taken - running.bytes
            if minutes:
                seconds.append(minutes * 60.0 - spent)
                if seconds[-1] <= 0 and not but:
                    raise Refused("RECORDING_MINUTES", limit=minutes, current=int(spent // 60))
            if most:
                size.append(most - taken)
                if size[-1] <= 0 and not but:
                    raise Refused("RECORDING_BYTES", limit=most, current=most - size[-1])
        return Ceiling(min(seconds, default=None), min(size, default=None))

    # ------------------------------------------------------------ after a restart

    async def resume(self) -> None:
        """Once the floor is restored: what the plane writes, the rooms and the ledger are made to agree."""
        self.book = Book(await self._store.load())
        self._recorders.restore()
        running = await self._floor.media.taps() if self._floor.media.records else []
        known = {(tap.recording, tap.stream) for tap in running}
        for view in self.book.unfinished():
            for stream in view.streams:
                if stream.ended is None and (view.recording, stream.stream) not in known:
                    self._stream_ended(view.recording, stream.stream, 0, stream.bytes, "lost")
        for room in list(self._floor):
            live = room.recordings.view()
            if live is not None:
                room.recordings.limit(self._ceiling(room.id, but=live.recording))
            mine = [tap for tap in running if live is not None and tap.recording == live.recording]
            if live is not None:
                self._floor.decide(room.id, TapsHeld(tuple((t.recording, t.stream, t.track) for t in mine)))
        live_now = {live.recording for room in self._floor if (live := room.recordings.view()) is not None}
        stray = [msgspec.structs.replace(tap, on=False) for tap in running if tap.recording not in live_now]
        if stray:
            log.warning("recordings_stray", streams=len(stray))
            self.strays |= {tap.recording for tap in stray if tap.recording not in self.book}
            await self._floor.media.tap(stray)
        for view in self.book.unfinished():
            if view.state in LIVE and view.recording not in live_now:
                now = self._floor.clock.now()
                self.note(RecordingMoved(view.room, view.recording, State.FINISHING, "closed", "", now, view.spent))

    # ------------------------------------------------------------ what happens

    def _on_events(self, room: Room, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case RecordingStarted() | RecordingMoved() | StreamBegun():
                    self._enter(event)
                case SittingStarted():  # what listens may not decide
                    asyncio.get_running_loop().call_soon(self._on_sitting, room)
                case _:
                    self._recorders.follow(room, event)

    def _on_sitting(self, room: Room) -> None:
        if not self._floor.fenced and room.closed is None:
            self._recorders.begin_planned(room)

    def on_media(self, event: MediaEvent) -> None:
        """The listener to give to `Media.subscribe`."""
        match event:
            case TapClosed():
                self._tap_closed(event)
            case TapFailed():
                log.warning("recording_loses", recording=event.recording, stream=event.stream, cause=event.cause)
            case PlaneFigures():
                self._on_figures(event)
            case PlaneDown():
                for view in self.book.unfinished():
                    for stream in view.streams:
                        if stream.ended is None:
                            self._stream_ended(view.recording, stream.stream, 0, stream.bytes, "plane")

    def _tap_closed(self, event: TapClosed) -> None:
        view = self.book.get(event.recording)
        if view is None:
            return
        self._stream_ended(event.recording, event.stream, event.segments, event.bytes, event.cause)
        if view.state in LIVE and view.room in self._floor.rooms and not self._floor.fenced:
            failed = event.cause == "failed"
            self._floor.decide(view.room, TapEnded(event.recording, event.stream, failed))

    def _on_figures(self, figures: PlaneFigures) -> None:
        free = self._recorders.free_bytes = figures.spool_free_bytes
        low = free is not None and free < self.settings.free_bytes
        for tap in figures.taps:
            key = (tap.recording, tap.stream)
            self.dropped += max(0, tap.dropped_packets - self._dropping.get(key, 0))
        self._dropping = {(tap.recording, tap.stream): tap.dropped_packets for tap in figures.taps}
        by_recording: dict[str, list[int]] = {}
        for at, tap in enumerate(figures.taps):
            by_recording.setdefault(tap.recording, []).append(at)
        for view in list(self.book.live()):
            taps = [figures.taps[at] for at in by_recording.get(view.recording, ())]
            running = {tap.stream: tap for tap in taps}
            streams = tuple(
                msgspec.structs.replace(stream, bytes=running[stream.stream].bytes)
                if stream.ended is None and stream.stream in running
                else stream
                for stream in view.streams
            )
            changed = msgspec.structs.replace(
                view,
                streams=streams,
                bytes=sum(stream.bytes for stream in streams),
                late_ms=max([self._untold_ms(view, running.keys()), *(tap.late_ms for tap in taps)]),
                dropped_packets=sum(tap.dropped_packets for tap in taps),
            )
            self._put(changed)
            if view.room in self._floor.rooms and not self._floor.fenced:
                failing = next((tap.failing for tap in taps if tap.failing), "")
                ceiling = self._ceiling(view.room, but=view.recording)
                read = RecorderRead(view.recording, changed.bytes, changed.late_ms, failing, low, ceiling)
                self._floor.decide(view.room, read)
        self._recorders.see_to_planned()

    def _untold_ms(self, view: RecordingView, told: Set[int]) -> int:
        """How long the plane has had nothing to tell of a stream that it was asked to write: its disk took not even the
        beginning. A little is the time that the figures need."""
        silent = [stream.began for stream in view.streams if stream.ended is None and stream.stream not in told]
        if not silent or view.state not in RUNNING:
            return 0
        age = round((self._floor.clock.now() - min(silent)) * 1000)
        return age if age > LAG_MS else 0

    def _stream_ended(self, recording: str, stream: int, segments: int, size: int, cause: str) -> None:
        self.note(StreamEnded(recording, stream, segments, size, cause, self._floor.clock.now()))

    def note(self, fact: Fact) -> None:
        """What no room decides: the ledger is told by us."""
        if self._floor.fenced:
            return
        self._floor.ledger.note([fact])
        self._enter(fact)

    async def noted(self, fact: Fact) -> None:
        """As `note`; returns when the ledger has it.

        Raises:
            Refused: FENCED.
        """
        durable = self._floor.ledger.note([fact])
        self._enter(fact)
        await durable

    # ------------------------------------------------------------ the book

    def _enter(self, fact: Event) -> None:
        view = enter(self.book, fact)
        if view is not None:
            self._put(view)

    def progressed(self, recording: str, progress: float) -> None:
        """Of the files, 0 … 1."""
        if (view := self.book.get(recording)) is not None:
            self._put(msgspec.structs.replace(view, progress=progress))

    def waits(self, recording: str, why: str) -> None:
        """What it waits for while its files are made. Told, and not written down."""
        if (view := self.book.get(recording)) is not None and view.state is State.FINISHING:
            self._put(msgspec.structs.replace(view, why=why))

    def _put(self, view: RecordingView) -> None:
        if not self.book.put(view):
            return
        for listener in self._listeners:
            listener(view)
