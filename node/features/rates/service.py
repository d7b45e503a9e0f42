"""Caps: set, lift, list. Effective in the plane and kept when a method returns."""

from __future__ import annotations

from typing import Final, Protocol

import structlog

from node.errors import Refused
from node.features.rates.rules import Cap, CapView, SetCap, changed
from node.features.rooms.floor import Floor
from node.features.rooms.service import REASON_LENGTH
from node.ports import Actor
from node.ports import Cap as PlaneCap

log: Final = structlog.get_logger()


class Store(Protocol):
    """Where the node's own cap is kept."""

    async def load(self) -> Cap: ...

    async def save(self, cap: Cap) -> None: ...


class Rates:
    """Raises `Refused`: ROOM_UNKNOWN, ROOM_CLOSED, PARTICIPANT_UNKNOWN, RATE_OUT_OF_RANGE, BAD_REQUEST."""

    def __init__(self, floor: Floor, store: Store) -> None:
        self._floor = floor
        self._store = store
        self.node = Cap()
        """Of the node as a whole."""

    async def load(self) -> None:
        """What was set before this process started."""
        self.node = await self._store.load()

    async def again(self) -> None:
        """A plane answers, perhaps a new one. Caps of rooms are said again as people come back."""
        if not self.node.limits:
            return
        try:
            await self._floor.media.limit(PlaneCap("node", "", self.node.send_bps, self.node.receive_bps))
        except Refused as refused:
            log.warning("node_cap_not_set", code=refused.code)

    async def list(self, room_id: str = "") -> list[CapView]:
        """Those that limit something: of the node, of rooms, of people; with `room_id`, of that room and in it."""
        if room_id:
            return self._floor.room(room_id).rates.caps()
        own = [CapView("", "", self.node)] if self.node.limits else []
        return own + [view for room in self._floor for view in room.rates.caps()]

    async def set(
        self,
        room_id: str,
        participant_id: str,
        *,
        send_bps: int | None,
        receive_bps: int | None,
        by: Actor,
        reason: str = "",
    ) -> CapView:
        """None: as it was; 0: lift it. Neither room nor participant: of the node."""
        if not room_id:
            if participant_id:
                raise Refused("BAD_REQUEST", limit="room", current="participant without room", set_by="protocol")
            return await self._set_node(send_bps, receive_bps, by)
        room = self._floor.room(room_id)
        command = SetCap(participant_id or None, send_bps, receive_bps, by, reason[:REASON_LENGTH])
        await self._floor.decide(room_id, command).done()
        return CapView(room_id, participant_id, room.rates.of(participant_id) if participant_id else room.rates.cap)

    async def _set_node(self, send_bps: int | None, receive_bps: int | None, by: Actor) -> CapView:
        if self._floor.fenced:
            raise Refused("FENCED")
        cap = changed(self.node, send_bps, receive_bps, by.id, self._floor.clock.now())
        await self._store.save(cap)
        self.node = cap
        await self._floor.media.limit(PlaneCap("node", "", cap.send_bps, cap.receive_bps))
        return CapView("", "", cap)
