"""The replay of a session: which time of its recording a moment of the session is, and what may be seen of it. Pure.

A recording has no pauses: its time runs between the marks only. What was said outside of them is not in the replay
either, in the chat no more than in the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from node.features.access.rules import Access, Link
from node.features.chat.view import MessageView
from node.features.recordings.book import stretches
from node.features.recordings.rules import FileView, MarkView, RecordingView
from node.features.recordings.states import State
from node.features.types.rules import SessionType

MEDIA: Final = frozenset({"video/webm", "video/mp4", "audio/webm", "audio/mp4"})
"""What a browser plays and is told to play."""
WHOLE: Final = "room"
"""The kind of file with everybody in it; what one person sent is not for the page."""


class Chapter(msgspec.Struct, frozen=True):
    """`at`: seconds of the recording; `title`: "" a part between two marks."""

    at: float
    title: str = ""


class Line(msgspec.Struct, frozen=True):
    """A message of the chat; `at`: seconds of the recording."""

    at: float
    message: str
    name: str
    html: str
    reply: str = ""


class Tape:
    """The time of a recording: what is between the marks, one stretch after the other."""

    def __init__(self, marks: Sequence[MarkView]) -> None:
        self.stretches = stretches(marks)

    @property
    def seconds(self) -> float:
        return sum(end - begin for begin, end in self.stretches)

    def at(self, moment: float) -> float | None:
        """Seconds of the recording; None: it was not recorded then."""
        before = 0.0
        for begin, end in self.stretches:
            if begin <= moment <= end:
                return before + moment - begin
            before += end - begin
        return None

    def parts(self) -> tuple[Chapter, ...]:
        """Where each stretch begins; of a single one there is nothing to tell."""
        found: list[Chapter] = []
        before = 0.0
        for begin, end in self.stretches:
            found.append(Chapter(before))
            before += end - begin
        return tuple(found) if len(found) > 1 else ()


def lines(marks: Sequence[MarkView], messages: Sequence[MessageView]) -> list[Line]:
    """What everybody could read and nobody hid, in the recording's time."""
    tape = Tape(marks)
    found = []
    for one in messages:
        at = tape.at(one.sent)
        if at is not None and not one.hidden:
            found.append(Line(round(at, 3), one.message, one.name, one.html, one.reply))
    return found


def shown(views: Sequence[RecordingView], type_: SessionType, access: Access, link: Link) -> list[RecordingView]:
    """What the bearer of `link` may see. A link opens what was recorded before it ran out: who could come then may
    watch it afterwards. One that has ended opens nothing, and nothing is ever shown of a type without a replay (R161).

    Raises:
        Refused: TICKET_WRONG, LINK_RENEWED, TICKET_REVOKED, REMOVED, TICKET_NAMED.
    """
    access.lets(link.secret, min(0.0, link.expires - 1.0))
    if not type_.replay:
        return []
    return [view for view in views if view.state is State.PUBLISHED and view.started < link.expires and media_of(view)]


def media_of(view: RecordingView) -> tuple[FileView, ...]:
    """The files that the page plays."""
    return tuple(file for file in view.files if file.kind == WHOLE and file.type in MEDIA)
