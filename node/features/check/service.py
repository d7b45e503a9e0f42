"""Check: whether sound and picture really get through, both ways, before somebody joins.

What a page sends comes back to it through the plane, on two transports that are in no room of anybody: they take no
place, nobody sees or hears them, and they end by themselves.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from node.errors import Refused
from node.features.join.service import SECRET_LENGTH, new_id
from node.features.rooms.floor import Floor, digest
from node.ports import Assignment, Kind, Opened, Shape, Source

MOST: Final = 60
"""Ways that are tried at once on this node; a page tries up to three: UDP, TCP, TURN."""
OF_ONE: Final = 9
"""From one network address: three people behind it."""
LASTS_S: Final = 30.0


class Checked(msgspec.Struct, frozen=True):
    """`send`, `receive`: the answers to the two offers."""

    check: str
    send: str
    receive: str


class Check:
    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._running: dict[str, asyncio.TimerHandle | None] = {}
        self._sources: dict[str, str] = {}
        """Those that run → where each was asked for."""
        self._ending: set[asyncio.Task[None]] = set()

    async def begin(self, room_id: str, ticket: str, send: str, receive: str, source: str) -> Checked:
        """For who could come into the room with this ticket. `source`: whom to count, as `node.web.request.source` has
        it; nobody has so many at once that others have none.

        Raises:
            Refused: what a ticket is refused with, CHECKS_FULL, SDP_INVALID, SDP_UNSUPPORTED, PLANE_DOWN, PLANE_FULL.
        """
        hashed = digest(ticket[:SECRET_LENGTH])
        room, _link = self._floor.door(room_id, hashed)
        room.access.lets(hashed, self._floor.clock.now())
        mine = sum(1 for one in self._sources.values() if one == source)
        for current, most in ((mine, OF_ONE), (len(self._running), MOST)):
            if current >= most:
                raise Refused("CHECKS_FULL", limit=most, current=current, set_by="node")
        check = new_id("check")
        self._running[check] = None
        self._sources[check] = source
        try:
            there = await self._open(check, f"{check}_s", send, Shape.WHIP)
            back = await self._open(check, f"{check}_r", receive, Shape.WHEP)
            cameras = [track.id for track in there.tracks if track.source is Source.CAMERA]
            slots = [slot.index for slot in back.slots if slot.kind is Kind.VIDEO]
            shown = [Assignment(back.transport, slot, track) for slot, track in zip(slots, cameras, strict=False)]
            await self._floor.media.assign(shown)
        except BaseException:
            self.end(check)
            raise
        self._running[check] = asyncio.get_running_loop().call_later(LASTS_S, self.end, check)
        return Checked(check, there.answer, back.answer)

    def end(self, check: str) -> None:
        """Harmless when it has ended."""
        if check not in self._running:
            return
        del self._sources[check]
        if (timer := self._running.pop(check)) is not None:
            timer.cancel()
        task = asyncio.create_task(self._floor.media.close_room(check))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _open(self, check: str, transport: str, offer: str, shape: Shape) -> Opened:
        return await self._floor.media.open(
            room=check, transport=transport, offer=offer, shape=shape, label=b"", muted=frozenset()
        )
