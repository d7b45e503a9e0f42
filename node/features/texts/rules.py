"""What a room says of itself: its title, a welcome, a word for moderators, the rules of speaking, its looks, and where
people go afterwards. Pure.

Texts are kept as they were typed; `markup.py` makes them safe to show, with what they stand for filled in. A
placeholder that nobody knows stays as it was typed, and whoever saves it is told (R097).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

import msgspec

from node.errors import Refused, Text
from node.features.join.names import clean_name, clean_title
from node.ports import Actor, Event, Fact

TITLES: Final = Text("Ma Réunion", "My meeting")
"""Of a room that nobody gave one (R095)."""
STAFF: Final = Text(
    "Vous animez cette séance. Invitez avec le lien des participants, et gardez pour vous celui de l’animation.",
    "You lead this session. Invite with the participants’ link, and keep the hosts’ link to yourself.",
)
"""What moderators read where nobody wrote anything else (R108)."""
LENGTH_MOST: Final = 4000
ADDRESS_MOST: Final = 2000
LOGO_MOST: Final = 12_000
PEOPLE_MOST: Final = 100_000
SCHEMES: Final = ("https",)
IN_TEXTS: Final = frozenset({"CONFNAME"})
IN_ADDRESSES: Final = frozenset({"ROOM"})

PLACEHOLDER: Final = re.compile(r"%%([A-Za-z0-9_]{1,40})%%")
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")
_LOGO: Final = re.compile(r"data:image/(?:png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}|/[A-Za-z0-9._~/-]+")


class Brand(msgspec.Struct, frozen=True):
    """`colour`: #rrggbb. `logo`: a path of this site, or the picture itself as `data:`; nothing is fetched from others
    (R142). "": not set."""

    name: str = ""
    colour: str = ""
    logo: str = ""


class Texts(msgspec.Struct, frozen=True):
    """`staff`: "" is `STAFF`. `redirect`: "" is the node's. `rehearsed`: whether it was tried out (R241).
    `expected`, `moderators`: how many people its organiser expects, and to moderate them; 0: not said (R049)."""

    welcome: str = ""
    staff: str = ""
    speaking: str = ""
    redirect: str = ""
    brand: Brand = Brand()
    rehearsed: bool = False
    expected: int = 0
    moderators: int = 0

    @property
    def unknown(self) -> tuple[str, ...]:
        """Placeholders that stand for nothing."""
        texts = (self.welcome, self.staff, self.speaking)
        found = [name for text in texts for name in PLACEHOLDER.findall(text) if name not in IN_TEXTS]
        found += [name for name in PLACEHOLDER.findall(self.redirect) if name not in IN_ADDRESSES]
        return tuple(dict.fromkeys(f"%%{name}%%" for name in found))


class SetTexts(msgspec.Struct, frozen=True):
    """None: as it was."""

    by: Actor
    title: str | None = None
    welcome: str | None = None
    staff: str | None = None
    speaking: str | None = None
    redirect: str | None = None
    brand_name: str | None = None
    brand_colour: str | None = None
    brand_logo: str | None = None
    rehearsed: bool | None = None
    expected: int | None = None
    moderators: int | None = None


class TextsChanged(Fact, frozen=True):
    room: str
    title: str
    texts: Texts
    by: str
    at: float


class Sayings:
    """Of one room."""

    def __init__(self, room: str, title: str) -> None:
        self.room = room
        self.title = title
        self.now = Texts()

    @property
    def untitled(self) -> bool:
        """Whether it is still called as rooms are called that nobody gave a title (R111)."""
        return is_default(self.title)

    def set(self, command: SetTexts, now: float) -> list[Event]:
        """
        Raises:
            Refused: NAME_INVALID, MESSAGE_TOO_LONG, VALUE_INVALID, REDIRECT_REFUSED.
        """
        before = (self.title, self.now)
        title = self.title if command.title is None else title_of(command.title)
        texts = self.now
        for name in ("welcome", "staff", "speaking"):
            if (text := getattr(command, name)) is not None:
                texts = msgspec.structs.replace(texts, **{name: _text(text)})
        if command.redirect is not None:
            texts = msgspec.structs.replace(texts, redirect=address(command.redirect))
        for name in ("expected", "moderators"):
            if (count := getattr(command, name)) is not None:
                texts = msgspec.structs.replace(texts, **{name: _count(name, count)})
        if command.rehearsed is not None:
            texts = msgspec.structs.replace(texts, rehearsed=command.rehearsed)
        texts = msgspec.structs.replace(texts, brand=_brand(texts.brand, command))
        if before == (title, texts):
            return []
        self.title, self.now = title, texts
        return [TextsChanged(self.room, title, texts, command.by.id, now)]


def title_of(raw: str) -> str:
    """An empty title is accepted: the room is called as rooms are (R062, R111).

    Raises:
        Refused: NAME_INVALID.
    """
    return clean_title(raw) if raw.strip() else TITLES.fr


def is_default(title: str) -> bool:
    return title.casefold() in (TITLES.fr.casefold(), TITLES.en.casefold())


def address(raw: str, hosts: Collection[str] = ()) -> str:
    """Where people are sent afterwards. `hosts`: those that the node allows, none: any (R109).

    Raises:
        Refused: REDIRECT_REFUSED.
    """
    raw = raw.strip()
    if not raw:
        return ""
    try:
        parts = urlsplit(raw)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    fine = raw.isascii() and raw.isprintable() and " " not in raw and len(raw) <= ADDRESS_MOST
    if parts.scheme not in SCHEMES or not host or parts.username is not None or not fine or port == 0:
        raise Refused("REDIRECT_REFUSED", limit="https://…", current=_shown(raw))
    if hosts and host not in hosts:
        raise Refused("REDIRECT_REFUSED", limit=", ".join(sorted(hosts)), current=host[:64])
    return raw


def _shown(raw: str) -> str:
    return "".join(char for char in raw if char.isprintable())[:64]


def _count(name: str, count: int) -> int:
    if not 0 <= count <= PEOPLE_MOST:
        raise Refused("VALUE_INVALID", limit=f"0 … {PEOPLE_MOST}", current=f"{name} = {count}")
    return count


def _text(raw: str) -> str:
    if len(raw) > LENGTH_MOST:
        raise Refused("MESSAGE_TOO_LONG", limit=LENGTH_MOST, current=len(raw), set_by="room")
    return raw


def _brand(before: Brand, command: SetTexts) -> Brand:
    name, colour, logo = before.name, before.colour, before.logo
    if command.brand_name is not None:
        name = clean_name(command.brand_name) if command.brand_name.strip() else ""
    if command.brand_colour is not None:
        colour = command.brand_colour.strip().lower()
        if colour and not _COLOUR.fullmatch(colour):
            raise Refused("VALUE_INVALID", limit="#rrggbb", current=f"brand_colour = {colour[:16]!r}")
    if command.brand_logo is not None:
        logo = command.brand_logo.strip()
        if len(logo) > LOGO_MOST or (logo and (logo.startswith("//") or not _LOGO.fullmatch(logo))):
            said = f"brand_logo = {logo[:24]!r} ({len(logo)})"
            raise Refused("VALUE_INVALID", limit=f"/… | data:image/…;base64,… ≤ {LOGO_MOST}", current=said)
    return Brand(name, colour, logo)
