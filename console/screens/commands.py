"""What the command line `:` does, one function a verb."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from console.filters import FilterError
from console.grammar import Command, CommandError
from console.i18n import Language, t
from console.model import Quota
from console.operations import MICROPHONE, Report
from console.screens import exporting, meant, sets, settings_commands
from console.screens.recording_deeds import of_recordings

if TYPE_CHECKING:
    from console.screens.desk import DeskScreen


LANGUAGES: Final = ("fr", "en")
FORETELLS: Final = frozenset(
    {"mute", "unmute", "kick", "ban", "tolobby", "muteall", "unmuteall", "close", "admit", "end"}
    | {*settings_commands.ROOM_DEEDS, *settings_commands.PERSON_DEEDS} - {"say"}
)
"""Verbs that know `--dry-run`; the others refuse it."""
MOST: Final = {
    "lang": 1,
    "ctx": 1,
    "set": 2,
    "room": 1,
    "export": 1,
    "sort": 2,
    **dict.fromkeys(("chat", "verify", "undo", "pause", "arm", "timeline", "help", "q"), 0),
}
"""So many words some verbs take; one more is refused, and not passed over."""
SHOWS: Final = frozenset(
    ("nodes", "rooms", "people", "participants", "wall", "alerts", "audit", "quotas", "recordings")
)
"""Verbs that show a list, which `-o` writes into a file."""
NOWHERE: Final = frozenset(
    (
        "people",
        "chat",
        "hide",
        "claim",
        "pass",
        "filter",
        "sort",
        "timeline",
        "arm",
        "export",
        "pause",
        "undo",
        "lang",
        "ctx",
        "set",
        "help",
        "q",
        "ack",
    )
) | {"record"}
"""Verbs of this console alone, or of what is in hand: no node is put before them."""


def run(desk: DeskScreen, command: Command) -> None:
    """Raises CommandError or FilterError with what is wrong."""
    if command.context and command.context not in desk.look.store.connections:
        raise CommandError("command.context", text=command.context)
    if command.context and command.verb in NOWHERE:
        raise CommandError("command.nowhere", text=command.verb)
    if command.context and desk.look.context not in ("", command.context):
        raise CommandError("command.narrowed", text=command.context, only=desk.look.context)
    if len(command.targets) > MOST.get(command.verb, len(command.targets)):
        raise CommandError("command.too_many", text=command.targets[MOST[command.verb]], verb=command.verb)
    if command.dry_run and command.verb not in FORETELLS:
        raise CommandError("command.no_dry_run", text=command.verb)
    if command.form and command.verb not in SHOWS:
        raise CommandError("command.no_form", text=command.verb)
    _VERBS[command.verb](desk, command)
    if command.form:
        exporting.when_there(desk, command.form)


def _nodes(desk: DeskScreen, command: Command) -> None:
    desk.show("nodes")
    _filter(desk, command)


def _rooms(desk: DeskScreen, command: Command) -> None:
    desk.show("rooms")
    desk.rooms_pane.narrow(command.context)
    if command.rest:
        desk.set_filter(command.rest)


def _enter(desk: DeskScreen, command: Command) -> None:
    found = meant.room(desk, command, command.targets[0]) if command.targets else desk.hand.room()
    if found is None:
        raise CommandError("say.no_room")
    desk.enter(found.key)


def _people_view(desk: DeskScreen, command: Command) -> None:
    desk.show("room")
    if desk.pane is desk.room_pane:
        desk.room_pane.table.focus()
        _filter(desk, command)


def _of_people(desk: DeskScreen, command: Command) -> None:
    people = meant.people(desk, command)
    if not meant.foretold(desk, command, [person.name for person in people]):
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


def _ack(desk: DeskScreen, command: Command) -> None:
    """`ack`: the alert under the cursor; `ack *`: all that match and are news."""
    if desk.pane is not desk.alerts_pane:
        raise CommandError("say.not_here")
    table = desk.alerts_pane.table
    if command.targets not in ((), (".",), ("*",)):
        raise CommandError("command.no_match", text=command.targets[0])
    keys = table.order if command.targets == ("*",) else [table.cursor_key] if table.cursor_key else []
    for key in keys:
        if command.targets != ("*",) or (key in table.rows.rows and not table.rows.rows[key].seen):
            desk.look.store.acknowledge(key)
    desk.paint()


def _drain(desk: DeskScreen, command: Command) -> None:
    desk.acting.drain(*meant.node_and_minutes(desk, command), command.reason, deed=command.verb)


def _plan(desk: DeskScreen, command: Command) -> None:
    desk.acting.plan(*meant.node_and_minutes(desk, command))


def _chat(desk: DeskScreen, command: Command) -> None:
    desk.show("room")
    if desk.pane is desk.room_pane:
        desk.room_pane.chat.focus()


def _filter(desk: DeskScreen, command: Command) -> None:
    """What is put before the command is one more word of the filter: the node that is meant."""
    place = ""
    if command.context:
        place = f'{"context" if "context" in desk.pane.fields else "node"}="{command.context}"'
    if command.rest or place or command.verb == "filter":
        desk.set_filter(f"({command.rest}) {place}" if command.rest and place else command.rest or place)


def _to_people(verb: str) -> Callable[[DeskScreen, Command], None]:
    def do(desk: DeskScreen, command: Command) -> None:
        people = meant.people(desk, command)
        sources = (command.sources or MICROPHONE) if verb in ("mute", "unmute") else ()
        if not meant.foretold(desk, command, [person.name for person in people]):
            desk.acting.people(verb, people, sources, command.reason)

    return do


def _unban(desk: DeskScreen, command: Command) -> None:
    """Who is banned is on no list: by the id that they had, in the room in hand."""
    room = desk.hand.room()
    if room is None or not command.targets:
        raise CommandError("say.no_room" if room is None else "command.who")
    meant.only_there(command, [room.context])
    if desk.acting.may("ban", room.context):
        desk.acting.deed("unban", [((*room.key, who), who) for who in command.targets], {}, command.reason)


def _mute_all(desk: DeskScreen, command: Command) -> None:
    """The nodes count who it would be, in a dry run too."""
    sets.mute(desk, meant.rooms(desk, command, command.targets), command.reason, dry_run=command.dry_run)


def _to_rooms(do: Callable[..., None]) -> Callable[[DeskScreen, Command], None]:
    def to_rooms(desk: DeskScreen, command: Command) -> None:
        rooms = meant.rooms(desk, command, command.targets)
        if not meant.foretold(desk, command, [room.room for room in rooms]):
            do(desk, rooms, command.reason)

    return to_rooms


def _claim(desk: DeskScreen, command: Command) -> None:
    desk.deciding.claim(meant.tasks(desk, command), command.reason)


def _pass(desk: DeskScreen, command: Command) -> None:
    desk.deciding.decide(meant.tasks(desk, command), "approve", command.reason)


def _hide(desk: DeskScreen, command: Command) -> None:
    """On the wall, what its rows are about; else messages of the room's chat."""
    if desk.pane is desk.wall_pane:
        desk.deciding.decide(meant.tasks(desk, command), "decline", command.reason)
        return
    if desk.pane is not desk.room_pane:
        raise CommandError("say.not_here")
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
    meant.only_there(command, [key[0] for key, _ in desk.hand.caps()])
    desk.acting.cap(desk.hand.caps(), " ".join(command.targets), command.reason)


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
    desk.acting.verify(command.context or desk.hand.context())


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
    if asked not in LANGUAGES:
        raise CommandError("command.language", text=asked, known=" ".join(LANGUAGES))
    language: Language = "en" if asked == "en" else "fr"
    desk.speak(language)


def _context(desk: DeskScreen, command: Command) -> None:
    """`ctx name`: every list shows this context alone; `ctx`: all again."""
    name = command.targets[0] if command.targets else ""
    if name and name not in desk.look.store.connections:
        raise CommandError("command.context", text=name)
    desk.narrow(name)


def _set(desk: DeskScreen, command: Command) -> None:
    what, switch = (*command.targets, "", "")[:2]
    if what not in desk.switches:
        raise CommandError("command.set", text=what, known=" ".join(desk.switches))
    if switch not in ("on", "off"):
        raise CommandError("command.switch", text=switch)
    desk.switches[what](switch == "on")
    desk.say(Report(t("set.done", what=what, switch=switch)))


_VERBS: dict[str, Callable[[DeskScreen, Command], None]] = {
    "nodes": _nodes,
    "rooms": _rooms,
    "room": _enter,
    "people": _people_view,
    "chat": _chat,
    "participants": _everybody,
    "wall": _wall,
    "alerts": _alerts,
    "ack": _ack,
    "drain": _drain,
    "undrain": _drain,
    "plan": _plan,
    **dict.fromkeys(settings_commands.ROOM_DEEDS, settings_commands.of_room),
    **dict.fromkeys(settings_commands.PERSON_DEEDS, _of_people),
    "end": settings_commands.end,
    "mute": _to_people("mute"),
    "unmute": _to_people("unmute"),
    "muteall": _mute_all,
    "unmuteall": _to_rooms(sets.unmute),
    "kick": _to_people("remove"),
    "ban": _to_people("ban"),
    "unban": _unban,
    "tolobby": _to_people("to_lobby"),
    "claim": _claim,
    "pass": _pass,
    "hide": _hide,
    "close": _to_rooms(sets.close),
    "admit": _to_rooms(sets.admit),
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
    "ctx": _context,
    "set": _set,
    "help": lambda desk, command: desk.do("help"),
    "q": lambda desk, command: desk.app.exit(0),
}

__all__ = ["FilterError", "run", "t"]
