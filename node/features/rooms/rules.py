"""A room: everything that is decided in it, in one place. Pure: no clock, no chance, no I/O.

    room.handle(command, now) → events        room.deadline → when to send `Tick`        room.view()

`tables.py` says which feature answers a command, and which features follow what happened; a feature keeps its own state
and knows the people and nothing else.

A command that is refused raises `Refused` and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from node.errors import Refused
from node.features.access.rules import Access
from node.features.chat.rules import Chat
from node.features.cover.rules import Cover
from node.features.flags.rules import Flags, SetFlags
from node.features.hands.rules import Hands
from node.features.join.rules import Door, Knock, TakeOver
from node.features.layout.rules import Layout
from node.features.layout.showing import Show, View
from node.features.lobby.rules import LetIn, Lobby, Wait
from node.features.moderation.absent import Mark, mark_of
from node.features.moderation.rules import Moderation, Regulate
from node.features.mute.rules import Mute
from node.features.participants.bans import BanParticipant, Bans, SendToLobby
from node.features.participants.rules import Cause, ParticipantView, People, Person, PersonJoined, Role, Tick, view_of
from node.features.quality.watched import Quality
from node.features.rates.rules import Cap, Rates
from node.features.reactions.rules import Reactions
from node.features.recordings.rules import Recordings, StartRecording
from node.features.roles.rules import Roles
from node.features.rooms.asked import Close as Close
from node.features.rooms.asked import EmptyRoom as EmptyRoom
from node.features.rooms.asked import Resume as Resume
from node.features.rooms.asked import RoomChanged as RoomChanged
from node.features.rooms.asked import RoomClosed as RoomClosed
from node.features.rooms.asked import RoomCreated as RoomCreated
from node.features.rooms.asked import RoomOpened as RoomOpened
from node.features.rooms.rights import check_right
from node.features.rooms.tables import AFTER_CLOSE, COMMANDS, REACTIONS
from node.features.rooms.view import JoinLink as JoinLink
from node.features.rooms.view import Opening as Opening
from node.features.rooms.view import RoomState as RoomState
from node.features.rooms.view import RoomView as RoomView
from node.features.rooms.view import SavedPerson as SavedPerson
from node.features.rooms.view import SavedRoom as SavedRoom
from node.features.schedule.rules import Form, Schedule, SittingEnded, TimeOver
from node.features.texts.rules import Sayings
from node.features.types.rules import End, Right, Start, type_of
from node.ports import Actor, Event, Held, Shape, Source
from node.ports_people import Expected

# ---------------------------------------------------------------- the room


class Room:
    """One room. Its owner is the node's loop; everybody else sends it commands."""

    def __init__(self, opening: Opening, *, node: str = "") -> None:
        self.id = opening.room
        self.says: Sayings = Sayings(self.id, opening.title)
        self.created, self.owner = opening.created, opening.owner
        self.opened = opening.opened
        self.closed: float | None = opening.closed
        self.closed_by = opening.closed_by
        self.closed_reason = opening.closed_reason
        self.node = node
        self.type = type_of(opening.type)
        self.people: People = People(self.id)
        self.schedule: Schedule = Schedule(
            self.id, self.people, self.type, opening.plan, opening.sitting, opening.created
        )
        self.access: Access = Access(self.id, self.people)
        self.door: Door = Door(self.people, self.access, self.type, opening.max_participants)
        self.flags: Flags = Flags(self.id, self.people, touched=Role.PARTICIPANT in self.type.roles)
        self.roles: Roles = Roles(self.id, self.people, self.type, self.door.may_become)
        self.mute: Mute = Mute(self.id, self.people, self.type.withheld, self.flags)
        self.lobby: Lobby = Lobby(self.id, self.people, self.access, self.schedule, self.type)
        self.moderation: Moderation = Moderation(
            self.id, self.people, moderated=bool(self.type.who(Right.MODERATE_CHAT))
        )
        self.chat: Chat = Chat(self.id, self.people, self.moderation)
        self.layout: Layout = Layout(
            self.id, self.people, self.mute.is_blocked, self.flags.spares, first=View(self.type.begins.view)
        )
        self.quality: Quality = Quality(self.id, self.people)
        self.rates: Rates = Rates(self.id, self.people)
        self.bans: Bans = Bans(self.id, self.people)
        self.hands: Hands = Hands(self.id, self.people)
        self.reactions: Reactions = Reactions(self.id, self.people)
        self.cover: Cover = Cover(self.id, self.people, self.moderation)
        self.recordings: Recordings = Recordings(self.id, self.title, self.people, self.type)

    @property
    def title(self) -> str:
        return self.says.title

    @property
    def risks(self) -> tuple[str, ...]:
        """What is not as it should be before guests come: `title`, nobody gave the room one (R111); `rehearsal`,
        nothing was tried in it (R241); `moderators`, too few for who is expected (R049); `places`, fewer than people
        are expected; `comfort`, more than its type is advised for (R098); `recorder`, it is to be recorded and that is
        in danger (D9)."""
        lacks = ("recorder",) if self.recordings.planned.in_danger and self.recordings.view() is None else ()
        if self.schedule.started is not None:
            return lacks
        tried = self.says.now.rehearsed or self.schedule.cause is not None
        waits = self.type.start is Start.HOST and not tried
        comes = self.expected
        found = {
            "title": self.says.untitled,
            "rehearsal": waits,
            "moderators": self.cover.needed(comes.audience) > comes.moderators,
            "places": comes.audience + comes.moderators > self.door.max_participants,
            "comfort": 0 < self.type.advice_people < self.door.max_participants,
        }
        return (*(name for name, lacking in found.items() if lacking), *lacks)

    @property
    def expected(self) -> Expected:
        """As whoever plans the session says, and no fewer than have a ticket with their name."""
        moderators, others = self.access.named()
        said = self.says.now
        return Expected(max(said.expected, others), max(said.moderators, moderators))

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
        room.says.now = saved.texts
        room.chat.restore(list(saved.messages), saved.last_message, list(saved.private), opening.chat_from)
        room.moderation.restore(saved.moderation, saved.restraints, list(saved.items), saved.last_item)
        for participant, ticket, name, bound in saved.absent:
            room.moderation.restore_absent(participant, room._mark(ticket, name), bound)
        for participant, ticket, name, blocks in saved.blocked_absent:
            room.mute.restore_absent(participant, room._mark(ticket, name), blocks)
        for person in room.people:
            room.is_here(person.id, room._mark(person.ticket, person.name))
        for ban, ticket in saved.bans:
            room.bans.restore(ban, room._mark(ticket, ban.name))
        room.hands.restore(saved.hands)
        room.door.restore_quotas(saved.quotas)
        room.rates.restore(saved.caps.get("", Cap()), saved.caps)
        room.layout.showing = saved.showing.among({person.id for person in room.people})
        for person in room.people:
            if person.transport:
                room.layout.restore(person.id, held[person.transport].assigned)
        room.lobby.restore(saved.lobby, now)
        room.recordings.restore(saved.recording)
        room.recordings.planned.now = saved.recorded
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
            role_by=saved.role_by,
            name_by=saved.name_by,
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
            risks=self.risks if self.closed is None else (),
            owner=self.owner,
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
        restraint, until = self.moderation.bound(person.id)
        view = view_of(person, self.id, blocked, self.hands.since(person.id))
        return msgspec.structs.replace(view, restraint=restraint, restrained_until=until) if restraint else view

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

    def sitting_ended(self, event: SittingEnded | TimeOver, now: float) -> list[Event]:
        """Everybody is out. A permanent room stays, as does a scheduled one that may be used again in its time."""
        if self.closed is not None:
            return []
        form = self.schedule.plan.form
        drained = self.schedule.draining and event.cause is End.OPERATOR
        stays = event.cause is End.EMPTY or drained
        if form is Form.PERMANENT or (form is Form.SCHEDULED and stays):
            return self.people.clear(event.by, event.reason, now, Cause.ENDED)
        by = Actor("node", event.by or self.node, "node")
        return self.close(Close(by, event.reason or event.cause), now)

    def begin_anew(self, event: SittingEnded, now: float) -> list[Event]:
        """What was said in a session is not there in the next one, unless the type says so."""
        if self.closed is not None:
            return []
        keeps = self.type.keeps_chat
        self.mute.absent.over()
        said = [*self.moderation.over(keep_items=keeps), *([] if keeps else self.chat.over(now))]
        return [*said, *self.layout.over()]

    def _mark(self, ticket: str, name: str) -> Mark:
        return mark_of(ticket, name, named=self.access.is_named(ticket))

    def time(self, command: Tick, now: float) -> list[Event]:
        return self.schedule.tick(command, now) if self.closed is None else []

    def knock(self, command: Knock, now: float) -> list[Event]:
        self._may_knock(command, now)
        events = self.door.knock(command, now)
        self.comes(command.participant, command.former)
        return events

    def _may_knock(self, command: Knock | TakeOver, now: float) -> None:
        role = self.access.lets(command.ticket, now).role
        sent = self.bans.bar(self._mark(command.ticket, command.name), command.former)
        self.schedule.may_enter(role, now)
        self.flags.may_enter(role)
        self.lobby.bar(role, now, sent=sent != "")

    def wait(self, command: Wait, now: float) -> list[Event]:
        role = self.access.lets(command.ticket, now).role
        sent = self.bans.bar(self._mark(command.ticket, command.name), command.former)
        self.flags.may_enter(role)
        events = self.lobby.wait(command, now, sent)
        self.comes(command.participant, command.former)
        return events

    def ban(self, command: BanParticipant, now: float) -> list[Event]:
        person = self.people.get(command.participant)
        return self.bans.ban(command, self._mark(person.ticket, person.name), now)

    def send_to_lobby(self, command: SendToLobby, now: float) -> list[Event]:
        self.lobby.may_send()
        person = self.people.get(command.participant)
        if command.by.kind == "host" and self.type.may(person.role, Right.ADMIT):
            raise Refused("NOT_ALLOWED", limit="participant", current=person.role, set_by="room")
        return self.bans.to_lobby(command, self._mark(person.ticket, person.name), now)

    def comes(self, participant: str, former: str) -> None:
        """Somebody is on the way in with the session that `former` had, who left."""
        for absent in (self.moderation.absent, self.mute.absent):
            absent.comes(participant, former)

    def comes_not(self, participant: str) -> list[Event]:
        """They do not come after all."""
        for absent in (self.moderation.absent, self.mute.absent):
            absent.turned(participant)
        return []

    def is_here(self, participant: str, mark: Mark) -> list[Event]:
        """Somebody who is in, by what they came with; they may have another name now."""
        for absent in (self.moderation.absent, self.mute.absent):
            absent.here(participant, mark)
        return []

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
        self._may_knock(command, now)
        return self.door.take_over(command, now)

    def start_recording(self, command: StartRecording, now: float) -> list[Event]:
        return self.recordings.start(command, self.schedule.started is not None, now)

    def first_in(self, event: PersonJoined, now: float) -> list[Event]:
        if self.opened is not None:
            return []
        self.opened = now
        return [RoomOpened(self.id, now)]


def create(opening: Opening, by: Actor, *, node: str = "") -> tuple[Room, list[Event]]:
    """A new room and the fact of it, with what rooms of its type begin with (R033)."""
    created = RoomCreated(
        opening.room,
        opening.title,
        opening.max_participants,
        by.id,
        opening.created,
        type=opening.type,
        plan=opening.plan,
    )
    room = Room(opening, node=node)
    events: list[Event] = [created]
    begins, ours = room.type.begins, Actor("node", node, "node")
    if begins.view:
        events += room.handle(Show(ours, View(begins.view)), opening.created)
    if begins.mute_on_start:
        events += room.handle(SetFlags(ours, mute_on_start=True), opening.created)
    if begins.slow_s or not begins.private:
        events += room.handle(Regulate(ours, private=begins.private, slow_s=begins.slow_s), opening.created)
    return room, events
