"""The replay of a room, on the room's own address (R216): for whoever may come in by the room's rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from node.errors import Refused
from node.features.access.passwords import Passwords
from node.features.access.rules import Access, Link
from node.features.chat.view import MessageView
from node.features.join.service import SECRET_LENGTH, JoinRequest, prove
from node.features.participants.rules import People
from node.features.recordings.rules import FileView, RecordingView
from node.features.recordings.service import Recordings
from node.features.replay.passes import Pass, Passes
from node.features.replay.rules import Line, Tape, lines, media_of, shown
from node.features.rooms.floor import Floor, digest
from node.features.types.rules import SessionType, type_of

PAGE: Final = 500
MESSAGES: Final = 20_000
"""Of a room, at most: a page with more would not be read."""


class ClosedDoor(msgspec.Struct, frozen=True):
    """A room as the database has it, for the bearer of `link`."""

    title: str
    type: str
    mode: str
    password: str
    link: Link


class Archive(Protocol):
    async def door(self, room: str, ticket: str) -> ClosedDoor | None:
        """`ticket`: its digest. None: the room, if there is one, never issued it."""

    async def messages(self, room: str, after: str, limit: int) -> Sequence[MessageView]:
        """Oldest first, those after the message `after` (empty: from the first)."""


class Door(msgspec.Struct, frozen=True):
    title: str
    type: SessionType
    access: Access
    link: Link


class Look(msgspec.Struct, frozen=True):
    """`key`: of a pass, "" where there is nothing to see; `until`: seconds since the epoch."""

    room: str
    title: str
    recordings: tuple[RecordingView, ...]
    key: str = ""
    until: float = 0.0


class Replay:
    """Raises `Refused` as each method says."""

    def __init__(self, floor: Floor, recordings: Recordings, archive: Archive, passwords: Passwords) -> None:
        self._floor = floor
        self._recordings = recordings
        self._archive = archive
        self._passwords = passwords
        self._passes = Passes(floor.clock.now)

    async def look(self, room_id: str, ticket: str, password: str = "", *, may_guess: bool = True) -> Look:
        """What is published, the latest first, and a pass for its files. Nothing is asked for nothing.

        Raises:
            Refused: TICKET_WRONG, LINK_RENEWED, TICKET_REVOKED, REMOVED, TICKET_NAMED, PASSWORD_MISSING,
                PASSWORD_WRONG, TOO_FAST.
        """
        hashed = digest(ticket[:SECRET_LENGTH])
        door = await self._door(room_id, hashed)
        found = shown(self._recordings.list(room_id), door.type, door.access, door.link)
        if not found:
            return Look(room_id, door.title, ())
        proof = ""
        if door.access.asks(door.link):
            proof = await prove(
                self._passwords,
                door.access.password,
                JoinRequest(name="", password=password, may_guess=may_guess),
            )
        key, until = self._passes.give(room_id, hashed, proof)
        return Look(room_id, door.title, tuple(found), key, until)

    def recording(self, key: str, recording: str) -> RecordingView:
        """For the bearer of a pass, who is asked again whether they may: a link that was renewed meanwhile, a password
        that was changed, a recording that was withdrawn open nothing any more.

        Raises:
            Refused: RECORDING_LINK, NOT_FOUND, and what a dead ticket is refused with.
        """
        found = self._passes.get(key)
        if found is None:
            raise Refused("RECORDING_LINK")
        try:
            view = self._recordings.get(recording)
        except Refused:
            raise Refused("NOT_FOUND") from None
        if view.room != found.room or not self._still(found, view):
            raise Refused("NOT_FOUND")
        return view

    def file(self, key: str, recording: str, name: str) -> FileView:
        """
        Raises:
            Refused: as `recording`.
        """
        for file in media_of(self.recording(key, recording)):
            if file.name == name:
                return file
        raise Refused("NOT_FOUND")

    async def chat(self, key: str, recording: str) -> list[Line]:
        """What everybody could read between the marks.

        Raises:
            Refused: as `recording`.
        """
        view = self.recording(key, recording)
        stretches = Tape(view.marks).stretches
        if not stretches:
            return []
        found: list[Line] = []
        after, read = "", 0
        while read < MESSAGES and (page := await self._archive.messages(view.room, after, PAGE)):
            found += lines(view.marks, page)
            after, read = page[-1].message, read + len(page)
            if page[-1].sent > stretches[-1][1]:
                break
        return found

    def _still(self, found: Pass, view: RecordingView) -> bool:
        room = self._floor.rooms.get(found.room)
        if room is None:  # closed: nothing of its door changes any more
            return bool(media_of(view)) and view.state == "published"
        link = room.access.link(found.ticket)
        if view not in shown([view], room.type, room.access, link):
            return False
        room.access.check(link, found.proof)
        return True

    async def _door(self, room_id: str, ticket: str) -> Door:
        """A stranger learns nothing: no room, a closed one and a wrong ticket are one answer after the same work
        (R120)."""
        room = self._floor.rooms.get(room_id)
        if room is not None:
            try:
                return Door(room.title, room.type, room.access, room.access.link(ticket))
            except Refused:
                pass
        kept = await self._archive.door(room_id, ticket)
        if kept is None:
            raise Refused("TICKET_WRONG")
        access = Access(room_id, People(room_id))
        access.restore((kept.link,), kept.mode, kept.password, {})
        return Door(kept.title, type_of(kept.type), access, kept.link)
