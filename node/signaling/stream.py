"""What the people of a room are told, numbered, so that a page that was away for a moment misses nothing.

A message is encoded once, as a complete WebSocket frame, and the same bytes go to everybody. Its number is greater than
that of every message before it, those of an earlier run of the node included (numbers start at the milliseconds since
the epoch): a number of an earlier run is simply not in memory any more.

`person` messages are gathered for a moment, the latest state of each person once, because a person's arrival is three
changes in a second and a full room is a thousand arrivals. They never come after a message that names the person.

What everybody is told waits for the beat of the room, and goes out in one write a person: in a full room the writes are
most of the work. What is for one person goes at once, with all that waits for them before it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from node.errors import Refused as Refusal
from node.features.flags.rules import FlagsChanged
from node.features.layout.rules import LayersChanged, SlotsChanged
from node.features.mute.rules import LOCK, BlockChanged
from node.features.participants.rules import (
    STAFF,
    Cause,
    Person,
    PersonChanged,
    PersonGone,
    RejoinWanted,
    SpeakersChanged,
)
from node.features.quality.watched import GradesChanged, HeldChanged, VerdictChanged
from node.features.rooms.floor import Floor
from node.features.rooms.rules import Room
from node.features.schedule.rules import TimeTold
from node.features.texts.service import NOTHING, House
from node.features.types.rules import End, Right
from node.ports import Event, Source
from node.signaling import gestures, leading
from node.signaling import messages as m
from node.signaling import talk as told

KEPT: Final = 1000
"""Messages of a room in memory."""
REPLAY_BYTES: Final = 512 * 1024
"""Of them at once, for who comes back; a welcome is less than more."""
GATHER_S: Final = 0.03
GATHER_CROWD_S: Final = 0.15
CROWD: Final = 50
BEAT_EACH_S: Final = 0.0001
"""A room beats at most once in this time for each of its people: writing to one takes some 10 µs, so telling everybody
never takes more than a tenth of a core, and a message to a thousand people waits for 100 ms at most."""
SPEAKING_EVERY_S: Final = 0.1
GRADES_EVERY_S: Final = 2.0

RESTART: Final = 1012
ENDED: Final = 1000
REPLACED: Final = 4001


class Connection(Protocol):
    """One WebSocket, as the stream needs it."""

    def send(self, frame: bytes) -> None:
        """A complete frame, to go out at once with what was gathered; never blocks."""

    def gather(self, frame: bytes) -> None:
        """Likewise, to go out with the next one that is sent, or when told to."""

    def flush(self) -> None:
        """Let out what was gathered."""

    def greet(self, frame: bytes) -> None:
        """Likewise for what everybody is told first, however large: a line is not slow because of it."""

    def end(self, code: int) -> None:
        """Close after what is queued."""


def frame(message: m.FromNode) -> bytes:
    """A complete text frame, not masked (RFC 6455, 5.1 and 5.2)."""
    payload = m.encoder.encode(message)
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


class Kept(NamedTuple):
    """`to`: for these people only. `instead`: what one person gets instead of `data`. `about`: a message of the chat
    that is told here, and no more once it is hidden."""

    seq: int
    data: bytes
    to: frozenset[str] | None = None
    instead: tuple[str, bytes] | None = None
    about: str = ""

    def for_(self, participant: str) -> bytes | None:
        if self.to is not None and participant not in self.to:
            return None
        if self.instead is not None and self.instead[0] == participant:
            return self.instead[1]
        return self.data


class Stream:
    """Of one room."""

    def __init__(self, room: Room, seq: int, now: Callable[[], float], house: House = NOTHING) -> None:
        self.room = room
        self.house = house
        self.connections: dict[str, Connection] = {}
        self._seq = seq
        self._oldest = seq
        """Every message after this number is in `_kept`."""
        self._kept: deque[Kept] = deque()
        self._since: dict[str, int] = {}
        """Whom what was told from which number on: nobody resumes before."""
        self._people: dict[str, m.PersonInfo] = {person.id: info_of(room, person) for person in room.people}
        self._written: dict[str, bytes] = {}
        """Of them, as they stand in a welcome: a crowd that comes is welcomed with itself, over and over."""
        self._dirty: dict[str, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.now = now
        self._spoke = 0.0
        self._grading: asyncio.TimerHandle | None = None
        self._grades = b""
        self._soon: dict[str, asyncio.TimerHandle] = {}
        self._beat: asyncio.Handle | None = None
        self._beaten = 0.0
        """When everybody was written to, on the loop's clock."""

    # ------------------------------------------------------------ telling

    def next(self) -> int:
        self._seq += 1
        return self._seq

    def tell(self, message: m.FromNode, seq: int, to: str | None = None) -> None:
        """To everybody, or to one person; kept for those who come back."""
        data = frame(message)
        self._keep(Kept(seq, data, None if to is None else frozenset((to,))))
        if to is None:
            self._to_all(data)
        elif (mine := self.connections.get(to)) is not None:
            mine.send(data)

    def tell_some(
        self,
        message: m.FromNode,
        seq: int,
        to: frozenset[str],
        instead: tuple[str, m.FromNode] | None = None,
        about: str = "",
    ) -> None:
        """To these people, and perhaps a variant of it to one of them. Nobody else's WebSocket ever gets it."""
        special = (instead[0], frame(instead[1])) if instead is not None else None
        kept = Kept(seq, frame(message), to, special, about)
        self._keep(kept)
        for participant in to:
            if (connection := self.connections.get(participant)) is not None:
                connection.send(kept.for_(participant) or b"")

    def tell_but(self, message: m.FromNode, seq: int, one: str, instead: m.FromNode, about: str = "") -> None:
        """To everybody, and a variant of it to `one`."""
        data, special = frame(message), frame(instead)
        self._keep(Kept(seq, data, instead=(one, special), about=about))
        self._to_all(data, one, special)

    def _to_all(self, data: bytes, one: str = "", special: bytes = b"") -> None:
        """To everybody at the next beat; something else to `one`, at once."""
        for participant, connection in self.connections.items():
            if participant == one:
                connection.send(special)
            else:
                connection.gather(data)
        if self._beat is None:
            loop = asyncio.get_running_loop()
            wait = self._beaten + len(self.connections) * BEAT_EACH_S - loop.time()
            self._beat = loop.call_later(wait, self.beat) if wait > 0.0 else loop.call_soon(self.beat)

    def beat(self) -> None:
        """Write to everybody what was gathered for them."""
        if self._beat is not None:
            self._beat.cancel()
            self._beat = None
        self._beaten = asyncio.get_running_loop().time()
        for connection in self.connections.values():
            connection.flush()

    def _keep(self, kept: Kept) -> None:
        self._kept.append(kept)
        if len(self._kept) > KEPT:
            self._oldest = self._kept.popleft().seq

    def forget(self, message: str) -> None:
        """It is hidden: who comes back is told that, and not what it said."""
        self._kept = deque(kept for kept in self._kept if kept.about != message)

    def changed(self, participant: str) -> None:
        """The person is told about soon."""
        self._dirty[participant] = None
        if self._timer is None:
            wait = GATHER_S if len(self.connections) < CROWD else GATHER_CROWD_S
            self._timer = asyncio.get_running_loop().call_later(wait, self.flush)

    def flush(self, only: Iterable[str | None] | None = None) -> None:
        """Tell about the people who changed; `only` those."""
        if only is None:
            self._timer = None
            only = list(self._dirty)
        for participant in only:
            if participant is None or participant not in self._dirty:
                continue
            del self._dirty[participant]
            person = self.room.people.find(participant)
            if person is None:
                continue
            info = info_of(self.room, person)
            if info != self._people.get(participant):
                self._people[participant] = info
                self._written.pop(participant, None)
                seq = self.next()
                self.tell(m.Person(seq, info), seq)

    def gone(self, participant: str, cause: Cause) -> None:
        self._dirty.pop(participant, None)
        self._since.pop(participant, None)
        known = self._people.pop(participant, None) is not None
        self._written.pop(participant, None)
        if known and cause not in (Cause.CLOSED, Cause.ENDED):
            seq = self.next()
            self.tell(m.Gone(seq, participant, cause), seq)

    def speaking(self, levels: Sequence[tuple[str, int]]) -> None:
        """At most ten a second, but for silence, which is always told."""
        now = self.now()
        if levels and now - self._spoke < SPEAKING_EVERY_S * 0.9:
            return
        self._spoke = now
        self._to_all(frame(m.Speaking(tuple(m.LevelInfo(participant, level) for participant, level in levels))))

    def soon(self, what: str, seconds: float, tell: Callable[[], None]) -> None:
        """What changes often is told once for all that comes meanwhile."""
        if what in self._soon:
            return

        def run() -> None:
            del self._soon[what]
            tell()

        self._soon[what] = asyncio.get_running_loop().call_later(seconds, run)

    @staticmethod
    def framed(message: m.FromNode) -> bytes:
        return frame(message)

    def tell_now(self, message: m.FromNode) -> None:
        """To who is there; nobody is told later."""
        self._to_all(frame(message))

    def graded(self) -> None:
        """Whose connection is not good is told at most every `GRADES_EVERY_S`."""
        if self._grading is None:
            self._grading = asyncio.get_running_loop().call_later(GRADES_EVERY_S, self._tell_grades)

    def _tell_grades(self) -> None:
        self._grading = None
        grades = tuple(m.GradeInfo(participant, grade) for participant, grade in self.room.quality.grades())
        data = frame(m.Grades(grades))
        if data == self._grades:
            return
        self._grades = data
        self._to_all(data)

    # ------------------------------------------------------------ coming and going

    def attach(self, person: Person, connection: Connection, seq: int) -> None:
        """A page is there: it is told what it missed since `seq`, or everything."""
        self.end(person.id, "replaced", Refusal("REPLACED"), REPLACED)
        self.flush(list(self._dirty))
        self.connections[person.id] = connection
        missed = self._missed(person.id, seq)
        if missed is not None:
            connection.greet(frame(m.Resumed(self._seq)) + b"".join(missed))
        else:
            self._since[person.id] = self._seq
            connection.greet(frame(self._welcome(person)))
        if self._grades:
            connection.send(self._grades)

    def greet_again(self, participant: str) -> None:
        """What this person may see has changed as a whole: nothing of before is of use to them, not even later."""
        self.changed(participant)
        self.flush([participant])
        self._since[participant] = self._seq
        person = self.room.people.find(participant)
        connection = self.connections.get(participant)
        if person is not None and connection is not None:
            connection.greet(frame(self._welcome(person)))

    def _missed(self, participant: str, seq: int) -> list[bytes] | None:
        """What this person was told after `seq`. None: it is too long ago or too much, or they never came so far."""
        if not max(self._oldest, self._since.get(participant, self._seq + 1)) <= seq <= self._seq:
            return None
        missed = [data for kept in self._kept if kept.seq > seq and (data := kept.for_(participant)) is not None]
        return missed if sum(map(len, missed)) <= REPLAY_BYTES else None

    def detach(self, participant: str, connection: Connection) -> bool:
        """Whether it was the person's connection of now."""
        if self.connections.get(participant) is not connection:
            return False
        del self.connections[participant]
        return True

    def end(self, participant: str, cause: str, why: Refusal, code: int = ENDED) -> None:
        connection = self.connections.pop(participant, None)
        if connection is not None:
            connection.send(frame(m.Ended(self.next(), cause, why.refusal(self.house.support))))
            connection.end(code)

    def restart(self) -> None:
        """The node restarts: come back."""
        self.beat()
        for timer in (self._timer, self._grading, *self._soon.values()):
            if timer is not None:
                timer.cancel()
        connections, self.connections = self.connections, {}
        for connection in connections.values():
            connection.end(RESTART)

    def _everybody(self) -> msgspec.Raw:
        written = self._written
        for participant in self._people.keys() - written.keys():
            written[participant] = m.encoder.encode(self._people[participant])
        return msgspec.Raw(b"[%b]" % b",".join(written[participant] for participant in self._people))

    def _welcome(self, person: Person) -> m.Welcome:
        room = self.room
        slots = room.layout.view(person.id)
        verdict = room.quality.verdict(person.id)
        chat, older = told.history(room, person)
        items, more_items = told.queue_for(room, person)
        return m.Welcome(
            seq=self._seq,
            you=person.id,
            room=m.RoomInfo(room.id, room.title, room.type.key, room.type.advice_people, tuple(room.type.roles)),
            people=self._everybody(),
            slots=tuple(m.SlotInfo(slot, who, source) for slot, who, source in slots),
            chat=chat,
            blocked=tuple(source for source in Source if room.mute.is_blocked(person.id, source)),
            layers=tuple(m.LayersInfo(source, rids) for source, rids in room.layout.wanted(person.id)),
            held=room.quality.is_held(person.id),
            quality=m.VerdictInfo(verdict.grade, verdict.cause),
            mode=told.mode_of(room, person.role in STAFF),
            items=items,
            restraints=told.restraints_for(room, person),
            waiting=told.waiting_of(room, person),
            hands=gestures.hands_of(room),
            cover=gestures.cover_of(room) if person.role in STAFF else None,
            lobby=gestures.lobby_of(room, person.role, self.now()),
            rights=room.type.rights(person.role),
            time=time_of(room, self.now()),
            older=older,
            more_items=more_items,
            flags=room.flags.now.on,
            recording=gestures.recording_of(room, self.now()),
            showing=gestures.showing_of(room),
            fixed=room.flags.fixed,
            texts=leading.texts_of(room, self.house, person.role, person.language),
            risks=room.risks if room.type.may(person.role, Right.START) else (),
        )


def time_of(room: Room, now: float) -> m.TimeInfo | None:
    """None: no end is in sight."""
    schedule = room.schedule
    left = schedule.left(now)
    ends = [at for at in (schedule.ends, schedule.cut) if at is not None]
    if left is None or not ends:
        return None
    return m.TimeInfo(int(min(ends) * 1000), max(0, round(left)), schedule.plan.minutes)


def info_of(room: Room, person: Person) -> m.PersonInfo:
    return m.PersonInfo(
        participant=person.id,
        name=person.name,
        role=person.role,
        publishing=tuple(s for s in Source if s in person.publishing and person.track(s) is not None),
        blocked=tuple(s for s in Source if room.mute.is_blocked(person.id, s)),
        state=person.state,
    )


class Hub:
    """The streams of all rooms: a listener of the floor."""

    def __init__(self, floor: Floor, house: House = NOTHING) -> None:
        self._floor = floor
        self._house = house
        self._streams: dict[str, Stream] = {}
        self._started = int(floor.clock.now() * 1000)

    def __call__(self, room: Room, events: Sequence[Event]) -> None:
        stream = self.stream(room)
        for event in events:
            if (tell := TELL.get(type(event))) is not None:
                tell(stream, event)
        if room.closed is not None:
            self._streams.pop(room.id, None)

    def stream(self, room: Room) -> Stream:
        stream = self._streams.get(room.id)
        if stream is None:
            first = max(self._started, int(self._floor.clock.now() * 1000))
            stream = self._streams[room.id] = Stream(room, first, self._floor.clock.now, self._house)
        return stream

    @property
    def connected(self) -> int:
        """WebSockets of people."""
        return sum(len(stream.connections) for stream in self._streams.values())

    def restart(self) -> None:
        for stream in self._streams.values():
            stream.restart()

    def stop(self) -> None:
        """The node stops for good: everybody is told."""
        for stream in self._streams.values():
            for participant in list(stream.connections):
                stream.end(participant, "node_stopping", Refusal("STOPPING"))
            stream.restart()


# ---------------------------------------------------------------- from events to messages


def _person_changed(stream: Stream, event: PersonChanged) -> None:
    stream.changed(event.participant)


def _person_gone(stream: Stream, event: PersonGone) -> None:
    if event.cause is Cause.REMOVED:
        stream.end(event.participant, "removed", Refusal("REMOVED", set_by="room"))
    elif event.cause is Cause.BANNED:
        stream.end(event.participant, "removed", Refusal("BANNED", set_by="room"))
    elif event.cause is Cause.LOBBY:
        stream.end(event.participant, "refused", Refusal("LOBBY", set_by="room"))
    elif event.cause in (Cause.CLOSED, Cause.ENDED):
        stream.end(event.participant, "closed", _why(stream.room))
    elif event.cause is Cause.REPLACED:
        stream.end(event.participant, "replaced", Refusal("REPLACED"), REPLACED)
    elif event.cause is Cause.RECHECKED:
        stream.end(event.participant, "closed", Refusal("LINK_RENEWED", set_by="room"))
    elif (connection := stream.connections.pop(event.participant, None)) is not None:
        connection.end(ENDED)
    stream.gone(event.participant, event.cause)


def _why(room: Room) -> Refusal:
    """What ended it (T5), for those who were in it."""
    match room.schedule.out:
        case End.TIME:
            return Refusal("TIME_OVER", set_by="room")
        case End.DURATION:
            return Refusal("DURATION_OVER", limit=room.schedule.lasted, set_by="room")
        case End.HOST:
            return Refusal("ENDED_BY_HOST", set_by="room")
        case End.OPERATOR:
            return Refusal("ENDED_BY_DRAIN" if room.schedule.draining else "ENDED_BY_OPERATOR", set_by="operator")
        case _:
            return Refusal("ROOM_CLOSED", set_by="room")


def _time_told(stream: Stream, event: TimeTold) -> None:
    """The whole room hears that the end is near, or has moved; who comes later finds it in the welcome."""
    seq = stream.next()
    time = time_of(stream.room, stream.now())
    stream.tell(m.Time(seq, time), seq)


def _slots_changed(stream: Stream, event: SlotsChanged) -> None:
    stream.flush([who for _slot, who, _source in event.slots])
    seq = stream.next()
    slots = tuple(m.SlotInfo(slot, who, source) for slot, who, source in event.slots)
    stream.tell(m.Slots(seq, slots), seq, to=event.participant)


def _layers_changed(stream: Stream, event: LayersChanged) -> None:
    seq = stream.next()
    stream.tell(m.Layers(seq, event.source, event.rids), seq, to=event.participant)


def _held_changed(stream: Stream, event: HeldChanged) -> None:
    seq = stream.next()
    stream.tell(m.Held(seq, event.held), seq, to=event.participant)


def _verdict_changed(stream: Stream, event: VerdictChanged) -> None:
    seq = stream.next()
    message = m.Verdict(seq, event.verdict.grade, event.verdict.cause)
    stream.tell(message, seq, to=event.participant)


def _grades_changed(stream: Stream, event: GradesChanged) -> None:
    stream.graded()


def _block_changed(stream: Stream, event: BlockChanged) -> None:
    seq = stream.next()
    by = event.by_kind if event.by_kind in ("host", LOCK) else "operator"
    stream.tell(m.Blocked(seq, event.source, event.blocked, by), seq, to=event.participant)
    stream.changed(event.participant)


def _flags_changed(stream: Stream, event: FlagsChanged) -> None:
    seq = stream.next()
    stream.tell(m.Flags(seq, event.flags.on, stream.room.flags.fixed), seq)


def _rejoin_wanted(stream: Stream, event: RejoinWanted) -> None:
    seq = stream.next()
    stream.tell(m.Rejoin(seq, event.cause), seq, to=event.participant)


def _speakers_changed(stream: Stream, event: SpeakersChanged) -> None:
    stream.speaking(event.levels)


# Any: each function takes the event under which it stands.
TELL: Final[dict[type[Event], Callable[[Stream, Any], None]]] = {
    PersonChanged: _person_changed,
    PersonGone: _person_gone,
    SlotsChanged: _slots_changed,
    LayersChanged: _layers_changed,
    HeldChanged: _held_changed,
    VerdictChanged: _verdict_changed,
    GradesChanged: _grades_changed,
    BlockChanged: _block_changed,
    FlagsChanged: _flags_changed,
    TimeTold: _time_told,
    RejoinWanted: _rejoin_wanted,
    SpeakersChanged: _speakers_changed,
    **told.TELL,
    **gestures.TELL,
    **leading.TELL,
}
