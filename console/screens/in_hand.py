"""What the keys and commands of this moment are for: the row under the cursor, or the marked ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from console.i18n import integer, n, t
from console.model import Key, Person, Room
from console.wall import Task
from console.widgets.live_table import LiveTable

if TYPE_CHECKING:
    from console.screens.desk import DeskScreen


def marked_and_hidden(table: LiveTable) -> str:
    """How many rows are marked, match the filter and are hidden by it; empty when none is marked."""
    if not table.marks:
        return ""
    marked, match = len(table.marks), sum(key in table.marks for key in table.order)
    return t("ask.counts", marked=integer(marked), match=integer(match), hidden=integer(marked - match))


class InHand:
    def __init__(self, desk: DeskScreen) -> None:
        self._desk = desk

    def context(self) -> str:
        """The context of the row under the cursor."""
        if self._desk.pane is self._desk.room_pane and self._desk.room_pane.room_key:
            return self._desk.room_pane.room_key[0]
        key = self._desk.pane.table.cursor_key
        return key[0] if key else next(iter(self._desk.look.store.connections), "")

    def room(self) -> Room | None:
        """The room on the screen, or the one under the cursor."""
        if self._desk.pane is self._desk.room_pane:
            return self._desk.room_pane.room
        if self._desk.pane is self._desk.rooms_pane:
            room: Room | None = self._desk.rooms_pane.table.cursor_row
            return room
        key = self._desk.pane.table.cursor_key
        if key is not None and self._desk.pane in (self._desk.wall_pane, self._desk.participants_pane):
            return self._desk.look.store.rooms.rows.get(key[:2])
        return None

    def rooms(self) -> list[Room]:
        """The marked rooms, else the one on the screen or under the cursor."""
        table = self._desk.rooms_pane.table
        if self._desk.pane is self._desk.rooms_pane and table.marks:
            return [table.rows.rows[key] for key in table.order if key in table.marks and key in table.rows.rows]
        room = self.room()
        return [room] if room is not None else []

    @property
    def table_of_people(self) -> LiveTable:
        """The list of people that is meant: of all nodes where that is shown, else of the room."""
        pane = self._desk.participants_pane if self._desk.pane is self._desk.participants_pane else self._desk.room_pane
        return pane.table

    def people(self) -> list[Person]:
        """The marked people, else the one under the cursor."""
        if self._desk.pane is self._desk.wall_pane:
            return self._of_the_wall()
        table = self.table_of_people
        if table.marks:
            return self.marked()
        row = table.cursor_row
        return [row] if row is not None else []

    def tasks(self) -> list[Task]:
        """Of the wall: the marked rows, else the one under the cursor."""
        table = self._desk.wall_pane.table
        if table.marks:
            return [table.rows.rows[key] for key in table.order if key in table.marks and key in table.rows.rows]
        row = self._desk.wall_pane.row
        return [row] if row is not None else []

    def _of_the_wall(self) -> list[Person]:
        """Of the rows in hand, each person once; of several rows a host only where theirs was marked by itself."""
        named, tasks = self._desk.wall_pane.table.named, self.tasks()
        rows = self._desk.look.store.people.rows
        found = [(person, task) for task in tasks if (person := rows.get(task.person)) is not None]
        alone = not self._desk.wall_pane.table.marks
        kept = [person for person, task in found if alone or person.role != "host" or task.key in named]
        return list({person.key: person for person in kept}.values())

    def marked(self) -> list[Person]:
        """Hosts only where each was marked by itself: one is never among many by chance."""
        table = self.table_of_people
        found = [table.rows.rows[key] for key in table.order if key in table.marks and key in table.rows.rows]
        return [person for person in found if person.role != "host" or person.key in table.named]

    def counted(self, people: Sequence[Person]) -> str:
        """Of the marked set that a deed to `people` is of: how many rows are marked, match the filter and are hidden by
        it, to which nothing is done; and how many hosts are spared. Empty when it is not of what is marked."""
        desk = self._desk
        if desk.pane is desk.wall_pane:
            table, of_rows = desk.wall_pane.table, {task.person for task in self.tasks()}
        else:
            table = self.table_of_people
            of_rows = {person.key for person in self.marked()}
        chosen = {person.key for person in people}
        if not table.marks or desk.pane not in (desk.room_pane, desk.participants_pane, desk.wall_pane):
            return ""
        if not chosen <= of_rows:
            return ""
        people_of = {key: row.person if desk.pane is desk.wall_pane else key for key, row in self._marked_rows(table)}
        known = desk.look.store.people.rows
        spared = {
            who
            for key, who in people_of.items()
            if who not in chosen and key not in table.named and who in known and known[who].role == "host"
        }
        counts = marked_and_hidden(table)
        return f"{counts} {n('ask.spared', len(spared))}" if spared else counts

    def _marked_rows(self, table: LiveTable) -> list[tuple[Key, Any]]:
        return [(key, table.rows.rows[key]) for key in table.order if key in table.marks and key in table.rows.rows]

    def caps(self) -> list[tuple[Key, str]]:
        """What a cap would be of, (identity, name): the node or the room of the row, or the people in hand."""
        if self._desk.pane in (self._desk.room_pane, self._desk.participants_pane):
            return [(person.key, person.name or person.participant) for person in self.people()]
        if self._desk.pane is self._desk.rooms_pane:
            return [(room.key, room.room) for room in self.rooms()]
        key = self._desk.pane.table.cursor_key
        if key is None:
            return []
        return [((key[0],), key[-1] or key[0])] if self._desk.pane is self._desk.nodes_pane else [(key, key[-1])]
