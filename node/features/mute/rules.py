"""Mute: the node's block on what somebody sends. Pure.

A block is enforced in the plane, whatever the browser does (D: enforced mute). Lifting it never switches a microphone
on: what the person chose stays what it was. Mute-all also holds for people who come later, until it is lifted for the
room, or for one person by unmuting them.

What an operator blocks, operators lift: a host must not undo it, for anybody or for themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import msgspec

from node.errors import Refused
from node.features.flags.rules import Flags, FlagsChanged, closed, locked
from node.features.join.rules import Admit
from node.features.moderation.absent import Absent, Mark
from node.features.participants.rules import People, Person, PersonGone, PersonJoined, Publish, Role
from node.ports import Actor, Effect, Event, Fact, Notice, Source

# ---------------------------------------------------------------- what is asked


class Block(msgspec.Struct, frozen=True):
    participant: str
    sources: frozenset[Source]
    by: Actor
    reason: str = ""


class Unblock(msgspec.Struct, frozen=True):
    """`sources` empty: every blocked source."""

    participant: str
    sources: frozenset[Source]
    by: Actor
    reason: str = ""


class BlockRoom(msgspec.Struct, frozen=True):
    """Every microphone but the hosts'. `expected`: 0, or the number of people that it must be."""

    by: Actor
    reason: str = ""
    expected: int = 0


class UnblockRoom(msgspec.Struct, frozen=True):
    """Lift the room's block, and every microphone's block that came from it."""

    by: Actor
    reason: str = ""


# ---------------------------------------------------------------- what happened


class SourceBlocked(Fact, frozen=True):
    room: str
    participant: str
    source: Source
    by_kind: str
    by: str
    reason: str
    with_room: bool
    """By mute-all, not by name."""
    at: float


class SourceUnblocked(Fact, frozen=True):
    room: str
    participant: str
    source: Source
    by_kind: str
    by: str
    at: float


class BlocksMoved(Fact, frozen=True):
    """Somebody who was blocked by name left, and came again as `participant`: what holds is theirs now."""

    room: str
    before: str
    participant: str


class RoomMuted(Fact, frozen=True):
    """The microphones of people who come later are blocked too, or not any more."""

    room: str
    on: bool
    by_kind: str
    by: str
    at: float


class BlockChanged(Notice, frozen=True):
    """What the person concerned is told."""

    room: str
    participant: str
    source: Source
    blocked: bool
    by_kind: str


class BlockTracks(Effect, frozen=True):
    """Track id and whether the plane must drop it."""

    changes: tuple[tuple[str, bool], ...]


# ---------------------------------------------------------------- state


@dataclass(slots=True, frozen=True)
class By:
    kind: str
    id: str
    with_room: bool = False


class Left(NamedTuple):
    """Somebody who left, and what is blocked by name."""

    participant: str
    blocks: dict[Source, By]


MICROPHONE: Final = frozenset({Source.MICROPHONE})
OPERATOR: Final = "operator"
LOCK: Final = "lock"
"""Neither a host nor an operator by name: a flag of the room."""


def _outranks(by: Actor) -> bool:
    """Whether this one may lift what an operator blocked."""
    return by.kind not in ("host", "participant")


def _takes_over(old: By, new: By) -> bool:
    """Whether a second block of the same source counts instead of the first: an operator's over a host's, never the
    other way; then one by name, which outlives the lifting of mute-all."""
    if (old.kind == OPERATOR) != (new.kind == OPERATOR):
        return new.kind == OPERATOR
    return old.with_room and not new.with_room


class Mute:
    """Who is blocked on what, in one room."""

    def __init__(self, room: str, people: People, withheld: Callable[[Role], frozenset[Source]], flags: Flags) -> None:
        """`withheld`: what a role has no right to send. The plane drops it like what is blocked; nobody can lift it.
        What the room's `flags` lock is dropped too, until they do not any more."""
        self.room = room
        self._people = people
        self._never = withheld
        self._flags = flags
        self._blocks: dict[str, dict[Source, By]] = {}
        self.absent: Absent[Left] = Absent()
        """Of those who left during the session."""
        self.room_muted: By | None = None

    @property
    def deadline(self) -> float | None:
        return None

    def blocked(self, participant: str) -> dict[Source, By]:
        return self._blocks.get(participant, {})

    def is_blocked(self, participant: str, source: Source) -> bool:
        if source in self._blocks.get(participant, {}):
            return True
        person = self._people.find(participant)
        return person is not None and source in self._withheld(person.role)

    def dropped(self, person: Person) -> frozenset[Source]:
        """What the plane lets through to nobody."""
        return frozenset(self.blocked(person.id)) | self._withheld(person.role) | self._flags.closed(person)

    def at_the_door(self, role: Role) -> frozenset[Source]:
        """What a newcomer's transport must be opened with."""
        return MICROPHONE if self.room_muted is not None and role is not Role.HOST else frozenset()

    def would_block(self) -> list[str]:
        """Whom mute-all would touch now."""
        return [p.id for p in self._people if p.role is not Role.HOST and self._open_microphone(p)]

    def restore(self, participant: str, source: Source, by: By) -> None:
        self._blocks.setdefault(participant, {})[source] = by

    def restore_absent(self, participant: str, mark: Mark, blocks: dict[Source, By]) -> None:
        self.absent.remember(participant, mark, Left(participant, blocks), matters=True)

    # ------------------------------------------------------------ commands

    def block(self, command: Block, now: float) -> list[Event]:
        person = self._people.get(command.participant)
        sources = [s for s in Source if s in (command.sources or MICROPHONE)]
        return self._set(person, sources, By(command.by.kind, command.by.id), command.reason, now)

    def unblock(self, command: Unblock, now: float) -> list[Event]:
        person = self._people.get(command.participant)
        blocked = self.blocked(person.id)
        sources = [s for s in Source if s in blocked and (not command.sources or s in command.sources)]
        if any(self._is_operators(person, source) for source in sources) and not _outranks(command.by):
            raise Refused("NOT_ALLOWED", limit=OPERATOR, current=command.by.kind, set_by=OPERATOR)
        return self._lift(person, sources, command.by, now)

    def block_room(self, command: BlockRoom, now: float) -> list[Event]:
        touched = self.would_block()
        if command.expected and command.expected != len(touched):
            raise Refused("COUNT_CHANGED", limit=command.expected, current=len(touched), set_by="operator")
        by = By(command.by.kind, command.by.id, with_room=True)
        events: list[Event] = []
        if self.room_muted is None or (self.room_muted.kind != OPERATOR and by.kind == OPERATOR):
            self.room_muted = by
            events.append(RoomMuted(self.room, True, by.kind, by.id, now))
        for participant in touched + self._with_hosts_room(by):
            events += self._set(self._people.get(participant), [Source.MICROPHONE], by, command.reason, now)
        return events

    def unblock_room(self, command: UnblockRoom, now: float) -> list[Event]:
        """A host's lifts what hosts blocked; what an operator blocked stays."""
        events: list[Event] = []
        if self.room_muted is not None and (self.room_muted.kind != OPERATOR or _outranks(command.by)):
            self.room_muted = None
            events.append(RoomMuted(self.room, False, command.by.kind, command.by.id, now))
        for person in self._people:
            by = self.blocked(person.id).get(Source.MICROPHONE)
            if by is not None and by.with_room and (by.kind != OPERATOR or _outranks(command.by)):
                events += self._lift(person, [Source.MICROPHONE], command.by, now)
        return events

    def resume(self, muted: frozenset[str]) -> list[Event]:
        """After a restart: make the plane agree with what was decided."""
        changes = [
            (track.id, track.source in self.dropped(person))
            for person in self._people
            for track in person.tracks
            if (track.source in self.dropped(person)) != (track.id in muted)
        ]
        return [BlockTracks(tuple(changes))] if changes else []

    # ------------------------------------------------------------ reactions

    def person_joined(self, event: PersonJoined, mark: Mark, now: float) -> list[Event]:
        """Late joiners into a muted room, and who was blocked before they left: leaving and coming again, through the
        lobby or not, lifts nothing. Their transport is made to agree by `admitted`."""
        person = self._people.get(event.participant)
        blocked: list[Event] = []
        if (left := self.absent.back(person.id, mark)) is not None:
            blocked.append(BlocksMoved(self.room, left.participant, person.id))
            for source, by in left.blocks.items():
                blocked += self._set(person, [source], by, "", now)
        all_ = self.room_muted
        if all_ is not None and self.at_the_door(person.role):
            blocked += self._set(person, [Source.MICROPHONE], By(all_.kind, all_.id, with_room=True), "", now)
        return [event for event in blocked if not isinstance(event, BlockTracks)]

    def admitted(self, command: Admit, now: float) -> list[Event]:
        """What was blocked or lifted while the negotiation was under way."""
        person = self._people.get(command.participant)
        blocked = self.dropped(person)
        changes = [
            (track.id, track.source in blocked)
            for track in person.tracks
            if (track.source in blocked) != (track.source in command.muted)
        ]
        return [BlockTracks(tuple(changes))] if changes else []

    def published(self, command: Publish, now: float) -> list[Event]:
        """Who opens the microphone that was closed at the start is heard from now on."""
        person = self._people.find(command.participant)
        track = person.track(command.source) if person is not None else None
        waits = self._flags.now.mute_on_start and command.source is Source.MICROPHONE
        if person is None or track is None or not waits:
            return []
        return [BlockTracks(((track.id, command.source in self.dropped(person)),))]

    def flags_changed(self, event: FlagsChanged, now: float) -> list[Event]:
        """People who are in already lose and get what newcomers would."""
        events: list[Event] = []
        tracks: list[tuple[str, bool]] = []
        for person in self._people:
            fixed = frozenset(self.blocked(person.id)) | self._never(person.role)
            was, is_ = (locked(flags, person.role) for flags in (event.before, event.flags))
            changed = (was ^ is_) - fixed
            events += [BlockChanged(self.room, person.id, s, s in is_, LOCK) for s in Source if s in changed]
            was, is_ = was | closed(event.before, person), is_ | closed(event.flags, person)
            changed = (was ^ is_) - fixed
            tracks += [(track.id, track.source in is_) for track in person.tracks if track.source in changed]
        return [*events, BlockTracks(tuple(tracks))] if tracks else events

    def role_given(self, participant: str, before: Role, by_kind: str, now: float) -> list[Event]:
        """What the new role may send passes at once, and nothing else does (R194); a mute-all is not for hosts."""
        person = self._people.get(participant)
        named = frozenset(self.blocked(participant))
        was, is_ = self._withheld(before), self._withheld(person.role)
        events: list[Event] = [
            BlockChanged(self.room, participant, source, source in is_, LOCK)
            for source in Source
            if source in (was ^ is_) - named
        ]
        events += self._with_the_room(person, by_kind, now)
        dropped = self.dropped(person)
        tracks = tuple((track.id, track.source in dropped) for track in person.tracks)
        return [*events, BlockTracks(tracks)] if tracks else events

    def _with_the_room(self, person: Person, by_kind: str, now: float) -> list[Event]:
        """The block of a mute-all goes from who is a host now, and comes to who is none any more."""
        all_, mine = self.room_muted, self.blocked(person.id).get(Source.MICROPHONE)
        if person.role is Role.HOST and mine is not None and mine.with_room:
            return self._lift(person, [Source.MICROPHONE], Actor("node", "", by_kind), now)
        if all_ is not None and mine is None and self.at_the_door(person.role):
            return self._set(person, [Source.MICROPHONE], By(all_.kind, all_.id, with_room=True), "", now)
        return []

    def person_gone(self, event: PersonGone, now: float) -> list[Event]:
        blocked = self._blocks.pop(event.participant, {})
        named = {source: by for source, by in blocked.items() if not by.with_room}
        if named:
            self.absent.gone(event.participant, Left(event.participant, named), matters=True)
        self.absent.forget(event.participant)
        return []

    # ------------------------------------------------------------ inside

    def _is_operators(self, person: Person, source: Source) -> bool:
        """Whether an operator's will is on it: by name, or by a mute-all that a host's block merely hides."""
        if self.blocked(person.id)[source].kind == OPERATOR:
            return True
        all_ = self.room_muted
        return all_ is not None and all_.kind == OPERATOR and source in self.at_the_door(person.role)

    def _with_hosts_room(self, by: By) -> list[str]:
        """Whom a host's mute-all blocked, when an operator's takes its place."""
        if by.kind != OPERATOR:
            return []
        blocks = ((person.id, self.blocked(person.id).get(Source.MICROPHONE)) for person in self._people)
        return [id_ for id_, block in blocks if block is not None and block.with_room and block.kind != OPERATOR]

    def _withheld(self, role: Role) -> frozenset[Source]:
        return self._never(role) | self._flags.locked(role)

    def _open_microphone(self, person: Person) -> bool:
        can = person.track(Source.MICROPHONE) is not None
        return can and not self.is_blocked(person.id, Source.MICROPHONE)

    def _set(self, person: Person, sources: list[Source], by: By, reason: str, now: float) -> list[Event]:
        mine = self._blocks.setdefault(person.id, {})
        events: list[Event] = []
        tracks: list[tuple[str, bool]] = []
        for source in sources:
            if source in mine:
                if _takes_over(mine[source], by):
                    mine[source] = by
                    events.append(self._blocked_fact(person, source, by, reason, now))
                continue
            mine[source] = by
            events.append(self._blocked_fact(person, source, by, reason, now))
            events.append(BlockChanged(self.room, person.id, source, True, by.kind))
            if (track := person.track(source)) is not None:
                tracks.append((track.id, True))
        if tracks:
            events.append(BlockTracks(tuple(tracks)))
        return events

    def _blocked_fact(self, person: Person, source: Source, by: By, reason: str, now: float) -> SourceBlocked:
        return SourceBlocked(self.room, person.id, source, by.kind, by.id, reason, by.with_room, now)

    def _lift(self, person: Person, sources: list[Source], by: Actor, now: float) -> list[Event]:
        mine = self._blocks.get(person.id, {})
        events: list[Event] = []
        tracks: list[tuple[str, bool]] = []
        for source in sources:
            del mine[source]
            events.append(SourceUnblocked(self.room, person.id, source, by.kind, by.id, now))
            if source in self._withheld(person.role):
                continue
            events.append(BlockChanged(self.room, person.id, source, False, by.kind))
            if (track := person.track(source)) is not None and source not in self._flags.closed(person):
                tracks.append((track.id, False))
        if tracks:
            events.append(BlockTracks(tuple(tracks)))
        return events
