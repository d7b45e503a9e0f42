"""What hosts add to a replay: what it was about, who spoke, chapters, captions, documents (R217, R219). Pure."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from node.errors import Refused
from node.features.access.rules import Access, Link
from node.features.chat.markup import clean_text, to_html
from node.features.participants.rules import STAFF
from node.features.replay.rules import Chapter
from node.features.types.rules import Right, SessionType
from node.ports import Fact

Kind = Literal["captions", "material"]
CONTEXT: Final = 4000
NAME: Final = 120
MOST: Final[dict[Kind, int]] = {"captions": 8, "material": 20}
"""Files of one recording."""
BYTES: Final[dict[Kind, int]] = {"captions": 2 * 2**20, "material": 50 * 2**20}
"""Of one file."""
ZIPPED: Final = b"PK\x03\x04"
MATERIALS: Final[dict[str, bytes]] = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
    "application/vnd.oasis.opendocument.text": ZIPPED,
    "application/vnd.oasis.opendocument.presentation": ZIPPED,
    "application/vnd.oasis.opendocument.spreadsheet": ZIPPED,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ZIPPED,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ZIPPED,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ZIPPED,
}
"""What may be attached, and how such a file begins."""
CAPTIONS: Final = "text/vtt"
_VTT: Final = re.compile(rb"(?:\xef\xbb\xbf)?WEBVTT(?:[ \t\r\n]|$)")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?")
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029/\\]")


class Speaker(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=NAME)]
    about: Annotated[str, Meta(max_length=200)] = ""


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: Annotated[float, Meta(ge=0, le=1e6)]
    title: Annotated[str, Meta(min_length=1, max_length=NAME)]


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it at once: what is left out is taken away. `context`: Markdown."""

    context: Annotated[str, Meta(max_length=CONTEXT)] = ""
    speakers: Annotated[tuple[Speaker, ...], Meta(max_length=50)] = ()
    chapters: Annotated[tuple[Mark, ...], Meta(max_length=200)] = ()


class Attachment(msgspec.Struct, frozen=True):
    """`id`: 16 hexadecimal digits, all that its file is called; `name`: what people call it, never a path."""

    id: str
    kind: Kind
    name: str
    type: str
    language: str
    bytes: int
    sha256: str


class Sheet(msgspec.Struct, frozen=True):
    context: str = ""
    speakers: tuple[Speaker, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    files: tuple[Attachment, ...] = ()

    def file(self, id: str) -> Attachment:
        """
        Raises:
            Refused: NOT_FOUND.
        """
        for file in self.files:
            if file.id == id:
                return file
        raise Refused("NOT_FOUND")


class SheetWritten(Fact, frozen=True):
    """`words`: JSON, a `Wish`."""

    recording: str
    words: str
    by: str
    at: float


class FileAttached(Fact, frozen=True):
    recording: str
    file: Attachment
    by: str
    at: float


class FileDetached(Fact, frozen=True):
    recording: str
    file: str
    by: str
    at: float


class ReplayForgotten(Fact, frozen=True):
    """The recording was deleted."""

    recording: str


def may_edit(type_: SessionType, access: Access, link: Link, now: float) -> None:
    """
    Raises:
        Refused: NOT_ALLOWED, and what a dead ticket is refused with.
    """
    access.lets(link.secret, min(now, link.expires - 1.0))
    if link.role not in STAFF or not type_.may(link.role, Right.RECORD):
        raise Refused("NOT_ALLOWED", limit=type_.who(Right.RECORD), current=link.role, set_by="type")


def written(wish: Wish) -> Wish:
    """As it is kept: without what no keyboard types, the chapters in their order."""
    speakers = tuple(Speaker(clean_text(one.name).strip() or "?", clean_text(one.about)) for one in wish.speakers)
    chapters = sorted((Mark(one.at, clean_text(one.title).strip() or "?") for one in wish.chapters), key=lambda c: c.at)
    return Wish(clean_text(wish.context), speakers, tuple(chapters))


def sheet_of(wish: Wish, files: tuple[Attachment, ...]) -> Sheet:
    chapters = tuple(Chapter(one.at, one.title) for one in wish.chapters)
    return Sheet(wish.context, wish.speakers, chapters, files)


def shown_context(sheet: Sheet) -> str:
    return to_html(sheet.context) if sheet.context else ""


def admit(sheet: Sheet, kind: str, name: str, type_: str, language: str) -> tuple[Kind, str]:
    """(kind, name as it is shown) of a file that may be attached, before it is read.

    Raises:
        Refused: VALUE_INVALID, UNSUPPORTED_MEDIA_TYPE, ATTACHMENTS_FULL.
    """
    kind_: Kind | None = next((one for one in MOST if one == kind), None)
    if kind_ is None:
        raise Refused("VALUE_INVALID", limit=", ".join(MOST), current=f"kind = {kind[:20]!r}")
    allowed = (CAPTIONS,) if kind == "captions" else tuple(MATERIALS)
    if type_ not in allowed:
        raise Refused("UNSUPPORTED_MEDIA_TYPE", limit=", ".join(allowed), current=type_[:60])
    shown = _UNSEEN.sub("_", clean_text(name)).strip(". ")[:NAME]
    if not shown:
        raise Refused("VALUE_INVALID", limit=f"1 … {NAME}", current="name")
    if kind == "captions" and _LANGUAGE.fullmatch(language) is None:
        raise Refused("VALUE_INVALID", limit="fr, en, …", current=f"language = {language[:20]!r}")
    there = sum(1 for file in sheet.files if file.kind == kind)
    if there >= MOST[kind_]:
        raise Refused("ATTACHMENTS_FULL", limit=MOST[kind_], current=there)
    return kind_, shown


def check_beginning(type_: str, head: bytes) -> None:
    """That a file is what it is said to be, as far as its first bytes tell.

    Raises:
        Refused: UNSUPPORTED_MEDIA_TYPE.
    """
    good = _VTT.match(head) is not None if type_ == CAPTIONS else head.startswith(MATERIALS[type_])
    if not good:
        raise Refused("UNSUPPORTED_MEDIA_TYPE", limit=type_, current=head[:8].hex(" "))
