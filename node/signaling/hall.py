"""What those who wait are told over their WebSockets: why, the agenda and the message, and that they may come in.
Nothing of the room, and of nobody in it.

A change is encoded once for each reason to wait, not once for each of a thousand people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from node.errors import Refused as Refusal
from node.features.lobby.rules import LobbyChanged, LobbyModerated, LobbyOpened, Waiter, WaiterAdmitted, WaiterGone
from node.features.lobby.service import Lobby
from node.features.rooms.floor import Floor
from node.features.rooms.rules import Room
from node.features.schedule.rules import PlanChanged, SittingEnded, SittingStarted
from node.features.texts.rules import TextsChanged
from node.ports import Event
from node.signaling import messages as m
from node.signaling.leading import brand_of
from node.signaling.stream import ENDED, REPLACED, Connection, frame

LAST: Final = 1
"""The number of what is said last: the one numbered message that a waiting page hears."""
CHANGES: Final = (LobbyChanged, LobbyModerated, LobbyOpened, SittingStarted, SittingEnded, PlanChanged, TextsChanged)


class Halls:
    """The WebSockets of those who wait, by room: a listener of the floor."""

    def __init__(self, floor: Floor, lobby: Lobby) -> None:
        self._lobby = lobby
        self._halls: dict[str, dict[str, Connection]] = {}
        floor.listen(self)

    @property
    def connected(self) -> int:
        return sum(len(hall) for hall in self._halls.values())

    def __call__(self, room: Room, events: Sequence[Event]) -> None:
        hall = self._halls.get(room.id)
        if hall is None:
            return
        for event in events:
            if isinstance(event, WaiterAdmitted):
                if (connection := hall.get(event.participant)) is not None:
                    connection.send(ADMITTED)
            elif isinstance(event, WaiterGone):
                self._gone(hall, event)
            elif isinstance(event, CHANGES):
                self._tell(room, hall)
        if not hall:
            del self._halls[room.id]

    def attach(self, room: Room, waiter: Waiter, connection: Connection) -> None:
        hall = self._halls.setdefault(room.id, {})
        if (before := hall.get(waiter.id)) is not None:
            before.send(frame(m.Ended(LAST, "replaced", Refusal("REPLACED").refusal())))
            before.end(REPLACED)
        hall[waiter.id] = connection
        connection.send(frame(self._told(room, self._lobby.why(room, waiter))))
        if waiter.admitted:
            connection.send(ADMITTED)

    def detach(self, room: Room, participant: str, connection: Connection) -> bool:
        """Whether it was their connection of now."""
        hall = self._halls.get(room.id, {})
        if hall.get(participant) is not connection:
            return False
        del hall[participant]
        if not hall:
            del self._halls[room.id]
        return True

    def _gone(self, hall: dict[str, Connection], event: WaiterGone) -> None:
        connection = hall.pop(event.participant, None)
        if connection is None:
            return
        if event.code:
            cause = "closed" if event.cause == "closed" else "refused"
            connection.send(frame(m.Ended(LAST, cause, Refusal(event.code, set_by="room").refusal())))
        connection.end(ENDED)

    def _tell(self, room: Room, hall: dict[str, Connection]) -> None:
        frames: dict[str, bytes] = {}
        for participant, connection in hall.items():
            if (waiter := room.lobby.find(participant)) is None:
                continue
            why = self._lobby.why(room, waiter)
            if why not in frames:
                frames[why] = frame(self._told(room, why))
            connection.send(frames[why])

    def _told(self, room: Room, why: str) -> m.Hall:
        return m.Hall(
            why, m.RoomInfo(room.id, room.title), room.lobby.agenda_html, room.lobby.message_html,
            self._lobby.opens_in(room) if why == "early" else 0, brand_of(room),
        )  # fmt: skip


ADMITTED: Final = frame(m.Admitted())


@dataclass(slots=True)
class Guest:
    """One page that waits and has said hello."""

    halls: Halls
    lobby: Lobby
    room: Room
    participant: str
    connection: Connection

    def attach(self, waiter: Waiter) -> None:
        self.halls.attach(self.room, waiter, self.connection)
        self.lobby.here(self.room.id, self.participant, True)

    def detach(self) -> None:
        if self.halls.detach(self.room, self.participant, self.connection):
            self.lobby.here(self.room.id, self.participant, False)

    async def heard(self, message: m.ClientMessage) -> int | None:
        """
        Raises:
            Refused: LOBBY, for whatever only people in the room may say.
        """
        if isinstance(message, m.Ping):
            self.connection.send(frame(m.Pong(message.n)))
        elif isinstance(message, m.Leave):
            await self.lobby.stop(self.room.id, self.participant)
            return ENDED
        else:
            raise Refusal("LOBBY", set_by="room")
        return None
