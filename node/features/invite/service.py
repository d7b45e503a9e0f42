"""Invite: links to send, with what to send them with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from node.errors import Language, Refused
from node.features.access.rules import Mode
from node.features.access.service import Access
from node.features.guide.rules import address_of
from node.features.invite.calendar import calendar
from node.features.invite.rules import Invitation, details
from node.features.rooms.floor import Floor
from node.features.rooms.rights import check_right
from node.features.rooms.rules import Room
from node.features.rooms.view import JoinLink
from node.ports import Actor
from node.ports_people import Letter, Mail, Telephone

URL_MOST: Final = 300


class Invite(msgspec.Struct, frozen=True):
    """Asks for nothing by itself: for who may invite (`check_right`)."""

    by: Actor


class Sent(msgspec.Struct, frozen=True):
    """`text`: by language. `calendar`: a file, b"" without a date."""

    invitation: Invitation
    text: dict[str, str]
    calendar: bytes


class Guest(msgspec.Struct, frozen=True):
    """Somebody to write to. Their address goes to the post and is kept nowhere."""

    address: str
    name: str
    language: Language = "fr"


class Posted(msgspec.Struct, frozen=True):
    """`ticket`: theirs alone. `sent`: what to ask the post about it by."""

    ticket: str
    sent: str


class Invitations:
    """Raises `Refused` as each method says; ROOM_UNKNOWN, ROOM_CLOSED, and NOT_ALLOWED for who may not end."""

    def __init__(
        self,
        floor: Floor,
        access: Access,
        web_url: Callable[[], str],
        *,
        telephone: Telephone | None = None,
        mail: Mail | None = None,
    ) -> None:
        self._telephone = telephone
        self._mail = mail
        self._floor = floor
        self._access = access
        self._web_url = web_url

    async def invite(
        self,
        room_id: str,
        *,
        roles: Sequence[str] = (),
        zone: str = "",
        renew: str = "",
        recheck: bool = False,
        by: Actor,
    ) -> Sent:
        """New links beside those that there are. `renew`: a role of which all older links end (R123, R124); `recheck`:
        who came by one of those is put out, but for who asks (R125).

        Raises:
            Refused: VALUE_INVALID (a role, the zone), LINKS_FULL.
        """
        room = self._floor.room(room_id)
        check_right(Invite(by), room.people, room.type)
        where = zone_of(zone)
        anew = [(await self._access.renew(room_id, renew, recheck=recheck, by=by))[0]] if renew else []
        others = tuple(role for role in roles or room.type.roles if role != renew)
        links = [*anew, *(await self._access.add_links(room_id, others, by=by) if others else ())]
        links.sort(key=lambda link: list(room.type.roles).index(link.role))
        return self._sent(room, tuple(links), where)

    async def post(
        self, room_id: str, guests: Sequence[Guest], *, role: str = "", zone: str = "", by: Actor
    ) -> tuple[Posted, ...]:
        """Each of them is written to, with a link that is theirs alone and is shown to nobody else (R114, R116).

        Raises:
            Refused: NO_MAIL; VALUE_INVALID, NAME_INVALID, TICKETS_FULL. Nothing is sent then.
        """
        room = self._floor.room(room_id)
        check_right(Invite(by), room.people, room.type)
        if self._mail is None:
            raise Refused("NO_MAIL")
        where = zone_of(zone)
        made = await self._access.invite(room_id, [guest.name for guest in guests], role=role, by=by)
        posted = []
        for guest, (ticket, name, link) in zip(guests, made, strict=True):
            invitation = self._invitation(room, (link,))
            text = details(invitation, link.url, where, guest.language)
            date = self._calendar(invitation, link.url, text)
            letter = Letter(guest.address, name, guest.language, room.title, text, date)
            posted.append(Posted(ticket, await self._mail.send(letter)))
        return tuple(posted)

    def again(self, room_id: str, url: str, *, zone: str = "", cancelled: bool = False) -> bytes:
        """The date alone, with a link that whoever asks has: newer than what was sent before.

        Raises:
            Refused: VALUE_INVALID.
        """
        room = self._floor.room(room_id)
        where = zone_of(zone)
        if len(url) > URL_MOST or (url and not url.startswith(f"{self._web_url()}/r/{room_id}#")):
            raise Refused("VALUE_INVALID", limit=f"{self._web_url()}/r/{room_id}#…", current="url")
        invitation = self._invitation(room, ())
        said = details(invitation, url, where, "fr") + "\n" + details(invitation, url, where, "en")
        return self._calendar(invitation, url, said, cancelled=cancelled)

    def _sent(self, room: Room, links: tuple[JoinLink, ...], where: tzinfo) -> Sent:
        invitation = self._invitation(room, links)
        url = invitation.for_guests
        text = {"fr": details(invitation, url, where, "fr"), "en": details(invitation, url, where, "en")}
        return Sent(invitation, text, self._calendar(invitation, url, text["fr"] + "\n" + text["en"]))

    def _invitation(self, room: Room, links: tuple[JoinLink, ...]) -> Invitation:
        schedule = room.schedule
        return Invitation(
            room=room.id,
            title=room.title,
            starts=schedule.plan.starts,
            ends=schedule.ends if schedule.plan.starts is not None else None,
            password=room.access.mode is Mode.PASSWORD,
            links=links,
            guide=self._web_url() + address_of(room.type),
            sequence=max(0, int(self._floor.clock.now() - room.created)),
            notice=room.type.notice,
            telephone=self._telephone.dial_in(room.id) if self._telephone and room.type.telephone else None,
        )

    def _calendar(self, invitation: Invitation, url: str, text: str, *, cancelled: bool = False) -> bytes:
        now = self._floor.clock.now()
        return calendar(invitation, url=url, text=text, site=self._web_url(), now=now, cancelled=cancelled)


def zone_of(name: str) -> tzinfo:
    """
    Raises:
        Refused: VALUE_INVALID.
    """
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("VALUE_INVALID", limit="Europe/Paris, UTC …", current=f"zone = {name[:40]!r}") from None
