"""The layout: whose camera or screen is in which video slot of whom. Pure.

A receiver has video slots (negotiated once) and says how many tiles it can show. Who fills them, in this order:

    1. screens, the newest first       4. recent speakers with a camera, the latest first
    2. the pinned person's camera      5. everybody else with a camera: who is shown already, then in order of arrival
    3. whom the hosts put forward

Nobody receives themselves. What stays wanted stays in its slot: a tile moves only when somebody must make room.
A cough is not a speaker: one is recent after `STEADY_S` of being heard.

How large a tile is shown decides which layer of a camera the plane sends there; which layers are worth sending at all
the plane tells, and the sender's page is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from node.features.flags.rules import FlagsChanged
from node.features.layout.showing import Show, Showing, ShowingChanged, View
from node.features.layout.voices import Listen, Voices
from node.features.mute.rules import BlockChanged
from node.features.participants.rules import Heard, Measured, People, Person, PersonChanged, PersonGone, Role
from node.ports import Assignment, Effect, Event, Kind, LayersWanted, Notice, Sizing, SlotShows, Source

STEADY_S: Final = 0.4
GAP_S: Final = 1.5
"""A pause this long ends a turn."""


class Arrange(msgspec.Struct, frozen=True):
    """What the page can show. `tiles` is cut to the number of its video slots."""

    participant: str
    tiles: int
    pinned: str | None = None


class Resize(msgspec.Struct, frozen=True):
    """How large the page shows its video slots: (slot, width, height), device pixels. 0 × 0: not at all. Slots that are
    not named stay as they were; what is not a video slot of the person is ignored."""

    participant: str
    sizes: tuple[tuple[int, int, int], ...]


class SizeSlots(Effect, frozen=True):
    sizes: tuple[Sizing, ...]


class LayersChanged(Notice, frozen=True):
    """Which layers of a person's picture anybody watches, lowest first; none: nobody."""

    room: str
    participant: str
    source: Source
    rids: tuple[str, ...]


class FillSlots(Effect, frozen=True):
    assignments: tuple[Assignment, ...]


class SlotsChanged(Notice, frozen=True):
    """(slot, participant or None, source) of one person's slots that changed."""

    room: str
    participant: str
    slots: tuple[tuple[int, str | None, Source | None], ...]


@dataclass(slots=True, frozen=True)
class Shown:
    participant: str
    source: Source
    track: str


@dataclass(slots=True)
class Seat:
    """What one receiver sees. `slots` maps every video slot to what is in it."""

    transport: str
    slots: dict[int, Shown | None]
    tiles: int
    pinned: str | None = None
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Turn:
    """One stretch of being heard. It counts once: two who talk together do not take each other's tile."""

    since: float
    last: float
    counted: bool = False


@dataclass(slots=True)
class Layout:
    """The seats of one room."""

    room: str
    people: People
    blocked: Callable[[str, Source], bool]
    spares: Callable[[Role], bool]
    """Whether somebody of this role receives every camera, or only those of people of such roles."""
    _seats: dict[str, Seat] = field(default_factory=dict)
    _wishes: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    _recent: dict[str, None] = field(default_factory=dict)
    """Recent speakers, the latest last."""
    _turns: dict[str, Turn] = field(default_factory=dict)
    _screens: dict[str, Shown] = field(default_factory=dict)
    """Who shares the screen, the newest last."""
    _cameras: dict[str, Shown] = field(default_factory=dict)
    """Who has a camera on that is not blocked."""
    _wanted: dict[str, dict[str, tuple[Source, tuple[str, ...]]]] = field(default_factory=dict)
    """Participant → track → layers that are watched."""
    first: View = View.FREE
    """What every session begins with."""
    showing: Showing = field(default_factory=Showing)
    voices: Voices = field(init=False)

    def __post_init__(self) -> None:
        self.voices = Voices(self.room, self.people)

    def handle(self, command: msgspec.Struct, now: float) -> list[Event]:
        """One of `HANDLED`."""
        return HANDLED[type(command)](self, command, now)

    @property
    def deadline(self) -> float | None:
        return None

    def view(self, participant: str) -> tuple[tuple[int, str | None, Source | None], ...]:
        """(slot, participant or None, source or None) of every video slot."""
        seat = self._seats.get(participant)
        if seat is None:
            return ()
        return tuple((i, s.participant if s else None, s.source if s else None) for i, s in seat.slots.items())

    def wanted(self, participant: str) -> tuple[tuple[Source, tuple[str, ...]], ...]:
        """(source, layers that anybody watches) of what the plane has spoken of."""
        person = self.people.find(participant)
        known = self._wanted.get(participant, {})
        mine = {track.id for track in person.tracks} if person is not None else set()
        return tuple(said for track, said in known.items() if track in mine)

    def restore(self, participant: str, assigned: dict[int, str]) -> None:
        """What the plane showed somebody before a restart: slot → track."""
        person = self.people.get(participant)
        self._note(person)
        seat = self._seat(person)
        for slot, track in assigned.items():
            found = self.people.of_track(track)
            if slot in seat.slots and found is not None:
                seat.slots[slot] = Shown(found[0].id, found[1], track)

    # ------------------------------------------------------------ commands

    def arrange(self, command: Arrange, now: float) -> list[Event]:
        person = self.people.get(command.participant)
        self._wishes[person.id] = (max(0, command.tiles), command.pinned)
        return self._fill([person])

    def resize(self, command: Resize, now: float) -> list[Event]:
        person = self.people.get(command.participant)
        seat = self._seats.get(person.id)
        if seat is None or seat.transport != person.transport:
            return []
        changed = []
        for slot, width, height in command.sizes:
            if slot not in seat.slots or seat.sizes.get(slot) == (width, height):
                continue
            seat.sizes[slot] = (width, height)
            # To the plane 0 means "not known": what is not shown is as small as can be.
            changed.append(Sizing(seat.transport, slot, max(1, width), max(1, height)))
        return [SizeSlots(tuple(changed))] if changed else []

    def layers_wanted(self, command: LayersWanted, now: float) -> list[Event]:
        found = self.people.of_track(command.track)
        if found is None:
            return []
        person, source = found
        known = self._wanted.setdefault(person.id, {})
        if known.get(command.track) == (source, command.rids):
            return []
        for track in known.keys() - {track.id for track in person.tracks}:
            del known[track]
        known[command.track] = (source, command.rids)
        return [LayersChanged(self.room, person.id, source, command.rids)]

    def show(self, command: Show, now: float) -> list[Event]:
        """
        Raises:
            Refused: VALUE_INVALID, PARTICIPANT_UNKNOWN.
        """
        for participant in set(command.spotlight or ()) - set(self.showing.spotlight):
            self.people.get(participant)
        return self._show(self.showing.after(command))

    def _show(self, showing: Showing) -> list[Event]:
        before, self.showing = self.showing, showing
        if showing == before:
            return []
        filled = self._fill(self.people) if showing.spotlight != before.spotlight else []
        return [ShowingChanged(self.room, showing), *filled]

    def measured(self, command: Measured, now: float) -> list[Event]:
        return [*self.voices.measured(command.transports)]

    def over(self) -> list[Event]:
        """A new session begins as the room did."""
        return self._show(Showing(self.first))

    def heard(self, command: Heard, now: float) -> list[Event]:
        promoted = False
        for level in command.levels:
            found = self.people.of_track(level.track)
            if found is None or found[1] is not Source.MICROPHONE:
                continue
            speaker = found[0].id
            turn = self._turns.get(speaker)
            if turn is None or now - turn.last > GAP_S:
                self._turns[speaker] = Turn(now, now)
                continue
            turn.last = now
            latest = next(reversed(self._recent), None)
            if turn.counted or now - turn.since < STEADY_S:
                continue
            turn.counted = True
            if latest != speaker:
                self._recent.pop(speaker, None)
                self._recent[speaker] = None
                promoted = True
        return self._fill(self.people) if promoted else []

    def resume(self) -> list[Event]:
        """After a restart, when everybody is restored."""
        return self._fill(self.people)

    # ------------------------------------------------------------ reactions

    def refresh(self, event: PersonChanged | BlockChanged, now: float) -> list[Event]:
        """Somebody came, changed, was blocked or unblocked. Most changes concern one person's seat only."""
        person = self.people.find(event.participant)
        if person is None:
            return []
        return self._fill(self.people if self._note(person) else [person])

    def flags_changed(self, event: FlagsChanged, now: float) -> list[Event]:
        seen = event.before.webcams_only_for_moderators != event.flags.webcams_only_for_moderators
        return self._fill(self.people) if seen else []

    def role_given(self, participant: str, now: float) -> list[Event]:
        """Whose camera is spared, and who receives every camera, may be others now."""
        self._note(self.people.get(participant))
        return self._fill(self.people)

    def person_gone(self, event: PersonGone, now: float) -> list[Event]:
        shown = event.participant in self._cameras or event.participant in self._screens
        memories = (self._seats, self._wishes, self._recent, self._turns, self._screens, self._cameras, self._wanted)
        for memory in memories:
            memory.pop(event.participant, None)
        self.voices.gone(event.participant)
        told = self._show(self.showing.without(event.participant))
        return [*told, *(self._fill(self.people) if shown else [])]

    # ------------------------------------------------------------ inside

    def _seat(self, person: Person) -> Seat:
        seat = self._seats.get(person.id)
        if seat is None or seat.transport != person.transport:
            video = {slot.index: None for slot in person.slots if slot.kind is Kind.VIDEO}
            seat = self._seats[person.id] = Seat(person.transport, dict[int, Shown | None](video), len(video))
        tiles, pinned = self._wishes.get(person.id, (len(seat.slots), None))
        seat.tiles, seat.pinned = min(tiles, len(seat.slots)), pinned
        return seat

    def _sends(self, person: Person, source: Source) -> Shown | None:
        if source not in person.publishing or self.blocked(person.id, source):
            return None
        track = person.track(source)
        return Shown(person.id, source, track.id) if track is not None else None

    def _fill(self, receivers: Iterable[Person]) -> list[Event]:
        stages: dict[bool, Stage] = {}
        assignments: list[Assignment] = []
        events: list[Event] = []
        for person in receivers:
            before = self._seats.get(person.id)
            if not person.transport or not person.slots:
                self._seats.pop(person.id, None)
                if before is not None and (emptied := {i: None for i, shown in before.slots.items() if shown}):
                    events.append(self._told(person, emptied))
                continue
            seat = self._seat(person)
            every = self.spares(person.role)
            if every not in stages:
                stages[every] = self._stage(every)
            changed = _rearrange(seat, person.id, stages[every])
            for slot, shown in changed.items():
                assignments.append(Assignment(person.transport, slot, shown.track if shown else None))
            if before is not None and before is not seat:
                changed = seat.slots  # the page still believes in what the transport before this one showed
            if changed:
                events.append(self._told(person, changed))
        if assignments:
            events.insert(0, FillSlots(tuple(assignments)))
        return events

    def _told(self, person: Person, slots: Mapping[int, Shown | None]) -> SlotsChanged:
        told = tuple((i, s.participant if s else None, s.source if s else None) for i, s in slots.items())
        return SlotsChanged(self.room, person.id, told)

    def _note(self, person: Person) -> bool:
        """What of `person` may be shown; whether that changed."""
        changed = False
        for source, shown_now in ((Source.SCREEN, self._screens), (Source.CAMERA, self._cameras)):
            shown = self._sends(person, source)
            if shown == shown_now.get(person.id):
                continue
            changed = True
            if shown is None:
                del shown_now[person.id]
            else:
                shown_now[person.id] = shown
        return changed

    def _stage(self, every: bool) -> Stage:
        cameras = self._cameras if every else {i: s for i, s in self._cameras.items() if self._is_spared(i)}
        forward = [cameras[each] for each in self.showing.spotlight if each in cameras]
        stage = Stage(list(reversed(self._screens.values())), forward, cameras=cameras)
        for id_ in reversed(self._recent):
            if (shown := cameras.get(id_)) is not None:
                stage.speakers[shown] = None
        for id_, shown in cameras.items():
            if id_ not in self._recent:
                stage.others[shown] = None
        return stage

    def _is_spared(self, participant: str) -> bool:
        person = self.people.find(participant)
        return person is not None and self.spares(person.role)


@dataclass(slots=True)
class Stage:
    """Everything that could be shown, each part in its order; the same for everybody."""

    screens: list[Shown] = field(default_factory=list)
    forward: list[Shown] = field(default_factory=list)
    speakers: dict[Shown, None] = field(default_factory=dict)
    others: dict[Shown, None] = field(default_factory=dict)
    cameras: dict[str, Shown] = field(default_factory=dict)


def _in_order(seat: Seat, stage: Stage) -> Iterator[Shown]:
    yield from stage.screens
    if seat.pinned is not None and seat.pinned in stage.cameras:
        yield stage.cameras[seat.pinned]
    yield from stage.forward
    yield from stage.speakers
    yield from (shown for shown in seat.slots.values() if shown is not None and shown in stage.others)
    yield from stage.others


def _rearrange(seat: Seat, me: str, stage: Stage) -> dict[int, Shown | None]:
    """Put what is wanted into the slots of one receiver; the slots that changed."""
    wanted: dict[Shown, None] = {}
    if seat.tiles:
        for shown in _in_order(seat, stage):
            if shown.participant == me:
                continue
            wanted.setdefault(shown)
            if len(wanted) == seat.tiles:
                break
    kept = {shown for shown in seat.slots.values() if shown is not None and shown in wanted}
    coming = iter([shown for shown in wanted if shown not in kept])
    changed: dict[int, Shown | None] = {}
    for slot, before in seat.slots.items():
        if before is not None and before in kept:
            continue
        now = next(coming, None)
        if now != before:
            changed[slot] = now
    seat.slots.update(changed)
    return changed


# Any: each handler takes the command under which it stands.
HANDLED: Final[dict[type[msgspec.Struct], Callable[[Layout, Any, float], list[Event]]]] = {
    Arrange: Layout.arrange,
    Resize: Layout.resize,
    LayersWanted: Layout.layers_wanted,
    Show: Layout.show,
    Listen: lambda layout, command, now: [*layout.voices.listen(command, now)],
    SlotShows: lambda layout, event, now: [*layout.voices.shows(event, now)],
}
