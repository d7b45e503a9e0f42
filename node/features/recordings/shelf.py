"""What becomes of a recording after its stop: its files are made, checked, published, given out, and deleted.

A job that was interrupted is begun again by itself, at the next start of the node too. What is deleted leaves a signed
statement and no bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import msgspec
import structlog

from node.errors import Refused
from node.features.recordings import chain
from node.features.recordings.book import stretches
from node.features.recordings.rules import FileView, Manifest, RecordingKept, RecordingView, StreamView
from node.features.recordings.service import Recordings
from node.features.recordings.states import OVER, READY, Move, State, moved
from node.features.rooms.floor import Floor
from node.ports import Actor, StoreAway

CLOSE_WITHIN_S: Final = 15.0
"""For the plane to bring the last of a recording to the disk."""
AGAIN_S: Final = 60.0
DAY_S: Final = 86_400.0
STORE_AGAIN_S: Final = 2.0
STORE_AGAIN_MOST_S: Final = 60.0
"""From one try to the next while the store is away: doubled each time, up to the second."""

T = TypeVar("T")

log: Final = structlog.get_logger()


class Order(msgspec.Struct, frozen=True):
    """`stretches`: (from, to), seconds since the epoch."""

    recording: str
    streams: tuple[StreamView, ...]
    stretches: tuple[tuple[float, float], ...]
    arrangement: str


class Work(msgspec.Struct, frozen=True):
    folder: Path
    files: tuple[FileView, ...]
    faults: tuple[str, ...]


class Unmade(Exception):
    """In one word: "nothing" was recorded, "killed", or what the disk said."""

    @property
    def why(self) -> str:
        return str(self.args[0])[:64]


class Workshop(Protocol):
    at_once: int
    busy: int

    async def make(self, order: Order, progress: Callable[[float], None]) -> Work:
        """
        Raises:
            Unmade
        """

    async def forget(self, recording: str) -> None:
        """Remove the pieces and what was made of them. Harmless when there are none."""

    async def found(self) -> frozenset[str]:
        """Recordings of which there are pieces, or what was made of them."""


class Vault(Protocol):
    """Keeps files by (recording, name). Blocks: called in threads. Raises OSError: FileNotFoundError only of a file
    that is not in a store that is there; StoreAway when a later try may do."""

    def put(self, recording: str, name: str, path: Path) -> None:
        """Keep the file at `path`, which stays as it is. Again is harmless."""

    def read(self, recording: str, name: str, start: int, length: int) -> Iterator[bytes]: ...

    def sums(self, recording: str, name: str) -> tuple[int, str]:
        """Its bytes, and their SHA-256."""

    def delete(self, recording: str) -> None:
        """All files of it. Harmless when there are none."""


class Signer(Protocol):
    def sign(self, statement: bytes) -> str: ...

    def public(self) -> bytes:
        """What `sign` is checked with."""

    def secret(self, purpose: str) -> bytes:
        """A key of our own for `purpose`; the same after a restart."""


class Checked(msgspec.Struct, frozen=True):
    """`damaged`: names of files that are not what they were; `chain.MANIFEST`: the list of them is not."""

    recording: RecordingView
    damaged: tuple[str, ...]


class _Turns:
    """`waiting`: with who has the turn."""

    __slots__ = ("lock", "waiting")

    def __init__(self) -> None:
        self.lock, self.waiting = asyncio.Lock(), 0


class Shelf:
    def __init__(
        self,
        floor: Floor,
        recordings: Recordings,
        workshop: Workshop,
        vault: Vault,
        signer: Signer,
        *,
        keep_days: int = 0,
        link_s: int = 3600,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._floor = floor
        self._recordings = recordings
        self._workshop = workshop
        self._vault = vault
        self._signer = signer
        self.keep_days = keep_days
        self._sleep = sleep
        self.store_away = ""
        """Why the store did not do the last thing it was asked; "" it did."""
        self._link_s = link_s
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._since: dict[str, float] = {}
        """Whose files the store does not take, and since when, seconds since the epoch."""
        self._storing: set[str] = set()
        """Whose files are made, and being put away."""
        self._alone: dict[str, _Turns] = {}
        self._settled = asyncio.Event()
        recordings.tell(self._on_changed)

    @property
    def workers(self) -> tuple[int, int]:
        """How many there are, and have something to do."""
        return self._workshop.at_once, self._workshop.busy

    @property
    def waiting(self) -> tuple[int, float]:
        """Of the recordings whose files the store does not take: how many, and for how many seconds the oldest."""
        since = min(self._since.values(), default=None)
        return len(self._since), max(0.0, self._floor.clock.now() - since) if since is not None else 0.0

    # ------------------------------------------------------------ the files

    def resume(self) -> None:
        """What was being finished when the node stopped."""
        for view in self._recordings.list():
            self._on_changed(view)

    def _on_changed(self, view: RecordingView) -> None:
        self._settled.set()
        self._settled = asyncio.Event()
        goes_on = _GO_ON.get(view.state)
        if goes_on is not None and view.recording not in self._tasks and not self._floor.fenced:
            task = asyncio.create_task(goes_on(self, view.recording), name="recording")
            self._tasks[view.recording] = task
            task.add_done_callback(lambda _done: self._tasks.pop(view.recording, None))

    async def close(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _finish(self, recording: str) -> None:
        try:
            await self._all_on_disk(recording)
            view = self._recordings.get(recording)
            order = Order(recording, view.streams, stretches(view.marks, self._floor.clock.now()), view.arrangement)
            work = await self._workshop.make(order, lambda done: self._recordings.progressed(recording, done))
            self._storing.add(recording)
            for file in work.files:
                await self._put_away(recording, file.name, work.folder / file.name)
            for fault in work.faults:
                log.warning("recording_fault", recording=recording, fault=fault)
            why = "faults" if work.faults else ""
            seal = self._seal(recording, work.files)
            await self._recordings.noted(self._kept(recording, Move.VERIFY, why, work.files, seal=seal))
            if not work.faults:
                await self._workshop.forget(recording)
        except Unmade as unmade:
            log.error("recording_unmade", recording=recording, why=unmade.why)
            self._keep(recording, Move.BREAK, unmade.why, self._recordings.get(recording).files)
        except OSError as error:
            log.error("recording_unmade", recording=recording, why=error.strerror)
            self._keep(recording, Move.BREAK, error.strerror or "io", self._recordings.get(recording).files)
        except Refused as refused:  # another process took over: it does what is left
            log.warning("recording_left", recording=recording, why=refused.code)
        finally:
            self._storing.discard(recording)
            self._since.pop(recording, None)

    async def _put_away(self, recording: str, name: str, path: Path) -> None:
        """A store that is away is asked again until it takes the file, which stays where it was made meanwhile."""
        pause, why = STORE_AGAIN_S, self._recordings.get(recording).why
        while True:
            try:
                await asyncio.to_thread(self._vault.put, recording, name, path)
            except StoreAway as away:
                log.warning("recording_store_away", recording=recording, why=away.why)
                self._recordings.waits(recording, "store")
                self.store_away = away.why
                self._since.setdefault(recording, self._floor.clock.now())
                await self._sleep(pause)
                pause = min(STORE_AGAIN_MOST_S, pause * 2)
            else:
                self.store_away = ""
                self._since.pop(recording, None)
                self._recordings.waits(recording, why)
                return

    async def _all_on_disk(self, recording: str) -> None:
        """Until the plane has closed every stream, or has had time enough."""
        try:
            async with asyncio.timeout(CLOSE_WITHIN_S):
                while any(stream.ended is None for stream in self._recordings.get(recording).streams):
                    await self._settled.wait()
        except TimeoutError:
            log.warning("recording_not_closed", recording=recording)

    def _keep(self, recording: str, move: Move, why: str, files: Sequence[FileView], *, by: str = "") -> RecordingView:
        self._recordings.note(self._kept(recording, move, why, files, by=by))
        return self._recordings.get(recording)

    def _kept(
        self,
        recording: str,
        move: Move,
        why: str,
        files: Sequence[FileView],
        *,
        by: str = "",
        statement: str = "",
        signature: str = "",
        seal: str = "",
    ) -> RecordingKept:
        view = self._recordings.get(recording)
        state = moved(view.state, move)
        manifest = Manifest(tuple(files), statement, signature, seal or (view.seal if files else ""))
        return RecordingKept(
            recording,
            state,
            why[:64],
            by,
            sum(file.bytes for file in files),
            msgspec.json.encode(manifest).decode(),
            self._floor.clock.now(),
        )

    @contextlib.asynccontextmanager
    async def _in_turn(self, recording: str) -> AsyncIterator[RecordingView]:
        """What is asked of one recording is done one after the other, each with what the one before left.

        Raises:
            Refused: RECORDING_UNKNOWN.
        """
        self._recordings.get(recording)
        turns = self._alone.setdefault(recording, _Turns())
        turns.waiting += 1
        try:
            async with turns.lock:
                yield self._recordings.get(recording)
        finally:
            turns.waiting -= 1
            if not turns.waiting:
                del self._alone[recording]

    # ------------------------------------------------------------ what operators ask for

    async def cancel(self, recording: str, *, by: Actor) -> RecordingView:
        """Make no files, for now. The pieces stay, and what was made of them: `again` goes on there.

        Raises:
            Refused: RECORDING_UNKNOWN, RECORDING_STATE.
        """
        async with self._in_turn(recording) as view:
            moved(view.state, Move.CANCEL)
            task = self._tasks.get(recording)
            if task is None or recording in self._storing:
                raise Refused("RECORDING_STATE", limit=State.VERIFIED, current=view.state)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return self._keep(recording, Move.CANCEL, "cancelled", view.files, by=by.id)

    async def again(self, recording: str, *, by: Actor) -> RecordingView:
        """Make the files of a failed one: what was made whole before is not made twice. Files that are there stay as
        they are until there are others, so that none are lost where nothing is left to make them of.

        Raises:
            Refused: RECORDING_UNKNOWN, RECORDING_STATE.
        """
        async with self._in_turn(recording) as view:
            moved(view.state, Move.AGAIN)
            if view.files and recording not in await self._workshop.found():
                raise Refused("RECORDING_STATE", limit=f"{Move.VERIFY}, {Move.DELETE}", current=view.state)
            return self._keep(recording, Move.AGAIN, "", view.files, by=by.id)

    async def publish(self, recording: str, on: bool, *, by: Actor) -> RecordingView:
        """For who may enter the room, or no more.

        Raises:
            Refused: RECORDING_UNKNOWN, RECORDING_STATE.
        """
        async with self._in_turn(recording) as view:
            return self._keep(recording, Move.PUBLISH if on else Move.WITHDRAW, view.why, view.files, by=by.id)

    async def verify(self, recording: str) -> Checked:
        """Read every file and compare, and see whether the list of them is the one that was made. What is damaged makes
        it failed; what was, and is whole again, is verified. A store that does not answer, or a disk that cannot be
        read, says nothing of the files.

        Raises:
            Refused: RECORDING_UNKNOWN, RECORDING_STATE, RECORDING_STORE.
        """
        async with self._in_turn(recording) as view:
            if view.state not in READY and not (view.state is State.FAILED and view.files):
                raise Refused("RECORDING_STATE", limit=", ".join(READY), current=view.state)
            damaged = self._unsealed(view)
            for file in view.files:
                try:
                    found = await self._stored(self._vault.sums, recording, file.name)
                except FileNotFoundError:
                    found = (0, "")
                if found != (file.bytes, file.sha256) and file.name not in damaged:
                    damaged.append(file.name)
            if damaged:
                log.error("recording_damaged", recording=recording, files=len(damaged))
            if damaged and view.state in READY:
                view = self._keep(recording, Move.BREAK, "damaged", view.files)
            elif not damaged and view.state is State.FAILED:
                pieces = recording in await self._workshop.found()
                view = self._keep(recording, Move.VERIFY, "faults" if pieces else "", view.files)
            return Checked(view, tuple(damaged))

    def _seal(self, recording: str, files: Sequence[FileView]) -> str:
        """Which key, and what it says: the same each time (RFC 8032, 5.1.6)."""
        return f"{self._signer.public()[:8].hex()}:{self._signer.sign(chain.statement(recording, files))}"

    def _unsealed(self, view: RecordingView) -> list[str]:
        """What the list of files itself says of its being another. The seal of a node that this one took the place of
        says nothing to it: the chain does."""
        damaged = chain.unlinked(view.recording, view.files)
        made = self._seal(view.recording, view.files)
        if view.seal.partition(":")[0] != made.partition(":")[0]:
            log.warning("recording_seal_of_another_key", recording=view.recording)
        elif not hmac.compare_digest(made, view.seal):
            damaged.append(chain.MANIFEST)
        return damaged

    async def delete(self, recording: str, *, by: Actor, reason: str = "") -> RecordingView:
        """Its bytes are gone when this returns; what is left is a signed statement of what they were. Once it is
        asked for it goes on by itself, also after a refusal of the store or an end of the node.

        Raises:
            Refused: RECORDING_UNKNOWN, RECORDING_STATE, RECORDING_STORE.
        """
        async with self._in_turn(recording) as view:
            await self._recordings.noted(self._kept(recording, Move.DELETE, reason, view.files, by=by.id))
            await self._erase(recording)
            return self._recordings.get(recording)

    async def _delete(self, recording: str) -> None:
        """What `delete` began, until the store has done it."""
        pause = STORE_AGAIN_S
        while True:
            try:
                async with self._in_turn(recording) as view:
                    if view.state is State.DELETING:
                        await self._erase(recording)
                    return
            except Refused as refused:
                log.warning("recording_still_there", recording=recording, why=refused.code)
                if self._floor.fenced:  # another process took over: it does what is left
                    return
            await self._sleep(pause)
            pause = min(STORE_AGAIN_MOST_S, pause * 2)

    async def _erase(self, recording: str) -> None:
        """
        Raises:
            Refused: RECORDING_STORE.
        """
        await self._stored(self._vault.delete, recording)
        await self._workshop.forget(recording)
        view = self._recordings.get(recording)
        asked = view.marks[-1]
        statement = msgspec.json.encode(
            {
                "deleted": recording,
                "room": view.room,
                "at": self._floor.clock.now(),
                "by": asked.by,
                "files": [file.sha256 for file in view.files],
                "bytes": view.bytes,
            }
        )
        signature = self._signer.sign(statement)
        said = statement.decode()
        await self._recordings.noted(
            self._kept(recording, Move.GONE, asked.why, (), by=asked.by, statement=said, signature=signature)
        )

    async def _stored(self, work: Callable[..., T], *of: str) -> T:
        """
        Raises:
            Refused: RECORDING_STORE: it is away, or cannot read or write, and nothing is known.
            FileNotFoundError: it is there, and the file is not.
        """
        try:
            done = await asyncio.to_thread(work, *of)
        except FileNotFoundError:
            raise
        except StoreAway as away:
            self.store_away = away.why
            raise Refused("RECORDING_STORE", current=away.why) from None
        except OSError as error:
            self.store_away = errno.errorcode.get(error.errno or 0, "io")
            raise Refused("RECORDING_STORE", current=self.store_away) from None
        self.store_away = ""
        return done

    async def retain(self) -> None:
        """Delete what is older than the rule says, and what an end at a bad moment left behind. Called now and then."""
        before = self._floor.clock.now() - self.keep_days * DAY_S
        for view in list(self._recordings.list()):
            if view.state is State.DELETING:
                self._on_changed(view)
            elif self.keep_days and view.state in OVER and view.ended is not None and view.ended < before:
                try:
                    await self.delete(view.recording, by=Actor("node", self._floor.node, "node"), reason="retention")
                except Refused as refused:  # the next time
                    log.warning("recording_kept_longer", recording=view.recording, why=refused.code)
        await self._tidy()

    async def _tidy(self) -> None:
        """Pieces of which the files are made, and those of recordings that nobody was told of. What else we do not
        know stays: it may be of a database that was put back."""
        if self._floor.fenced or not self._floor.media.records:
            return
        written = {tap.recording for tap in await self._floor.media.taps()}
        known = {view.recording: view for view in self._recordings.list()}
        for recording in sorted(await self._workshop.found() - written):
            view = known.get(recording)
            stray = recording in self._recordings.strays
            done = view is not None and (view.state is State.DELETED or (view.state in READY and view.why != "faults"))
            if done or (stray and view is None):
                log.info("recording_tidied", recording=recording, stray=stray)
                await self._workshop.forget(recording)
            elif view is None:
                log.warning("recording_unknown", recording=recording)

    # ------------------------------------------------------------ giving them out

    def link(self, recording: str, name: str) -> tuple[str, float]:
        """(path, until when it works): without anything else to know.

        Raises:
            Refused: RECORDING_UNKNOWN, RECORDING_STATE, RECORDING_FILE.
        """
        self.file(recording, name)
        until = int(self._floor.clock.now()) + self._link_s
        return f"/recordings/{recording}/{name}?until={until}&key={self._key(recording, name, until)}", float(until)

    def check_link(self, recording: str, name: str, until: str, key: str) -> FileView:
        """
        Raises:
            Refused: RECORDING_LINK, and as `link`.
        """
        good = until.isascii() and until.isdecimal() and len(until) < 16
        if not good or not hmac.compare_digest(key.encode(), self._key(recording, name, int(until)).encode()):
            raise Refused("RECORDING_LINK")
        if int(until) < self._floor.clock.now():
            raise Refused("RECORDING_LINK")
        return self.file(recording, name)

    def _key(self, recording: str, name: str, until: int) -> str:
        said = f"{recording}/{name}/{until}".encode()
        return hmac.new(self._signer.secret("download"), said, "sha256").hexdigest()

    def file(self, recording: str, name: str) -> FileView:
        """Also of one that is damaged: most of its files may not be.

        Raises:
            Refused: RECORDING_UNKNOWN, RECORDING_STATE, RECORDING_FILE.
        """
        view = self._recordings.get(recording)
        if view.state not in OVER:
            raise Refused("RECORDING_STATE", limit=", ".join(READY), current=view.state)
        for file in view.files:
            if file.name == name:
                return file
        raise Refused("RECORDING_FILE", limit=", ".join(file.name for file in view.files), current=name[:64])

    def read(self, recording: str, name: str, start: int, length: int) -> Iterator[bytes]:
        """Blocks: in a thread."""
        return self._vault.read(recording, name, start, length)


_GO_ON: Final[dict[State, Callable[[Shelf, str], Coroutine[Any, Any, None]]]] = {
    State.FINISHING: Shelf._finish,
    State.DELETING: Shelf._delete,
}
"""What goes on by itself until it is done, at the next start of the node too."""
