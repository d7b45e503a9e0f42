"""The lines around the views: who and what on top, the outcome and the keys at the bottom."""

from __future__ import annotations

import time
from collections import Counter

from console.actions import BY_ID, View, allowed, hints
from console.arming import Arming
from console.columns.table import Look, Tone
from console.i18n import integer, n, t
from console.model import Link, Role
from console.operations import Report
from console.screens.view import Pane
from console.text import width
from console.widgets.paint import Line, spread

_TABS: tuple[tuple[View, str], ...] = (
    ("nodes", "1"),
    ("rooms", "2"),
    ("participants", "3"),
    ("wall", "4"),
    ("alerts", "5"),
    ("audit", "6"),
    ("quota", "7"),
    ("recordings", "8"),
    ("room", "0"),
)
_LINKS: tuple[tuple[Link, str, Tone], ...] = (
    (Link.LIVE, "link.live", "good"),
    (Link.CONNECTING, "link.connecting", "dim"),
    (Link.STALE, "link.stale", "warn"),
    (Link.DOWN, "link.down", "bad"),
    (Link.DENIED, "link.denied", "bad"),
)


def header(look: Look, context: str, arming: Arming, cells: int) -> Line:
    """The fleet in one line: links, people, our role, the time."""
    store = look.store
    counts = Counter(connection.link for connection in store.connections.values())
    left: Line = [(f" {t('app.title')} ", "accent"), (" " + n("head.nodes", len(store.connections)), "")]
    for link, word, tone in _LINKS:
        if counts[link]:
            glyph, _, name = t(word).partition(" ")
            left.append((f"  {glyph} {counts[link]} {name}", tone))
    right: Line = [*_who(look, context, arming), (time.strftime("  %H:%M:%SZ ", time.gmtime(look.wall)), "strong")]
    room_left = cells - sum(width(text) for text, _ in (*left, *right))
    left += [(middle, "dim") for middle in _gauge(look) if width(middle) <= room_left][:1]
    return spread(left, right, cells)


def _gauge(look: Look) -> tuple[str, str]:
    """What goes on, at length and in short: of the nodes that are heard, so no older than they are (R253)."""
    store = look.store
    live = [node for node in store.nodes.rows.values() if store.link(node.context) is Link.LIVE]
    people, webinars = sum(node.people for node in live), sum(node.webinars for node in live)
    rooms = n("head.rooms", sum(1 for room in store.rooms.rows.values() if room.open and not room.gone_at))
    most = integer(sum(node.max_people for node in live)) if live and all(node.max_people for node in live) else ""
    present = n("head.people_of", people, most=most) if most else n("head.people", people)
    return f"   {rooms}  {n('head.webinars', webinars)}  {present}", f"   {rooms}  {n('head.people', people)}"


def _who(look: Look, context: str, arming: Arming) -> Line:
    """Who we are for the node under the cursor."""
    connection = look.store.connections.get(context)
    if connection is None:
        return []
    role = min(connection.role, Role.VIEWER) if arming.read_only else connection.role
    word: Line = [(t(f"role.{role.word}"), "strong" if role > Role.VIEWER else "")]
    if role <= Role.VIEWER:
        word.append((f" {t('head.ro')}", "warn"))
    elif not arming.armed(look.now):
        word.append((f" {t('head.unarmed')}", "warn"))
    elif minutes := arming.left(look.now):
        word.append((f" {t('head.armed', minutes=minutes)}", "warn"))
    who = connection.operator
    place = f"{who}@{context} " if who else f"{context} "
    return [(place, "dim"), *word]


def tabs(pane: Pane, room: str, cells: int) -> Line:
    """Where we are, how it is ordered and filtered."""
    table = pane.table
    right: Line = []
    if pane.look.context:
        right.append((f"@{pane.look.context}  ", "warn"))
    if (in_hand := table.column_in_hand) is not None:
        right.append((f"[{t(in_hand.label)}]  ", "accent"))
    if table.paused:
        right.append((f"{t('head.paused')}  ", "warn"))
    elif table.ranging:
        right.append((f"{t('head.range')}  ", "warn"))
    elif table.held:
        right.append((f"{t('head.held')}  ", "dim"))
    if table.marks:
        right.append((f"{n('head.marked', len(table.marks))}  ", "accent"))
    if table.filter_text:
        right.append((f"/{table.filter_text}  ", "warn"))
    shown, total = (
        len(table.order),
        len(pane.look.store.people) if pane.name_of_view in ("room", "participants") else len(table.rows),
    )
    at = table.position + 1
    count = (
        f"{at}/{shown}" if shown == total or not table.filter_text else t("head.of", shown=f"{at}/{shown}", total=total)
    )
    right.append((f"{count} ", "dim"))
    room_left = cells - max(12, sum(width(text) for text, _ in right) + 1)
    left = _names(pane, room, short=False)
    if sum(width(text) for text, _ in left) > room_left:
        left = _names(pane, room, short=True)
    left += pane.summary() if cells >= 120 else []
    return spread(left, right, cells)


def _names(pane: Pane, room: str, *, short: bool) -> Line:
    """Every screen with its key; `short`: only the key of those that are not shown."""
    store = pane.look.store
    counts = {"wall": len(store.tasks) if store.tasks.rows else 0, "alerts": store.news}
    more = {"wall": "+"} if pane.name_of_view != "wall" else {}  # hands, doors and sound are only asked for there
    left: Line = [(" ", "")]
    for view, key in _TABS:
        here = view == pane.name_of_view
        if view == "room" and not room:
            continue
        crumb = pane.crumb() if here else room if view == "room" and not short else ""
        count = f"({counts[view]}{more.get(view, '')})" if counts.get(view) else ""
        name = "" if short and not here else " " + t(f"tab.{view}")
        text = f" {key}{name}{count}{f' {crumb}' if crumb else ''} "
        tone: Tone = "accent" if here else "warn" if count else "dim"
        left.append((f"[{text.strip()}]" if here else text, tone))
    return left


def status(pane: Pane, report: Report | None, undo_offer: str, cells: int) -> Line:
    """The last outcome; when there is none to tell, the row under the cursor."""
    right: Line = [(f" {undo_offer} ", "accent")] if undo_offer else []
    if report is None:
        return spread([(" ", ""), *pane.detail()], right, cells)
    glyph, tone = ("… ", "accent") if report.going else ("✓ ", "good") if report.ok else ("✗ ", "bad")
    kind: Tone = tone  # type: ignore[assignment]
    return spread([(f" {glyph}", kind), (report.text, "" if report.ok else "strong")], right, cells)


def keys(view: View, role: Role, cells: int) -> Line:
    """The keys worth knowing here, help always; those the role may not use are in brackets."""
    line: Line = [(" ", "")]
    help_key = BY_ID["help"]
    left = cells - 1 - width(f"{help_key.shown} {t(help_key.label)}")
    for action in hints(view):
        label = t(action.label)
        if action is help_key:
            continue
        may = allowed(action, role)
        shown = f"{action.shown} {label}" if may else f"({action.shown} {label})"
        if width(shown) + 2 > left:
            continue
        left -= width(shown) + 2
        if may:
            line += [(f"{action.shown} ", "accent"), (f"{label}  ", "dim")]
        else:
            line.append((f"{shown}  ", "dim"))
    return [*line, (f"{help_key.shown} ", "accent"), (t(help_key.label), "dim")]
