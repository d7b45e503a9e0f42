"""What the hosts of a room read of the audit: what operators did in this room, and in no other."""

from __future__ import annotations

from typing import Final

import msgspec

from node.features.audit.rules import Entry, ReadAudit, concerns, entry_of
from node.features.audit.service import Audit
from node.features.recordings.service import Recordings
from node.features.rooms.floor import Floor
from node.features.rooms.rights import check_right
from node.ports import Actor

LOOKED_AT: Final = 50
"""Records, for one answer."""


class Page(msgspec.Struct, frozen=True):
    """Newest first. `next`: go on before this number; 0: there is nothing older. `since`: what was done in this room
    before this moment (seconds since the epoch) is not kept any more; 0: all of it is."""

    entries: tuple[Entry, ...]
    next: int
    since: float


class RoomAudit:
    def __init__(self, floor: Floor, audit: Audit, recordings: Recordings) -> None:
        self._floor = floor
        self._audit = audit
        self._recordings = recordings

    async def read(self, room_id: str, *, before: int = 0, by: Actor) -> Page:
        """`before` a number: what is older; 0: the newest.

        Raises:
            Refused: NOT_ALLOWED, ROOM_UNKNOWN, ROOM_CLOSED.
        """
        room = self._floor.room(room_id)
        check_right(ReadAudit(by), room.people, room.type)
        recordings = frozenset(view.recording for view in self._recordings.list(room_id))
        found = await self._audit.of({room_id, *recordings}, before=before, limit=LOOKED_AT + 1)
        seen = found[:LOOKED_AT]
        entries = tuple(entry_of(*one) for one in seen if concerns(one[1], room_id, recordings))
        since = await self._audit.kept_since()
        return Page(entries, seen[-1][0] if len(found) > LOOKED_AT else 0, since if room.created < since else 0.0)
