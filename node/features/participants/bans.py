"""Who may not simply come in again: banned until it is lifted, or sent to the lobby until somebody lets them in. Pure.

Somebody is known again by what they came with: a ticket that is theirs alone, or else the link and the name; and by the
session that their browser brings along, whatever name it says now (`moderation/absent.py` has the limits of that: who
changes the name on a shared link and clears the browser's storage is somebody else; renewing the link ends it for all).
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from node.errors import Refused
from node.features.moderation.absent import Mark
from node.features.participants.rules import Cause, People
from node.ports import Actor, Event, Fact, Shape

MOST: Final = 2000
"""Of one room."""

Kind = Literal["ban", "lobby"]


class Ban(msgspec.Struct, frozen=True):
    """`participant`: as whom they were here. `name`: theirs then. `kind`: until it is lifted, or until they are let in.
    `at`: seconds since the epoch."""

    participant: str
    name: str
    kind: Kind
    by: str
    reason: str
    at: float


class BanParticipant(msgspec.Struct, frozen=True):
    participant: str
    by: Actor
    reason: str = ""


class SendToLobby(msgspec.Struct, frozen=True):
    participant: str
    by: Actor
    reason: str = ""


class LiftBan(msgspec.Struct, frozen=True):
    participant: str
    by: Actor


class PersonBanned(Fact, frozen=True):
    room: str
    participant: str
    kind: Kind
    by: str
    reason: str
    at: float


class BanLifted(Fact, frozen=True):
    room: str
    participant: str
    by: str
    at: float


class Bans:
    """Of one room."""

    def __init__(self, room: str, people: People) -> None:
        self.room = room
        self._people = people
        self._bans: dict[str, Ban] = {}
        self._marks: dict[Mark, list[str]] = {}
        """Several people may have one name on one link."""

    # ------------------------------------------------------------ reading

    def __len__(self) -> int:
        return len(self._bans)

    def views(self) -> list[Ban]:
        """Those who are banned, the oldest first."""
        return [ban for ban in self._bans.values() if ban.kind == "ban"]

    def on(self, mark: Mark, former: str) -> Ban | None:
        """What holds for somebody who comes: for whose session they bring along (`former`), else for one of their mark,
        a ban before the lobby."""
        if former in self._bans:
            return self._bans[former]
        alike = (self._bans[who] for who in reversed(self._marks.get(mark, [])))
        return min(alike, key=lambda ban: ban.kind != "ban", default=None)

    def bar(self, mark: Mark, former: str) -> str:
        """Who they were, when they wait in the lobby until somebody lets them in; "" when nothing holds.

        Raises:
            Refused: BANNED.
        """
        ban = self.on(mark, former)
        if ban is None:
            return ""
        if ban.kind == "ban":
            raise Refused("BANNED", set_by="room")
        return ban.participant

    # ------------------------------------------------------------ commands

    def ban(self, command: BanParticipant, mark: Mark, now: float) -> list[Event]:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN, BANS_FULL.
        """
        return self._out(command.participant, "ban", Cause.BANNED, mark, command.by, command.reason, now)

    def to_lobby(self, command: SendToLobby, mark: Mark, now: float) -> list[Event]:
        """
        Raises:
            Refused: PARTICIPANT_UNKNOWN, BANS_FULL; PAGE_ONLY for an encoder or a player, which cannot wait.
        """
        person = self._people.get(command.participant)
        if person.client is not Shape.PAGE:
            raise Refused("PAGE_ONLY", current=person.client)
        return self._out(command.participant, "lobby", Cause.LOBBY, mark, command.by, command.reason, now)

    def lift(self, command: LiftBan, now: float) -> list[Event]:
        """They may come again; whoever was lifted already is.

        Raises:
            Refused: PARTICIPANT_UNKNOWN.
        """
        if command.participant not in self._bans:
            raise Refused("PARTICIPANT_UNKNOWN", current=command.participant[:64])
        return self._lift(command.participant, command.by.id, now)

    # ------------------------------------------------------------ reactions

    def let_in(self, former: str, by: str, now: float) -> list[Event]:
        """Who was sent to the lobby was let in."""
        return self._lift(former, by, now) if former in self._bans else []

    def over(self, now: float) -> list[Event]:
        """The session: who was sent to its lobby may come to the next one; who is banned may not."""
        sent = [ban.participant for ban in self._bans.values() if ban.kind == "lobby"]
        return [event for who in sent for event in self._lift(who, "", now)]

    def restore(self, ban: Ban, mark: Mark) -> None:
        self._bans[ban.participant] = ban
        self._marks.setdefault(mark, []).append(ban.participant)

    # ------------------------------------------------------------ inside

    def _out(
        self, participant: str, kind: Kind, cause: Cause, mark: Mark, by: Actor, reason: str, now: float
    ) -> list[Event]:
        person = self._people.get(participant)
        if len(self._bans) >= MOST:
            raise Refused("BANS_FULL", limit=MOST, current=len(self._bans), set_by="room")
        self.restore(Ban(participant, person.name, kind, by.id, reason, now), mark)
        banned = PersonBanned(self.room, participant, kind, by.id, reason, now)
        return [banned, *self._people.put_out(participant, cause, by.id, reason, now)]

    def _lift(self, participant: str, by: str, now: float) -> list[Event]:
        del self._bans[participant]
        left = {mark: [one for one in who if one != participant] for mark, who in self._marks.items()}
        self._marks = {mark: who for mark, who in left.items() if who}
        return [BanLifted(self.room, participant, by, now)]
