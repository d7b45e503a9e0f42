"""Whom and what a command `:` means: people, rooms, a node. A name that is on no list, or on another node than the one
that was put before the command, is refused: nothing else is taken for it."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from console.fields import PERSON_FIELDS
from console.filters import compile_filter
from console.grammar import Command, CommandError
from console.i18n import t
from console.model import Key, Node, Person, Room
from console.operations import Report
from console.screens.acting import DRAIN_MINUTES
from console.text import clean
from console.wall import Task

if TYPE_CHECKING:
    from console.screens.desk import DeskScreen

DRAIN_MOST: Final = 24 * 60
NAMED: Final = 5
"""Of those to whom something would be done so many are named."""


def people(desk: DeskScreen, command: Command) -> list[Person]:
    """The cursor's, the marked, all that match, or by name or id. Hosts only when they are named. One at least, who has
    not left."""
    table = desk.hand.table_of_people
    if desk.pane not in (desk.room_pane, desk.participants_pane):
        raise CommandError("say.no_room")
    words = command.targets or (("marked",) if table.marks else (".",))
    rows = table.rows.rows
    found: list[Person] = []
    gone = ""
    for word in words:
        match word:
            case ".":
                keys = [table.cursor_key] if table.cursor_key else []
            case "*":
                keys = [key for key in table.order if key in rows and rows[key].role != "host"]
            case "marked":
                keys = [person.key for person in desk.hand.marked()]
            case _:
                keys = _named(desk, command, word.removeprefix("participant:").removeprefix("person:"))
        named = [rows[key] for key in keys if key in rows]
        found += [person for person in named if not person.gone_at]
        gone = gone or next((person.name for person in named if person.gone_at), "")
    if command.spared:
        spared = compile_filter(command.spared, PERSON_FIELDS)
        found = [person for person in found if spared is None or not spared(person)]
    if not found:
        raise CommandError("say.gone", who=gone) if gone else CommandError("say.no_row")
    found = list({person.key: person for person in found}.values())
    kept = [person for person in found if command.context in ("", person.context)]
    if not kept:
        raise _elsewhere(command, [person.context for person in found])
    return kept


def _named(desk: DeskScreen, command: Command, word: str) -> list[Key]:
    pattern = word.casefold()
    table = desk.hand.table_of_people
    keys = [
        key
        for key in table.order
        if (person := table.rows.rows.get(key)) is not None
        and command.context in ("", person.context)
        and (person.participant == word or fnmatch.fnmatchcase(person.name.casefold(), pattern))
    ]
    if any(character in word for character in "*?["):
        keys = [key for key in keys if table.rows.rows[key].role != "host"]  # a pattern is nobody's name
        if keys:
            return keys
    if not keys:
        raise CommandError("command.no_match", text=word)
    if len(keys) > 1:
        raise CommandError("command.two_people", text=word, ids=" ".join(key[-1] for key in keys[:NAMED]))
    return keys


def room(desk: DeskScreen, command: Command, name: str) -> Room:
    """By its id; on the node that was put before the command."""
    name = name.removeprefix("room:")
    rows = desk.look.store.rooms.rows.values()
    found = [r for r in rows if r.room == name and command.context in ("", r.context) and not r.gone_at]
    if not found:
        raise CommandError("command.no_room", text=name)
    if len(found) > 1:
        raise CommandError("command.ambiguous", text=name, where=" ".join(f"@{one.context}" for one in found))
    return found[0]


def rooms(desk: DeskScreen, command: Command, words: Sequence[str]) -> list[Room]:
    """Those that are named, `marked` or `*` (all that match); else those in hand. One at least."""
    table, rows = desk.rooms_pane.table, desk.look.store.rooms.rows
    if tuple(words) in (("*",), ("marked",)):
        if desk.pane is not desk.rooms_pane:
            raise CommandError("say.not_here")
        keys = [key for key in table.order if words[0] == "*" or key in table.marks]
        found = [rows[key] for key in keys if key in rows and not rows[key].gone_at]
    elif words:
        found = [room(desk, command, name) for name in words]
    else:
        found = desk.hand.rooms()
    if not found:
        raise CommandError("say.no_room")
    kept = [one for one in found if command.context in ("", one.context)]
    if not kept:
        raise _elsewhere(command, [one.context for one in found])
    return kept


def tasks(desk: DeskScreen, command: Command) -> list[Task]:
    """Rows of the wall, when it is on the screen: the cursor's, the marked, all that match."""
    if desk.pane is not desk.wall_pane:
        raise CommandError("say.not_here")
    table, rows = desk.wall_pane.table, desk.look.store.tasks.rows
    match command.targets:
        case ():
            return desk.hand.tasks()
        case (".",):
            keys = [table.cursor_key] if table.cursor_key else []
        case ("*",):
            keys = list(table.order)
        case ("marked",):
            keys = [key for key in table.order if key in table.marks]
        case _:
            raise CommandError("command.no_match", text=command.targets[0])
    found = [rows[key] for key in keys if key in rows]
    if not found:
        raise CommandError("say.no_row")
    return found


def node_and_minutes(desk: DeskScreen, command: Command) -> tuple[Node | None, int]:
    """`drain [node] [minutes]`: the one named, or put before the command, else the one under the cursor."""
    minutes, names = DRAIN_MINUTES, list(command.targets)
    rows = list(desk.look.store.nodes.rows.values())
    if names and names[-1].isascii() and names[-1].isdecimal():
        if not 1 <= int(names[-1][:6]) <= DRAIN_MOST:
            raise CommandError("command.number", text=names[-1], most=str(DRAIN_MOST))
        minutes = int(names.pop())
    if len(names) > 1:
        raise CommandError("command.no_match", text=names[1])
    if not names and not command.context:
        return desk.nodes_pane.table.cursor_row, minutes
    named = [
        one
        for one in rows
        if command.context in ("", one.context) and (not names or names[0] in (one.name, one.context))
    ]
    if not named:
        raise CommandError("command.no_match", text=names[0] if names else command.context)
    exact = [one for one in named if names and one.context == names[0]] or named
    if len(exact) > 1:
        raise CommandError("command.same_node", text=names[0], where=" ".join(f"@{one.context}" for one in exact))
    return exact[0], minutes


def only_there(command: Command, contexts: Sequence[str]) -> None:
    """
    Raises:
        CommandError: what is in hand is of another node than the one that was put before the command.
    """
    if command.context and any(context != command.context for context in contexts):
        raise _elsewhere(command, contexts)


def _elsewhere(command: Command, contexts: Sequence[str]) -> CommandError:
    return CommandError("command.elsewhere", text=command.context, where=" ".join(sorted(set(contexts))))


def foretold(desk: DeskScreen, command: Command, names: Sequence[str]) -> bool:
    """With `--dry-run`: to whom it would be done is said, and nothing is done."""
    if command.dry_run:
        who = ", ".join(clean(name) for name in names[:NAMED]) + (" …" if len(names) > NAMED else "")
        desk.say(Report(t("say.foretold", verb=command.verb, count=str(len(names)), who=who)))
    return command.dry_run
