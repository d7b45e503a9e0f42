"""Doing things to people: paint first, call second, tell the outcome, remember how to undo. No Textual, no gRPC."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from console.columns.quota import named
from console.explaining import explain
from console.i18n import n, t
from console.model import Ack, Failure, Key, Message, Person, Quota, Room, Track
from console.ports import Operator
from console.state import Store
from console.text import clean, fit, width
from console.undoing import AGAIN, INVERSE, Undo, Undos
from console.words import WORDS

IN_FLIGHT: Final = 64  # calls at once: more is slower (measured)
QUOTED: Final = 24  # cells of a message that a report quotes
MICROPHONE: Final = ("microphone",)


@dataclass(frozen=True, slots=True)
class Report:
    """One line for the operator."""

    text: str
    ok: bool = True
    going: bool = False


@dataclass(slots=True)
class Outcomes:
    """Of the last deed: each target, and why it was not done; empty where it was."""

    what: str = ""
    results: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Given:
    """A link that a node gave. `until`: Unix seconds."""

    who: str
    url: str = field(repr=False)
    until: float


DECIDES: Final = ("approve", "decline", "hide", "dismiss", "let_one_in", "turn_away")
PUTS_OUT: Final = ("ban", "to_lobby")


@dataclass(slots=True)
class Tally:
    """`of`: what the targets are called when they are counted."""

    of: str = "targets"
    acks: list[tuple[Key, Ack]] = field(default_factory=list)
    failures: list[tuple[Key, Failure]] = field(default_factory=list)

    @property
    def ms(self) -> float:
        return max((ack.ms for _, ack in self.acks), default=0.0)


def _beginning(text: str) -> str:
    """Of what somebody wrote, made inert, for a line of the operator's."""
    whole = " ".join(clean(text).split())
    short = fit(whole, min(width(whole), QUOTED)).rstrip()
    return short


class Operations:
    """`report` is called on every change of the outcome; `clock` gives monotonic seconds, `wall` Unix seconds."""

    def __init__(
        self,
        store: Store,
        operator: Operator,
        report: Callable[[Report], None],
        clock: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self._store = store
        self._operator = operator
        self._report = report
        self._clock, self._wall = clock, wall
        self.undos = Undos(clock)
        self._tasks: set[asyncio.Task[None]] = set()
        self.outcomes = Outcomes()
        self.given: list[Given] = []
        """Links of the last deed, if that was what it gave."""
        self.show_links: Callable[[Sequence[Given]], None] = lambda given: None

    # ------------------------------------------------------------------ the verbs; each returns at once

    def mute(self, people: Sequence[Person], sources: Sequence[str] = MICROPHONE, reason: str = "") -> None:
        self._people("mute", people, tuple(sources), reason)

    def unmute(self, people: Sequence[Person], sources: Sequence[str] = MICROPHONE, reason: str = "") -> None:
        self._people("unmute", people, tuple(sources), reason)

    def remove(self, people: Sequence[Person], reason: str = "") -> None:
        self._people("remove", people, (), reason)

    def mute_room(self, room: Room, expected: int, reason: str = "") -> None:
        for person in self._store.people.under(*room.key):
            if person.role != "host" and not person.muted and person.track("microphone"):
                self._pend(person, "mute")
        self.spawn(self._mute_room(room.key, room.room, expected, reason))

    def mute_rooms(self, counted: Sequence[tuple[Key, str, int]], reason: str = "") -> None:
        """Several at once: (identity, name, how many the node counted) of each."""
        self._report(Report(t("going"), going=True))
        self.spawn(self._mute_rooms(counted, reason))

    def unmute_room(self, room: Room, reason: str = "") -> None:
        self._report(Report(t("going"), going=True))
        self.spawn(self._unmute_room(room.key, room.room, "done.unmute_room", reason))

    def admit(self, room: Room, reason: str = "") -> None:
        self._report(Report(t("going"), going=True))
        self.spawn(self._admit(room.key, reason))

    def close(self, room: Room, reason: str) -> None:
        room.pending = "close"
        self._store.rooms.touch(room.key)
        self.spawn(self._close(room.key, room.room, reason))

    def hide(self, message: Message, reason: str = "") -> None:
        message.pending = "hide"
        self._store.messages_changed += 1
        self.spawn(
            self._hide(message.key, t("chat.quoted", who=clean(message.name), text=_beginning(message.text)), reason)
        )

    def cap(self, targets: Sequence[tuple[Key, str]], asked: tuple[int | None, int | None], reason: str = "") -> None:
        """(send, receive) of each (identity, name); None: as it was, 0: lift it."""
        self._report(Report(t("going"), going=True))
        self.spawn(self._cap(list(targets), asked, reason))

    def limit(self, quota: Quota, limit: int, reason: str = "", *, known: bool = True) -> None:
        """0: back to the default. `known`: what it was before is."""
        quota.pending = str(limit or quota.default or "–")
        self._store.quotas.touch(quota.key)
        self._report(Report(t("going"), going=True))
        before = (quota.limit if quota.set_by else 0) if known else None
        self.spawn(self._limit(quota.key, named(quota), before, limit, "done.limit", reason))

    def verify(self, context: str) -> None:
        self._report(Report(t("going"), going=True))
        self.spawn(self._verify(context))

    def deed(
        self, name: str, targets: Sequence[tuple[Key, str]], values: Mapping[str, Any] | None = None, reason: str = ""
    ) -> None:
        """One of the deeds that are one call each, to every (identity, label)."""
        for key, _ in targets:
            self._mark(key, name)
        self._report(Report(t("going"), going=True))
        who = targets[0][1] if len(targets) == 1 else n("targets", len(targets))
        self.spawn(self._deed(name, [key for key, _ in targets], values or {}, reason, who, f"done.{name}"))

    def decide(self, targets: Sequence[tuple[str, Key, str]], reason: str = "") -> None:
        """What waits for somebody, several at once: (deed, identity, label) of each."""
        for name, key, _ in targets:
            self._mark(key, name)
        self._report(Report(t("going"), going=True))
        self.spawn(self._decide([(name, key) for name, key, _ in targets], reason))

    def undo(self, undo: Undo | None) -> None:
        """Take this back; None: there is nothing to take back."""
        if undo is None or not self.undos.take(undo):
            self._report(Report(t("say.nothing_to_undo"), ok=False))
            return
        for key, _ in undo.targets:
            if (person := self._store.people.rows.get(key)) is not None:
                self._pend(person, "mute" if undo.verb == "mute" else "unmute")
        self._report(Report(t("going"), going=True))
        self.spawn(self._take_back(undo))

    async def settle(self) -> None:
        """Wait for every call under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def stop(self) -> None:
        for task in self._tasks:
            task.cancel()

    # ------------------------------------------------------------------ how

    def _people(self, verb: str, people: Sequence[Person], sources: tuple[str, ...], reason: str) -> None:
        for person in people:
            self._pend(person, verb)
        targets = [(person.key, sources) for person in people]
        who = people[0].name if len(people) == 1 else n("people", len(people))
        self._report(Report(t("going"), going=True))
        self.spawn(self._run_people(verb, targets, who, reason))

    async def _run_people(self, verb: str, targets: list[tuple[Key, tuple[str, ...]]], who: str, reason: str) -> None:
        tally = await self._each(verb, targets, reason)
        if verb in ("mute", "unmute"):
            back = [(key, tuple(ack.changed)) for key, ack in tally.acks if ack.changed]
            if back:
                inverse = "unmute" if verb == "mute" else "mute"
                label = n("people", len(back)) if tally.failures else who
                self.undos.add(inverse, back, label)
        self._tell(f"done.{verb}", who, tally)

    async def _each(self, verb: str, targets: list[tuple[Key, tuple[str, ...]]], reason: str) -> Tally:
        gate, tally = asyncio.Semaphore(IN_FLIGHT), Tally("people")

        async def one(key: Key, sources: tuple[str, ...]) -> None:
            async with gate:
                try:
                    match verb:
                        case "mute":
                            ack = await self._operator.mute(key, sources, reason)
                        case "unmute":
                            ack = await self._operator.unmute(key, sources, reason)
                        case _:
                            ack = await self._operator.remove(key, reason)
                except Failure as failure:
                    tally.failures.append((key, failure))
                else:
                    tally.acks.append((key, ack))
                    self._apply(verb, key, ack)
                finally:
                    self._unpend(key)

        await asyncio.gather(*(one(key, sources) for key, sources in targets))
        return tally

    async def _deed(
        self, name: str, keys: list[Key], values: Mapping[str, Any], reason: str, who: str, word: str
    ) -> None:
        tally = await self._do_each([(name, key) for key in keys], values, reason)
        if tally.acks and word != "done.undo" and (name in INVERSE or name in AGAIN):
            before = {key: ack.before for key, ack in tally.acks}
            targets: list[tuple[Key, tuple[str, ...]]] = [(key, ()) for key, _ in tally.acks]
            label = n(tally.of, len(targets)) if tally.failures else who
            self.undos.add(INVERSE.get(name, name), targets, label, values=before)
        self._tell(word, who, tally)
        if name == "link" and tally.acks:
            self.given = [Given(key[1], ack.changed[0], ack.until) for key, ack in tally.acks]
            self.show_links(self.given)
        damaged = [(key[1], ack.changed) for key, ack in tally.acks if name == "verify_record" and ack.changed]
        if damaged:
            files = ", ".join(file for _, names in damaged for file in names)
            self.outcomes.results = [(room, ", ".join(names)) for room, names in damaged]
            self._report(
                Report(t("say.damaged", who=damaged[0][0] if len(damaged) == 1 else who, files=files), ok=False)
            )

    async def _decide(self, targets: Sequence[tuple[str, Key]], reason: str) -> None:
        self._tell("done.decide", n("targets", len(targets)), await self._do_each(targets, {}, reason))

    async def _do_each(self, targets: Sequence[tuple[str, Key]], values: Mapping[str, Any], reason: str) -> Tally:
        gate, tally = asyncio.Semaphore(IN_FLIGHT), Tally()

        async def one(name: str, key: Key) -> None:
            async with gate:
                try:
                    ack = await self._operator.do(name, key, values, reason)
                except Failure as failure:
                    tally.failures.append((key, failure))
                else:
                    tally.acks.append((key, ack))
                    self._done_deed(name, key)
                finally:
                    self._mark(key, "")

        await asyncio.gather(*(one(name, key) for name, key in targets))
        return tally

    def _done_deed(self, name: str, key: Key) -> None:
        """Show what the node confirmed before it says it again."""
        task = self._store.tasks.rows.get(key)
        if task is not None and name in ("claim", "release"):
            self._store.claimed(key, self._store.connections[key[0]].operator if name == "claim" else "")
        elif name in DECIDES:
            self._store.decided(key, self._clock(), self._wall())
        elif name in PUTS_OUT:
            self._store.people.go(key, self._clock())
        elif name == "close" and (room := self._store.rooms.rows.get(key)) is not None:
            room.open = False

    def _mark(self, key: Key, name: str) -> None:
        """Whatever row this is: what was asked of it, or nothing any more."""
        store = self._store
        for table in (store.tasks, store.people, store.rooms, store.nodes, store.recordings):
            if (row := table.rows.get(key)) is not None:
                row.pending = name
                table.touch(key)

    def _apply(self, verb: str, key: Key, ack: Ack) -> None:
        """Show what the node confirmed before its stream says it again."""
        if verb == "remove":
            self._store.people.go(key, self._clock())
            return
        person = self._store.people.rows.get(key)
        if person is None:
            return
        muted = verb == "mute"
        who = self._store.connections[key[0]].operator if muted else ""
        changed = {
            source: Track(source in person.tracks and person.tracks[source].on, muted, who) for source in ack.changed
        }
        person.tracks = {**person.tracks, **changed}

    async def _mute_room(self, room: Key, name: str, expected: int, reason: str) -> None:
        tally = Tally()
        try:
            ack = await self._operator.mute_room(room, expected=expected, reason=reason)
        except Failure as failure:
            tally.failures.append((room, failure))
        else:
            tally.acks.append((room, ack))
            back = [((*room, participant), MICROPHONE) for participant in ack.changed]
            for key, _ in back:
                self._apply("mute", key, Ack(MICROPHONE))
            if back:
                label = n("people", len(back))
                self.undos.add("unmute_room", list(back), label, room=room)
                name = f"{label} ({name})"
        finally:
            for person in self._store.people.under(*room):
                self._unpend(person.key)
        self._tell("done.mute_room", name, tally)

    async def _mute_rooms(self, counted: Sequence[tuple[Key, str, int]], reason: str) -> None:
        gate, tally = asyncio.Semaphore(IN_FLIGHT), Tally("head.rooms")

        async def one(room: Key, expected: int) -> None:
            async with gate:
                try:
                    ack = await self._operator.mute_room(room, expected=expected, reason=reason)
                except Failure as failure:
                    tally.failures.append((room, failure))
                    return
            tally.acks.append((room, ack))
            for participant in ack.changed:
                self._apply("mute", (*room, participant), Ack(MICROPHONE))

        await asyncio.gather(*(one(room, expected) for room, _, expected in counted))
        label = n("head.rooms", len(tally.acks))
        if tally.acks:
            back: dict[Key, Mapping[str, object]] = {room: {} for room, _ in tally.acks}
            targets: list[tuple[Key, tuple[str, ...]]] = [(room, ()) for room in back]
            self.undos.add("unmute_room", targets, label, values=back)
        self._tell("done.mute_room", label if tally.acks else n("head.rooms", len(counted)), tally)

    async def _unmute_room(self, room: Key, name: str, word: str, reason: str) -> None:
        tally = Tally()
        try:
            ack = await self._operator.unmute_room(room, reason)
        except Failure as failure:
            tally.failures.append((room, failure))
        else:
            tally.acks.append((room, ack))
            self.undos.forget_room(room)
            for participant in ack.changed:
                self._apply("unmute", (*room, participant), Ack(MICROPHONE))
        finally:
            for person in self._store.people.under(*room):
                self._unpend(person.key)
        self._tell(word, name, tally)

    async def _admit(self, key: Key, reason: str) -> None:
        tally, admitted = Tally(), 0
        try:
            ack = await self._operator.admit(key, reason)
        except Failure as failure:
            tally.failures.append((key, failure))
        else:
            tally.acks.append((key, ack))
            admitted = len(ack.changed)
        self._tell("done.admit", n("people", admitted) if tally.acks else key[-1], tally)

    async def _close(self, key: Key, name: str, reason: str) -> None:
        tally = Tally()
        try:
            tally.acks.append((key, await self._operator.close_room(key, reason)))
        except Failure as failure:
            tally.failures.append((key, failure))
        finally:
            if (room := self._store.rooms.rows.get(key)) is not None:
                room.pending = ""
                room.open = room.open and bool(tally.failures)
                self._store.rooms.touch(key)
        self._tell("done.close", name, tally)

    async def _cap(self, targets: list[tuple[Key, str]], asked: tuple[int | None, int | None], reason: str) -> None:
        tally = Tally()
        for key, _ in targets:
            try:
                tally.acks.append((key, await self._operator.set_cap(key, *asked, reason)))
            except Failure as failure:
                tally.failures.append((key, failure))
        self._tell("done.rates", targets[0][1] if len(targets) == 1 else n("people", len(targets)), tally)

    async def _limit(self, key: Key, name: str, before: int | None, limit: int, word: str, reason: str) -> None:
        """`before`: to undo it; None: it cannot be."""
        tally = Tally()
        try:
            tally.acks.append((key, await self._operator.set_quota(key, limit, reason)))
        except Failure as failure:
            tally.failures.append((key, failure))
        else:
            if before is not None:
                self.undos.add("limit", [(key, (str(before),))], name)
        finally:
            if (row := self._store.quotas.rows.get(key)) is not None:
                row.pending = ""
                if not tally.failures:
                    row.limit = limit or row.default
                self._store.quotas.touch(key)
        self._tell(word, name, tally)

    async def _verify(self, context: str) -> None:
        try:
            chain = await self._operator.verify(context)
        except Failure as failure:
            self._report(Report(clean(explain(failure), 400), ok=False))
            return
        self._store.chains[context] = chain
        if chain.broken:
            why = f"broken.{chain.why}"
            said = t("say.broken", context=context, number=chain.broken, why=t(why) if why in WORDS else chain.why)
            self._report(Report(said, ok=False))
        else:
            count = chain.checked + chain.older
            self._report(Report(t("say.verified", context=context, count=count, head=chain.head[:19])))

    async def _hide(self, key: Key, name: str, reason: str) -> None:
        tally = Tally()
        try:
            tally.acks.append((key, await self._operator.hide(key, reason)))
        except Failure as failure:
            tally.failures.append((key, failure))
        finally:
            if (message := self._store.message(key)) is not None:
                message.pending = ""
                if not tally.failures:
                    message.hidden = True
                    message.hidden_by = message.hidden_by or self._store.connections[key[0]].operator
                self._store.messages_changed += 1
        self._tell("done.hide", name, tally)

    async def _take_back(self, undo: Undo) -> None:
        if undo.verb == "limit":
            key, (before,) = undo.targets[0][0], undo.targets[0][1]
            await self._limit(key, undo.label, None, int(before), "done.undo", "undo")
        elif undo.room is not None:
            await self._unmute_room(undo.room, undo.label, "done.undo", "undo")
        elif undo.values:
            alike: dict[tuple[tuple[str, object], ...], list[Key]] = {}
            for key, values in undo.values.items():
                alike.setdefault(tuple(sorted(values.items())), []).append(key)
            for same, keys in alike.items():
                await self._deed(undo.verb, keys, dict(same), "undo", undo.label, "done.undo")
        else:
            self._tell("done.undo", undo.label, await self._each(undo.verb, undo.targets, "undo"))

    # ------------------------------------------------------------------ small things

    def _tell(self, word: str, who: str, tally: Tally) -> None:
        ack = t("done.ack", ms=round(tally.ms))
        self.given = []
        if tally.acks and tally.failures:
            who = n(tally.of, len(tally.acks))  # those it was done to, and no others
        done = [(" › ".join(key), "") for key, _ in tally.acks]
        failed = [(" › ".join(key), clean(explain(failure), 200)) for key, failure in tally.failures]
        self.outcomes = Outcomes(t(word if tally.acks else "done.not", who=who), [*done, *failed])
        if not tally.failures:
            self._report(Report(f"{t(word, who=who)}   {ack}"))
            return
        reason = explain(tally.failures[0][1])
        if tally.acks:
            counts = t("done.some", done=len(tally.acks), failed=len(tally.failures))
            self._report(Report(f"{counts} : {reason}", ok=False))
        else:
            self._report(Report(clean(reason, 400), ok=False))

    def _pend(self, person: Person, verb: str) -> None:
        person.pending = verb
        self._store.people.touch(person.key)

    def _unpend(self, key: Key) -> None:
        person = self._store.people.rows.get(key)
        if person is not None:
            person.pending = ""
            self._store.people.touch(key)

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._report(Report(explain(Failure("fault", clean(str(error), 120))), ok=False))
