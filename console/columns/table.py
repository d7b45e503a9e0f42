"""The columns of every table: what a cell says, in which tone, how it sorts, and which ones yield to a narrow screen.

A state is always a glyph and a word; a tone only repeats it (colour-blind people and NO_COLOR lose nothing).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from console.i18n import number, t
from console.model import Grade, Key, Link, Node, Person, Room, Track
from console.state import Store
from console.text import Align, collate, fit, meter, sparkline, squeeze

Tone = Literal["", "dim", "strong", "accent", "good", "warn", "bad"]
HOT: Final = 90.0  # per cent of the machine


class Cell(NamedTuple):
    text: str
    tone: Tone = ""


@dataclass(slots=True)
class Look:
    """What a cell may ask for besides its row."""

    store: Store
    now: float = 0.0  # monotonic
    wall: float = 0.0  # Unix


@dataclass(frozen=True, slots=True)
class Column:
    """`yields`: 0 always shown; the largest number leaves first when the screen is narrow."""

    id: str
    label: str
    width: int
    cell: Callable[[Any, Look], Cell]
    sort: Callable[[Any, Look], Any]
    align: Align = "left"
    grow: int = 0  # share of the cells left over
    yields: int = 0
    descending: bool = False  # the first press of `s` puts the largest on top
    steady: bool = False  # a change of its value is told as one of the rows (`state.Table`)


@dataclass(frozen=True, slots=True)
class Placed:
    """A column with the cells it has on this screen."""

    column: Column
    width: int


def place(columns: tuple[Column, ...], cells: int) -> list[Placed]:
    """Which columns fit into `cells`, and how wide each is. One cell parts two columns."""
    shown = list(columns)
    while len(shown) > 1 and sum(column.width + 1 for column in shown) - 1 > cells:
        weakest = max(shown, key=lambda column: column.yields)
        if weakest.yields == 0:
            break
        shown.remove(weakest)
    rest = max(0, cells - (sum(column.width + 1 for column in shown) - 1))
    shares = sum(column.grow for column in shown)
    placed = []
    for column in shown:
        extra = rest * column.grow // shares if shares else 0
        placed.append(Placed(column, column.width + extra))
    return placed


def heading(placed: list[Placed], sort: str, reverse: bool) -> str:
    """The line above the rows; an arrow shows the sorted column."""
    parts = []
    for column, cells in ((place.column, place.width) for place in placed):
        label = t(column.label)
        if column.id == sort:
            arrow = "▼" if reverse else "▲"
            label = arrow + label if column.align == "right" else label + arrow
        parts.append(fit(label, cells, column.align))
    return " ".join(parts)


# ---------------------------------------------------------------------- helpers


def age(seconds: float) -> str:
    """5s, 12m, 3h, 4d: at most four cells up to 999 days."""
    value = max(0, int(seconds))
    if value < 100:
        return f"{value}s"
    if value < 100 * 60:
        return f"{value // 60}m"
    if value < 100 * 3600:
        return f"{value // 3600}h"
    return f"{value // 86400}d"


def rate(value: float) -> str:
    """A number in at most five cells: 950, 12,4k, 3,1M."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size:
            short = value / size
            return f"{number(short, 0 if short >= 100 else 1)}{unit}"
    return f"{value:.0f}"


def kilobits(bits: float) -> str:
    return f"{bits / 1000:.0f}"


def megabits(bits: float) -> str:
    value = bits / 1e6
    return number(value, 0 if value >= 100 else 1)


def _loss(value: float) -> Cell:
    return Cell(number(value), "bad" if value >= 8 else "warn" if value >= 2 else "")


def _silent(context: str, look: Look) -> bool:
    return look.store.link(context) is not Link.LIVE


# ---------------------------------------------------------------------- nodes


def node_state(node: Node, look: Look) -> tuple[int, Cell]:
    """Severity (0 is well) and the cell."""
    match look.store.link(node.context):
        case Link.DOWN:
            return 6, Cell(t("link.down"), "bad")
        case Link.DENIED:
            return 5, Cell(t("link.denied"), "bad")
        case Link.STALE:
            return 4, Cell(t("link.stale"), "warn")
        case Link.CONNECTING:
            return 1, Cell(t("link.connecting"), "dim")
        case Link.LIVE:
            pass
    if node.gone_at:
        return 0, Cell(t("note.gone"), "dim")
    if node.state == "plane_down":
        return 6, Cell(t("node.plane_down"), "bad")
    if node.state == "fenced":
        return 4, Cell(t("node.fenced"), "warn")
    if node.database_away:
        return 4, Cell(t("node.database_away"), "warn")
    if node.cpu >= HOT:
        return 3, Cell(t("node.hot"), "warn")
    if node.state == "draining":
        return 2, Cell(t("node.draining"), "accent")
    return 0, Cell(t("node.ok"), "good")


def _of_node(show: Callable[[Node], Cell]) -> Callable[[Node, Look], Cell]:
    """A figure of a node; old figures are dim, and a node never heard has none."""

    def cell(node: Node, look: Look) -> Cell:
        link = look.store.link(node.context)
        if not node.name or link is Link.DOWN:
            return Cell("–", "dim")
        shown = show(node)
        return Cell(shown.text, "dim") if link is not Link.LIVE else shown

    return cell


def _spark(node: Node, look: Look) -> Cell:
    past = look.store.history.get(node.key)
    bars = sparkline(squeeze(list(past.cpu)[-60:] if past else [], 8), 8, 100.0)
    return Cell(bars, "dim" if _silent(node.context, look) else "warn" if node.cpu >= HOT else "accent")


def _node_age(node: Node, look: Look) -> Cell:
    seconds = look.store.age(node.context, look.now)
    return Cell(age(seconds), "warn" if seconds >= 3 else "dim")


def headroom(node: Node) -> float:
    """Per cent that is left, of the processor or of the people it takes, whichever is less."""
    places = 100.0 * (1 - node.people / node.max_people) if node.max_people else 100.0
    return max(0.0, min(100.0 - node.cpu, places))


def node_name(node: Node) -> str:
    return node.name or node.context


NODE_COLUMNS: Final = (
    Column("node", "col.node", 10, lambda r, k: Cell(node_name(r), "strong"), lambda r, k: node_name(r), grow=2),
    Column(
        "state", "col.state", 11, lambda r, k: node_state(r, k)[1], lambda r, k: node_state(r, k)[0], descending=True
    ),
    Column(
        "cpu",
        "col.cpu",
        5,
        _of_node(lambda r: Cell(f"{r.cpu:.0f}", "warn" if r.cpu >= HOT else "")),
        lambda r, k: r.cpu,
        "right",
        descending=True,
    ),
    Column("history", "col.history", 8, _spark, lambda r, k: r.cpu, yields=5, descending=True),
    Column(
        "rooms", "col.rooms", 6, _of_node(lambda r: Cell(str(r.rooms))), lambda r, k: r.rooms, "right", descending=True
    ),
    Column(
        "people",
        "col.people",
        6,
        _of_node(lambda r: Cell(str(r.people))),
        lambda r, k: r.people,
        "right",
        descending=True,
    ),
    Column(
        "left",
        "col.left",
        5,
        _of_node(lambda r: Cell(f"{headroom(r):.0f} %", "warn" if headroom(r) < 10 else "")),
        lambda r, k: headroom(r),
        "right",
        yields=6,
    ),
    Column(
        "pps",
        "col.pps",
        5,
        _of_node(lambda r: Cell(rate(r.packets_in + r.packets_out))),
        lambda r, k: r.packets_in + r.packets_out,
        "right",
        descending=True,
    ),
    Column(
        "mbps",
        "col.mbps",
        5,
        _of_node(lambda r: Cell(megabits(r.bits_out))),
        lambda r, k: r.bits_out,
        "right",
        descending=True,
    ),
    Column("loss", "col.loss", 5, _of_node(lambda r: _loss(r.loss)), lambda r, k: r.loss, "right", descending=True),
    Column(
        "nacks",
        "col.nacks",
        6,
        _of_node(lambda r: Cell(rate(r.nacks))),
        lambda r, k: r.nacks,
        "right",
        yields=7,
        descending=True,
    ),
    Column(
        "lag",
        "col.lag",
        6,
        _of_node(lambda r: Cell(number(r.lag_ms), "warn" if r.lag_ms >= 20 else "")),
        lambda r, k: r.lag_ms,
        "right",
        yields=8,
        descending=True,
    ),
    Column(
        "age",
        "col.age",
        4,
        _node_age,
        lambda r, k: k.store.age(r.context, k.now),
        "right",
        descending=True,
    ),
)

# ---------------------------------------------------------------------- rooms


def room_state(room: Room, look: Look) -> Cell:
    if room.pending:
        return Cell(t(f"pending.{room.pending}"), "accent")
    match look.store.link(room.context):
        case Link.DOWN | Link.DENIED:
            return Cell(t("link.down"), "bad")
        case Link.STALE:
            return Cell(t("link.stale"), "warn")
        case _:
            pass
    if room.gone_at or not room.open:
        return Cell(t("room.closed"), "dim")
    if room.cover in ("slow", "hold"):
        return Cell(t("room.cover"), "bad")
    if room.waiting:
        return Cell(t("room.asks", n=room.waiting), "warn")
    if room.waiters:
        return Cell(t("room.waiters", n=room.waiters), "warn")
    if room.muted:
        return Cell(t("blocked"), "warn")
    return Cell(t("room.open"), "good") if room.people else Cell(t("room.waiting"), "dim")


def _of_room(show: Callable[[Room], Cell]) -> Callable[[Room, Look], Cell]:
    def cell(room: Room, look: Look) -> Cell:
        shown = show(room)
        return Cell(shown.text, "dim") if room.gone_at or _silent(room.context, look) else shown

    return cell


def _people(room: Room) -> Cell:
    if not room.max_participants:
        return Cell(str(room.people))
    full = room.people >= room.max_participants
    return Cell(f"{room.people}/{room.max_participants}", "warn" if full else "")


def _room_since(room: Room, look: Look) -> Cell:
    started = room.opened or room.created
    return Cell(age(look.wall - started) if started else "–", "dim")


ROOM_COLUMNS: Final = (
    Column("room", "col.room", 14, lambda r, k: Cell(r.room, "strong"), lambda r, k: r.room, grow=2),
    Column(
        "title", "col.title", 12, _of_room(lambda r: Cell(r.title)), lambda r, k: collate(r.title), grow=3, yields=6
    ),
    Column(
        "node", "col.node", 10, _of_room(lambda r: Cell(r.node or r.context)), lambda r, k: r.node, grow=1, yields=3
    ),
    Column("state", "col.open", 10, room_state, lambda r, k: room_state(r, k).text),
    Column("people", "col.people", 7, _of_room(_people), lambda r, k: r.people, "right", descending=True),
    Column(
        "speakers",
        "col.speaking",
        4,
        _of_room(lambda r: Cell(str(r.speaking) if r.speaking else "·")),
        lambda r, k: r.speaking,
        "right",
        yields=7,
        descending=True,
    ),
    Column(
        "cameras",
        "col.cameras",
        4,
        _of_room(lambda r: Cell(str(r.cameras) if r.cameras else "·")),
        lambda r, k: r.cameras,
        "right",
        yields=5,
        descending=True,
    ),
    Column(
        "screen",
        "col.screen",
        6,
        _of_room(lambda r: Cell(t("on") if r.screen else "·", "accent" if r.screen else "dim")),
        lambda r, k: r.screen,
        yields=8,
        descending=True,
    ),
    Column(
        "mbps",
        "col.mbps",
        6,
        _of_room(lambda r: Cell(megabits(r.bits_out))),
        lambda r, k: r.bits_out,
        "right",
        descending=True,
    ),
    Column(
        "loss",
        "col.loss",
        6,
        _of_room(lambda r: _loss(r.loss)),
        lambda r, k: r.loss,
        "right",
        yields=4,
        descending=True,
    ),
    Column(
        "since",
        "col.since",
        6,
        _room_since,
        lambda r, k: r.opened or r.created,
        "right",
        yields=9,
    ),
)

# ---------------------------------------------------------------------- people


def microphone(person: Person, look: Look) -> Cell:
    track = person.track("microphone")
    if track is None:
        return Cell(t("none"), "dim")
    if track.muted:
        return Cell(t("blocked"), "warn")
    if person.speaking:
        return Cell(t("talking"), "accent")
    return Cell(t("on"), "") if track.on else Cell(t("off"), "dim")


def _video(track: Track | None) -> Cell:
    if track is None:
        return Cell(t("none"), "dim")
    if track.muted:
        return Cell(t("blocked.video"), "warn")
    return Cell(t("on"), "") if track.on else Cell(t("off"), "dim")


def loudness(level: int) -> float:
    """0 … 1 of a level in -dBov: speech lies between -50 and -10."""
    return 0.0 if level >= 127 else min(1.0, max(0.0, (60 - level) / 50))


def _level(person: Person, look: Look) -> Cell:
    track = person.track("microphone")
    if track is None or track.muted or not track.on:
        return Cell("·····", "dim")
    return Cell(meter(loudness(person.level), 5), "accent" if person.speaking else "dim")


def note(person: Person, look: Look) -> Cell:
    if person.pending:
        return Cell(t(f"pending.{person.pending}"), "accent")
    if person.gone_at:
        return Cell(t("note.gone"), "dim")
    match look.store.link(person.context):
        case Link.DOWN | Link.DENIED:
            return Cell(t("link.down"), "bad")
        case Link.STALE:
            return Cell(t("link.stale"), "warn")
        case _:
            pass
    if person.state == "away":
        return Cell(t("note.away"), "warn")
    if person.state == "joining":
        return Cell(t("note.joining"), "dim")
    if person.hand:
        return Cell(t("note.hand", age=age(look.wall - person.hand)), "accent")
    if person.held:
        return Cell(t("note.held"), "warn")
    for source, track in person.tracks.items():
        if track.muted:
            who = track.muted_by or "?"
            if source == "microphone":
                return Cell(t("note.muted_by", who=who), "warn")
            return Cell(t("note.blocked_by", source=t(f"source.{source}"), who=who), "warn")
    if person.cause and person.grade in (Grade.FAIR, Grade.POOR):
        return Cell(t(f"note.{person.cause}"), GRADE_TONES[person.grade])
    return Cell("")


GRADE_TONES: Final[dict[Grade, Tone]] = {
    Grade.UNKNOWN: "dim",
    Grade.GOOD: "good",
    Grade.FAIR: "warn",
    Grade.POOR: "bad",
}


def _known(show: Callable[[Person], Cell]) -> Callable[[Person, Look], Cell]:
    """A measure of the way to the person; dots until it is known."""

    def cell(person: Person, look: Look) -> Cell:
        if person.gone_at or person.grade is Grade.UNKNOWN:
            return Cell("·", "dim")
        shown = show(person)
        return Cell(shown.text, "dim") if _silent(person.context, look) else shown

    return cell


def _live(show: Callable[[Person, Look], Cell]) -> Callable[[Person, Look], Cell]:
    def cell(person: Person, look: Look) -> Cell:
        shown = show(person, look)
        return Cell(shown.text, "dim") if person.gone_at else shown

    return cell


PERSON_COLUMNS: Final = (
    Column(
        "name",
        "col.name",
        14,
        _live(lambda r, k: Cell(r.name or r.participant, "strong")),
        lambda r, k: collate(r.name),
        grow=3,
        steady=True,
    ),
    Column(
        "role",
        "col.role",
        6,
        lambda r, k: Cell(t(f"role.{r.role}") if r.client == "page" else t(f"client.{r.client}"), "dim"),
        lambda r, k: (r.role != "host", r.client),
        yields=6,
    ),
    Column("mic", "col.mic", 7, _live(microphone), lambda r, k: microphone(r, k).text),
    Column("level", "col.level", 5, _live(_level), lambda r, k: (r.speaking, -r.level), yields=1, descending=True),
    Column(
        "camera",
        "col.camera",
        7,
        _live(lambda r, k: _video(r.track("camera"))),
        lambda r, k: _video(r.track("camera")).text,
        yields=5,
    ),
    Column(
        "sharing",
        "col.screen",
        7,
        _live(lambda r, k: _video(r.track("screen"))),
        lambda r, k: _video(r.track("screen")).text,
        yields=8,
    ),
    Column(
        "loss", "col.loss", 5, _known(lambda r: _loss(r.loss)), lambda r, k: r.loss, "right", yields=2, descending=True
    ),
    Column(
        "rtt",
        "col.rtt",
        4,
        _known(lambda r: Cell(f"{r.rtt_ms:.0f}")),
        lambda r, k: r.rtt_ms,
        "right",
        yields=3,
        descending=True,
    ),
    Column(
        "kbps",
        "col.kbps",
        5,
        _known(lambda r: Cell(f"{r.bits / 1000:.0f}")),
        lambda r, k: r.bits,
        "right",
        yields=7,
        descending=True,
    ),
    Column(
        "grade",
        "col.grade",
        9,
        _known(lambda r: Cell(t(f"grade.{int(r.grade)}"), GRADE_TONES[r.grade])),
        lambda r, k: r.grade,
        yields=4,
        descending=True,
    ),
    Column("note", "col.note", 12, note, lambda r, k: note(r, k).text, grow=1),
)


def row_key(row: Any) -> Key:
    key: Key = row.key
    return key
