"""The words of the filter language for each table; the same in `/`, in `:` and in `regie … -f`."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final

from console.columns.nodes import headroom
from console.filters import Field, Fields
from console.model import Message, Node, Person, Room
from console.words import WORDS


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _table(*fields: Field, hay: Callable[[Any], str] | None = None) -> Fields:
    return Fields(fields, hay)


def _note(person: Person) -> str:
    if person.gone_at:
        return "gone"
    return person.state


def _node(name: str) -> Field:
    return Field(name, attrgetter(name), "number")


NODE_FIELDS: Final[Fields] = _table(
    Field("node", lambda row: row.name or row.context),
    Field("context", attrgetter("context")),
    Field("state", attrgetter("state")),
    Field("version", attrgetter("version")),
    _node("cpu"),
    _node("people"),
    _node("rooms"),
    _node("loss"),
    _node("nacks"),
    Field("left", headroom, "number"),
    Field("pps", lambda row: row.packets_in + row.packets_out, "number"),
    Field("mbps", lambda row: row.bits_out / 1e6, "number"),
    Field("lag", attrgetter("lag_ms"), "number"),
    Field("plane", attrgetter("plane_cpu"), "number"),
    Field("control", attrgetter("control_cpu"), "number"),
)


def _room_words(room: Room) -> str:
    return "open" if room.open else "closed"


ROOM_FIELDS: Final[Fields] = _table(
    Field("room", attrgetter("room")),
    Field("title", attrgetter("title")),
    Field("node", lambda row: row.node or row.context),
    Field("context", attrgetter("context")),
    Field("state", _room_words),
    Field("screen", lambda row: _yes(row.screen)),
    Field("muted", lambda row: _yes(row.muted)),
    Field("cover", attrgetter("cover")),
    Field("hands", attrgetter("hands"), "number"),
    Field("waiting", attrgetter("waiting"), "number"),
    Field("waiters", attrgetter("waiters"), "number"),
    Field("owner", attrgetter("owner")),
    Field("type", attrgetter("type")),
    Field("form", attrgetter("form")),
    Field("people", attrgetter("people"), "number"),
    Field("limit", attrgetter("max_participants"), "number"),
    Field("cameras", attrgetter("cameras"), "number"),
    Field("speakers", attrgetter("speaking"), "number"),
    Field("mbps", lambda row: row.bits_out / 1e6, "number"),
    Field("loss", attrgetter("loss"), "number"),
)


def _track_word(person: Person, source: str) -> str:
    track = person.track(source)
    if track is None:
        return "none"
    return "muted" if track.muted else "on" if track.on else "off"


ROLES: Final = {
    text.casefold(): key.removeprefix("role.")
    for key, texts in WORDS.items()
    if key.startswith("role.")
    for text in texts
}


PERSON_FIELDS: Final[Fields] = _table(
    Field("name", attrgetter("name")),
    Field("room", attrgetter("room")),
    Field("node", attrgetter("context")),
    Field("id", attrgetter("participant")),
    Field("role", attrgetter("role"), shown=ROLES),
    Field("client", attrgetter("client")),
    Field("state", _note),
    Field("mic", lambda row: _track_word(row, "microphone")),
    Field("camera", lambda row: _track_word(row, "camera")),
    Field("sharing", lambda row: _track_word(row, "screen")),
    Field("grade", lambda row: row.grade.name.lower()),
    Field("cause", attrgetter("cause")),
    Field("held", lambda row: _yes(row.held)),
    Field("jitter", attrgetter("jitter_ms"), "number"),
    Field("muted", lambda row: _yes(any(track.muted for track in row.tracks.values()))),
    Field("speaking", lambda row: _yes(row.speaking)),
    Field("hand", lambda row: _yes(bool(row.hand))),
    Field("chat", attrgetter("restraint")),
    Field("host", lambda row: _yes(row.role == "host")),
    Field("level", lambda row: -row.level, "number"),
    Field("loss", attrgetter("loss"), "number"),
    Field("rtt", attrgetter("rtt_ms"), "number"),
    Field("kbps", lambda row: row.bits / 1e3, "number"),
    Field("joined", attrgetter("joined"), "number"),
    hay=lambda row: f"{row.name}\n{row.room}\n{row.context}\n{row.participant}\n{row.role}",
)


QUOTA_FIELDS: Final[Fields] = _table(
    Field("scope", attrgetter("scope")),
    Field("name", attrgetter("name")),
    Field("what", attrgetter("what")),
    Field("context", attrgetter("context")),
    Field("by", attrgetter("set_by")),
    Field("full", lambda row: _yes(bool(row.limit) and row.use >= row.limit)),
    Field("use", attrgetter("use"), "number"),
    Field("limit", attrgetter("limit"), "number"),
    Field("share", lambda row: row.share * 100, "number"),
    Field("refused", attrgetter("refused"), "number"),
)


RECORD_FIELDS: Final[Fields] = _table(
    Field("by", attrgetter("who")),
    Field("role", attrgetter("role")),
    Field("did", attrgetter("did")),
    Field("who", attrgetter("who")),
    Field("target", attrgetter("targets")),
    Field("outcome", attrgetter("outcome")),
    Field("reason", attrgetter("reason")),
    Field("context", attrgetter("context")),
    Field("request", attrgetter("request_id")),
    Field("repeated", lambda row: _yes(row.repeated)),
    Field("refused", lambda row: _yes(row.outcome != "OK")),
    Field("number", attrgetter("number"), "number"),
    Field("ms", attrgetter("ms"), "number"),
)


RECORDING_FIELDS: Final[Fields] = _table(
    Field("room", attrgetter("room")),
    Field("title", attrgetter("title")),
    Field("state", attrgetter("state")),
    Field("why", attrgetter("why")),
    Field("by", attrgetter("by")),
    Field("id", attrgetter("recording")),
    Field("context", attrgetter("context")),
    Field("live", lambda row: _yes(row.live)),
    Field("minutes", lambda row: row.seconds / 60, "number"),
    Field("mb", lambda row: row.bytes / 1e6, "number"),
    Field("tracks", attrgetter("tracks"), "number"),
    Field("lag", attrgetter("late_ms"), "number"),
    Field("lost", attrgetter("dropped"), "number"),
)


WALL_FIELDS: Final[Fields] = _table(
    Field("kind", attrgetter("kind")),
    Field("name", attrgetter("name")),
    Field("room", attrgetter("room")),
    Field("node", attrgetter("context")),
    Field("text", attrgetter("text")),
    Field("claimed", attrgetter("claimed_by")),
)

ITEM_FIELDS: Final[Fields] = _table(
    Field("kind", attrgetter("kind")),
    Field("name", attrgetter("name")),
    Field("room", attrgetter("room")),
    Field("node", attrgetter("context")),
    Field("text", attrgetter("text")),
    Field("claimed", attrgetter("claimed_by")),
    Field("why", attrgetter("why")),
    Field("id", attrgetter("item")),
    Field("participant", attrgetter("participant")),
    Field("reports", attrgetter("reports"), "number"),
)
"""Those of the wall, of what the wall has from the nodes' queues."""

ALERT_FIELDS: Final[Fields] = _table(
    Field("alert", attrgetter("name")),
    Field("node", attrgetter("context")),
    Field("cause", lambda row: " ".join(row.values.values())),
    Field("severity", attrgetter("severity"), "number"),
)


def _sender(message: Message) -> str:
    return message.name


MESSAGE_FIELDS: Final[Fields] = _table(
    Field("name", _sender),
    Field("text", attrgetter("text")),
    Field("id", attrgetter("message")),
    Field("participant", attrgetter("participant")),
    Field("hidden", lambda row: _yes(row.hidden)),
)

TABLES: Final = {
    "node": NODE_FIELDS,
    "room": ROOM_FIELDS,
    "person": PERSON_FIELDS,
    "message": MESSAGE_FIELDS,
    "quota": QUOTA_FIELDS,
    "record": RECORD_FIELDS,
    "recording": RECORDING_FIELDS,
    "item": ITEM_FIELDS,
    "alert": ALERT_FIELDS,
}
"""By the words of the command line."""

__all__ = [
    "ALERT_FIELDS",
    "MESSAGE_FIELDS",
    "NODE_FIELDS",
    "PERSON_FIELDS",
    "QUOTA_FIELDS",
    "RECORDING_FIELDS",
    "RECORD_FIELDS",
    "ROOM_FIELDS",
    "TABLES",
    "WALL_FIELDS",
]


def node_word(node: Node) -> str:
    return node.name or node.context
