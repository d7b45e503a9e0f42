"""Help: the action table, the filter language and the commands, as they are.

Whoever starts the console may put a note above them with $REGIE_CONSOLE_NOTE; `regie demo` says the join links there.
"""

from __future__ import annotations

import os

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from console.actions import ACTIONS, Group
from console.fields import (
    ALERT_FIELDS,
    MESSAGE_FIELDS,
    NODE_FIELDS,
    PERSON_FIELDS,
    QUOTA_FIELDS,
    RECORD_FIELDS,
    RECORDING_FIELDS,
    ROOM_FIELDS,
    WALL_FIELDS,
)
from console.grammar import VERBS
from console.i18n import t
from console.model import Role
from console.text import fit, wrap
from console.theme import ON_SURFACE
from console.widgets.paint import Line, Lines
from console.words import WORDS

_GROUPS: tuple[Group, ...] = ("move", "look", "act", "else")


class HelpScreen(ModalScreen[None]):
    CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen VerticalScroll { width: 100; max-width: 96%; height: 92%; background: $surface;
        border: round $border; border-title-color: $accent; border-subtitle-color: #7b8696; padding: 0 1;
        scrollbar-size-vertical: 1; }
    """

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = t("help.title")
            scroll.border_subtitle = t("help.close")
            page = Lines(lambda cells, rows: help_lines(cells), ON_SURFACE, id="help-page")
            yield page

    def on_resize(self) -> None:
        page = self.query_one("#help-page", Lines)
        cells = max(40, min(100, int(self.size.width * 0.96)) - 5)
        page.styles.height = len(help_lines(cells))

    def on_key(self, event: events.Key) -> None:
        scroll = self.query_one(VerticalScroll)
        event.stop()
        match event.key:
            case "q" | "escape" | "question_mark" | "enter" | "backspace":
                self.dismiss()
            case "j" | "down":
                scroll.scroll_down(animate=False, immediate=True)
            case "k" | "up":
                scroll.scroll_up(animate=False, immediate=True)
            case "g" | "home":
                scroll.scroll_home(animate=False)
            case "G" | "end":
                scroll.scroll_end(animate=False)
            case "pagedown" | "ctrl+f" | "space":
                scroll.scroll_page_down(animate=False)
            case "pageup" | "ctrl+b":
                scroll.scroll_page_up(animate=False)
            case _:
                pass


def help_lines(cells: int) -> list[Line]:
    note = os.environ.get("REGIE_CONSOLE_NOTE", "").splitlines()
    # A link is of use only whole.
    lines: list[Line] = [[(piece, "accent")] for line in note for piece in (wrap(line, cells) if line else [""])]
    for text in (t("help.tiers"), t("help.promise")):
        lines += [[(piece, "")] for piece in wrap(text, cells)]
    for group in _GROUPS:
        lines += [[], [(t(f"help.{group}").upper(), "accent")]]
        for action in ACTIONS:
            if action.group == group:
                lines += _action(action.id, action.shown, action.role, cells)
    lines += [[], [(t("help.filter").upper(), "accent")]]
    lines += [[(piece, "")] for piece in wrap(t("filter.hint"), cells)]
    for label, fields in (
        ("tab.nodes", NODE_FIELDS),
        ("tab.rooms", ROOM_FIELDS),
        ("tab.room", PERSON_FIELDS),
        ("chat.title", MESSAGE_FIELDS),
        ("tab.wall", WALL_FIELDS),
        ("tab.alerts", ALERT_FIELDS),
        ("tab.audit", RECORD_FIELDS),
        ("tab.quota", QUOTA_FIELDS),
        ("tab.recordings", RECORDING_FIELDS),
    ):
        names = wrap(" ".join(fields), cells - 12)
        lines.append([(fit(t(label), 12), "dim"), (names[0], "")])
        lines += [[(" " * 12, ""), (piece, "")] for piece in names[1:]]
    lines += [[], [(t("help.command").upper(), "accent")]]
    lines += [[(f":{verb.usage}", "")] for verb in VERBS]
    return lines


def _action(name: str, shown: str, role: Role, cells: int) -> list[Line]:
    long = f"long.{name}"
    text = t(long) if long in WORDS else t(f"do.{name}")
    needs = f"  ({t('help.needs', role=t(f'role.{role.word}'))})" if role > Role.VIEWER else ""
    pieces = wrap(text + needs, cells - 9)
    first: Line = [(fit(shown, 8) + " ", "strong"), (pieces[0], "")]
    rest: list[Line] = [[(" " * 9, ""), (piece, "")] for piece in pieces[1:]]
    return [first, *rest]
