"""What the command line `:` does, one function a verb."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from console.fields import PERSON_FIELDS
from console.filters import FilterError, compile_filter
from console.grammar import Command, CommandError
from console.i18n import Language, t
from console.model import Node, Person, Quota, Room
from console.operations import MICROPHONE
from console.screens import exporting, sets, settings_commands
from console.screens.acting import DRAIN_MINUTES
from console.screens.recording_deeds import of_recordings

if TYPE_CHECKING:
    from console.screens.desk import DeskScreen


def run(desk: DeskScreen, command: Command) -> None:
    """Raises CommandError or FilterError with what is wrong."""
    if command.context and command.context not in desk.look.store.connections:
        raise CommandError("command.context", text=command.context)
    _VERBS[command.verb](desk, command)


def _people(desk: DeskScreen, command: Command) -> list[Person]:
    """The people a command names: the cursor's, the marked, all that match, or by name or id."""
    table = desk.people_table
    if desk.pane not in (desk.room_pane, desk.participants_pane):
        raise CommandError("say.no_room")
    words = command.targets or (("marked",) if table.marks else (".",))
    rows = table.rows.rows
    found: list[Person] = []
    for word in words:
        match word:
            case ".":
                keys = [table.cursor_key] if table.cursor_key else []
            case "*":
                keys = [*table.order]
            case "marked":
                keys = [key for key in table.order if key in table.marks]
            case _:
                keys = _named(desk, word.removeprefix("participant:").removeprefix("person:"))
        found += [rows[key] for key in keys if key in rows and not rows[key].gone_at]
    if command.spared:
        spared = compile_filter(command.spared, PERSON_FIELDS)
        found = [person for person in found if spared is None or not spared(person)]
    if "*" in words:
        found = [person for person in found if person.role != "host"]  # hosts only when they are named
    return list({person.key: person for person in found}.values())


def _named(desk: DeskScreen, word: str) -> list[tuple[str, ...]]:
    pattern = word.casefold()
    table = desk.people_table
    keys = [
        key
        for key in table.order
        if (person := table.rows.rows.get(key)) is not None
        and (person.participant == word or fnmatch.fnmatchcase(person.name.casefold(), pattern))
    ]
    if not keys:
        raise CommandError("command.no_match", text=word)
    return keys


def _room(desk: DeskScreen, command: Command) -> Room:
    """The room a command names, else the one on the screen."""
    if not command.targets:
        room = desk.room_in_hand()
        if room is None:
            raise CommandError("say.no_room")
        return room
    name = command.targets[0].removeprefix("room:")
    rooms = desk.look.store.rooms.rows.values()
    found = [r for r in rooms if r.room == name and command.context in ("", r.context) and not r.gone_at]
    if not found:
        raise CommandError("command.no_room", text=name)
    if len(found) > 1:
        raise CommandError("command.ambiguous", text=name, where=" ".join(f"@{room.context}" for room in found))
    return found[0]


def _rooms_meant(desk: DeskScreen, command: Command) -> list[Room]:
    """The rooms that a command names, `marked` or `*` (all that match); else those in hand."""
    table, rows = desk.rooms_pane.table, desk.look.store.rooms.rows
    if command.targets in (("*",), ("marked",)):
        if desk.pane is not desk.rooms_pane:
            raise CommandError("say.not_here")
        keys = [key for key in table.order if command.targets == ("*",) or key in table.marks]
        return [rows[key] for key in keys if key in rows and not rows[key].gone_at]
    if not command.targets:
        return desk.rooms_in_hand()
    return [_room(desk, replace(command, targets=(name,))) for name in command.targets]


def _nodes(desk: DeskScreen, command: Command) -> None:
    desk.show("nodes")
    _filter(desk, command)


def _rooms(desk: DeskScreen, command: Command) -> None:
    desk.show("rooms")
    desk.rooms_pane.narrow(command.context)
    _filter(desk, command)


def _enter(desk: DeskScreen, command: Command) -> None:
    desk.enter(_room(desk, command).key)


def _people_view(desk: DeskScreen, command: Command) -> None:
    desk.show("room")
    if desk.pane is desk.room_pane:
        desk.room_pane.table.focus()
        _filter(desk, command)


def _of_people(desk: DeskScreen, command: Command) -> None:
    people = _people(desk, command)
    settings_commands.of_people(desk, command, [(person.key, person.name) for person in people])


def _everybody(desk: DeskScreen, command: Command) -> None:
    desk.show("participants")
    _filter(desk, command)


def _wall(desk: DeskScreen, command: Command) -> None:
    desk.show("wall")
    _filter(desk, command)


def _alerts(desk: DeskScreen, command: Command) -> None:
    desk.show("alerts")
    _filter(desk, command)


def _drain(desk: DeskScreen, command: Command) -> None:
    desk.acting.drain(*_node_and_minutes(desk, command), command.reason)


def _plan(desk: DeskScreen, command: Command) -> None:
    desk.acting.plan(*_node_and_minutes(desk, command))


def _node_and_minutes(desk: DeskScreen, command: Command) -> tuple[Node | None, int]:
    """`drain [node] [minutes]`: the one named, else the one under the cursor."""
    minutes, names = DRAIN_MINUTES, [word for word in command.targets if not word.isdecimal()]
    for word in command.targets:
        minutes = int(word) if word.isdecimal() and len(word) <= 4 else minutes
    rows = desk.look.store.nodes.rows.values()
    named = [node for node in rows if names and names[0] in (node.name, node.context)]
    if names and not named:
        raise CommandError("command.no_match", text=names[0])
    return named[0] if named else desk.nodes_pane.table.cursor_row, minutes


def _chat(desk: DeskScreen, command: Command) -> None:
    desk.show("room")
    if desk.pane is desk.room_pane:
        desk.room_pane.chat.focus()


def _filter(desk: DeskScreen, command: Command) -> None:
    if command.rest or command.verb == "filter":
        desk.set_filter(command.rest)


def _mute(desk: DeskScreen, command: Command) -> None:
    people = _people(desk, command)
    desk.acting.people(command.verb, people, command.sources or MICROPHONE, command.reason)


def _kick(desk: DeskScreen, command: Command) -> None:
    desk.acting.people("remove", _people(desk, command), (), command.reason)


def _ban(desk: DeskScreen, command: Command) -> None:
    desk.acting.people("ban", _people(desk, command), (), command.reason)


def _to_lobby(desk: DeskScreen, command: Command) -> None:
    desk.acting.people("to_lobby", _people(desk, command), (), command.reason)


def _unban(desk: DeskScreen, command: Command) -> None:
    """Who is banned is on no list: by the id that they had, in the room in hand."""
    room = desk.room_in_hand()
    if room is None or not command.targets:
        raise CommandError("say.no_room" if room is None else "command.no_match", text="")
    if desk.acting.may("ban", room.context):
        desk.acting.deed("unban", [((*room.key, who), who) for who in command.targets], {}, command.reason)


def _mute_all(desk: DeskScreen, command: Command) -> None:
    sets.mute(desk, _rooms_meant(desk, command), command.reason, dry_run=command.dry_run)


def _unmute_all(desk: DeskScreen, command: Command) -> None:
    sets.unmute(desk, _rooms_meant(desk, command), command.reason)


def _hide(desk: DeskScreen, command: Command) -> None:
    chat = desk.room_pane.chat
    if not command.targets or command.targets == (".",):
        desk.acting.hide(chat.cursor_message, command.reason, seen=chat.cursor_in_view)
        return
    for word in command.targets:
        found = [message for message in chat.messages.values() if message.message == word.removeprefix("msg:")]
        if not found:
            raise CommandError("command.no_match", text=word)
        desk.acting.hide(found[0], command.reason)


def _rates(desk: DeskScreen, command: Command) -> None:
    desk.acting.cap(desk.caps_in_hand(), " ".join(command.targets), command.reason)


def _quotas(desk: DeskScreen, command: Command) -> None:
    desk.show("quota")
    _filter(desk, command)


def _recordings(desk: DeskScreen, command: Command) -> None:
    desk.show("recordings")
    _filter(desk, command)


def _audit(desk: DeskScreen, command: Command) -> None:
    desk.show("audit")
    _filter(desk, command)


def _verify(desk: DeskScreen, command: Command) -> None:
    desk.acting.verify(command.context or desk.context_in_hand())


def _quota(desk: DeskScreen, command: Command) -> None:
    """`quota room:hall people=150`: what is named, on the node that is meant. It need not be on the screen."""
    where, change = (*command.targets, "", "")[:2]
    scope, _, name = where.partition(":")
    what, _, limit = change.partition("=")
    if not limit.isdecimal() or len(limit) > 9 or (scope != "node") != bool(name):
        raise CommandError("quota.usage", text=" ".join(command.targets))
    store = desk.look.store
    contexts = [context for context in store.connections if command.context in ("", context)]
    if scope == "room":
        contexts = [context for context in contexts if (context, name) in store.rooms.rows]
    if not contexts:
        raise CommandError("command.no_room", text=name)
    if len(contexts) > 1:
        raise CommandError("command.ambiguous", text=where, where=" ".join(f"@{context}" for context in contexts))
    named = Quota(contexts[0], scope, name, what)
    known = store.quotas.rows.get(named.key)
    desk.acting.limit(known or named, int(limit), command.reason, known=known is not None)


def _close(desk: DeskScreen, command: Command) -> None:
    sets.close(desk, _rooms_meant(desk, command), command.reason)


def _admit(desk: DeskScreen, command: Command) -> None:
    sets.admit(desk, _rooms_meant(desk, command), command.reason)


def _sort(desk: DeskScreen, command: Command) -> None:
    table = desk.pane.table
    name = command.targets[0] if command.targets else ""
    column = next((column for column in table.columns if column.id == name), None)
    if column is None:
        known = " ".join(column.id for column in table.columns)
        raise CommandError("command.column", text=f"{name} ({known})")
    table.sort_by(name, "desc" in command.targets[1:])


def _export(desk: DeskScreen, command: Command) -> None:
    """`export [file]`: a name is asked for when none is given."""
    if command.targets:
        exporting.at_once(desk, command.targets[0])
    else:
        exporting.ask(desk)


def _language(desk: DeskScreen, command: Command) -> None:
    asked = command.targets[0] if command.targets else ""
    language: Language = "en" if asked == "en" else "fr"
    desk.speak(language)


_VERBS: dict[str, Callable[[DeskScreen, Command], None]] = {
    "nodes": _nodes,
    "rooms": _rooms,
    "room": _enter,
    "people": _people_view,
    "chat": _chat,
    "participants": _everybody,
    "wall": _wall,
    "alerts": _alerts,
    "drain": _drain,
    "plan": _plan,
    **dict.fromkeys(settings_commands.ROOM_DEEDS, settings_commands.of_room),
    **dict.fromkeys(settings_commands.PERSON_DEEDS, _of_people),
    "seats": settings_commands.seats,
    "end": settings_commands.end,
    "mute": _mute,
    "unmute": _mute,
    "muteall": _mute_all,
    "unmuteall": _unmute_all,
    "kick": _kick,
    "ban": _ban,
    "unban": _unban,
    "tolobby": _to_lobby,
    "hide": _hide,
    "close": _close,
    "admit": _admit,
    "rates": _rates,
    "audit": _audit,
    "verify": _verify,
    "recordings": _recordings,
    "record": of_recordings,
    "quotas": _quotas,
    "quota": _quota,
    "filter": _filter,
    "sort": _sort,
    "timeline": lambda desk, command: desk.show_timeline(),
    "arm": lambda desk, command: desk.do("arm"),
    "export": _export,
    "pause": lambda desk, command: desk.do("pause"),
    "undo": lambda desk, command: desk.do("undo"),
    "lang": _language,
    "help": lambda desk, command: desk.do("help"),
    "q": lambda desk, command: desk.app.exit(0),
}

__all__ = ["FilterError", "run", "t"]
