"""The desk: the views, the bar, the status line; and every key, by the table of actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from console import i18n
from console.actions import ACTIONS, BY_ID, SHARED, View
from console.arming import Arming
from console.columns.table import Look
from console.filters import FilterError, compile_filter
from console.grammar import CommandError, complete, parse
from console.habits import Order
from console.i18n import Language, t
from console.model import Key, Link, Node, Role
from console.operations import Given, Operations, Report
from console.ports import Fleet
from console.screens import commands, frame, questions
from console.screens.acting import Acting
from console.screens.alerts import AlertsPane
from console.screens.audit import AuditPane
from console.screens.deciding import Deciding
from console.screens.deeds import deeds
from console.screens.in_hand import InHand
from console.screens.links import LinksScreen
from console.screens.nodes import NodesPane
from console.screens.outcomes import OutcomesScreen
from console.screens.participants import ParticipantsPane
from console.screens.plan import PlanScreen
from console.screens.quality import QualityScreen
from console.screens.quota import QuotaPane
from console.screens.recordings import RecordingsPane
from console.screens.room import RoomPane
from console.screens.rooms import RoomsPane
from console.screens.targets import TargetsScreen
from console.screens.timeline import TimelineScreen
from console.screens.undos import UndosScreen
from console.screens.view import Pane
from console.screens.wall import WallPane
from console.terminal import paint_now
from console.text import clean, safe_json
from console.theme import ON_BACKGROUND, ON_SURFACE
from console.timeline import Past
from console.widgets.bar import Bar, Line, Question
from console.widgets.paint import Line as PaintedLine
from console.widgets.paint import Lines

REPORT_SECONDS = 8.0  # an outcome stays on the status line this long


# The application loads this: Textual does not read the CSS of a default screen.
DESK_CSS = """
DeskScreen { background: $background; layers: base; }
#head { height: 1; } #tabs { height: 1; } #status { height: 1; } #keys { height: 1; }
ContentSwitcher { height: 1fr; }
Pane { layout: horizontal; height: 1fr; width: 1fr; }
.side { display: none; width: 46; height: 1fr; border-left: solid $border; }
DeskScreen.-wide .side { display: block; }
DeskScreen.-wider .side { display: block; width: 64; }
RoomPane { layout: vertical; }
RoomPane LiveTable { height: 2fr; }
RoomPane ChatTail { height: 1fr; min-height: 5; }
DeskScreen.-wide RoomPane, DeskScreen.-wider RoomPane { layout: horizontal; }
DeskScreen.-wide RoomPane LiveTable, DeskScreen.-wider RoomPane LiveTable { height: 1fr; width: 1fr; }
DeskScreen.-wide RoomPane ChatTail { height: 1fr; width: 44; border-left: solid $border; }
DeskScreen.-wider RoomPane ChatTail { height: 1fr; width: 56; border-left: solid $border; }
DeskScreen.-zoom .side { display: none; }
DeskScreen.-zoom RoomPane ChatTail { display: none; }
DeskScreen.-zoom-chat RoomPane ChatTail { display: block; width: 1fr; }
DeskScreen.-zoom-chat RoomPane LiveTable { display: none; }
"""


def _bindings() -> list[Binding]:
    special = {"/": "slash", "\\": "backslash", ":": "colon", "?": "question_mark", "*": "asterisk"}
    return [
        Binding(special.get(key, key), f"do('{action.id}')", t(action.label), show=False, id=f"regie.{action.id}")
        for action in ACTIONS
        for key in action.keys
    ]


class DeskScreen(Screen[None]):
    BINDINGS: ClassVar[list[Any]] = _bindings()
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  (Textual declares it so)
        (0, "-narrow"),
        (120, "-wide"),
        (150, "-wider"),
    ]
    AUTO_FOCUS = "#nodes-table"

    def __init__(
        self, look: Look, fleet: Fleet, arming: Arming, switches: Mapping[str, Callable[[bool], None]]
    ) -> None:
        """`switches`: what `:set` turns on and off."""
        super().__init__()
        self.switches = switches
        self.look = look
        self.fleet = fleet
        self.arming = arming
        self.nodes_pane = NodesPane(look, id="nodes")
        self.rooms_pane = RoomsPane(look, id="rooms")
        self.room_pane = RoomPane(look, id="room")
        self.participants_pane = ParticipantsPane(look, id="participants")
        self.wall_pane = WallPane(look, id="wall")
        self.alerts_pane = AlertsPane(look, id="alerts")
        self.quota_pane = QuotaPane(look, id="quota")
        self.audit_pane = AuditPane(look, id="audit")
        self.recordings_pane = RecordingsPane(look, id="recordings")
        self.panes: dict[View, Pane] = {
            "nodes": self.nodes_pane,
            "rooms": self.rooms_pane,
            "room": self.room_pane,
            "participants": self.participants_pane,
            "wall": self.wall_pane,
            "alerts": self.alerts_pane,
            "quota": self.quota_pane,
            "audit": self.audit_pane,
            "recordings": self.recordings_pane,
        }
        self.bar = Bar(self._bar_closed, self._list_targets, id="bar")
        self._frame_lines = (
            Lines(lambda cells, rows: [self._header(cells)], ON_SURFACE, id="head"),
            Lines(lambda cells, rows: [self._tabs(cells)], ON_BACKGROUND, id="tabs"),
            Lines(lambda cells, rows: [self._status(cells)], ON_SURFACE, id="status"),
            Lines(lambda cells, rows: [self._keys(cells)], ON_BACKGROUND, id="keys"),
        )
        self._view: View = "nodes"
        self._last: View | None = None
        self.operations = Operations(look.store, fleet, self.say, lambda: look.now, lambda: look.wall)
        self.operations.show_links = self._show_links
        self.hand = InHand(self)
        self.acting = Acting(self)
        self.deciding = Deciding(self)
        self.report: Report | None = None
        self._reported = float("-inf")
        self._history: tuple[str, ...] = ()
        self._deeds = deeds(self)

    def compose(self) -> ComposeResult:
        head, tabs, status, keys = self._frame_lines
        yield head
        yield tabs
        with ContentSwitcher(initial="nodes", id="views"):
            yield from self.panes.values()
        yield self.bar
        yield status
        yield keys

    # ------------------------------------------------------------------ parts

    @property
    def pane(self) -> Pane:
        return self.panes[self._view]

    def role(self, context: str) -> Role:
        role = self.look.store.role(context)
        return role if self.arming.armed(self.look.now) else min(role, Role.VIEWER)

    def barred(self, context: str) -> str:
        """Why nothing may be done there now that the role would allow; empty when nothing is in the way."""
        wants = self.arming.wanted and not self.arming.read_only and not self.arming.armed(self.look.now)
        return t("arm.first") if wants and self.look.store.role(context) > Role.VIEWER else ""

    def arm(self) -> None:
        """Writes, for a quarter of an hour; or no more of them."""
        if self.arming.read_only:
            self.say(Report(t("arm.read_only"), ok=False))
        elif not self.arming.wanted:
            self.say(Report(t("arm.always")))
        else:
            armed = self.arming.press(self.look.now)
            self.say(Report(t("arm.done", minutes=self.arming.left(self.look.now)) if armed else t("arm.laid_down")))

    # ------------------------------------------------------------------ painting

    def frame(self) -> None:
        """One frame: everything that changed and is on the screen."""
        if not self.is_mounted:
            return
        self.look.store.tick(self.look.now, self.look.wall, self._held())
        self.pane.tick()
        if self.report is not None and not self.report.going and self.look.now - self._reported > REPORT_SECONDS:
            self.report = None
        if self.arming.ran_out(self.look.now):
            self.say(Report(t("arm.over")))
        self._mark()

    def _held(self) -> frozenset[Key]:
        tables = [pane.table for pane in self.panes.values()]
        return frozenset(table.cursor_key for table in tables if table.cursor_key is not None)

    def paint(self) -> None:
        """What a key or the answer to it changed, now."""
        self.pane.flush()
        self._mark()
        paint_now(self)

    def _mark(self) -> None:
        for lines in self._frame_lines:
            lines.mark()

    def say(self, report: Report | None) -> None:
        self.report, self._reported = report, self.look.now
        if self.is_mounted:
            self.paint()

    def _show_links(self, given: Sequence[Given]) -> None:
        """Not over what is being typed or read: `o` shows them then."""
        if self.is_current and not self.bar.is_open:
            self.app.push_screen(LinksScreen(given))

    def show_plan(self, node: Node, minutes: int) -> None:
        """What a drain of the node in so many minutes would come to."""
        self.app.push_screen(PlanScreen(node, minutes, self.fleet, self.look, self.acting.drain))

    def show_timeline(self) -> None:
        """The last minutes of all nodes."""
        self.app.push_screen(TimelineScreen(Past.of(self.look.store, self.look.wall)))

    def _list_targets(self, targets: Sequence[str]) -> None:
        self.app.push_screen(TargetsScreen(targets))

    def show_undos(self) -> None:
        """Everything that can still be taken back."""
        self.app.push_screen(UndosScreen(self.operations.undos, self.acting.undo))

    def outcomes(self) -> None:
        """Of the last deed."""
        last = self.operations
        self.app.push_screen(LinksScreen(last.given) if last.given else OutcomesScreen(last.outcomes))

    def _header(self, cells: int) -> PaintedLine:
        return frame.header(self.look, self.hand.context(), self.arming, cells)

    def _tabs(self, cells: int) -> PaintedLine:
        room = self.room_pane.room_key
        return frame.tabs(self.pane, room[1] if room else "", cells)

    def _status(self, cells: int) -> PaintedLine:
        return frame.status(self.pane, self.report, self.operations.undos.offer(), cells)

    def _keys(self, cells: int) -> PaintedLine:
        return frame.keys(self.pane.view, self.role(self.hand.context()), cells)

    # ------------------------------------------------------------------ views

    def show(self, view: View) -> None:
        if view == "room" and self.room_pane.room_key is None:
            self.say(Report(t("say.no_room"), ok=False))
            return
        if self._view != view:
            self._leave(self._view)
            self._last, self._view = self._view, view
            if self.report is not None and not self.report.ok:
                self.report = None  # of what could not be done there
            self.query_one("#views", ContentSwitcher).current = view
        if view == "room":
            self.fleet.focus(self.room_pane.room_key)
        if self._followed != view:
            self._followed = view
            self.fleet.follow(view)
        self.set_focus(self.pane.table)  # now: a question that comes with it takes the focus from here
        self.pane.tick()
        self._mark()

    def show_last(self) -> None:
        """The screen before this one."""
        if self._last is not None:
            self.show(self._last)

    def _leave(self, view: str | None) -> None:
        """What only one view shows is followed only while it is on the screen."""
        if view == "quota":
            self.look.store.forget_quotas()
            self.quota_pane.table.start_over()
        if view == "audit":
            self.look.store.forget_records()
            self.audit_pane.table.start_over()
        if view == "recordings":
            self.look.store.forget_recordings()
            self.recordings_pane.table.start_over()
        if view in ("participants", "wall"):
            self.fleet.follow("")
            self._followed = ""
            self.look.store.forget_people()
            self.participants_pane.table.start_over()
        if view != "room" or self.room_pane.room_key is None:
            return
        self.fleet.focus(None)
        self.look.store.forget_room(self.room_pane.room_key)
        self.room_pane.table.start_over()

    def enter(self, room: Key) -> None:
        if self.room_pane.room_key not in (None, room):
            self._leave("room")
        self.room_pane.show(room)
        self.show("room")

    def on_live_table_moved(self) -> None:
        self._mark()

    def on_live_table_opened(self) -> None:
        self.do("open")

    def on_chat_tail_moved(self) -> None:
        self._mark()

    def on_descendant_focus(self) -> None:
        if self.is_mounted:
            self._mark()

    def on_screen_resume(self) -> None:
        self._mark()

    def _bar_closed(self) -> None:
        chat = self.pane is self.room_pane and self._chat_had_focus
        self.set_focus(self.room_pane.chat if chat else self.pane.table)

    _chat_had_focus = False
    _followed = ""

    # ------------------------------------------------------------------ keys

    def action_do(self, name: str) -> None:
        self.do(name)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Of several actions with one key, the one of this view."""
        name = parameters[0] if action == "do" and parameters else ""
        return not (isinstance(name, str) and name in SHARED and self.pane.view not in BY_ID[name].views)

    def do(self, name: str) -> None:
        """Run an action of the table by its id."""
        action = BY_ID[name]
        if self.bar.is_open:
            return
        if self.pane.view not in action.views:
            if action.group == "act":
                self.say(Report(t("say.not_here"), ok=False))
            return
        self._chat_had_focus = self.pane.view == "chat"
        self._deeds[name]()
        self._mark()

    def open_row(self) -> None:
        key = self.pane.table.cursor_key
        if key is None:
            self.say(Report(t("say.no_row"), ok=False))
        elif self.pane is self.nodes_pane:
            self.rooms_pane.narrow(key[0])
            self.show("rooms")
        elif self.pane is self.rooms_pane:
            self.enter(key)
        elif self.pane is self.quota_pane:
            questions.limit(self)
        elif self.pane is self.alerts_pane:
            self.rooms_pane.narrow(key[0])
            self.show("rooms")
        elif self.pane in (self.wall_pane, self.recordings_pane):
            if key[:2] in self.look.store.rooms.rows:
                self.enter(key[:2])
        elif (person := self.hand.table_of_people.cursor_row) is not None:
            self.app.push_screen(QualityScreen(person, self.fleet, self.look))

    def back(self) -> None:
        if self.pane not in (self.room_pane, self.rooms_pane, self.nodes_pane):
            self.show("nodes")
        elif self.pane is self.room_pane:
            self.show("rooms")
        elif self.pane is self.rooms_pane:
            if self.rooms_pane.context:
                self.nodes_pane.table.point_at(self._node_of(self.rooms_pane.context))
            self.rooms_pane.narrow("")
            self.show("nodes")
        else:
            self.bar.ask(Question(t("ask.quit"), lambda _: self.app.exit(0)))

    def _node_of(self, context: str) -> Key:
        return next((key for key in self.look.store.nodes.rows if key[0] == context), (context, ""))

    def show_rooms(self) -> None:
        self.rooms_pane.narrow("")
        self.show("rooms")

    def next_pane(self) -> None:
        room = self.room_pane
        self.remove_class("-zoom", "-zoom-chat")
        target = room.table if room.view == "chat" else room.chat
        target.focus()

    def zoom(self) -> None:
        zoomed = self.has_class("-zoom")
        chat = self.pane.view == "chat"
        self.set_class(not zoomed, "-zoom")
        self.set_class(not zoomed and chat, "-zoom-chat")

    def clear(self) -> None:
        self.pane.table.unmark()
        self.pane.table.set_filter("", None)

    def pause(self) -> None:
        paused = not self.pane.table.paused
        for pane in self.panes.values():
            pane.pause(paused)
        if paused:
            self.say(Report(t("say.paused")))
        else:
            self.report = None
            self.pane.tick()

    def copy(self) -> None:
        chat = self.room_pane.chat
        key = chat.cursor_key if self.pane.view == "chat" else self.pane.table.cursor_key
        if not key:
            self.say(Report(t("say.no_copy"), ok=False))
            return
        self.app.copy_to_clipboard(key[-1] or key[0])
        self.say(Report(t("done.copied", text=key[-1] or key[0])))

    def copy_row(self) -> None:
        """What the row says, as JSON: by the words of the filter, harmless where it is pasted."""
        row = self.pane.table.cursor_row
        if row is None:
            self.say(Report(t("say.no_row"), ok=False))
            return
        self.app.copy_to_clipboard(safe_json({name: field.get(row) for name, field in self.pane.fields.items()}))
        self.say(Report(t("done.copied_row", text=clean(row.key[-1] or row.key[0]))))

    def orders(self) -> dict[str, Order]:
        """By which column each list is sorted."""
        return {view: (pane.table.sort_id, pane.table.reverse) for view, pane in self.panes.items()}

    def order_as(self, orders: Mapping[str, Order]) -> None:
        """As it was once; a column that there is no more is passed over."""
        for view, pane in self.panes.items():
            column, reverse = orders.get(view, ("", False))
            if any(one.id == column for one in pane.table.columns):
                pane.table.sort_id, pane.table.reverse = column, reverse

    def narrow(self, context: str) -> None:
        """Every list to this context alone; empty: to none."""
        self.look.context = context
        self.rooms_pane.narrow("")
        for pane in self.panes.values():
            pane.table.start_over()
        self._mark()

    def speak(self, language: Language) -> None:
        i18n.use(language)
        self.pane.table.refresh()
        self.room_pane.chat.flush()
        for lines in self.query(Lines):
            lines.mark()

    # ------------------------------------------------------------------ filter and command line

    def open_filter(self) -> None:
        table = self.pane.table
        before = table.filter_text
        self.bar.ask_line(
            Line(
                t("do.filter"),
                t("filter.hint"),
                done=self._keep_filter,
                cancel=lambda: self.set_filter(before),
                change=self._try_filter,
            ),
            before,
        )

    def _try_filter(self, text: str) -> str:
        try:
            self.set_filter(text)
        except FilterError as error:
            return t(error.word, **error.values)
        return ""

    def _keep_filter(self, text: str) -> None:
        if wrong := self._try_filter(text):
            self.say(Report(wrong, ok=False))

    def set_filter(self, text: str) -> None:
        """Raises FilterError and leaves the filter as it was."""
        predicate = compile_filter(text, self.pane.fields)
        self.pane.table.set_filter(text.strip(), predicate)
        self._mark()

    def open_command(self) -> None:
        line = Line(
            t("do.command"),
            t("command.hint"),
            done=self.command,
            cancel=lambda: None,
            complete=complete,
            history=self._history,
        )
        self.bar.ask_line(line)

    def command(self, text: str) -> None:
        if text:
            self._history = (*self._history[-49:], text)
        try:
            parsed = parse(text)
            if parsed is not None:
                commands.run(self, parsed)
        except (CommandError, FilterError) as error:
            self.say(Report(t(error.word, **error.values), ok=False))


__all__ = ["DeskScreen", "Link"]
