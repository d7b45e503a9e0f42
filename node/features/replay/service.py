"""The replay of a room, on the room's own address (R216): for whoever may come in by the room's rule."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, Protocol
from weakref import WeakValueDictionary

import msgspec
import structlog

from node.errors import Refused
from node.features.access.passwords import Passwords
from node.features.access.rules import Access, Link
from node.features.audit.rules import Record
from node.features.chat.view import MessageView
from node.features.join.service import SECRET_LENGTH, JoinRequest, prove
from node.features.participants.rules import People
from node.features.recordings.rules import FileView, RecordingView
from node.features.recordings.service import Recordings
from node.features.recordings.states import READY, State
from node.features.replay.passes import Pass, Passes
from node.features.replay.rules import Line, Tape, lines, media_of, shown
from node.features.replay.sheets import (
    Attachment,
    FileAttached,
    FileDetached,
    Kind,
    ReplayForgotten,
    Sheet,
    SheetWritten,
    Wish,
    admit,
    check_beginning,
    may_edit,
    written,
)
from node.features.rooms.floor import Floor, digest
from node.features.types.rules import SessionType, type_of
from node.ports import Actor, Attached, Fact

PAGE: Final = 500
SESSIONS: Final = 50
"""Of a room that stays, the latest."""
MESSAGES: Final = 20_000
"""Of a room, at most: a page with more would not be read."""


log: Final = structlog.get_logger()


def _keep(attached: Attached, recording: str, file: str, content: bytes) -> None:
    with attached.writing(recording, file) as kept:
        kept.write(content)


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

    async def sheet(self, recording: str) -> Sheet:
        """What hosts added; empty where they did not."""

    async def attached(self) -> frozenset[tuple[str, str]]:
        """(recording, file) of all files that hosts added."""

    async def sheeted(self) -> frozenset[str]:
        """Recordings that hosts wrote something to."""

    async def messages(self, room: str, after: str, limit: int) -> Sequence[MessageView]:
        """Oldest first, those after the message `after` (empty: from the first)."""


class Door(msgspec.Struct, frozen=True):
    title: str
    type: SessionType
    access: Access
    link: Link


class Look(msgspec.Struct, frozen=True):
    """`key`: of a pass, "" where there is nothing to see; `until`: seconds since the epoch; `edits`: whether who looks
    may add to it."""

    room: str
    title: str
    recordings: tuple[tuple[RecordingView, Sheet], ...]
    key: str = ""
    until: float = 0.0
    edits: bool = False


class Replay:
    """Raises `Refused` as each method says."""

    def __init__(
        self,
        floor: Floor,
        recordings: Recordings,
        archive: Archive,
        passwords: Passwords,
        attached: Attached | None = None,
        audit: Callable[[Record], None] = lambda record: None,
    ) -> None:
        """`attached`: where what hosts add is kept; None: they add no files. `audit`: is told of what they did."""
        self._audit = audit
        self._attached = attached
        self._floor = floor
        self._recordings = recordings
        self._archive = archive
        self._passwords = passwords
        self._passes = Passes(floor.clock.now)
        self._tasks: set[asyncio.Task[None]] = set()
        self._unnamed: frozenset[tuple[str, str]] = frozenset()
        """Files that no sheet named when it was last looked."""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        recordings.tell(self._on_recording)

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
        sheets = [await self._archive.sheet(view.recording) for view in found[:SESSIONS]]
        try:
            may_edit(door.type, door.access, door.link, self._floor.clock.now())
            edits = True
        except Refused:
            edits = False
        return Look(room_id, door.title, tuple(zip(found, sheets, strict=False)), key, until, edits)

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

    async def attachment(self, key: str, recording: str, file: str) -> Attachment:
        """
        Raises:
            Refused: as `recording`.
        """
        return (await self._archive.sheet(self.recording(key, recording).recording)).file(file)

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

    # ------------------------------------------------------------ what operators add

    async def sheet(self, recording: str) -> Sheet:
        """
        Raises:
            Refused: RECORDING_UNKNOWN.
        """
        return await self._archive.sheet(self._recordings.get(recording).recording)

    async def amend(self, recording: str, wish: Wish, *, by: Actor) -> Sheet:
        """
        Raises:
            Refused: RECORDING_UNKNOWN, RECORDING_STATE.
        """
        self._replayed(recording)
        await self._note(self._written(recording, wish, by.id))
        return await self.sheet(recording)

    async def add(
        self, recording: str, kind: str, name: str, type_: str, language: str, content: bytes, *, by: Actor
    ) -> Sheet:
        """
        Raises:
            Refused: VALUE_INVALID, UNSUPPORTED_MEDIA_TYPE, ATTACHMENTS_FULL, ATTACHMENT_UNKEPT; and as `amend`.
        """
        self._replayed(recording)
        attached = self._attached
        if attached is None:
            raise Refused("NOT_FOUND")
        async with self._locks.setdefault(recording, asyncio.Lock()):
            kind_, shown_as = admit(await self._archive.sheet(recording), kind, name, type_, language)
            check_beginning(type_, content)
            file = Attachment(
                secrets.token_hex(8), kind_, shown_as, type_, language, len(content), sha256(content).hexdigest()
            )
            try:
                await asyncio.to_thread(_keep, attached, recording, file.id, content)
            except OSError as error:
                raise Refused("ATTACHMENT_UNKEPT", current=error.strerror or "") from None
            try:
                await self._note(FileAttached(recording, file, by.id, self._floor.clock.now()))
            except BaseException:
                await asyncio.to_thread(attached.remove, recording, file.id)
                raise
        return await self.sheet(recording)

    async def take_away(self, recording: str, file: str, *, by: Actor) -> Sheet:
        """Its bytes are gone when this returns.

        Raises:
            Refused: RECORDING_UNKNOWN, NOT_FOUND.
        """
        await self._take_away(recording, file, (await self.sheet(recording)), by.id)
        return await self.sheet(recording)

    def _replayed(self, recording: str) -> None:
        """A deleted recording has no page, and nothing may come after its bytes."""
        view = self._recordings.get(recording)
        if view.state not in READY:
            raise Refused("RECORDING_STATE", limit=", ".join(READY), current=view.state)

    # ------------------------------------------------------------ what hosts add

    async def write(self, room_id: str, ticket: str, recording: str, wish: Wish) -> None:
        """
        Raises:
            Refused: NOT_FOUND, NOT_ALLOWED, and what a dead ticket is refused with.
        """
        by = await self._editor(room_id, ticket, recording)
        await self._note(self._written(recording, wish, by.id))
        self._record("WriteReplay", room_id, recording, by)

    async def admit(
        self, room_id: str, ticket: str, recording: str, kind: str, name: str, type_: str, language: str
    ) -> tuple[Kind, str, str]:
        """Before a file is read: (its kind, its name as it is shown, what it is called here).

        Raises:
            Refused: VALUE_INVALID, UNSUPPORTED_MEDIA_TYPE, ATTACHMENTS_FULL; and as `write`.
        """
        await self._editor(room_id, ticket, recording)
        kind_, shown_as = admit(await self._archive.sheet(recording), kind, name, type_, language)
        return kind_, shown_as, secrets.token_hex(8)

    async def attach(self, room_id: str, ticket: str, recording: str, file: Attachment) -> None:
        """It has been read and kept. Asked again: others may have attached theirs meanwhile.

        Raises:
            Refused: as `admit`.
        """
        lock = self._locks.setdefault(recording, asyncio.Lock())
        async with lock:
            by = await self._editor(room_id, ticket, recording)
            admit(await self._archive.sheet(recording), file.kind, file.name, file.type, file.language)
            await self._note(FileAttached(recording, file, by.id, self._floor.clock.now()))
            self._record("AttachToReplay", room_id, recording, by, file.id)

    async def detach(self, room_id: str, ticket: str, recording: str, file: str) -> None:
        """Its bytes are gone when this returns.

        Raises:
            Refused: as `write`.
        """
        by = await self._editor(room_id, ticket, recording)
        await self._take_away(recording, file, await self._archive.sheet(recording), by.id)
        self._record("DetachFromReplay", room_id, recording, by, file)

    def _written(self, recording: str, wish: Wish, by: str) -> SheetWritten:
        words = msgspec.json.encode(written(wish)).decode()
        return SheetWritten(recording, words, by, self._floor.clock.now())

    async def _take_away(self, recording: str, file: str, sheet: Sheet, by: str) -> None:
        found = sheet.file(file)
        await self._note(FileDetached(recording, found.id, by, self._floor.clock.now()))
        if self._attached is not None:
            await asyncio.to_thread(self._attached.remove, recording, found.id)

    def _record(self, what: str, room: str, recording: str, by: Actor, file: str = "") -> None:
        """In the audit, beside what operators do: by which link, never by whose name."""
        targets = {"room": room, "recording": recording} | ({"file": file} if file else {})
        self._audit(
            Record(
                at=self._floor.clock.now(),
                operator=by.id,
                operator_id=by.id,
                role=by.role,
                method=f"/regie.recordings.v1.RecordingsService/{what}",
                targets=targets,
                reason="",
                outcome="OK",
                latency_ms=0.0,
                request_id="",
            )
        )

    async def _editor(self, room_id: str, ticket: str, recording: str) -> Actor:
        """Who it is: the ticket's id, or the role of the link."""
        door = await self._door(room_id, digest(ticket[:SECRET_LENGTH]))
        may_edit(door.type, door.access, door.link, self._floor.clock.now())
        views = [view for view in self._recordings.list(room_id) if view.recording == recording]
        if not shown(views, door.type, door.access, door.link):
            raise Refused("NOT_FOUND")
        return Actor("host", door.link.id or door.link.role, door.link.role)

    async def _note(self, fact: Fact) -> None:
        if self._floor.fenced:
            raise Refused("FENCED")
        await self._floor.ledger.note([fact])

    def _on_recording(self, view: RecordingView) -> None:
        """What belongs to a recording that is deleted goes with it."""
        if view.state is State.DELETED and not self._floor.fenced:
            task = asyncio.get_running_loop().create_task(self._forget(view.recording))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _forget(self, recording: str) -> None:
        files = (await self._archive.sheet(recording)).files
        for file in files:
            try:
                if self._attached is not None:
                    await asyncio.to_thread(self._attached.remove, recording, file.id)
            except OSError as error:
                log.error("attachment_stays", why=error.strerror or "")
                return
        await self._note(ReplayForgotten(recording))

    async def tidy(self) -> None:
        """What an end at a bad moment left behind: words and files of a deleted recording, and files that no sheet
        names. Called now and then: of those only what was so the last time too, for what is whole is named soon after.
        Files of a recording that we do not know stay: it may be of a database that was put back."""
        if self._floor.fenced or self._attached is None:
            return
        there = await asyncio.to_thread(self._attached.found)
        named, sheeted = await self._archive.attached(), await self._archive.sheeted()
        deleted, kept = set[str](), set[str]()
        for view in self._recordings.list():
            (deleted if view.state is State.DELETED else kept).add(view.recording)
        for recording in sorted(deleted & (sheeted | {of for of, _file in named})):
            await self._forget(recording)
        unnamed = there - named
        strays = {(of, file) for of, file in unnamed if of in deleted or (of in kept and (of, file) in self._unnamed)}
        self._unnamed = unnamed - strays
        for recording, file in sorted(strays):
            log.info("attachment_tidied", recording=recording)
            await asyncio.to_thread(self._attached.remove, recording, file)

    async def settle(self) -> None:
        """Wait for what is being forgotten."""
        if self._tasks:
            await asyncio.wait(set(self._tasks))

    # ------------------------------------------------------------ inside

    def _still(self, found: Pass, view: RecordingView) -> bool:
        room = self._floor.rooms.get(found.room)
        if room is None:  # closed: nothing of its door changes any more
            return bool(media_of(view)) and view.state is State.PUBLISHED
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
