"""The settings of a room: read, and change, all of them or some, while people are in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from node.features.access.passwords import Passwords
from node.features.access.rules import Mode
from node.features.access.service import new_password
from node.features.quota.rules import check
from node.features.quota.service import Quota
from node.features.rooms.floor import Floor
from node.features.rooms.rules import Room
from node.features.settings.rules import Wishes, commands, of, rehearse
from node.features.texts.rules import address
from node.features.texts.service import House
from node.features.types.rules import SessionType
from node.ports import Actor

REASON_LENGTH = 500


class Changed(msgspec.Struct, frozen=True):
    """`unknown`: placeholders that stand for nothing. `password`: one that was made here, shown only now."""

    settings: Wishes
    unknown: tuple[str, ...] = ()
    password: str = ""


class Titled(Protocol):
    """What `prepare` must know of a room that may not be there yet."""

    type: SessionType


class Settings:
    """Raises `Refused` as each method says; ROOM_UNKNOWN, ROOM_CLOSED, FENCED."""

    def __init__(
        self,
        floor: Floor,
        quota: Quota,
        passwords: Passwords,
        house: House,
        may_plan: Callable[[Room], None] = lambda room: None,
    ) -> None:
        """`may_plan`: refuses a room as it would be, when its sessions could not be recorded as it says."""
        self._may_plan = may_plan
        self._floor = floor
        self._quota = quota
        self._passwords = passwords
        self._house = house

    def get(self, room_id: str) -> Wishes:
        return of(self._floor.room(room_id))

    async def prepare(
        self, wishes: Wishes, type_: SessionType, by: Actor, room: Room | None = None
    ) -> tuple[list[msgspec.Struct], str]:
        """What to ask of a room, and a password that was made because none was given.

        Raises:
            Refused: REDIRECT_REFUSED, VALUE_INVALID, TOO_FAST.
        """
        if wishes.redirect:
            address(wishes.redirect, self._house.redirect_hosts)
        if wishes.max_participants is not None:
            most, whose = self._quota.book.ceiling(type_)
            check(wishes.max_participants, most, whose, "max_participants", least=1)
        mode = wishes.access or (room.access.mode if room is not None else Mode.OPEN)
        if wishes.password and wishes.access is None and mode is Mode.PASSWORD:
            wishes = msgspec.structs.replace(wishes, access=Mode.PASSWORD)
        made = ""
        password = wishes.password
        has_one = room is not None and bool(room.access.password)
        if wishes.access is Mode.PASSWORD and not password and not has_one:
            password = made = new_password()
        kept = await self._passwords.made(password) if password and mode is Mode.PASSWORD else ""
        return commands(wishes, by, kept), made

    async def update(self, room_id: str, wishes: Wishes, *, by: Actor) -> Changed:
        """All of it, or nothing; it holds for people who are in already, and they are told.

        Raises:
            Refused: NAME_INVALID, MESSAGE_TOO_LONG, REDIRECT_REFUSED, VALUE_INVALID, NO_LOBBY, FLAGS_NONE,
                DURATION_OUT_OF_RANGE, PASSWORD_MISSING, TOO_FAST, RECORDING_FORBIDDEN, RECORDING_FULL, RECORDING_DISK.
        """
        room = self._floor.room(room_id)
        asked, made = await self.prepare(wishes, room.type, by, room)
        self._may_plan(rehearse(room, asked, self._floor.clock.now()))
        decided = [self._floor.decide(room_id, command) for command in asked]
        for one in decided:
            await one.done()
        return Changed(of(room), room.says.now.unknown, made)
