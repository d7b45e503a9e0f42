"""The people of a room: who is here, how well, and for how long a place is kept. Pure.

A person has two links to the node: the signalling one (WebSocket) and the media one (a transport). Either may drop and
come back without anybody losing the place. The place is given up `LEASE_S` after both are gone, or `AWAY_S` after the
page said that it goes away: a closed tab is no ghost, and a reload still finds its place.

    joining   answered, no media yet              here   media flows
    away      media gone, the place is kept       (gone)  not in the room any more

An encoder (WHIP) and a player (WHEP) are people too; they only have the media link.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from node.errors import Refused
from node.features.participants.asked import Attach as Attach
from node.features.participants.asked import Detach as Detach
from node.features.participants.asked import GoAway as GoAway
from node.features.participants.asked import Heard as Heard
from node.features.participants.asked import Leave as Leave
from node.features.participants.asked import Measured as Measured
from node.features.participants.asked import MediaConnected as MediaConnected
from node.features.participants.asked import MediaLost as MediaLost
from node.features.participants.asked import PlaneLost as PlaneLost
from node.features.participants.asked import Publish as Publish
from node.features.participants.asked import Remove as Remove
from node.features.participants.asked import Tick as Tick
from node.features.participants.view import STAFF as STAFF
from node.features.participants.view import Cause as Cause
from node.features.participants.view import ParticipantView as ParticipantView
from node.features.participants.view import Role as Role
from node.features.participants.view import State as State
from node.features.participants.view import TrackView as TrackView
from node.features.quality.rules import QualityView
from node.ports import (
    Effect,
    Event,
    Fact,
    Notice,
    Shape,
    Slot,
    Source,
    Track,
)

LEASE_S: Final = 30.0
AWAY_S: Final = 5.0
NEGOTIATION_S: Final = 60.0
"""For a newcomer's first negotiation; whoever asked may be gone."""
SILENT: Final = 127
"""RFC 6464: the quietest level."""


# ---------------------------------------------------------------- what happened


class PersonJoined(Fact, frozen=True):
    room: str
    participant: str
    name: str
    role: Role
    client: Shape
    language: str
    session: str
    """SHA-256 of the secret, hexadecimal."""
    transport: str
    at: float
    ticket: str = ""
    """Likewise: of the ticket that let them in."""


class PersonMoved(Fact, frozen=True):
    """The same person on a new transport: a reload, a new network, a new plane. Perhaps under a new name, or by a
    host's link this time."""

    room: str
    participant: str
    name: str
    role: Role
    transport: str
    at: float
    ticket: str = ""


class PersonGone(Fact, frozen=True):
    room: str
    participant: str
    session: str
    cause: Cause
    by: str
    reason: str
    at: float


class PlaceFreed(Notice, frozen=True):
    """Of somebody who never came in: the negotiation was given up. Others leave as `PersonGone`."""

    room: str
    participant: str


class PublishingChanged(Fact, frozen=True):
    """What a person says that they send; kept, so that a restart of the node does not close anybody's camera tile."""

    room: str
    participant: str
    publishing: tuple[Source, ...]


class PersonChanged(Notice, frozen=True):
    """Something that everybody in the room sees."""

    room: str
    participant: str


class PersonMeasured(Notice, frozen=True):
    """Only figures changed: operators see them, the room does not."""

    room: str
    participant: str


class RejoinWanted(Notice, frozen=True):
    room: str
    participant: str
    cause: str


class SpeakersChanged(Notice, frozen=True):
    """(participant, level) of everybody audible, loudest first; `silent`: who has just fallen silent."""

    room: str
    levels: tuple[tuple[str, int], ...]
    silent: tuple[str, ...]


class CloseTransport(Effect, frozen=True):
    transport: str


# ---------------------------------------------------------------- state


@dataclass(slots=True, eq=False)
class Person:
    """One person. Only `People` changes it."""

    id: str
    name: str
    role: Role
    client: Shape
    language: str
    session: str
    joined: float
    ticket: str = ""
    """SHA-256 of the ticket that let them in."""
    role_by: str = ""
    """What kind of actor gave the role in the room; "": the ticket says it."""
    name_by: str = ""
    """Likewise."""
    transport: str = ""
    """Empty while there is none that could carry packets."""
    opening: str = ""
    """A transport that is being negotiated and will take the place of `transport`."""
    admitted: bool = False
    """False while the first negotiation is under way: the place is taken, nobody sees the person yet."""
    connected: bool = False
    was_connected: bool = False
    attached: bool = False
    lease: float | None = None
    away: float | None = None
    """Until when the place of a page that said goodbye is kept."""
    tracks: tuple[Track, ...] = ()
    slots: tuple[Slot, ...] = ()
    publishing: set[Source] = field(default_factory=set)
    level: int = SILENT
    quality: QualityView = field(default_factory=QualityView)
    rates: dict[Source, tuple[int, float]] = field(default_factory=dict)

    @property
    def state(self) -> State:
        if self.connected:
            return State.HERE
        return State.AWAY if self.was_connected or not self.transport else State.JOINING

    @property
    def speaking(self) -> bool:
        return self.level < SILENT

    def track(self, source: Source) -> Track | None:
        return next((track for track in self.tracks if track.source == source), None)


class People:
    """Everybody who has a place in the room, in the order in which they came."""

    def __init__(self, room: str) -> None:
        self.room = room
        self._people: dict[str, Person] = {}
        self._by_transport: dict[str, Person] = {}
        self._by_track: dict[str, tuple[Person, Source]] = {}
        self._heard: dict[str, Person] = {}

    # ------------------------------------------------------------ reading

    def __len__(self) -> int:
        """Places taken, those of people who are still negotiating included."""
        return len(self._people)

    def __iter__(self) -> Iterator[Person]:
        return (person for person in self._people.values() if person.admitted)

    def places(self) -> Iterator[Person]:
        """Whoever has a place, those who still negotiate included."""
        return iter(self._people.values())

    def get(self, participant: str) -> Person:
        person = self._people.get(participant)
        if person is None or not person.admitted:
            raise Refused("PARTICIPANT_UNKNOWN", current=participant[:64])
        return person

    def find(self, participant: str) -> Person | None:
        person = self._people.get(participant)
        return person if person is not None and person.admitted else None

    def place_of(self, participant: str) -> Person:
        """Somebody with a place, also while the first negotiation is under way.

        Raises:
            Refused: SESSION_UNKNOWN.
        """
        person = self._people.get(participant)
        if person is None:
            raise Refused("SESSION_UNKNOWN")
        return person

    def known(self, participant: str) -> Person | None:
        """Likewise, or nobody."""
        return self._people.get(participant)

    def holds(self, participant: str) -> bool:
        """Whether they have a place, come in or not."""
        return participant in self._people

    def with_ticket(self, ticket: str) -> list[Person]:
        """Who came, or comes, by it."""
        return [person for person in self._people.values() if person.ticket == ticket]

    def on_transport(self, transport: str) -> Person | None:
        return self._by_transport.get(transport)

    def of_track(self, track: str) -> tuple[Person, Source] | None:
        return self._by_track.get(track)

    @property
    def deadline(self) -> float | None:
        return min((p.lease for p in self._people.values() if p.lease is not None), default=None)

    # ------------------------------------------------------------ places, as the door gives them

    def reserve(self, person: Person, transport: str, now: float) -> None:
        """Take a place before the negotiation, so that a full room never negotiates. It is lent, not given: a
        negotiation of which nothing is heard any more costs nobody a place for longer than `NEGOTIATION_S` (D1)."""
        person.opening = transport
        person.lease = now + NEGOTIATION_S
        self._people[person.id] = person

    def release(self, participant: str, transport: str, *, keep: bool = False) -> list[Event]:
        """The negotiation failed: a newcomer's place is free again, unless they may `keep` it until its lease is over;
        anybody else keeps what they have."""
        person = self._people.get(participant)
        if person is None or person.opening != transport:
            return []
        person.opening = ""
        if person.admitted or keep:
            return []
        del self._people[participant]
        return [PlaceFreed(self.room, participant)]

    def reopen(self, participant: str, transport: str, now: float) -> Person:
        """Negotiate again for somebody who has a place. Of two negotiations at once, the later one counts."""
        person = self.place_of(participant)
        person.opening = transport
        person.away = None
        self._renew_lease(person, now)
        return person

    def admit(
        self, participant: str, transport: str, tracks: tuple[Track, ...], slots: tuple[Slot, ...], now: float
    ) -> list[Event]:
        """The negotiation succeeded.

        Raises:
            Refused: SESSION_UNKNOWN when the place is no longer theirs, or a later negotiation replaced this one.
        """
        person = self._people.get(participant)
        if person is None or person.opening != transport:
            raise Refused("SESSION_UNKNOWN")
        events: list[Event] = []
        newcomer = not person.admitted
        if person.transport:
            events.append(CloseTransport(person.transport))
        self.place(person, transport, tracks, slots)
        person.opening = ""
        person.admitted = True
        person.connected = False
        person.was_connected = False
        if person.client is Shape.WHIP:
            person.publishing = {track.source for track in tracks}
        elif person.publishing:
            # A new peer connection starts with nothing on; the page says again what it sends.
            person.publishing.clear()
            events.append(PublishingChanged(self.room, person.id, ()))
        self._renew_lease(person, now)
        if newcomer:
            events.append(
                PersonJoined(
                    room=self.room,
                    participant=person.id,
                    name=person.name,
                    role=person.role,
                    client=person.client,
                    language=person.language,
                    session=person.session,
                    transport=transport,
                    at=now,
                    ticket=person.ticket,
                )
            )
        else:
            events.append(PersonMoved(self.room, person.id, person.name, person.role, transport, now, person.ticket))
        events.append(PersonChanged(self.room, person.id))
        return events

    def place(self, person: Person, transport: str, tracks: tuple[Track, ...], slots: tuple[Slot, ...]) -> None:
        """Put `person` on `transport`, which may be empty."""
        self._by_transport.pop(person.transport, None)
        for track in person.tracks:
            self._by_track.pop(track.id, None)
        person.transport, person.tracks, person.slots = transport, tracks, slots
        person.rates.clear()
        if transport:
            self._by_transport[transport] = person
        for track in tracks:
            self._by_track[track.id] = (person, track.source)

    def restore(self, person: Person, now: float) -> None:
        """Somebody whom the ledger knows, after a restart of the node."""
        person.admitted = True
        self._people[person.id] = person
        self._renew_lease(person, now)

    # ------------------------------------------------------------ commands

    def leave(self, command: Leave, now: float) -> list[Event]:
        return self._gone(self.get(command.participant), Cause.LEFT, by="", reason="", now=now)

    def remove(self, command: Remove, now: float) -> list[Event]:
        person = self.get(command.participant)
        return self._gone(person, Cause.REMOVED, by=command.by.id, reason=command.reason, now=now)

    def put_out(self, participant: str, cause: Cause, by: str, reason: str, now: float) -> list[Event]:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN.
        """
        return self._gone(self.get(participant), cause, by=by, reason=reason, now=now)

    def drop(self, participant: str, cause: Cause, by: str, now: float) -> list[Event]:
        """Somebody with a place has it no more, also while the first negotiation is under way."""
        return self._gone(self.place_of(participant), cause, by=by, reason="", now=now)

    def clear(self, by: str, reason: str, now: float, cause: Cause = Cause.CLOSED) -> list[Event]:
        """The room closes, or its session is over: everybody is gone."""
        events: list[Event] = []
        for person in list(self._people.values()):
            events += self._gone(person, cause, by=by, reason=reason, now=now)
        return events

    def attach(self, command: Attach, now: float) -> list[Event]:
        person = self.get(command.participant)
        person.attached = True
        person.lease = person.away = None
        if not person.transport and not person.opening:
            return [RejoinWanted(self.room, person.id, "plane")]
        return []

    def detach(self, command: Detach, now: float) -> list[Event]:
        person = self.find(command.participant)
        if person is not None:
            person.attached = False
            if person.away is not None and person.away <= now:
                person.away = None  # that goodbye was an earlier page's, and came late
            self._renew_lease(person, now)
        return []

    def go_away(self, command: GoAway, now: float) -> list[Event]:
        """Counts once the WebSocket is gone too, though the media may seem to flow until consent is lost."""
        person = self.get(command.participant)
        person.away = now + AWAY_S
        self._renew_lease(person, now)
        return []

    def publish(self, command: Publish, now: float) -> list[Event]:
        person = self.get(command.participant)
        if person.track(command.source) is None:
            offered = ", ".join(track.source for track in person.tracks)
            raise Refused("SOURCE_UNKNOWN", limit=offered, current=command.source)
        if (command.source in person.publishing) == command.on:
            return []
        (person.publishing.add if command.on else person.publishing.discard)(command.source)
        publishing = tuple(source for source in Source if source in person.publishing)
        return [PublishingChanged(self.room, person.id, publishing), PersonChanged(self.room, person.id)]

    def connected(self, command: MediaConnected, now: float) -> list[Event]:
        person = self._by_transport.get(command.transport)
        if person is None or person.connected:
            return []
        person.connected = person.was_connected = True
        person.lease = None
        return [PersonChanged(self.room, person.id)] if person.admitted else []

    def lost(self, command: MediaLost, now: float) -> list[Event]:
        person = self._by_transport.get(command.transport)
        if person is None:
            return []
        events: list[Event] = [CloseTransport(person.transport)]
        self._lose_media(person, now)
        events.append(PersonChanged(self.room, person.id))
        if person.attached and not person.opening:
            events.append(RejoinWanted(self.room, person.id, "ice"))
        return events

    def plane_lost(self, command: PlaneLost, now: float) -> list[Event]:
        events: list[Event] = []
        for person in self._people.values():
            if person.transport:
                self._lose_media(person, now)
                events.append(PersonChanged(self.room, person.id))
            if command.back and person.admitted and person.attached and not person.opening:
                events.append(RejoinWanted(self.room, person.id, "plane"))
        return events

    def heard(self, command: Heard, now: float) -> list[Event]:
        """Levels for the room. Who fell silent is said once, with level 127."""
        levels: dict[str, int] = {}
        for level in command.levels:
            if (found := self._by_track.get(level.track)) is not None and level.level < SILENT:
                person = found[0]
                levels[person.id] = min(level.level, levels.get(person.id, SILENT))
                person.level = levels[person.id]
        silent = [person for id_, person in self._heard.items() if id_ not in levels]
        for person in silent:
            person.level = SILENT
        if not levels and not silent:
            return []
        self._heard = {id_: self._people[id_] for id_ in levels}
        loudest_first = sorted(levels.items(), key=lambda item: item[1])
        return [SpeakersChanged(self.room, tuple(loudest_first), tuple(person.id for person in silent))]

    def measured(self, command: Measured, now: float) -> list[Event]:
        touched: dict[str, Person] = {}
        changed: list[Event] = []
        for figures in command.transports:
            if (person := self._by_transport.get(figures.transport)) is not None:
                touched[person.id] = person
        for track in command.tracks:
            if (found := self._by_track.get(track.track)) is not None:
                person, source = found
                person.rates[source] = (track.bps, track.loss)
                touched[person.id] = person
                # An encoder has no WebSocket to say what it sends: what arrives tells.
                if person.client is Shape.WHIP and (source in person.publishing) != track.active and person.connected:
                    (person.publishing.add if track.active else person.publishing.discard)(source)
                    changed.append(PersonChanged(self.room, person.id))
        return [*changed, *(PersonMeasured(self.room, id_) for id_, person in touched.items() if person.admitted)]

    def tick(self, command: Tick, now: float) -> list[Event]:
        due = [p for p in self._people.values() if p.lease is not None and p.lease <= now]
        return [event for p in due for event in self._gone(p, Cause.LOST, by="", reason="", now=now)]

    # ------------------------------------------------------------ inside

    def _lose_media(self, person: Person, now: float) -> None:
        self.place(person, "", (), ())
        person.connected = False
        person.level = SILENT
        self._heard.pop(person.id, None)
        person.quality = QualityView()
        self._renew_lease(person, now)

    def _renew_lease(self, person: Person, now: float) -> None:
        if person.attached:
            person.lease = None
        elif person.away is not None:
            person.lease = person.away
        else:
            person.lease = None if person.connected else now + LEASE_S

    def _gone(self, person: Person, cause: Cause, *, by: str, reason: str, now: float) -> list[Event]:
        events: list[Event] = []
        if person.transport:
            events.append(CloseTransport(person.transport))
        self.place(person, "", (), ())
        self._heard.pop(person.id, None)
        del self._people[person.id]
        if person.admitted:
            events.append(PersonGone(self.room, person.id, person.session, cause, by, reason, now))
        else:
            events.append(PlaceFreed(self.room, person.id))
        return events


def view_of(
    person: Person, room: str, blocked: Iterable[tuple[Source, str]], hand: float | None = None
) -> ParticipantView:
    """`blocked`: (source, by whom) of the person's blocked sources. `hand`: since when it is up."""
    by = dict(blocked)
    sent = {track.source for track in person.tracks}
    tracks = []
    for source in Source:
        if source not in sent and source not in by:
            continue
        bps, loss = person.rates.get(source, (0, 0.0))
        tracks.append(
            TrackView(
                source=source,
                on=source in person.publishing,
                muted=source in by,
                muted_by=by.get(source, ""),
                bits_per_second=bps,
                loss_percent=loss * 100.0,
            )
        )
    return ParticipantView(
        participant=person.id,
        room=room,
        name=person.name,
        role=person.role,
        client=person.client,
        joined=person.joined,
        state=person.state,
        tracks=tuple(tracks),
        speaking=person.speaking and person.connected,
        level=person.level,
        quality=person.quality,
        hand=hand,
    )
