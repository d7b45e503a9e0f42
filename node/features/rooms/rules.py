"""A room: everything that is decided in it, in one place. Pure: no clock, no chance, no I/O.

    room.handle(command, now) → events        room.deadline → when to send `Tick`        room.view()

`COMMANDS` says which feature answers a command, `REACTIONS` which features follow what happened. These two tables are
the only place that knows all features; a feature keeps its own state and knows the people and nothing else.

A command that is refused raises `Refused` and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from node.errors import Refused
from node.features.access.rules import Access, Issue, Renew, Revoke, SetAccess, TicketEnded
from node.features.chat.rules import Chat, Complain, Hide, MessageHidden, Retract, Say
from node.features.cover.rules import Active, Cover
from node.features.flags.rules import Flags, FlagsChanged, SetFlags
from node.features.hands.rules import Hands, Lower, Raise
from node.features.join.rules import Admit, Door, GiveUp, Knock, Return, TakeOver
from node.features.layout.rules import Arrange, Layout, Resize
from node.features.lobby.rules import (
    LetIn,
    Lobby,
    SetLobby,
    StopWaiting,
    TakeSeat,
    TurnAway,
    Wait,
    WaiterHere,
)
from node.features.moderation.absent import Mark, mark_of
from node.features.moderation.rules import (
    Claim,
    Decide,
    ItemDecided,
    Moderation,
    Regulate,
    Release,
    Restrain,
    SettingsChanged,
)
from node.features.mute.rules import Block, BlockChanged, BlockRoom, Mute, Unblock, UnblockRoom
from node.features.participants.rules import (
    Attach,
    Cause,
    Detach,
    GoAway,
    Heard,
    Leave,
    Measured,
    MediaConnected,
    MediaLost,
    ParticipantView,
    People,
    Person,
    PersonChanged,
    PersonGone,
    PersonJoined,
    PersonMoved,
    PlaceFreed,
    PlaneLost,
    Publish,
    Remove,
    Role,
    Tick,
    view_of,
)
from node.features.quality.watched import Quality, Report
from node.features.quota.rules import SetRoomQuota
from node.features.rates.rules import Cap, Rates, SetCap
from node.features.reactions.rules import React, Reactions
from node.features.recordings import rules as recordings
from node.features.rooms.rights import check_right
from node.features.rooms.view import JoinLink as JoinLink
from node.features.rooms.view import Opening as Opening
from node.features.rooms.view import RoomState as RoomState
from node.features.rooms.view import RoomView as RoomView
from node.features.rooms.view import SavedPerson as SavedPerson
from node.features.rooms.view import SavedRoom as SavedRoom
from node.features.schedule.rules import (
    EndSitting,
    Extend,
    Form,
    Plan,
    Schedule,
    SittingEnded,
    SittingStarted,
)
from node.features.types.rules import End, Right, type_of
from node.ports import (
    Actor,
    Effect,
    Event,
    Fact,
    Held,
    LayersWanted,
    Notice,
    Shape,
    Source,
    VideoHeld,
)

# ---------------------------------------------------------------- what is asked


class Resume(msgspec.Struct, frozen=True):
    """After a restart: `muted` are the tracks that the plane blocks now."""

    muted: frozenset[str]


class Close(msgspec.Struct, frozen=True):
    by: Actor
    reason: str = ""


# ---------------------------------------------------------------- what happened


class RoomCreated(Fact, frozen=True):
    room: str
    title: str
    max_participants: int
    by: str
    at: float
    type: str = "meeting"
    plan: Plan = Plan()


class RoomOpened(Fact, frozen=True):
    """The first person is in."""

    room: str
    at: float


class RoomClosed(Fact, frozen=True):
    room: str
    by: str
    reason: str
    at: float


class RoomChanged(Notice, frozen=True):
    room: str


class EmptyRoom(Effect, frozen=True):
    """Close every transport of the room."""

    room: str


# ---------------------------------------------------------------- the room


class Room:
    """One room. Its owner is the node's loop; everybody else sends it commands."""

    def __init__(self, opening: Opening, *, node: str = "") -> None:
        self.id = opening.room
        self.title = opening.title
        self.created = opening.created
        self.opened = opening.opened
        self.closed = opening.closed
        self.closed_by = opening.closed_by
        self.closed_reason = opening.closed_reason
        self.node = node
        self.type = type_of(opening.type)
        self.people = People(self.id)
        self.schedule = Schedule(self.id, self.people, self.type, opening.plan, opening.sitting, opening.created)
        self.access = Access(self.id, self.people)
        self.door = Door(self.people, self.access, self.type, opening.max_participants)
        self.flags = Flags(self.id, self.people, touched=Role.PARTICIPANT in self.type.roles)
        self.mute = Mute(self.id, self.people, self.type.withheld, self.flags)
        self.lobby = Lobby(self.id, self.people, self.access, self.schedule, self.type)
        self.moderation = Moderation(self.id, self.people, moderated=bool(self.type.who(Right.MODERATE_CHAT)))
        self.chat = Chat(self.id, self.people, self.moderation)
        self.layout = Layout(self.id, self.people, self.mute.is_blocked, self.flags.spares)
        self.quality = Quality(self.id, self.people)
        self.rates = Rates(self.id, self.people)
        self.hands = Hands(self.id, self.people)
        self.reactions = Reactions(self.id, self.people)
        self.cover = Cover(self.id, self.people, self.moderation)
        self.recordings = recordings.Recordings(self.id, self.title, self.people, self.type)

    def handle(self, command: msgspec.Struct, now: float) -> list[Event]:
        """Decide. The events are in the order in which they happened.

        Raises:
            Refused: as the feature says; ROOM_CLOSED for anything but the end of what is going on.
        """
        if self.closed is not None and type(command) not in AFTER_CLOSE:
            raise Refused("ROOM_CLOSED")
        check_right(command, self.people, self.type)
        events: list[Event] = []
        for handler in COMMANDS[type(command)]:
            for event in handler(self, command, now):
                self._follow(event, now, events)
        return events

    def _follow(self, event: Event, now: float, events: list[Event]) -> None:
        events.append(event)
        for reaction in REACTIONS.get(type(event), ()):
            for further in reaction(self, event, now):
                self._follow(further, now, events)

    @property
    def deadline(self) -> float | None:
        """When `Tick` is due, seconds since the epoch; None: nothing to wait for."""
        if self.closed is not None:
            return None
        features = (
            self.people,
            self.door,
            self.lobby,
            self.mute,
            self.chat,
            self.layout,
            self.moderation,
            self.cover,
            self.schedule,
            self.recordings,
        )
        return min((at for feature in features if (at := feature.deadline) is not None), default=None)

    @classmethod
    def restore(cls, saved: SavedRoom, held: Mapping[str, Held], now: float, *, node: str = "") -> Room:
        """The room after a restart of the node, on the transports that the plane still holds (by id)."""
        room = cls(saved.opening, node=node)
        opening, tickets = saved.opening, {one.participant: one.ticket for one in saved.people}
        room.access.restore(saved.links, opening.access, opening.password, tickets)
        for session, participant, cause in saved.ended:
            room.door.restore(session, participant, cause)
        for one in saved.people:
            room._restore_person(one, held.get(one.transport), now)
        for participant, source, by in saved.blocks:
            room.mute.restore(participant, source, by)
        room.mute.room_muted = saved.room_muted
        room.flags.now = saved.flags
        room.chat.restore(list(saved.messages), saved.last_message, list(saved.private), opening.chat_from)
        room.moderation.restore(saved.moderation, saved.restraints, list(saved.items), saved.last_item)
        for participant, ticket, name, how in saved.absent:
            room.moderation.restore_absent(participant, room._mark(ticket, name), how)
        for person in room.people:
            room.moderation.here(person.id, room._mark(person.ticket, person.name))
        room.hands.restore(saved.hands)
        room.door.restore_quotas(saved.quotas)
        room.rates.restore(saved.caps.get("", Cap()), saved.caps)
        for person in room.people:
            if person.transport:
                room.layout.restore(person.id, held[person.transport].assigned)
        room.lobby.restore(saved.lobby, now)
        room.recordings.restore(saved.recording)
        room.schedule.resume(now)
        return room

    def _restore_person(self, saved: SavedPerson, held: Held | None, now: float) -> None:
        person = Person(
            id=saved.participant,
            name=saved.name,
            role=saved.role,
            client=saved.client,
            language=saved.language,
            session=saved.session,
            joined=saved.joined,
            publishing=set(saved.publishing),
            ticket=saved.ticket,
        )
        if held is not None:
            self.people.place(person, held.transport, held.tracks, held.slots)
            person.connected = person.was_connected = held.connected
            if saved.client is Shape.WHIP:  # says nothing by itself; what arrives will tell
                person.publishing = {track.source for track in held.tracks}
        self.people.restore(person, now)
        self.door.restore(saved.session, saved.participant)

    # ------------------------------------------------------------ views

    def view(self) -> RoomView:
        cameras = speaking = out = 0
        screen = False
        loss = weight = 0.0
        people = 0
        for person in self.people:
            people += 1
            cameras += Source.CAMERA in person.publishing and person.track(Source.CAMERA) is not None
            screen = screen or (Source.SCREEN in person.publishing and person.track(Source.SCREEN) is not None)
            speaking += person.speaking
            quality = person.quality
            out += quality.bits_per_second
            loss += quality.loss_percent * quality.bits_per_second
            weight += quality.bits_per_second
        return RoomView(
            room=self.id,
            title=self.title,
            state=RoomState.OPEN if self.closed is None else RoomState.CLOSED,
            created=self.created,
            opened=self.opened,
            closed=self.closed,
            closed_by=self.closed_by,
            closed_reason=self.closed_reason,
            people=people,
            max_participants=self.door.max_participants,
            bits_out_per_second=out,
            loss_percent=loss / weight if weight else 0.0,
            cameras=cameras,
            speaking=speaking,
            screen=screen,
            node=self.node,
            muted=self.mute.room_muted is not None,
            send_cap_bps=self.rates.cap.send_bps,
            receive_cap_bps=self.rates.cap.receive_bps,
            hands=len(self.hands),
            reactions=self.reactions.given,
            waiting=len(self.moderation.queue()),
            cover=self.cover.view(),
            type=self.type.key,
            schedule=self.schedule.view(),
            lobby=self.lobby.on,
            waiters=len(self.lobby),
            recording=live.state if (live := self.recordings.view()) is not None else "",
        )

    def participant(self, participant: str) -> ParticipantView:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN.
        """
        return self.view_of(self.people.get(participant))

    def participants(self) -> list[ParticipantView]:
        return [self.view_of(person) for person in self.people]

    def view_of(self, person: Person) -> ParticipantView:
        blocked = ((source, by.id) for source, by in self.mute.blocked(person.id).items())
        return view_of(person, self.id, blocked, self.hands.since(person.id))

    def must_block(self, participant: str) -> frozenset[Source]:
        """What a transport that is opened now for somebody with a place must not let through."""
        person = self.people.place_of(participant)
        blocked = self.mute.dropped(person)
        return blocked if person.admitted else blocked | self.mute.at_the_door(person.role)

    # ------------------------------------------------------------ of the room itself

    def close(self, command: Close, now: float) -> list[Event]:
        self.closed, self.closed_by, self.closed_reason = now, command.by.id, command.reason
        taken = self.recordings.over("closed", command.by.id, now)
        over = self.schedule.closed(command.by, command.reason, now)
        closed = RoomClosed(self.id, command.by.id, command.reason, now)
        unseen = self.lobby.clear(now, "ROOM_CLOSED")
        gone = self.people.clear(command.by.id, command.reason, now)
        return [*taken, *over, closed, *unseen, *gone, EmptyRoom(self.id)]

    def sitting_ended(self, event: SittingEnded, now: float) -> list[Event]:
        """Everybody is out. A permanent room stays, as does a scheduled one that may be used again in its time."""
        if self.closed is not None:
            return []
        form = self.schedule.plan.form
        if form is Form.PERMANENT or (form is Form.SCHEDULED and event.cause is End.EMPTY):
            return self.people.clear(event.by, event.reason, now, Cause.ENDED)
        by = Actor("node", event.by or self.node, "node")
        return self.close(Close(by, event.reason or event.cause), now)

    def begin_anew(self, event: SittingEnded, now: float) -> list[Event]:
        """What was said in a session is not there in the next one, unless the type says so."""
        if self.closed is not None:
            return []
        keeps = self.type.keeps_chat
        return [*self.moderation.over(keep_items=keeps), *([] if keeps else self.chat.over(now))]

    def _mark(self, ticket: str, name: str) -> Mark:
        return mark_of(ticket, name, named=self.access.is_named(ticket))

    def time(self, command: Tick, now: float) -> list[Event]:
        return self.schedule.tick(command, now) if self.closed is None else []

    def knock(self, command: Knock, now: float) -> list[Event]:
        role = self.access.lets(command.ticket, now).role
        self.schedule.may_enter(role, now)
        self.lobby.bar(role, now)
        return self.door.knock(command, now)

    def let_in(self, command: LetIn, now: float) -> list[Event]:
        """The caps are those of a join (D1): who waits has no place, who is admitted has one."""
        waiter = self.lobby.find(command.participant)
        if waiter is None or waiter.admitted:
            return self.lobby.let_in(command, now)
        self.schedule.may_enter(waiter.role, now)
        elsewhere = self.access.elsewhere(self.access.link(waiter.ticket))
        self.door.has_place(waiter.role, Shape.PAGE, len(self.people) - len(elsewhere))
        gone = [event for one in elsewhere for event in self.people.drop(one, Cause.REPLACED, "", now)]
        return [*gone, *self.lobby.let_in(command, now)]

    def take_over(self, command: TakeOver, now: float) -> list[Event]:
        role = self.access.lets(command.ticket, now).role
        self.schedule.may_enter(role, now)
        self.lobby.bar(role, now)
        return self.door.take_over(command, now)

    def start_recording(self, command: recordings.StartRecording, now: float) -> list[Event]:
        return self.recordings.start(command, self.schedule.started is not None, now)

    def first_in(self, event: PersonJoined, now: float) -> list[Event]:
        if self.opened is not None:
            return []
        self.opened = now
        return [RoomOpened(self.id, now)]


def create(opening: Opening, by: Actor, *, node: str = "") -> tuple[Room, list[Event]]:
    """A new room and the fact of it."""
    created = RoomCreated(
        opening.room,
        opening.title,
        opening.max_participants,
        by.id,
        opening.created,
        type=opening.type,
        plan=opening.plan,
    )
    return Room(opening, node=node), [created]


# ---------------------------------------------------------------- the tables

# Any: each handler takes the command, and each reaction the event, under which it stands.
Handler = Callable[[Room, Any, float], list[Event]]

COMMANDS: Final[dict[type[msgspec.Struct], tuple[Handler, ...]]] = {
    Resume: (
        lambda room, c, now: room.mute.resume(c.muted),
        lambda room, c, now: room.layout.resume(),
        lambda room, c, now: room.rates.resume(),
    ),
    Issue: (lambda room, c, now: room.access.issue(c, now),),
    Renew: (lambda room, c, now: room.access.renew(c, now),),
    Revoke: (lambda room, c, now: room.access.revoke(c, now),),
    SetAccess: (lambda room, c, now: room.access.choose(c, now),),
    Close: (Room.close,),
    Knock: (Room.knock,),
    TakeOver: (Room.take_over,),
    Return: (lambda room, c, now: room.door.come_back(c, now),),
    Admit: (lambda room, c, now: room.door.admit(c, now), lambda room, c, now: room.mute.admitted(c, now)),
    GiveUp: (lambda room, c, now: room.door.give_up(c, now, keep=room.lobby.find(c.participant) is not None),),
    Wait: (lambda room, c, now: room.lobby.wait(c, now),),
    LetIn: (Room.let_in,),
    TurnAway: (lambda room, c, now: room.lobby.turn_away(c, now),),
    SetLobby: (lambda room, c, now: room.lobby.set(c, now),),
    TakeSeat: (lambda room, c, now: room.lobby.take_seat(c, now),),
    WaiterHere: (lambda room, c, now: room.lobby.here(c, now),),
    StopWaiting: (lambda room, c, now: room.lobby.stop(c, now),),
    Leave: (lambda room, c, now: room.people.leave(c, now),),
    Remove: (lambda room, c, now: room.people.remove(c, now),),
    Attach: (
        lambda room, c, now: room.people.attach(c, now),
        lambda room, c, now: room.cover.came(c.participant, now),
    ),
    Detach: (lambda room, c, now: room.people.detach(c, now), lambda room, c, now: room.cover.count(now)),
    GoAway: (lambda room, c, now: room.people.go_away(c, now),),
    Publish: (
        lambda room, c, now: room.flags.may_publish(c, now),
        lambda room, c, now: room.people.publish(c, now),
        lambda room, c, now: room.mute.published(c, now),
    ),
    SetFlags: (lambda room, c, now: room.flags.set(c, now),),
    Report: (lambda room, c, now: room.quality.report(c, now),),
    MediaConnected: (
        lambda room, c, now: room.people.connected(c, now),
        lambda room, c, now: room.schedule.connected(now),
    ),
    MediaLost: (lambda room, c, now: room.people.lost(c, now),),
    PlaneLost: (lambda room, c, now: room.people.plane_lost(c, now),),
    Heard: (lambda room, c, now: room.people.heard(c, now), lambda room, c, now: room.layout.heard(c, now)),
    Measured: (lambda room, c, now: room.quality.measured(c, now), lambda room, c, now: room.people.measured(c, now)),
    Tick: (
        lambda room, c, now: room.people.tick(c, now),
        lambda room, c, now: room.lobby.tick(c, now),
        lambda room, c, now: room.moderation.tick(c, now),
        Room.time,
        lambda room, c, now: room.cover.count(now),
        lambda room, c, now: room.recordings.tick(c, now),
    ),
    recordings.StartRecording: (Room.start_recording,),
    recordings.PauseRecording: (lambda room, c, now: room.recordings.pause(c, now),),
    recordings.ResumeRecording: (lambda room, c, now: room.recordings.resume(c, now),),
    recordings.StopRecording: (lambda room, c, now: room.recordings.stop(c, now),),
    recordings.TapEnded: (lambda room, c, now: room.recordings.tap_ended(c, now),),
    recordings.TapsHeld: (lambda room, c, now: room.recordings.held(c, now),),
    recordings.RecorderRead: (lambda room, c, now: room.recordings.read(c, now),),
    Active: (lambda room, c, now: room.cover.active(c, now),),
    Raise: (lambda room, c, now: room.hands.raise_(c, now),),
    Lower: (lambda room, c, now: room.hands.lower(c, now),),
    React: (lambda room, c, now: room.reactions.react(c, now),),
    Extend: (lambda room, c, now: room.schedule.extend(c, now),),
    EndSitting: (lambda room, c, now: room.schedule.end(c, now),),
    Block: (lambda room, c, now: room.mute.block(c, now),),
    Unblock: (lambda room, c, now: room.mute.unblock(c, now),),
    BlockRoom: (lambda room, c, now: room.mute.block_room(c, now),),
    UnblockRoom: (lambda room, c, now: room.mute.unblock_room(c, now),),
    Say: (lambda room, c, now: room.chat.say(c, now),),
    Retract: (lambda room, c, now: room.chat.retract(c, now),),
    Complain: (lambda room, c, now: room.chat.complain(c, now),),
    Regulate: (lambda room, c, now: room.moderation.regulate(c, now),),
    Restrain: (lambda room, c, now: room.moderation.restrain(c, now),),
    Claim: (lambda room, c, now: room.moderation.claim(c, now),),
    Release: (lambda room, c, now: room.moderation.release(c, now),),
    Decide: (lambda room, c, now: room.moderation.decide(c, now),),
    Hide: (lambda room, c, now: room.chat.hide(c, now),),
    Arrange: (lambda room, c, now: room.layout.arrange(c, now),),
    SetCap: (lambda room, c, now: room.rates.set(c, now),),
    SetRoomQuota: (lambda room, c, now: room.door.limit(c, now),),
    Resize: (lambda room, c, now: room.layout.resize(c, now),),
    LayersWanted: (lambda room, c, now: room.layout.layers_wanted(c, now),),
    VideoHeld: (lambda room, c, now: room.quality.held(c, now),),
}

REACTIONS: Final[dict[type[msgspec.Struct], tuple[Handler, ...]]] = {
    PersonJoined: (
        Room.first_in,
        lambda room, e, now: room.lobby.person_joined(e, now),
        lambda room, e, now: room.access.person_joined(e, now),
        lambda room, e, now: room.schedule.person_joined(e, now),
        lambda room, e, now: room.mute.person_joined(e, now),
        lambda room, e, now: room.moderation.person_joined(e, room._mark(e.ticket, e.name), now),
        lambda room, e, now: room.rates.placed(e, now),
        lambda room, e, now: room.cover.came(e.participant, now),
    ),
    PersonMoved: (
        lambda room, e, now: room.access.person_joined(e, now),
        lambda room, e, now: room.schedule.person_joined(e, now),
        lambda room, e, now: room.moderation.here(e.participant, room._mark(e.ticket, e.name)),
        lambda room, e, now: room.rates.placed(e, now),
        lambda room, e, now: room.cover.came(e.participant, now),
        lambda room, e, now: room.recordings.person_moved(e, now),
    ),
    SettingsChanged: (lambda room, e, now: room.cover.count(now),),
    PersonChanged: (
        lambda room, e, now: room.layout.refresh(e, now),
        lambda room, e, now: room.recordings.person_changed(e, now),
    ),
    BlockChanged: (lambda room, e, now: room.layout.refresh(e, now),),
    FlagsChanged: (
        lambda room, e, now: room.mute.flags_changed(e, now),
        lambda room, e, now: room.layout.flags_changed(e, now),
    ),
    ItemDecided: (lambda room, e, now: room.chat.decided(e, now),),
    MessageHidden: (lambda room, e, now: room.moderation.hidden(e.message, e.by, now),),
    PersonGone: (
        lambda room, e, now: room.access.person_gone(e, now),
        lambda room, e, now: room.door.person_gone(e, now),
        lambda room, e, now: room.mute.person_gone(e, now),
        lambda room, e, now: room.chat.person_gone(e, now),
        lambda room, e, now: room.moderation.person_gone(e, now),
        lambda room, e, now: room.hands.person_gone(e, now),
        lambda room, e, now: room.reactions.person_gone(e, now),
        lambda room, e, now: room.cover.gone(e.participant, now) if room.closed is None else [],
        lambda room, e, now: room.layout.person_gone(e, now),
        lambda room, e, now: room.quality.person_gone(e, now),
        lambda room, e, now: room.rates.person_gone(e, now),
        lambda room, e, now: room.schedule.person_gone(e, now),
        lambda room, e, now: room.recordings.person_gone(e, now),
    ),
    PlaceFreed: (lambda room, e, now: room.lobby.place_freed(e, now),),
    TicketEnded: (lambda room, e, now: room.lobby.ticket_ended(e, now),),
    SittingStarted: (lambda room, e, now: room.recordings.begin(e, now),),
    SittingEnded: (
        lambda room, e, now: room.recordings.over("ended", e.by, now),
        Room.sitting_ended,
        Room.begin_anew,
    ),
}

AFTER_CLOSE: Final = frozenset(
    {
        GiveUp,
        WaiterHere,
        StopWaiting,
        Detach,
        MediaLost,
        PlaneLost,
        Hide,
        Tick,
        Measured,
        Heard,
        MediaConnected,
        LayersWanted,
        VideoHeld,
        recordings.TapEnded,
        recordings.RecorderRead,
    }
)
