"""What each action of the table does, on the row or the marked rows in hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from console import i18n
from console.actions import View
from console.screens import chat_deeds, exporting, jumping, questions, recording_deeds, sets
from console.screens.help import HelpScreen
from console.widgets.chat_tail import ChatTail
from console.widgets.live_table import LiveTable

if TYPE_CHECKING:
    from console.screens.desk import DeskScreen


_VIEWS: Final[tuple[View, ...]] = ("participants", "wall", "alerts", "quota", "audit", "recordings")


def _moves(desk: DeskScreen, table: str, chat: str, *values: Any) -> Callable[[], None]:
    """A movement of whichever pane has the keys."""

    def move() -> None:
        active = desk.pane.active
        if isinstance(active, ChatTail):
            getattr(active, chat)(*values)
        elif isinstance(active, LiveTable):
            getattr(active, table)(*values)

    return move


def _ends(desk: DeskScreen, last: bool) -> Callable[[], None]:
    def move() -> None:
        active = desk.pane.active
        if isinstance(active, ChatTail):
            active.point_end(last=last)
        elif isinstance(active, LiveTable) and active.order:
            active.point(len(active.order) - 1 if last else 0)

    return move


def deeds(desk: DeskScreen) -> dict[str, Callable[[], Any]]:
    """What each action of the table does."""
    acting = desk.acting
    return {
        "down": _moves(desk, "move", "move", 1),
        "up": _moves(desk, "move", "move", -1),
        "page_down": _moves(desk, "page", "page", 1),
        "page_up": _moves(desk, "page", "page", -1),
        "top": _ends(desk, False),
        "bottom": _ends(desk, True),
        "last": desk.show_last,
        "next_match": lambda: desk.pane.table.step(1),
        "previous_match": lambda: desk.pane.table.step(-1),
        "card": desk.open_row,
        "open": desk.open_row,
        "back": desk.back,
        "next_pane": desk.next_pane,
        "nodes": lambda: desk.show("nodes"),
        "rooms": desk.show_rooms,
        "room": lambda: desk.show("room"),
        **{view: partial(desk.show, view) for view in _VIEWS},
        "jump": partial(jumping.begin, desk),
        "find": lambda: questions.find(desk),
        "outcomes": desk.outcomes,
        "timeline": desk.show_timeline,
        "verify": lambda: _verify(desk),
        "filter": desk.open_filter,
        "clear": desk.clear,
        "column_left": lambda: desk.pane.table.step_column(-1),
        "column_right": lambda: desk.pane.table.step_column(1),
        "sort": lambda: desk.pane.table.sort_next(),
        "reverse": lambda: desk.pane.table.sort_by(desk.pane.table.sort_id, not desk.pane.table.reverse),
        "mark": lambda: desk.pane.table.mark(),
        "mark_range": lambda: desk.pane.table.mark_range(),
        "mark_all": lambda: desk.pane.table.mark_all(),
        "pause": desk.pause,
        "zoom": desk.zoom,
        "copy": desk.copy,
        "copy_row": desk.copy_row,
        "refresh": lambda: desk.pane.table.order_now(),
        "export": partial(exporting.ask, desk),
        "mute": lambda: acting.mute(desk.hand.people()),
        "remove": lambda: acting.remove(desk.hand.people()),
        "camera": lambda: acting.toggle(desk.hand.people(), ("camera",)),
        "sharing": lambda: acting.toggle(desk.hand.people(), ("screen", "screen_audio")),
        "lower": lambda: acting.lower(desk.hand.people()),
        "hide": lambda: _hide(desk),
        "chat_mute": lambda: chat_deeds.mute_author(desk),
        "chat_mute_for": lambda: chat_deeds.mute_author_for(desk),
        "hide_all": lambda: chat_deeds.hide_all(desk),
        "acknowledge": lambda: _acknowledge(desk),
        "claim": lambda: desk.deciding.claim(desk.hand.tasks()),
        "approve": lambda: desk.deciding.decide(desk.hand.tasks(), "approve"),
        "drain": lambda: acting.drain(desk.nodes_pane.table.cursor_row),
        "plan": lambda: acting.plan(desk.nodes_pane.table.cursor_row),
        **sets.keys(desk),
        "ban": lambda: acting.people("ban", desk.hand.people()),
        "to_lobby": lambda: acting.people("to_lobby", desk.hand.people()),
        "rates": lambda: questions.rates(desk),
        "record": lambda: recording_deeds.record(desk),
        "hold_record": lambda: recording_deeds.hold(desk),
        "publish": lambda: recording_deeds.publish(desk),
        **{name: partial(_to_recordings, desk, name) for name in ("link", "remake", "erase", "cancel_record")},
        "limit": lambda: questions.limit(desk),
        "undo": lambda: acting.undo(desk.operations.undos.newest()),
        "undos": desk.show_undos,
        "arm": desk.arm,
        "command": desk.open_command,
        "palette": lambda: desk.app.action_command_palette(),
        "language": lambda: desk.speak("en" if i18n.language() == "fr" else "fr"),
        "help": lambda: desk.app.push_screen(HelpScreen()),
        "quit": lambda: desk.app.exit(0),
    }


def _hide(desk: DeskScreen) -> None:
    """A message of the chat, or what the wall says of one."""
    if desk.pane is desk.wall_pane:
        desk.deciding.decide(desk.hand.tasks(), "decline")
    else:
        chat = desk.room_pane.chat
        desk.acting.hide(chat.cursor_message, seen=chat.cursor_in_view)


def _acknowledge(desk: DeskScreen) -> None:
    if (alert := desk.alerts_pane.row) is not None:
        desk.look.store.acknowledge(alert.key)
        desk.paint()


def _verify(desk: DeskScreen) -> None:
    """The chain of the records of the row's node; in their list, the bytes of recordings."""
    if desk.pane is desk.recordings_pane:
        _to_recordings(desk, "verify_record")
    else:
        desk.acting.verify(desk.hand.context())


def _to_recordings(desk: DeskScreen, deed: str) -> None:
    recording_deeds.run(desk, deed, desk.recordings_pane.in_hand())
