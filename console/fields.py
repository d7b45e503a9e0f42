"""The words of the filter language for each table; the same in `/`, in `:` and in `regie … -f`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from console.columns import headroom
from console.filters import Field, Fields
from console.model import Message, Node, Person, Room


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _table(*fields: Field, hay: Callable[[Any], str] | None = None) -> Fields:
    return Fields(fields, hay)


def _note(person: Person) -> str:
    if person.gone_at:
        return "gone"
    return person.state


def _node(name: str) -> Field:
    return Field(name, lambda row: getattr(row, name), "number")


NODE_FIELDS: Final[Fields] = _table(
    Field("node", lambda row: row.name or row.context),
    Field("context", lambda row: row.context),
    Field("state", lambda row: row.state),
    Field("version", lambda row: row.version),
    _node("cpu"),
    _node("people"),
    _node("rooms"),
    _node("loss"),
    _node("nacks"),
    Field("left", headroom, "number"),
    Field("pps", lambda row: row.packets_in + row.packets_out, "number"),
    Field("mbps", lambda row: row.bits_out / 1e6, "number"),
    Field("lag", lambda row: row.lag_ms, "number"),
    Field("plane", lambda row: row.plane_cpu, "number"),
    Field("control", lambda row: row.control_cpu, "number"),
)


def _room_words(room: Room) -> str:
    return "open" if room.open else "closed"


ROOM_FIELDS: Final[Fields] = _table(
    Field("room", lambda row: row.room),
    Field("title", lambda row: row.title),
    Field("node", lambda row: row.node or row.context),
    Field("context", lambda row: row.context),
    Field("state", _room_words),
    Field("screen", lambda row: _yes(row.screen)),
    Field("muted", lambda row: _yes(row.muted)),
    Field("cover", lambda row: row.cover),
    Field("hands", lambda row: row.hands, "number"),
    Field("waiting", lambda row: row.waiting, "number"),
    Field("waiters", lambda row: row.waiters, "number"),
    Field("owner", lambda row: row.owner),
    Field("type", lambda row: row.type),
    Field("form", lambda row: row.form),
    Field("people", lambda row: row.people, "number"),
    Field("limit", lambda row: row.max_participants, "number"),
    Field("cameras", lambda row: row.cameras, "number"),
    Field("speakers", lambda row: row.speaking, "number"),
    Field("mbps", lambda row: row.bits_out / 1e6, "number"),
    Field("loss", lambda row: row.loss, "number"),
)


def _track_word(person: Person, source: str) -> str:
    track = person.track(source)
    if track is None:
        return "none"
    return "muted" if track.muted else "on" if track.on else "off"


PERSON_FIELDS: Final[Fields] = _table(
    Field("name", lambda row: row.name),
    Field("room", lambda row: row.room),
    Field("node", lambda row: row.context),
    Field("id", lambda row: row.participant),
    Field("role", lambda row: row.role),
    Field("client", lambda row: row.client),
    Field("state", _note),
    Field("mic", lambda row: _track_word(row, "microphone")),
    Field("camera", lambda row: _track_word(row, "camera")),
    Field("sharing", lambda row: _track_word(row, "screen")),
    Field("grade", lambda row: row.grade.name.lower()),
    Field("cause", lambda row: row.cause),
    Field("held", lambda row: _yes(row.held)),
    Field("jitter", lambda row: row.jitter_ms, "number"),
    Field("muted", lambda row: _yes(any(track.muted for track in row.tracks.values()))),
    Field("speaking", lambda row: _yes(row.speaking)),
    Field("hand", lambda row: _yes(bool(row.hand))),
    Field("host", lambda row: _yes(row.role == "host")),
    Field("level", lambda row: -row.level, "number"),
    Field("loss", lambda row: row.loss, "number"),
    Field("rtt", lambda row: row.rtt_ms, "number"),
    Field("kbps", lambda row: row.bits / 1e3, "number"),
    hay=lambda row: f"{row.name}\n{row.room}\n{row.context}\n{row.participant}\n{row.role}",
)


QUOTA_FIELDS: Final[Fields] = _table(
    Field("scope", lambda row: row.scope),
    Field("name", lambda row: row.name),
    Field("what", lambda row: row.what),
    Field("context", lambda row: row.context),
    Field("by", lambda row: row.set_by),
    Field("full", lambda row: _yes(bool(row.limit) and row.use >= row.limit)),
    Field("use", lambda row: row.use, "number"),
    Field("limit", lambda row: row.limit, "number"),
    Field("share", lambda row: row.share * 100, "number"),
    Field("refused", lambda row: row.refused, "number"),
)


RECORD_FIELDS: Final[Fields] = _table(
    Field("by", lambda row: row.who),
    Field("role", lambda row: row.role),
    Field("did", lambda row: row.did),
    Field("target", lambda row: row.targets),
    Field("outcome", lambda row: row.outcome),
    Field("reason", lambda row: row.reason),
    Field("context", lambda row: row.context),
    Field("request", lambda row: row.request_id),
    Field("repeated", lambda row: _yes(row.repeated)),
    Field("refused", lambda row: _yes(row.outcome != "OK")),
    Field("number", lambda row: row.number, "number"),
    Field("ms", lambda row: row.ms, "number"),
)


RECORDING_FIELDS: Final[Fields] = _table(
    Field("room", lambda row: row.room),
    Field("title", lambda row: row.title),
    Field("state", lambda row: row.state),
    Field("why", lambda row: row.why),
    Field("by", lambda row: row.by),
    Field("id", lambda row: row.recording),
    Field("context", lambda row: row.context),
    Field("live", lambda row: _yes(row.live)),
    Field("minutes", lambda row: row.seconds / 60, "number"),
    Field("mb", lambda row: row.bytes / 1e6, "number"),
    Field("tracks", lambda row: row.tracks, "number"),
    Field("lag", lambda row: row.late_ms, "number"),
    Field("lost", lambda row: row.dropped, "number"),
)


WALL_FIELDS: Final[Fields] = _table(
    Field("kind", lambda row: row.kind),
    Field("name", lambda row: row.name),
    Field("room", lambda row: row.room),
    Field("node", lambda row: row.context),
    Field("text", lambda row: row.text),
    Field("claimed", lambda row: row.claimed_by),
)

ALERT_FIELDS: Final[Fields] = _table(
    Field("alert", lambda row: row.name),
    Field("node", lambda row: row.context),
    Field("cause", lambda row: " ".join(row.values.values())),
    Field("severity", lambda row: row.severity, "number"),
)


def _sender(message: Message) -> str:
    return message.name


MESSAGE_FIELDS: Final[Fields] = _table(
    Field("name", _sender),
    Field("text", lambda row: row.text),
    Field("id", lambda row: row.message),
    Field("participant", lambda row: row.participant),
    Field("hidden", lambda row: _yes(row.hidden)),
)

__all__ = [
    "ALERT_FIELDS",
    "MESSAGE_FIELDS",
    "NODE_FIELDS",
    "PERSON_FIELDS",
    "QUOTA_FIELDS",
    "RECORDING_FIELDS",
    "RECORD_FIELDS",
    "ROOM_FIELDS",
    "WALL_FIELDS",
]


def node_word(node: Node) -> str:
    return node.name or node.context
