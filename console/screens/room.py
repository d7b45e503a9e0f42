"""A room: its people, and its chat below them or beside them."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widget import Widget

from console.actions import View
from console.columns.people import PERSON_COLUMNS, microphone, note
from console.columns.rooms import room_state
from console.columns.table import Look, Tone, age, megabits
from console.fields import PERSON_FIELDS
from console.i18n import n, t
from console.model import Key, Person, Room
from console.screens.view import Pane
from console.widgets.chat_tail import ChatTail
from console.widgets.live_table import LiveTable
from console.widgets.paint import Line


class RoomPane(Pane):
    name_of_view = "room"
    fields = PERSON_FIELDS

    def __init__(self, look: Look, id: str) -> None:
        table = LiveTable(
            look.store.people,
            PERSON_COLUMNS,
            look,
            sort="name",
            reverse=False,
            empty=self._empty,
            scope=self._scope,
            id="people-table",
        )
        super().__init__(look, id, table)
        self.room_key: Key | None = None
        self.chat = ChatTail(look.store, id="chat")

    def compose(self) -> ComposeResult:
        yield self.table
        yield self.chat

    def _scope(self) -> Key:
        return self.room_key or ("", "")

    def _empty(self, filtered: bool) -> tuple[str, str]:
        if filtered:
            return t("empty.filter"), t("empty.filter.next")
        return t("empty.people"), t("empty.people.next")

    @property
    def room(self) -> Room | None:
        return self.look.store.rooms.rows.get(self.room_key) if self.room_key else None

    @property
    def view(self) -> View:
        return "chat" if self.chat.has_focus else "room"

    @property
    def active(self) -> Widget:
        return self.chat if self.chat.has_focus else self.table

    def show(self, room: Key) -> None:
        if room != self.room_key:
            self.room_key = room
            self.table.start_over()
            self.chat.show(room)

    def tick(self) -> None:
        super().tick()
        self.chat.tick()

    def flush(self) -> None:
        super().flush()
        self.chat.flush()

    def pause(self, paused: bool) -> None:
        super().pause(paused)
        self.chat.paused = paused

    def crumb(self) -> str:
        return self.room_key[1] if self.room_key else ""

    def summary(self) -> Line:
        room = self.room
        if room is None:
            return []
        rate = f"{n('people', room.people)}   {megabits(room.bits_out)} Mb/s   {room.node or room.context}   "
        line: Line = [("   ", ""), (f"{room.title}   ", ""), (rate, "dim"), room_state(room, self.look)]
        if room.moderators_needed:
            tone: Tone = "dim" if room.moderators >= room.moderators_needed else "warn"
            cover = t("room.moderators", n=room.moderators, of=room.moderators_needed)
            line.append((f"   {cover}", tone))
        for count, word in ((room.hands, "room.hands"), (room.reactions, "room.reactions")):
            if count:
                line.append((f"   {t(word, n=count)}", "dim"))
        return line

    def detail(self) -> Line:
        if self.view == "chat":
            message = self.chat.cursor_message
            return [(message.name, "strong"), ("  ", ""), (message.message, "dim")] if message else []
        person: Person | None = self.table.cursor_row
        if person is None:
            room = self.room
            return [(room.room, "strong"), ("  ", ""), room_state(room, self.look)] if room else []
        line: Line = [(person.name, "strong"), ("  ", ""), microphone(person, self.look), ("  ", "")]
        said = note(person, self.look)
        if said.text:
            line += [said, ("  ", "")]
        here = age(self.look.wall - person.joined) if person.joined else "–"
        line.append((f"{here}  {person.participant}", "dim"))
        return line
