"""Promote, demote, rename."""

from __future__ import annotations

from node.errors import Refused
from node.features.participants.rules import ParticipantView, Role
from node.features.quota.service import Quota
from node.features.roles.rules import GiveRole, Rename
from node.features.rooms.floor import Floor
from node.features.rooms.rights import check_right
from node.ports import Actor

REASON_LENGTH = 500


class Roles:
    """Raises `Refused` as each method says; ROOM_UNKNOWN, ROOM_CLOSED, PARTICIPANT_UNKNOWN, and NOT_ALLOWED for who
    does not moderate."""

    def __init__(self, floor: Floor, quota: Quota) -> None:
        self._floor = floor
        self._quota = quota

    async def give(self, room_id: str, participant: str, role: str, *, by: Actor, reason: str = "") -> ParticipantView:
        """When it is answered, the plane lets through what the new role may send, and nothing else.

        Raises:
            Refused: ROLE_UNKNOWN, ROLES_FIXED, LAST_HOST, NOT_ALLOWED; PUBLISHERS_FULL as a limit says.
        """
        room = self._floor.room(room_id)
        person = room.people.get(participant)
        if role not in set(Role):
            raise Refused("ROLE_UNKNOWN", limit=", ".join(room.type.roles), current=role[:40], set_by="type")
        command = GiveRole(participant, Role(role), by, reason[:REASON_LENGTH])
        check_right(command, room.people, room.type)
        room.roles.check(person, command)
        await self._quota.enter(room, participant, command.role, person.client)
        try:
            decided = self._floor.decide(room_id, command)
        except Refused as refused:
            self._quota.denied(refused, room.id, room.type)
            raise
        finally:
            self._quota.settle(room, participant)
        await decided.done()
        return room.participant(participant)

    async def rename(self, room_id: str, participant: str, name: str, *, by: Actor) -> ParticipantView:
        """
        Raises:
            Refused: NAME_INVALID, NOT_ALLOWED.
        """
        room = self._floor.room(room_id)
        await self._floor.decide(room_id, Rename(participant, name, by)).done()
        return room.participant(participant)
