"""Rooms: create, list, close."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec

from node.errors import Refused
from node.features.access.rules import Issue, Link
from node.features.participants.rules import Role
from node.features.quota.rules import TICKET_HOURS_MAX, Limits
from node.features.quota.service import Quota
from node.features.rooms.floor import Floor, digest
from node.features.rooms.rules import Close, JoinLink, Opening, Room, RoomView, create
from node.features.schedule.rules import EndSitting, Extend, Form, Plan, plan_of
from node.features.texts.rules import title_of
from node.features.types.rules import type_of
from node.ports import Actor

ROOM_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]")
REASON_LENGTH: Final = 500


class Archive(Protocol):
    """What the ledger knows of rooms that are closed."""

    async def closed_rooms(self, limit: int) -> list[RoomView]: ...

    async def closed_room(self, room: str) -> RoomView | None: ...


class Rooms:
    """Raises `Refused` as each method says; FENCED from everything that decides."""

    def __init__(
        self,
        floor: Floor,
        archive: Archive,
        quota: Quota,
        web_url: Callable[[], str],
        may_plan: Callable[[Room], None] = lambda room: None,
    ) -> None:
        """`may_plan`: refuses a room whose sessions could not be recorded as it says."""
        self._may_plan = may_plan
        self._floor = floor
        self._archive = archive
        self._quota = quota
        self._web_url = web_url

    async def create(
        self,
        *,
        title: str,
        max_participants: int = 0,
        room_id: str = "",
        ticket_hours: int = 0,
        type: str = "",
        form: Form = Form.PERMANENT,
        starts: float | None = None,
        minutes: int | None = None,
        asked: Sequence[msgspec.Struct] = (),
        by: Actor,
    ) -> tuple[RoomView, tuple[JoinLink, ...]]:
        """A new room and its links, one for each role of its type. The secrets are shown only now. `minutes` 0: no end,
        where the type knows that. `asked`: commands to the new room before anybody comes; it is made with all of them
        or not at all.

        Raises:
            Refused: as `asked` is; NAME_INVALID (the title), VALUE_INVALID, TYPE_UNKNOWN, DURATION_OUT_OF_RANGE,
                ROOM_EXISTS, ROOMS_FULL, NODE_DRAINING; RECORDING_FULL, RECORDING_DISK; FENCED.
            Fault: the ledger cannot keep it. There is no such room then.
        """
        if self._floor.draining:
            raise Refused("NODE_DRAINING")
        title = title_of(title)
        limits = self._quota.limits
        kind = type_of(type)
        most = self._quota.book.people_of(kind, max_participants)
        now = self._floor.clock.now()
        plan = plan_of(kind, form, starts, minutes, now)
        hours = ticket_hours or _hours_of(plan, now, limits)
        if not 1 <= hours <= TICKET_HOURS_MAX:
            raise Refused("VALUE_INVALID", limit=f"1 … {TICKET_HOURS_MAX}", current=f"ticket_hours = {hours}")
        if room_id and not ROOM_ID.fullmatch(room_id):
            raise Refused("VALUE_INVALID", limit="3 … 40 × a-z 0-9 -", current=f"room = {room_id[:64]!r}")
        room_id = room_id or _random_id()
        if room_id in self._floor.rooms or await self._archive.closed_room(room_id) is not None:
            raise Refused("ROOM_EXISTS", current=room_id)
        await self._quota.open(room_id, kind)
        if room_id in self._floor.rooms:  # made by somebody else meanwhile, whose place it is
            raise Refused("ROOM_EXISTS", current=room_id)

        now = self._floor.clock.now()
        opening = Opening(room_id, title, most, created=now, type=kind.key, plan=plan, owner=by.id)
        room, events = create(opening, by, node=self._floor.node)
        links = tuple(join_link(self._web_url(), room_id, role, now + hours * 3600.0) for role in kind.roles)
        issue = Issue(tuple(Link(digest(link.ticket), link.role, link.expires) for link in links))
        events += room.handle(issue, now)
        try:
            for command in asked:
                events += room.handle(command, now)
            self._may_plan(room)
            await self._floor.add(room, events).done()
        except Exception:
            self._floor.withdraw(room)  # nobody is given its links, and the next start would not know it
            self._quota.close(room_id, kind)
            raise
        return room.view(), links

    async def get(self, room_id: str) -> RoomView:
        """
        Raises:
            Refused: ROOM_UNKNOWN.
        """
        room = self._floor.rooms.get(room_id)
        if room is not None:
            return room.view()
        closed = self._floor.closed.get(room_id) or await self._archive.closed_room(room_id)
        if closed is None:
            raise Refused("ROOM_UNKNOWN", current=room_id[:64])
        return closed

    async def list(self, with_closed: bool = False) -> list[RoomView]:
        """Open rooms, the oldest first; then, if wanted, the last thousand closed ones, the latest first."""
        views = [room.view() for room in self._floor]
        if with_closed:
            views += await self._archive.closed_rooms(1000)
        return views

    async def close(self, room_id: str, *, by: Actor, reason: str = "") -> RoomView:
        """Everybody is told and leaves; nobody can come in any more.

        Raises:
            Refused: ROOM_UNKNOWN, ROOM_CLOSED, NOT_ALLOWED.
        """
        room = self._floor.room(room_id)
        await self._floor.decide(room_id, Close(by, reason[:REASON_LENGTH])).done()
        return room.view()

    async def extend(self, room_id: str, minutes: int, *, by: Actor, reason: str = "") -> RoomView:
        """Move the end of what is going on, or is planned.

        Raises:
            Refused: ROOM_UNKNOWN, ROOM_CLOSED, NOT_ALLOWED, DURATION_OUT_OF_RANGE, NOTHING_TO_EXTEND.
        """
        room = self._floor.room(room_id)
        await self._floor.decide(room_id, Extend(minutes, by, reason[:REASON_LENGTH])).done()
        return room.view()

    async def end(self, room_id: str, *, by: Actor, reason: str = "") -> RoomView:
        """What is going on is over, for everybody. A permanent room stays.

        Raises:
            Refused: ROOM_UNKNOWN, ROOM_CLOSED, NOT_ALLOWED, ROOM_NOT_STARTED.
        """
        room = self._floor.room(room_id)
        await self._floor.decide(room_id, EndSitting(by, reason[:REASON_LENGTH])).done()
        return room.view()


def join_link(web_url: str, room_id: str, role: Role, expires: float) -> JoinLink:
    """A new one, with a secret of 192 random bits (R126)."""
    ticket = secrets.token_urlsafe(24)
    return JoinLink(role=role, url=f"{web_url}/r/{room_id}#{ticket}", ticket=ticket, expires=expires)


def _hours_of(plan: Plan, now: float, limits: Limits) -> int:
    """Links of a scheduled room hold until it is over."""
    if plan.starts is None:
        return limits.ticket_hours
    until = math.ceil((plan.starts + plan.minutes * 60.0 - now) / 3600.0) + 24
    return min(TICKET_HOURS_MAX, max(limits.ticket_hours, until))


def _random_id() -> str:
    """Easy to read aloud: no vowels (no words), nothing that looks like something else. 2^47 rooms."""
    letters = "bcdfghjkmnpqrstvwxz23456789"
    groups = ("".join(secrets.choice(letters) for _ in range(n)) for n in (3, 4, 3))
    return "-".join(groups)
