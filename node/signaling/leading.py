"""What people who lead a room do to it and to others in it, from their page; and what everybody is told of that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

import msgspec

from node.features.guide.rules import address_of
from node.features.participants.rules import STAFF as STAFF_ROLES
from node.features.participants.view import Role
from node.features.roles.rules import RoleGiven
from node.features.rooms.rights import RIGHTS
from node.features.rooms.rules import Room
from node.features.texts.markup import to_html
from node.features.texts.rules import STAFF, SetTexts, TextsChanged
from node.features.texts.service import House
from node.features.types.rules import Right
from node.ports import Event
from node.signaling import messages as m

if TYPE_CHECKING:
    from node.signaling.commands import Talk
    from node.signaling.stream import Stream


async def _role(talk: Talk, message: m.Role) -> None:
    await talk.edge.roles.give(talk.room.id, message.participant, message.role, by=talk.actor)


async def _rename(talk: Talk, message: m.Rename) -> None:
    await talk.edge.roles.rename(talk.room.id, message.participant, message.name, by=talk.actor)


async def _texts(talk: Talk, message: m.SetTexts) -> None:
    unknown = await talk.edge.texts.set(talk.room.id, by=talk.actor, **msgspec.structs.asdict(message))
    talk.say(m.Noted(unknown))


async def _invite(talk: Talk, message: m.Invite) -> None:
    talk.check_look()
    sent = await talk.edge.invitations.invite(
        talk.room.id, zone=message.zone, renew=message.renew, recheck=message.recheck, by=talk.actor
    )
    made = sent.invitation
    talk.say(
        m.Invitation(
            title=made.title,
            starts=int((made.starts or 0.0) * 1000),
            ends=int((made.ends or 0.0) * 1000),
            password=made.password,
            links=tuple(m.LinkInfo(link.role, link.url, int(link.expires * 1000)) for link in made.links),
            text=sent.text,
            calendar=sent.calendar.decode(),
        )
    )


async def _audit(talk: Talk, message: m.Audit) -> None:
    talk.check_look()
    page = await talk.edge.audit.read(talk.room.id, before=message.before, by=talk.actor)
    entries = tuple(
        m.AuditInfo(**{**msgspec.structs.asdict(entry), "at": int(entry.at * 1000)}) for entry in page.entries
    )
    talk.say(m.Audited(entries, page.next, int(page.since * 1000)))


# Any: each handler takes the message under which it stands.
HANDLERS: Final[dict[type[Any], Callable[[Talk, Any], Awaitable[int | None]]]] = {
    m.Role: _role,
    m.Rename: _rename,
    m.SetTexts: _texts,
    m.Invite: _invite,
    m.Audit: _audit,
}


def _role_given(stream: Stream, event: RoleGiven) -> None:
    seq = stream.next()
    by = "operator" if event.by_kind == "operator" else "host"
    told = m.NewRole(seq, event.role, stream.room.type.rights(event.role), by)
    stream.tell(told, seq, to=event.participant)
    stream.greet_again(event.participant)


def texts_of(room: Room, house: House, role: Role, language: str) -> m.TextsInfo:
    """As a person of this role may read it. What nobody wrote is said in their language."""
    texts, title = room.says.now, room.title
    moderated = role in STAFF_ROLES and bool(room.type.who(Right.MODERATE_CHAT))
    word = texts.staff or STAFF.fill()["en" if language.startswith("en") else "fr"]
    writes = room.type.may(role, RIGHTS.get(SetTexts, Right.END))
    return m.TextsInfo(
        welcome=to_html(texts.welcome, title),
        staff=to_html(word, title) if moderated else "",
        speaking=to_html(texts.speaking, title),
        redirect=house.redirect_of(texts, room.id),
        brand=brand_of(room),
        guide=address_of(room.type),
        support=house.support,
        written=m.WrittenInfo(texts.welcome, texts.speaking) if writes else None,
    )


def brand_of(room: Room) -> m.BrandInfo:
    brand = room.says.now.brand
    return m.BrandInfo(brand.name, brand.colour, brand.logo)


def _texts_changed(stream: Stream, event: TextsChanged) -> None:
    """To each as they may read it: there are few kinds of readers."""
    readers: dict[tuple[Role, str], set[str]] = {}
    for person in stream.room.people:
        language = "en" if person.language.startswith("en") else "fr"
        readers.setdefault((person.role, language), set()).add(person.id)
    for (role, language), people in readers.items():
        seq = stream.next()
        texts = texts_of(stream.room, stream.house, role, language)
        stream.tell_some(m.Texts(seq, event.title, texts), seq, frozenset(people))


# Any: each function takes the event under which it stands.
TELL: Final[dict[type[Event], Callable[[Stream, Any], None]]] = {
    RoleGiven: _role_given,
    TextsChanged: _texts_changed,
}
