"""Shared verbs of the tests of the rules: one room in virtual time, and people who come and go."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from node.features.access.rules import Issue, Link
from node.features.join.rules import Admit, Knock, Return
from node.features.participants.rules import MediaConnected, ParticipantView, Publish, Role, State
from node.features.rooms.rules import Opening, Room
from node.features.schedule.rules import Plan
from node.ports import Actor, Event, Kind, Level, Shape, Slot, Source, Track

NOON = 1_700_000_000.0
OPERATOR = Actor("operator", "olga", "moderator")
E = TypeVar("E")

AUDIO_SLOTS = 3
VIDEO_SLOTS = 4
ALWAYS = Plan()


class Stage:
    """A room, a clock that only moves when told to, and everything that happened."""

    def __init__(
        self, *, capacity: int = 100, video_slots: int = VIDEO_SLOTS, type: str = "meeting", plan: Plan = ALWAYS
    ) -> None:
        self.now = NOON
        self.video_slots = video_slots
        self.room = Room(Opening("salle", "Salle", capacity, created=NOON, type=type, plan=plan), node="n1")
        self.happened: list[Event] = []
        self._n = 0
        tickets = (
            Link("ticket", Role.PARTICIPANT, NOON + 3600),
            *(Link(f"{role}-ticket", role, NOON + 3600) for role in Role),
        )
        self.do(Issue(tickets))

    # ------------------------------------------------------------ verbs

    def do(self, command: msgspec.Struct) -> list[Event]:
        events = self.room.handle(command, self.now)
        self.happened += events
        return events

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def knock(self, name: str, ticket: str = "ticket", client: Shape = Shape.PAGE) -> Knock:
        """Asks for a place; does not come in yet."""
        self._n += 1
        id_ = f"p{self._n}"
        knock = Knock(id_, name, "fr", client, ticket, f"session-{id_}", f"t{self._n}")
        self.do(knock)
        return knock

    def admit(self, knock: Knock, muted: frozenset[Source] = frozenset()) -> list[Event]:
        tracks, slots = negotiated(knock.transport, knock.client, self.video_slots)
        return self.do(Admit(knock.participant, knock.transport, tracks, slots, muted))

    def enter(self, name: str = "Amina", ticket: str = "ticket", client: Shape = Shape.PAGE) -> str:
        """Comes in and has media. The participant's id."""
        knock = self.knock(name, ticket, client)
        self.admit(knock, self.room.must_block(knock.participant))
        self.do(MediaConnected(knock.transport))
        return knock.participant

    def come_back(self, participant: str, ticket: str = "ticket") -> str:
        """A reload: the same person on a new transport. The transport's id."""
        self._n += 1
        transport = f"t{self._n}"
        self.do(Return(f"session-{participant}", transport, ticket))
        tracks, slots = negotiated(transport, Shape.PAGE, self.video_slots)
        self.do(Admit(participant, transport, tracks, slots, self.room.must_block(participant)))
        self.do(MediaConnected(transport))
        return transport

    def publish(self, participant: str, *sources: Source, on: bool = True) -> None:
        for source in sources:
            self.do(Publish(participant, source, on))

    # ------------------------------------------------------------ looking

    def host(self, participant: str) -> Actor:
        return Actor("host", participant, "host")

    def transport(self, participant: str) -> str:
        return self.room.people.get(participant).transport

    def see(self, participant: str) -> ParticipantView:
        return self.room.participant(participant)

    def state(self, participant: str) -> State:
        return self.see(participant).state

    def shown(self, participant: str) -> list[str]:
        """What is in the person's slots, in the order of the slots: "p1 camera", or "" for nothing."""
        return [f"{who} {source}" if who else "" for _slot, who, source in self.room.layout.view(participant)]

    def microphone(self, participant: str, level: int = 30) -> Level:
        return Level(f"{self.transport(participant)}/microphone", level)


def of(events: list[Event], kind: type[E]) -> list[E]:
    """Those of one kind."""
    return [event for event in events if isinstance(event, kind)]


def negotiated(transport: str, client: Shape, video_slots: int) -> tuple[tuple[Track, ...], tuple[Slot, ...]]:
    """What a negotiation gives: tracks by source, audio slots, then video slots."""
    sends = {
        Shape.PAGE: (Source.MICROPHONE, Source.CAMERA, Source.SCREEN, Source.SCREEN_AUDIO),
        Shape.WHIP: (Source.MICROPHONE, Source.CAMERA),
        Shape.WHEP: (),
    }[client]
    video = (Source.CAMERA, Source.SCREEN)
    tracks = tuple(
        Track(f"{transport}/{source}", Kind.VIDEO if source in video else Kind.AUDIO, source, str(mid))
        for mid, source in enumerate(sends)
    )
    receives = 0 if client is Shape.WHIP else AUDIO_SLOTS + video_slots
    slots = tuple(
        Slot(index, Kind.AUDIO if index < AUDIO_SLOTS else Kind.VIDEO, str(len(sends) + index))
        for index in range(receives)
    )
    return tracks, slots
