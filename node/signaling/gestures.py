"""Hands, reactions, the lobby and moderator cover, as the people of a room are told of them: gathered for a moment, so
that a thousand people who clap, or raise their hands, are a few messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from node.features.cover.rules import CoverChanged
from node.features.hands.rules import HandLowered, HandRaised
from node.features.layout.showing import ShowingChanged
from node.features.layout.voices import VoicesChanged
from node.features.lobby.rules import LobbyChanged, LobbyModerated, LobbyOpened, WaiterAdmitted, WaiterCame, WaiterGone
from node.features.participants.rules import Role
from node.features.reactions.rules import EVERY_S, ReactionGiven
from node.features.recordings.rules import RecordingMoved, RecordingStarted
from node.features.rooms.rules import Room
from node.features.types.rules import Right
from node.ports import Event
from node.signaling import messages as m
from node.signaling.talk import staff

if TYPE_CHECKING:
    from node.signaling.stream import Stream

HANDS_EVERY_S: Final = 0.15
HANDS_TOLD: Final = 200
WAITERS_EVERY_S: Final = 0.2
WAITERS_TOLD: Final = 200


def hands_of(room: Room) -> tuple[m.HandInfo, ...]:
    return tuple(m.HandInfo(who, int(since * 1000)) for who, since in room.hands.view()[:HANDS_TOLD])


def cover_of(room: Room) -> m.CoverInfo:
    view = room.cover.view()
    return m.CoverInfo(view.stage, view.needed, view.present)


def lobby_of(room: Room, role: Role, now: float) -> m.WaitersInfo | None:
    """None: not theirs to see."""
    if not room.type.may(role, Right.ADMIT):
        return None
    queue = room.lobby.queue(now)
    return m.WaitersInfo(
        room.lobby.on,
        room.lobby.agenda,
        room.lobby.message,
        tuple(m.WaiterInfo(w.participant, w.name, w.role, int(w.since * 1000), w.why) for w in queue[:WAITERS_TOLD]),
        len(queue),
    )


def showing_of(room: Room) -> m.ShowingInfo:
    return m.ShowingInfo(room.layout.showing.view, room.layout.showing.spotlight)


def _showing(stream: Stream, event: ShowingChanged) -> None:
    stream.flush(event.showing.spotlight)
    seq = stream.next()
    stream.tell(m.Showing(seq, event.showing.view, event.showing.spotlight), seq)


def _voices(stream: Stream, event: VoicesChanged) -> None:
    """Nobody is told later: who comes back asks again."""
    if (connection := stream.connections.get(event.participant)) is not None:
        stream.flush([who for _slot, who in event.voices])
        connection.send(stream.framed(m.InSlots(tuple(m.VoiceInfo(slot, who) for slot, who in event.voices))))


def _tell_waiters(stream: Stream) -> None:
    room = stream.room
    people = frozenset(person.id for person in room.people if room.type.may(person.role, Right.ADMIT))
    if people and (told := lobby_of(room, Role.HOST, stream.now())) is not None:
        seq = stream.next()
        stream.tell_some(m.Waiters(seq, told), seq, people)


def _waiters(stream: Stream, event: Event) -> None:
    stream.soon("waiters", WAITERS_EVERY_S, lambda: _tell_waiters(stream))


def _tell_hands(stream: Stream) -> None:
    hands = hands_of(stream.room)
    stream.flush([hand.participant for hand in hands])
    seq = stream.next()
    stream.tell(m.Hands(seq, hands, len(stream.room.hands)), seq)


def _tell_reactions(stream: Stream) -> None:
    tallies = stream.room.reactions.gathered()
    told = m.Reactions(tuple(m.TallyInfo(tally.reaction, tally.count, tally.people) for tally in tallies))
    stream.tell_now(told)


def _hands(stream: Stream, event: HandRaised | HandLowered) -> None:
    stream.soon("hands", HANDS_EVERY_S, lambda: _tell_hands(stream))


def _reaction(stream: Stream, event: ReactionGiven) -> None:
    stream.soon("reactions", EVERY_S, lambda: _tell_reactions(stream))


def _cover(stream: Stream, event: CoverChanged) -> None:
    seq = stream.next()
    stream.tell_some(m.Cover(seq, cover_of(stream.room)), seq, staff(stream.room))


def recording_of(room: Room, now: float) -> m.RecordingInfo | None:
    live = room.recordings.view()
    if live is None:
        return None
    running = now - live.since if live.since is not None else 0.0
    return m.RecordingInfo(live.state, max(0, round(live.seconds + running)))


def _recording(stream: Stream, event: RecordingStarted | RecordingMoved) -> None:
    seq = stream.next()
    stream.tell(m.Recording(seq, recording_of(stream.room, stream.now())), seq)


# Any: each function takes the event under which it stands.
TELL: Final[dict[type[Event], Callable[[Stream, Any], None]]] = {
    HandRaised: _hands,
    HandLowered: _hands,
    ReactionGiven: _reaction,
    CoverChanged: _cover,
    ShowingChanged: _showing,
    VoicesChanged: _voices,
    RecordingStarted: _recording,
    RecordingMoved: _recording,
    WaiterCame: _waiters,
    WaiterAdmitted: _waiters,
    WaiterGone: _waiters,
    LobbyChanged: _waiters,
    LobbyModerated: _waiters,
    LobbyOpened: _waiters,
}
