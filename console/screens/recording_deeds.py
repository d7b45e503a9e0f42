"""From a key or a command to what is done to recordings. A deed is offered for what is in a state for it; one that
cannot be undone is typed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from console.actions import BY_ID, Action, tier
from console.columns.recordings import size, word
from console.grammar import Command, CommandError
from console.i18n import n, t
from console.model import LIVE_RECORDINGS, Key, Recording, Room
from console.operations import Report
from console.widgets.bar import Question

if TYPE_CHECKING:
    from console.screens.desk import DeskScreen

READY: Final = frozenset({"verified", "published"})
POSSIBLE: Final[dict[str, frozenset[str]]] = {
    "stop_record": LIVE_RECORDINGS,
    "hold_record": LIVE_RECORDINGS - {"paused"},
    "go_on_record": frozenset({"paused"}),
    "verify_record": READY | {"failed"},
    "remake": frozenset({"failed"}),
    "cancel_record": frozenset({"finishing"}),
    "publish": frozenset({"verified"}),
    "withdraw": frozenset({"published"}),
    "erase": READY | {"failed", "deleting"},
    "link": READY | {"failed"},
}
ACTIONS: Final = {
    "stop_record": "record",
    "go_on_record": "hold_record",
    "withdraw": "publish",
    "verify_record": "link",  # as heavy: it reads and changes nothing
}
"""The action of the table that says who may do a deed, where it is not of the same name."""
VERBS: Final = {
    "stop": "stop_record",
    "pause": "hold_record",
    "resume": "go_on_record",
    "verify": "verify_record",
    "publish": "publish",
    "withdraw": "withdraw",
    "remake": "remake",
    "cancel": "cancel_record",
    "link": "link",
    "delete": "erase",
}


def record(desk: DeskScreen) -> None:
    """R: in a room, record it or stop that; in the list, stop what runs, or record its rooms again."""
    if desk.pane is desk.recordings_pane:
        rows = desk.recordings_pane.in_hand()
        if not rows or any(row.live for row in rows):
            run(desk, "stop_record", rows)
        else:
            rooms = {row.key[:2]: row.room for row in rows}
            start(desk, list(rooms.items()))
    elif not (meant := desk.hand.rooms()):
        desk.say(Report(t("say.no_room"), ok=False))
    elif recorded := [(room.key, room.room) for room in meant if room.recording]:
        _ask(desk, "stop_record", recorded, "")
    else:
        start(desk, [(room.key, room.room) for room in meant])


def hold(desk: DeskScreen) -> None:
    """P: pause what runs; when all of it is paused, go on."""
    rows = desk.recordings_pane.in_hand()
    run(desk, "go_on_record" if rows and all(row.state == "paused" for row in rows) else "hold_record", rows)


def publish(desk: DeskScreen) -> None:
    """w: publish what is not; when all of it is, withdraw."""
    rows = desk.recordings_pane.in_hand()
    run(desk, "withdraw" if rows and all(row.state == "published" for row in rows) else "publish", rows)


def start(desk: DeskScreen, rooms: Sequence[tuple[Key, str]], reason: str = "") -> None:
    _ask(desk, "record", rooms, reason)


def run(desk: DeskScreen, deed: str, rows: Sequence[Recording], reason: str = "") -> None:
    """Do it to those of `rows` that are in a state for it."""
    if not rows:
        desk.say(Report(t("say.no_row"), ok=False))
        return
    if not desk.acting.may_all(_action(deed).id, [row.context for row in rows]):
        return
    fit = [row for row in rows if row.state in POSSIBLE[deed] and not row.gone_at]
    if not fit:
        desk.say(Report(t("say.not_this_state", state=word("recording", rows[0].state)), ok=False))
        return
    more = {"minutes": str(int(sum(row.seconds for row in fit) // 60)), "size": size(sum(row.bytes for row in fit))}
    _ask(desk, deed, [(row.key, row.room) for row in fit], reason, **more)


def _action(deed: str) -> Action:
    return BY_ID[ACTIONS.get(deed, deed)]


def _ask(desk: DeskScreen, deed: str, targets: Sequence[tuple[Key, str]], reason: str, **more: str) -> None:
    """At once, or after the question that its weight asks for."""
    action = _action(deed)
    if not desk.acting.may_all(action.id, [key[0] for key, _ in targets]):
        return
    weight = "T1" if deed == "verify_record" and len(targets) == 1 else tier(action, len(targets))
    if weight == "T1":
        desk.acting.deed(deed, targets, reason=reason)
        return
    who = targets[0][1] if len(targets) == 1 else n("tapes", len(targets))
    nodes = sorted({key[0] for key, _ in targets})
    heavy = weight == "T3"
    desk.bar.ask(
        Question(
            t(f"ask.{deed}", who=who, node=nodes[0] if len(nodes) == 1 else n("head.nodes", len(nodes)), **more),
            lambda given: desk.acting.deed(deed, targets, reason=given or reason),
            expected=(targets[0][1] if len(targets) == 1 else str(len(targets))) if heavy else "",
            reason=heavy and not reason,
            cancel=lambda: desk.say(Report(t("say.cancelled"))),
            targets=[" › ".join(key) for key, _ in targets],
        )
    )


# ---------------------------------------------------------------------- the command line


def of_recordings(desk: DeskScreen, command: Command) -> None:
    """`record start hall`, `record stop *`, `record delete 3f2a -r asked for`."""
    verb, targets = (command.targets[0] if command.targets else ""), command.targets[1:]
    if verb == "start":
        rooms = [_room(desk, command, name) for name in targets] or [_room_in_hand(desk)]
        start(desk, [(room.key, room.room) for room in rooms], command.reason)
        return
    deed = VERBS.get(verb)
    if deed is None:
        raise CommandError("command.record")
    if desk.pane is desk.recordings_pane:
        run(desk, deed, _named(desk, targets), command.reason)
        return
    if deed not in ("stop_record", "hold_record", "go_on_record"):
        raise CommandError("command.record_there")
    rooms = [_room(desk, command, name) for name in targets] or [_room_in_hand(desk)]
    live = [(room.key, room.room) for room in rooms if room.recording]
    if not live:
        raise CommandError("say.no_recording")
    _ask(desk, deed, live, command.reason)


def _room_in_hand(desk: DeskScreen) -> Room:
    room = desk.hand.room()
    if room is None:
        raise CommandError("say.no_room")
    return room


def _room(desk: DeskScreen, command: Command, word_: str) -> Room:
    name = word_.removeprefix("room:")
    rooms = desk.look.store.rooms.rows.values()
    found = [r for r in rooms if r.room == name and command.context in ("", r.context) and not r.gone_at]
    if not found:
        raise CommandError("command.no_room", text=name)
    if len(found) > 1:
        raise CommandError("command.ambiguous", text=name, where=" ".join(f"@{room.context}" for room in found))
    return found[0]


def _named(desk: DeskScreen, targets: Sequence[str]) -> list[Recording]:
    """Of the list: the cursor's, the marked, all that match, or by id (its beginning is enough) or room."""
    table = desk.recordings_pane.table
    if not targets:
        return desk.recordings_pane.in_hand()
    sets: dict[str, Callable[[], list[Key]]] = {
        ".": lambda: [table.cursor_key] if table.cursor_key else [],
        "*": lambda: [*table.order],
        "marked": lambda: [key for key in table.order if key in table.marks],
    }
    keys: list[Key] = []
    for word_ in targets:
        found = sets[word_]() if word_ in sets else _by_name(table.order, word_)
        if not found and word_ not in sets:
            raise CommandError("command.no_match", text=word_)
        keys += found
    rows = table.rows.rows
    return [rows[key] for key in dict.fromkeys(keys) if key in rows]


def _by_name(order: Sequence[Key], word_: str) -> list[Key]:
    name = word_.removeprefix("room:").removeprefix("rec:")
    return [key for key in order if key[1] == name or (len(name) >= 4 and key[2].startswith(name))]
