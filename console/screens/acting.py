"""From a key to a deed: which rows, may we, how heavy, and the question before it.

Targets are identities taken from what is painted when the key comes; a question keeps those, whatever moves meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from console.actions import BY_ID, Action, allowed, tier
from console.columns.table import Look
from console.explaining import explain
from console.i18n import n, t
from console.model import Failure, Key, Link, Message, Node, Person, Quota, Role, Room
from console.operations import MICROPHONE, Operations, Report
from console.ports import Fleet
from console.text import rates_of
from console.undoing import Undo
from console.widgets.bar import Bar, Question

DRAIN_MINUTES: Final = 30  # until a drain that is asked for with a key is over
PUTS_OUT: Final = ("remove", "ban", "to_lobby")


class Hand(Protocol):
    """What the marks say of a deed to these people."""

    def counted(self, people: Sequence[Person]) -> str: ...


class Desk(Protocol):
    """What acting needs of the screen."""

    look: Look
    fleet: Fleet
    operations: Operations
    bar: Bar

    def role(self, context: str) -> Role: ...

    def barred(self, context: str) -> str: ...

    def say(self, report: Report | None) -> None: ...

    def paint(self) -> None: ...

    def show_plan(self, node: Node, minutes: int) -> None: ...

    @property
    def hand(self) -> Hand: ...


class Acting:
    """Every deed of the console, guarded the same way."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # ------------------------------------------------------------------ guards

    def may(self, name: str, context: str) -> bool:
        """Is it allowed by our role there, and can the node hear us? Says why not."""
        action: Action = BY_ID[name]
        if why := self._desk.barred(context):
            self._no(why)
            return False
        role = self._desk.role(context)
        if not allowed(action, role):
            needed, ours = t(f"role.{action.role.word}"), t(f"role.{role.word}")
            self._no(t("say.role", needed=needed, context=context, role=ours))
            return False
        if self._desk.look.store.link(context) is Link.DOWN:
            self._no(t("say.down", context=context))
            return False
        return True

    def may_all(self, name: str, contexts: Sequence[str]) -> bool:
        """Our role must do on each of several nodes; one that is away then says so for its own targets."""
        several = sorted(set(contexts))
        if len(several) == 1:
            return self.may(name, several[0])
        weak = next((one for one in several if not allowed(BY_ID[name], self._desk.role(one))), None)
        return weak is None or self.may(name, weak)

    def _no(self, text: str) -> None:
        self._desk.say(Report(text, ok=False))

    def here(self, people: Sequence[Person]) -> list[Person]:
        """Those that have not left; says who has when nobody is left."""
        alive = self._desk.look.store.people.rows
        present = [person for key in [p.key for p in people] if (person := alive.get(key)) and not person.gone_at]
        if people and not present:
            self._no(t("say.gone", who=people[0].name))
        return present

    # ------------------------------------------------------------------ people

    def mute(self, people: Sequence[Person]) -> None:
        """Block the microphones of those not blocked; when all are, lift the blocks."""
        self.toggle(people, MICROPHONE)

    def toggle(self, people: Sequence[Person], sources: Sequence[str]) -> None:
        """Block these sources of those where they are not; when they all are, lift the blocks."""
        if not people:
            self._no(t("say.no_row"))
            return
        if not self.may_all("mute", [person.context for person in people]) or not (people := self.here(people)):
            return
        able = [person for person in people if any(person.track(source) for source in sources)]
        if not able:
            word = "say.no_microphone" if "microphone" in sources else "say.no_picture"
            self._no(t(word, who=people[0].name))
            return
        open_ones = [person for person in able if not _blocked(person, sources)]
        self.people("mute" if open_ones else "unmute", open_ones or able, sources)

    def lower(self, people: Sequence[Person]) -> None:
        """Lower the hands of those who have one up."""
        if not people:
            self._no(t("say.no_row"))
        elif self.may_all("lower", [person.context for person in people]):
            up = [(person.key, person.name) for person in people if person.hand]
            if up:
                self.deed("lower", up)
            else:
                self._no(t("say.no_hand"))

    def deed(
        self, name: str, targets: Sequence[tuple[Key, str]], values: Mapping[str, Any] | None = None, reason: str = ""
    ) -> None:
        self._desk.operations.deed(name, targets, values, reason)
        self._desk.paint()

    # ------------------------------------------------------------------ nodes

    def drain(self, node: Node | None, minutes: int = DRAIN_MINUTES, reason: str = "", *, deed: str = "") -> None:
        """Drain the node, or stop draining it: its name is typed, and a reason. `deed`: which; else what it is not
        doing."""
        if node is None or not node.name:
            self._no(t("say.no_row"))
            return
        if not self.may("drain", node.context):
            return
        deed = deed or ("undrain" if node.state == "draining" else "drain")
        if deed == "undrain" and node.state != "draining":
            self._no(t("say.no_drain", node=node.name))
            return
        values = {"minutes": minutes} if deed == "drain" else {}
        people, rooms = n("people", node.people), n("head.rooms", node.rooms)
        alike = [one for one in self._desk.look.store.nodes.rows.values() if one.name == node.name]
        name = node.name if len(alike) == 1 else node.context  # two that call themselves the same are told apart
        ask = t(f"ask.{deed}", node=name, people=people, rooms=rooms, minutes=minutes)
        self._desk.bar.ask(
            Question(
                ask,
                lambda given: self.deed(deed, [(node.key, name)], values, given or reason),
                expected=name,
                reason=not reason,
                cancel=self._cancelled,
            )
        )

    def plan(self, node: Node | None, minutes: int = DRAIN_MINUTES) -> None:
        """Show what a drain would come to; whoever may only look may look at this."""
        if node is None or not node.name:
            self._no(t("say.no_row"))
            return
        self._desk.show_plan(node, minutes)

    # ------------------------------------------------------------------ people, by verb

    def people(
        self, verb: str, people: Sequence[Person], sources: Sequence[str] = MICROPHONE, reason: str = ""
    ) -> None:
        """Do `verb` to these people: at once, or after the question its weight asks for."""
        action = BY_ID[verb if verb in PUTS_OUT else "mute"]
        if not people:
            self._no(t("say.no_row"))
            return
        if not self.may_all(action.id, [person.context for person in people]) or not (people := self.here(people)):
            return
        weight = tier(action, len(people))
        if weight == "T1":
            self._do(verb, people, sources, reason)
            return
        who = people[0].name if len(people) == 1 else n("people", len(people))
        rooms = places({(p.context, p.room): p.room for p in people}, "head.rooms")
        nodes = places({p.context: p.context for p in people}, "head.nodes")
        ask = t(f"ask.{verb}", people=who, room=rooms, node=nodes)
        if verb in ("mute", "unmute"):
            ask = f"{ask} ({rooms}, {nodes})"
        if counts := self._desk.hand.counted(people):
            ask = f"{ask} {counts}"
        self._desk.bar.ask(
            Question(
                ask,
                lambda given: self._do(verb, people, sources, given or reason),
                expected=str(len(people)) if weight == "T3" else "",
                reason=(weight == "T3" or verb == "ban") and not reason,
                cancel=self._cancelled,
                targets=[f"{one.name or one.participant}   {one.context} › {one.room}" for one in people],
            )
        )

    def _do(self, verb: str, people: Sequence[Person], sources: Sequence[str], reason: str) -> None:
        if not (present := self.here(people)):
            return
        match verb:
            case "mute":
                self._desk.operations.mute(present, sources, reason)
            case "unmute":
                self._desk.operations.unmute(present, sources, reason)
            case "remove":
                self._desk.operations.remove(present, reason)
            case _:
                self._desk.operations.deed(
                    verb, [(one.key, one.name or one.participant) for one in present], {}, reason
                )
        self._desk.paint()

    def remove(self, people: Sequence[Person]) -> None:
        self.people("remove", people)

    # ------------------------------------------------------------------ rooms

    def mute_room(self, room: Room | None, reason: str = "", *, dry_run: bool = False) -> None:
        """The node counts first (dry run); the deed carries that number and is refused if it is another by then."""
        if room is None:
            self._no(t("say.no_room"))
            return
        if not self.may("mute_room", room.context):
            return
        self._desk.say(Report(t("bar.asking"), going=True))
        self._desk.operations.spawn(self._count_then_ask(room.key, reason, dry_run))

    async def _count_then_ask(self, key: Key, reason: str, dry_run: bool) -> None:
        try:
            ack = await self._desk.fleet.mute_room(key, dry_run=True)
        except Failure as failure:
            self._no(explain(failure))
            return
        room = self._desk.look.store.rooms.rows.get(key)
        count = len(ack.changed)
        if room is None:
            return
        ask = t("ask.mute_room", people=n("people", count), room=room.room, node=room.node or room.context)
        if dry_run or self._desk.bar.is_open:
            self._desk.say(Report(ask))
            return
        self._desk.say(None)
        heavy = tier(BY_ID["mute_room"], count) == "T3"
        self._desk.bar.ask(
            Question(
                ask,
                lambda given: self._mute_room(room, count, given or reason),
                expected=str(count) if heavy else "",
                reason=heavy and not reason,
                cancel=self._cancelled,
            )
        )

    def _mute_room(self, room: Room, count: int, reason: str) -> None:
        self._desk.operations.mute_room(room, count, reason)
        self._desk.paint()

    def unmute_room(self, room: Room | None, reason: str = "") -> None:
        if room is None:
            self._no(t("say.no_room"))
        elif self.may("unmute_room", room.context):
            self._desk.operations.unmute_room(room, reason)
            self._desk.paint()

    def admit(self, room: Room | None, reason: str = "") -> None:
        """Everybody who waits outside the room."""
        if room is None:
            self._no(t("say.no_room"))
            return
        if not self.may("admit", room.context):
            return
        if not room.waiters:
            self._no(t("say.nobody_waits"))
            return
        ask = t("ask.admit", people=n("people", room.waiters), room=room.room, node=room.node or room.context)
        self._desk.bar.ask(Question(ask, lambda given: self._admit(room, given or reason), cancel=self._cancelled))

    def _admit(self, room: Room, reason: str) -> None:
        self._desk.operations.admit(room, reason)
        self._desk.paint()

    def close(self, room: Room | None, reason: str = "") -> None:
        """The room is typed once more in any case; a `reason` that is given is not asked for."""
        if room is None:
            self._no(t("say.no_room"))
            return
        if not self.may("close", room.context):
            return
        if not room.open or room.gone_at:
            self._no(t("say.already_closed"))
            return
        people = n("people", room.people)
        ask = t("ask.close", people=people, room=room.room, node=room.node or room.context)
        question = Question(
            ask,
            lambda typed: self._close(room, reason or typed),
            expected=room.room,
            reason=not reason,
            cancel=self._cancelled,
        )
        self._desk.bar.ask(question)

    def _close(self, room: Room, reason: str) -> None:
        self._desk.operations.close(room, reason)
        self._desk.paint()

    # ------------------------------------------------------------------ chat

    def hide(self, message: Message | None, reason: str = "", *, seen: bool = True) -> None:
        """`seen`: it is on the screen, or was named."""
        if message is None:
            self._no(t("say.no_row"))
        elif not self.may("hide", message.context):
            return
        elif message.hidden:
            self._no(t("say.already_hidden"))
        elif not seen:
            self._no(t("say.out_of_view"))
        else:
            self._desk.operations.hide(message, reason)
            self._desk.paint()

    # ------------------------------------------------------------------ rates

    def cap(self, targets: Sequence[tuple[Key, str]], text: str, reason: str = "") -> None:
        """Cap what each of (identity, name) may send and is sent: "500k/2M", "2M" (both), "/2M" (received only)."""
        if not targets:
            self._no(t("say.no_row"))
            return
        if not self.may_all("rates", [key[0] for key, _ in targets]):
            return
        asked = rates_of(text)
        if asked is None:
            self._no(t("rates.wrong", text=text))
            return
        if tier(BY_ID["rates"], len(targets)) != "T3":
            self._cap(targets, asked, reason)
            return
        self._desk.bar.ask(
            Question(
                t("ask.cap", people=n("people", len(targets)), text=text),
                lambda given: self._cap(targets, asked, given or reason),
                expected=str(len(targets)),
                reason=not reason,
                cancel=self._cancelled,
                targets=[f"{name}   {' › '.join(key[:2])}" for key, name in targets],
            )
        )

    def _cap(self, targets: Sequence[tuple[Key, str]], asked: tuple[int | None, int | None], reason: str) -> None:
        self._desk.operations.cap(targets, asked, reason)
        self._desk.paint()

    # ------------------------------------------------------------------ limits

    def limit(self, quota: Quota | None, limit: int, reason: str = "", *, known: bool = True) -> None:
        """`known`: what it was is known, so that it can be undone."""
        if quota is None:
            self._no(t("say.no_row"))
        elif self.may("limit", quota.context):
            self._desk.operations.limit(quota, limit, reason, known=known)
            self._desk.paint()

    def verify(self, context: str) -> None:
        """Let the node of the row walk the chain of its records."""
        if self.may("verify", context):
            self._desk.operations.verify(context)
            self._desk.paint()

    def undo(self, undo: Undo | None) -> None:
        """Take this back, for whoever may act on its targets."""
        contexts = [key[0] for key, _ in undo.targets] if undo is not None else []
        if contexts and not self.may_all("undo", contexts):
            return
        self._desk.operations.undo(undo)
        self._desk.paint()

    def _cancelled(self) -> None:
        self._desk.say(Report(t("say.cancelled")))


def _blocked(person: Person, sources: Sequence[str]) -> bool:
    """Are all of these that the person has blocked by the server?"""
    return all(track.muted for source in sources if (track := person.track(source)) is not None)


def places(names: Mapping[Any, str], word: str) -> str:
    """The one name, or how many there are: `word` counts them."""
    return next(iter(names.values())) if len(names) == 1 else n(word, len(names))
