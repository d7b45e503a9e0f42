"""Every action of the console, once: its id, key, label, the role it needs and how heavy it is.

Help, hints, palette, key bindings and the role check all read this table. The id is stable: a keymap may name it.

Tiers: T0 looks. T1 can be undone and runs at once. T2 disturbs people: a bar names target and effect, `y` runs it.
T3 touches more than `MANY` or cannot be undone: the number or the name is typed, and a reason. No key both asks and
confirms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from console.model import Role

View = Literal["nodes", "rooms", "room", "chat", "participants", "wall", "alerts", "quota", "audit", "recordings"]
Group = Literal["move", "look", "act", "else"]
Tier = Literal["T0", "T1", "T2", "T3"]

MANY: Final = 25  # more targets than this are T3
UNDO_SECONDS: Final = 30.0
ALL: Final[frozenset[View]] = frozenset(
    ("nodes", "rooms", "room", "chat", "participants", "wall", "alerts", "quota", "audit", "recordings")
)


@dataclass(frozen=True, slots=True)
class Action:
    """`keys`: Textual key names, the first is the one shown as `shown`."""

    id: str
    keys: tuple[str, ...]
    shown: str
    group: Group
    views: frozenset[View] = ALL
    role: Role = Role.NONE
    tier: Tier = "T0"
    hint: int = 0  # place in the line of hints; 0: only in the help

    @property
    def label(self) -> str:
        return f"do.{self.id}"


def _only(*views: View) -> frozenset[View]:
    return frozenset(views)


_TABLES: Final = _only("nodes", "rooms", "room", "participants", "wall", "alerts", "quota", "audit", "recordings")
_PEOPLE: Final = _only("room", "participants")
_MARKED: Final = _PEOPLE | _only("rooms", "recordings", "wall")
_ROOMS: Final = _only("rooms", "room", "chat")

ACTIONS: Final[tuple[Action, ...]] = (
    # ------------------------------------------------------------------ move
    Action("down", ("j", "down"), "j ↓", "move"),
    Action("up", ("k", "up"), "k ↑", "move"),
    Action("page_down", ("ctrl+f", "pagedown"), "^F", "move"),
    Action("page_up", ("ctrl+b", "pageup"), "^B", "move"),
    Action("top", ("g", "home"), "g", "move"),
    Action("bottom", ("G", "end"), "G", "move"),
    Action("open", ("enter",), "Enter", "move", ALL - _only("chat", "audit"), hint=1),
    Action("back", ("backspace", "q"), "q", "move", hint=90),
    Action("next_pane", ("tab", "shift+tab"), "Tab", "move", _only("room", "chat"), hint=20),
    Action("nodes", ("1",), "1", "move"),
    Action("rooms", ("2",), "2", "move"),
    Action("participants", ("3",), "3", "move"),
    Action("wall", ("4",), "4", "move"),
    Action("alerts", ("5",), "5", "move"),
    Action("audit", ("6",), "6", "move"),
    Action("quota", ("7",), "7", "move"),
    Action("recordings", ("8",), "8", "move"),
    Action("room", ("0",), "0", "move"),
    Action("last", ("minus",), "-", "move"),
    Action("next_match", ("n",), "n", "move", _TABLES),
    Action("previous_match", ("N",), "N", "move", _TABLES),
    Action("card", ("i",), "i", "move", _PEOPLE),
    Action("jump", ("f",), "f", "move", _TABLES, hint=26),
    Action("find", ("F",), "F", "move", hint=28),
    # ------------------------------------------------------------------ look
    Action("column_left", ("h", "left"), "h ←", "look", _TABLES),
    Action("column_right", ("l", "right"), "l →", "look", _TABLES),
    Action("filter", ("/",), "/", "look", _TABLES, hint=30),
    Action("clear", ("\\",), "\\", "look"),
    Action("sort", ("s",), "s", "look", _TABLES, hint=32),
    Action("reverse", ("S",), "S", "look", _TABLES),
    Action("mark", ("space",), "Space", "look", _MARKED, hint=12),
    Action("mark_range", ("V",), "V", "look", _MARKED, hint=13),
    Action("mark_all", ("*",), "*", "look", _MARKED, hint=14),
    Action("pause", ("p",), "p", "look", hint=34),
    Action("zoom", ("z",), "z", "look"),
    Action("copy", ("y",), "y", "look", hint=36),
    Action("copy_row", ("Y",), "Y", "look", _TABLES),
    Action("refresh", ("r",), "r", "look", _TABLES - _only("recordings")),
    Action("export", ("e",), "e", "look", hint=38),
    Action("timeline", ("t",), "t", "look", ALL - _PEOPLE - _only("wall"), hint=39),
    Action("outcomes", ("o",), "o", "look"),
    Action("verify", ("v",), "v", "act", _only("audit", "recordings"), Role.OPERATOR, hint=5),
    # ------------------------------------------------------------------ act
    Action("mute", ("m",), "m", "act", _PEOPLE | _only("wall"), Role.MODERATOR, "T1", hint=2),
    Action("camera", ("C",), "C", "act", _PEOPLE, Role.MODERATOR, "T1", hint=8),
    Action("sharing", ("x",), "x", "act", _PEOPLE, Role.MODERATOR, "T1", hint=9),
    Action("lower", ("H",), "H", "act", _PEOPLE | _only("wall"), Role.MODERATOR, "T1", hint=10),
    Action("mute_room", ("M",), "M", "act", _only("rooms", "room", "chat"), Role.MODERATOR, "T2", hint=3),
    Action("unmute_room", ("I",), "I", "act", _only("rooms", "room", "chat"), Role.MODERATOR, "T1"),
    Action("admit", ("A",), "A", "act", _only("rooms", "room", "wall"), Role.MODERATOR, "T2"),
    Action("remove", ("K",), "K", "act", _PEOPLE | _only("wall"), Role.MODERATOR, "T2", hint=4),
    Action("ban", ("B",), "B", "act", _PEOPLE | _only("wall"), Role.MODERATOR, "T2"),
    Action("to_lobby", ("t",), "t", "act", _PEOPLE | _only("wall"), Role.MODERATOR, "T2"),
    Action("acknowledge", ("A",), "A", "look", _only("alerts"), hint=4),
    Action("claim", ("c",), "c", "act", _only("wall"), Role.MODERATOR, "T1", hint=3),
    Action("approve", ("a",), "a", "act", _only("wall"), Role.MODERATOR, "T1", hint=4),
    Action("hide", ("d",), "d", "act", _only("chat", "wall"), Role.MODERATOR, "T1", hint=5),
    Action("chat_mute", ("c",), "c", "act", _only("chat"), Role.MODERATOR, "T1"),
    Action("chat_mute_for", ("C",), "C", "act", _only("chat"), Role.MODERATOR, "T1"),
    Action("hide_all", ("D",), "D", "act", _only("chat"), Role.MODERATOR, "T2"),
    Action("drain", ("D",), "D", "act", _only("nodes"), Role.OPERATOR, "T3", hint=8),
    Action("plan", ("i",), "i", "look", _only("nodes"), hint=7),
    Action("lock", ("L", "O"), "L", "act", _only("rooms", "room", "chat"), Role.MODERATOR, "T1"),
    Action("close", ("X",), "X", "act", _only("rooms", "room", "chat"), Role.OPERATOR, "T3", hint=5),
    Action("rates", ("b",), "b", "act", _only("nodes", "rooms", "room", "participants"), Role.OPERATOR, "T1", hint=6),
    Action("record", ("R",), "R", "act", _ROOMS | _only("recordings"), Role.OPERATOR, "T2", hint=7),
    Action("hold_record", ("P",), "P", "act", _only("recordings"), Role.OPERATOR, "T1", hint=8),
    Action("publish", ("w",), "w", "act", _only("recordings"), Role.OPERATOR, "T1", hint=3),
    Action("link", ("L",), "L", "act", _only("recordings"), Role.OPERATOR, "T1", hint=4),
    Action("remake", ("r",), "r", "act", _only("recordings"), Role.OPERATOR, "T1", hint=10),
    Action("cancel_record", ("T",), "T", "act", _only("recordings"), Role.OPERATOR, "T2", hint=11),
    Action("erase", ("E", "delete"), "E", "act", _only("recordings"), Role.OPERATOR, "T3", hint=9),
    Action("limit", ("c",), "c", "act", _only("quota"), Role.OPERATOR, "T1", hint=2),
    Action("undo", ("u",), "u", "act", ALL, Role.MODERATOR, "T1"),
    Action("undos", ("U",), "U", "look"),
    # ------------------------------------------------------------------ else
    Action("command", (":",), ":", "else", hint=60),
    Action("arm", ("W",), "W", "else", hint=11),
    Action("palette", ("ctrl+p",), "^P", "else"),
    Action("language", ("ctrl+l",), "^L", "else"),
    Action("help", ("?",), "?", "else", hint=80),
    Action("quit", ("ctrl+q",), "^Q", "else"),
)

BY_ID: Final[dict[str, Action]] = {action.id: action for action in ACTIONS}

SHARED: Final = frozenset(
    one.id for one in ACTIONS for other in ACTIONS if one is not other and set(one.keys) & set(other.keys)
)
"""Actions whose key is another's in another view."""


def hints(view: View) -> list[Action]:
    """The actions named on the last line of this view, the most useful first."""
    return sorted((a for a in ACTIONS if a.hint and view in a.views), key=lambda action: action.hint)


def allowed(action: Action, role: Role) -> bool:
    """May this role? The node asks the same question again: this only greys keys out."""
    return role >= action.role


def tier(action: Action, targets: int) -> Tier:
    """The weight of doing it to so many."""
    return "T3" if targets > MANY and action.tier in ("T1", "T2") else action.tier
