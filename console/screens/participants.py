"""Participants: the people of all nodes in one list, to find, mark and act on."""

from __future__ import annotations

from textual.app import ComposeResult

from console.columns.fleet import PARTICIPANT_COLUMNS
from console.columns.people import microphone, note
from console.columns.table import Look, age
from console.fields import PERSON_FIELDS
from console.i18n import t
from console.model import Person
from console.screens.view import Pane
from console.widgets.live_table import LiveTable
from console.widgets.paint import Line


class ParticipantsPane(Pane):
    name_of_view = "participants"
    fields = PERSON_FIELDS

    def __init__(self, look: Look, id: str) -> None:
        table = LiveTable(
            look.store.people,
            PARTICIPANT_COLUMNS,
            look,
            sort="name",
            reverse=False,
            empty=_empty,
            id="participants-table",
        )
        super().__init__(look, id, table)

    def compose(self) -> ComposeResult:
        yield self.table

    def detail(self) -> Line:
        person: Person | None = self.table.cursor_row
        if person is None:
            return []
        line: Line = [(person.name, "strong"), ("  ", ""), microphone(person, self.look), ("  ", "")]
        if (said := note(person, self.look)).text:
            line += [said, ("  ", "")]
        here = age(self.look.wall - person.joined) if person.joined else "–"
        return [*line, (f"{here}  {person.context} › {person.room} › {person.participant}", "dim")]


def _empty(filtered: bool) -> tuple[str, str]:
    if filtered:
        return t("empty.filter"), t("empty.filter.next")
    return t("empty.participants"), t("empty.participants.next")
