"""Commands `:` that change how a room is, or what a person may: one table of verbs, each a deed with its values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from console.actions import MANY
from console.grammar import Command, CommandError
from console.i18n import n, t
from console.model import Key
from console.operations import Report
from console.screens import meant, sets
from console.widgets.bar import Question

if TYPE_CHECKING:
    from console.screens.desk import DeskScreen

_ON: Final = {"on": True, "off": False, "oui": True, "non": False}
FLAGS: Final = ("webcams_only_for_moderators", "mute_on_start", "lock_camera", "lock_microphone", "lock_door")
PERSON_DEEDS: Final = ("lower", "hold", "chatmute", "free")
MODERATORS: Final = "mute"
OPERATORS: Final = "close"
OPERATORS_LIGHT: Final = "rates"
"""Actions of the table whose role and weight a deed has: what a moderator may, what an operator, and can take back."""


def flags(command: Command) -> dict[str, Any]:
    """`flags lock_camera=on mute_on_start=off`."""
    values: dict[str, Any] = {}
    for word in command.targets:
        name, _, value = word.partition("=")
        if name not in FLAGS or value not in _ON:
            raise CommandError("command.flags", text=word, known=" ".join(FLAGS))
        values[name] = _ON[value]
    if not values:
        raise CommandError("command.flags", text="", known=" ".join(FLAGS))
    return values


def _switch(name: str) -> Callable[[Command], dict[str, Any]]:
    def values(command: Command) -> dict[str, Any]:
        word = command.targets[0] if command.targets else ""
        if word not in _ON:
            raise CommandError("command.switch", text=word)
        return {name: _ON[word]}

    return values


def _number(name: str, most: int) -> Callable[[Command], dict[str, Any]]:
    def values(command: Command) -> dict[str, Any]:
        word = command.targets[0] if command.targets else ""
        if not (word.isascii() and word.isdecimal() and int(word) <= most):
            raise CommandError("command.number", text=word, most=str(most))
        return {name: int(word)}

    return values


def _named(command: Command) -> dict[str, Any]:
    """Who waits before the door, by id."""
    if not command.targets:
        raise CommandError("command.who")
    return {"participants": list(command.targets)}


def _none(command: Command) -> dict[str, Any]:
    return {}


def _text(command: Command) -> dict[str, Any]:
    """What is said to the room, as it was typed."""
    if not command.targets:
        raise CommandError("command.text")
    return {"text": " ".join(command.targets)}


Words = tuple[str, ...]


def _first(words: Words, count: int) -> tuple[Words, Words]:
    return words[:count], words[count:]


def _unmarked(words: Words) -> tuple[Words, Words]:
    rooms = tuple(word for word in words if word.startswith("room:"))
    return tuple(word for word in words if word not in rooms), rooms


NO_VALUE: Final = partial(_first, count=0)
ONE_VALUE: Final = partial(_first, count=1)
VALUES: Final = _unmarked
"""Of a command's words its values, and the rooms that it names; behind values of any number a room is `room:id`."""

ROOM_DEEDS: Final[
    dict[str, tuple[str, str, Callable[[Command], dict[str, Any]], Callable[[Words], tuple[Words, Words]]]]
] = {
    # verb: deed, action whose role it needs, its values, which words those are
    "flags": ("flags", MODERATORS, flags, VALUES),
    "lock": ("lock", MODERATORS, _none, NO_VALUE),
    "unlock": ("unlock", MODERATORS, _none, NO_VALUE),
    "say": ("announce", MODERATORS, _text, ONE_VALUE),
    "slow": ("chat", MODERATORS, _number("slow_s", 3600), ONE_VALUE),
    "holdchat": ("chat", MODERATORS, _switch("hold"), ONE_VALUE),
    "lobby": ("lobby", MODERATORS, _switch("on"), ONE_VALUE),
    "letin": ("let_in", MODERATORS, _named, VALUES),
    "refuse": ("refuse", MODERATORS, _named, VALUES),
    "extend": ("extend", OPERATORS_LIGHT, _number("minutes", 24 * 60), ONE_VALUE),
    "seats": ("seats", OPERATORS_LIGHT, _number("limit", 100_000), ONE_VALUE),
}


def of_room(desk: DeskScreen, command: Command) -> None:
    """A deed to the rooms that are named, else to the room in hand, or to those that are marked."""
    deed, role, values, apart = ROOM_DEEDS[command.verb]
    words, names = apart(command.targets)
    asked = values(replace(command, targets=words))
    rooms = meant.rooms(desk, command, names)
    if not meant.foretold(desk, command, [room.room for room in rooms]):
        sets.act(desk, role, deed, rooms, asked, command.reason)


def end(desk: DeskScreen, command: Command) -> None:
    """What goes on is over; the room's name is typed, or of several their number, and a reason."""
    rooms = meant.rooms(desk, command, command.targets)
    if meant.foretold(desk, command, [room.room for room in rooms]):
        return
    if len(rooms) > 1:
        sets.act(desk, OPERATORS, "end", rooms, reason=command.reason)
        return
    room = rooms[0]
    if not desk.acting.may(OPERATORS, room.context):
        return
    ask = t("ask.end", room=room.room, node=room.context, people=n("people", room.people))
    question = Question(
        ask,
        lambda given: desk.acting.deed("end", [(room.key, room.room)], {}, command.reason or given),
        expected=room.room,
        reason=not command.reason,
        cancel=lambda: desk.say(Report(t("say.cancelled"))),
    )
    desk.bar.ask(question)


def of_people(desk: DeskScreen, command: Command, targets: list[tuple[Key, str]]) -> None:
    """A deed to people; of many, their number is typed."""
    if not targets or not desk.acting.may_all(MODERATORS, [key[0] for key, _ in targets]):
        return

    def run(given: str) -> None:
        desk.acting.deed(command.verb, targets, values, command.reason or given)

    values = {"for_s": command.for_s} if command.for_s else {}
    if len(targets) <= MANY:
        run("")
        return
    ask = t("ask.deed", what=t(f"pending.{command.verb}"), people=n("people", len(targets)))
    names = [f"{name}   {' › '.join(key[:2])}" for key, name in targets]
    desk.bar.ask(Question(ask, run, expected=str(len(targets)), reason=not command.reason, targets=names))
