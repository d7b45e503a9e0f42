"""What rooms say of themselves: change it, and what the node says where a room says nothing."""

from __future__ import annotations

from typing import Final

import msgspec

from node.features.rooms.floor import Floor
from node.features.texts.markup import address_for
from node.features.texts.rules import SetTexts, Texts, address
from node.ports import Actor


class House(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the one who runs the node says of all rooms. `redirect`: where people go after a session, where the room
    says nothing. `redirect_hosts`: where they may be sent at all; none: anywhere by https. `support`: the support
    desk (R252)."""

    redirect: str = ""
    redirect_hosts: tuple[str, ...] = ()
    support: str = ""

    def redirect_of(self, texts: Texts, room: str) -> str:
        """Where people of this room go afterwards; "": nowhere."""
        return address_for(texts.redirect or self.redirect, room)


NOTHING: Final = House()


class TextsService:
    """Raises `Refused` as each method says; ROOM_UNKNOWN, ROOM_CLOSED, NOT_ALLOWED."""

    def __init__(self, floor: Floor, house: House = NOTHING) -> None:
        self._floor = floor
        self.house = house

    async def set(self, room_id: str, *, by: Actor, **changes: str | bool | None) -> tuple[str, ...]:
        """Everybody in the room is told at once. The placeholders in it that stand for nothing.

        Raises:
            Refused: NAME_INVALID, MESSAGE_TOO_LONG, VALUE_INVALID, REDIRECT_REFUSED.
        """
        room = self._floor.room(room_id)
        command = self.command(by, **changes)
        await self._floor.decide(room_id, command).done()
        return room.says.now.unknown

    def command(self, by: Actor, **changes: str | bool | None) -> SetTexts:
        """
        Raises:
            Refused: REDIRECT_REFUSED.
        """
        command = msgspec.convert({**changes, "by": by}, SetTexts)
        if command.redirect:
            address(command.redirect, self.house.redirect_hosts)
        return command
