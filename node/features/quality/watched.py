"""Quality as a part of a room: who is judged, and who is told. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import msgspec

from node.features.participants.rules import Measured, People, Person, PersonGone, PersonMeasured
from node.features.quality.rules import (
    REPORT_AGE_S,
    Grade,
    History,
    Judge,
    Point,
    QualityView,
    Reported,
    Up,
    Verdict,
    upwards,
    verdict_of,
    view_of,
)
from node.ports import Event, Notice, Source, TrackFigures, TransportFigures, VideoHeld

MOST_GRADES: Final = 100
"""People whose fair or poor connection the others are shown; in a larger room nobody looks at more."""
TO_OTHERS: Final = (Grade.FAIR, Grade.POOR)


class Report(msgspec.Struct, frozen=True):
    """A page says how it was."""

    participant: str
    reported: Reported


class VerdictChanged(Notice, frozen=True):
    """What a person is told of their own connection."""

    room: str
    participant: str
    verdict: Verdict


class GradesChanged(Notice, frozen=True):
    """What everybody is shown of somebody's connection."""

    room: str


class HeldChanged(Notice, frozen=True):
    """The way to a person does not bear pictures, or does again; their sound goes on."""

    room: str
    participant: str
    held: bool


class SlotView(msgspec.Struct, frozen=True):
    """A picture or a sound that a person is sent. `rid`: its layer."""

    slot: int
    participant: str
    source: Source | None
    rid: str
    bits_per_second: int
    loss_percent: float
    switches: int


class LayerView(msgspec.Struct, frozen=True):
    """A layer that a person sends."""

    source: Source
    rid: str
    bits_per_second: int
    loss_percent: float
    width: int
    height: int
    fps: float
    active: bool
    wanted: bool


class DetailView(msgspec.Struct, frozen=True):
    """Everything that is known of one person's connection; the history with the oldest first."""

    participant: str
    room: str
    quality: QualityView
    slots: tuple[SlotView, ...]
    layers: tuple[LayerView, ...]
    history: tuple[Point, ...]


@dataclass(slots=True)
class Known:
    """Of one person, on one transport."""

    transport: str = ""
    judge: Judge = field(default_factory=Judge)
    history: History = field(default_factory=History)
    reported: Reported | None = None
    reported_at: float = 0.0
    held: bool = False
    figures: TransportFigures | None = None
    tracks: tuple[TrackFigures, ...] = ()


class Quality:
    """Of one room."""

    def __init__(self, room: str, people: People) -> None:
        self.room = room
        self.people = people
        self._known: dict[str, Known] = {}

    # ------------------------------------------------------------ reading

    def verdict(self, participant: str) -> Verdict:
        known = self._known.get(participant)
        return known.judge.shown if known is not None else Verdict()

    def is_held(self, participant: str) -> bool:
        known = self._known.get(participant)
        return known is not None and known.held

    def grades(self) -> tuple[tuple[str, Grade], ...]:
        """(participant, grade) of those whose connection is not good, the worst first."""
        found = [(id_, known.judge.shown.grade) for id_, known in self._known.items()]
        poor_first = sorted((each for each in found if each[1] in TO_OTHERS), key=lambda each: each[1], reverse=True)
        return tuple(poor_first[:MOST_GRADES])

    def detail(self, participant: str) -> DetailView:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN.
        """
        person = self.people.get(participant)
        known = self._known.get(participant, Known())
        slots = []
        for slot in known.figures.slots if known.figures is not None else ():
            found = self.people.of_track(slot.track)
            slots.append(
                SlotView(
                    slot=slot.slot,
                    participant=found[0].id if found is not None else "",
                    source=found[1] if found is not None else None,
                    rid=slot.rid,
                    bits_per_second=slot.bps,
                    loss_percent=slot.loss * 100.0,
                    switches=slot.switches,
                )
            )
        return DetailView(
            participant=participant,
            room=self.room,
            quality=person.quality,
            slots=tuple(slots),
            layers=tuple(self._layers(known)),
            history=tuple(known.history),
        )

    def _layers(self, known: Known) -> list[LayerView]:
        layers = []
        for track in known.tracks:
            found = self.people.of_track(track.track)
            if found is None:
                continue
            for layer in track.layers:
                layers.append(
                    LayerView(
                        source=found[1],
                        rid=layer.rid,
                        bits_per_second=layer.bps,
                        loss_percent=layer.loss * 100.0,
                        width=layer.width,
                        height=layer.height,
                        fps=layer.fps,
                        active=layer.active,
                        wanted=layer.wanted,
                    )
                )
        return layers

    # ------------------------------------------------------------ commands

    def report(self, command: Report, now: float) -> list[Event]:
        known = self._of(self.people.get(command.participant))
        known.reported, known.reported_at = command.reported, now
        return []

    def held(self, command: VideoHeld, now: float) -> list[Event]:
        person = self.people.on_transport(command.transport)
        if person is None:
            return []
        changed = self._hold(person, self._of(person), command.held)
        return [*changed, PersonMeasured(self.room, person.id)] if changed else []

    def measured(self, command: Measured, now: float) -> list[Event]:
        tracks: dict[str, list[TrackFigures]] = {}
        for track in command.tracks:
            tracks.setdefault(track.track.partition("/")[0], []).append(track)
        events: list[Event] = []
        grades = False
        for figures in command.transports:
            person = self.people.on_transport(figures.transport)
            if person is None:
                continue
            known = self._of(person)
            known.figures, known.tracks = figures, tuple(tracks.get(figures.transport, ()))
            # The event may have been for the control process before us.
            events += self._hold(person, known, figures.video_held)
            page = known.reported if now - known.reported_at <= REPORT_AGE_S else None
            before = known.judge.shown
            up = upwards(known.tracks)
            if known.judge.hear(verdict_of(figures, up, page, command.node), now):
                events.append(VerdictChanged(self.room, person.id, known.judge.shown))
                grades = grades or (before.grade in TO_OTHERS) or (known.judge.shown.grade in TO_OTHERS)
            person.quality = view_of(figures, up, page, known.judge.shown)
            if known.history.takes(now):
                known.history.add(_point(now, figures, up, known.judge.shown.grade))
        if grades:
            events.append(GradesChanged(self.room))
        return events

    def person_gone(self, event: PersonGone, now: float) -> list[Event]:
        known = self._known.pop(event.participant, None)
        shown = known is not None and known.judge.shown.grade in TO_OTHERS
        return [GradesChanged(self.room)] if shown else []

    # ------------------------------------------------------------ inside

    def _hold(self, person: Person, known: Known, held: bool) -> list[Event]:
        if known.held == held:
            return []
        known.held = held
        return [HeldChanged(self.room, person.id, held)]

    def _of(self, person: Person) -> Known:
        """What is known of the person; a new transport is another way, of which only the history stays."""
        known = self._known.get(person.id)
        if known is None or known.transport != person.transport:
            before = known or Known()
            # The page still shows that it is held; the first figures of the new way say whether it is.
            known = self._known[person.id] = Known(person.transport, history=before.history, held=before.held)
        return known


def _point(now: float, figures: TransportFigures, up: Up, grade: Grade) -> Point:
    return Point(
        at=now,
        loss_down=figures.loss,
        loss_up=up[0],
        rtt_ms=figures.rtt_ms,
        jitter_ms=figures.jitter_ms,
        sent_bps=figures.sent_bps,
        received_bps=figures.received_bps,
        target_bps=figures.target_bps,
        grade=grade,
    )
