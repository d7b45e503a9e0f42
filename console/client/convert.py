"""Wire messages → rows. Every string a person could have written is made safe here (H22), once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING, Any, Final

from google.protobuf.timestamp_pb2 import Timestamp

from console import model as rows
from console.client.later import later
from console.i18n import language
from console.model import (
    SOURCES,
    Grade,
    Message,
    Node,
    Person,
    Role,
    Room,
    Track,
)
from console.text import clean
from protos.common.v1 import common_pb2
from protos.nodes.v1 import nodes_pb2
from protos.participants.v1 import participants_pb2
from protos.rooms.v1 import rooms_pb2
from protos.types.v1 import types_pb2

if TYPE_CHECKING:
    from protos.audit.v1 import audit_pb2
    from protos.chat.v1 import chat_pb2
    from protos.lobby.v1 import lobby_pb2
    from protos.moderation.v1 import moderation_pb2
    from protos.quality.v1 import quality_pb2
    from protos.quota.v1 import quota_pb2
    from protos.rates.v1 import rates_pb2
    from protos.recordings.v1 import recordings_pb2
else:
    audit_pb2 = later("audit")
    chat_pb2 = later("chat")
    lobby_pb2 = later("lobby")
    moderation_pb2 = later("moderation")
    quality_pb2 = later("quality")
    quota_pb2 = later("quota")
    rates_pb2 = later("rates")
    recordings_pb2 = later("recordings")

NAME: Final = 64  # characters of a name that are shown
ID: Final = 80
TEXT: Final = 2000  # characters of a chat message that are shown

_NODE_STATES: Final[dict[int, str]] = {
    nodes_pb2.Node.STATE_PLANE_DOWN: "plane_down",
    nodes_pb2.Node.STATE_FENCED: "fenced",
    nodes_pb2.Node.STATE_DRAINING: "draining",
}
_CLIENTS: Final[dict[int, str]] = {
    participants_pb2.Participant.CLIENT_WHIP: "whip",
    participants_pb2.Participant.CLIENT_WHEP: "whep",
}
_CAUSES: Final[dict[int, str]] = {
    participants_pb2.Quality.CAUSE_NETWORK_UP: "network_up",
    participants_pb2.Quality.CAUSE_NETWORK_DOWN: "network_down",
    participants_pb2.Quality.CAUSE_DEVICE: "device",
    participants_pb2.Quality.CAUSE_NODE: "node",
}
_FORMS: Final[dict[int, str]] = {
    rooms_pb2.Room.FORM_SCHEDULED: "scheduled",
    rooms_pb2.Room.FORM_INSTANT: "instant",
}
_END_CAUSES: Final[dict[int, str]] = {
    rooms_pb2.Room.END_CAUSE_EMPTY: "empty",
    rooms_pb2.Room.END_CAUSE_TIME: "time",
    rooms_pb2.Room.END_CAUSE_DURATION: "duration",
    rooms_pb2.Room.END_CAUSE_HOST: "host",
    rooms_pb2.Room.END_CAUSE_OPERATOR: "operator",
}
_STARTS: Final[dict[int, str]] = {
    types_pb2.SessionType.START_TWO: "two",
    types_pb2.SessionType.START_HOST: "host",
}
_PEOPLE_STATES: Final[dict[int, str]] = {
    participants_pb2.Participant.STATE_JOINING: "joining",
    participants_pb2.Participant.STATE_AWAY: "away",
}


def seconds(stamp: Timestamp) -> float:
    """Unix seconds; 0.0 for an absent time."""
    return stamp.seconds + stamp.nanos / 1e9


def role(value: int) -> Role:
    return Role(value) if common_pb2.ROLE_VIEWER <= value <= common_pb2.ROLE_ADMIN else Role.NONE


def node(context: str, message: nodes_pb2.Node) -> Node:
    load, plane = message.load, message.plane
    return Node(
        context=context,
        name=clean(message.node, ID) or context,
        version=clean(message.version, 40),
        state=_NODE_STATES.get(message.state, "ok"),
        started=seconds(message.started),
        cpu=load.cpu_percent,
        plane_cpu=load.plane_cpu_percent,
        control_cpu=load.control_cpu_percent,
        packets_in=load.packets_in_per_second,
        packets_out=load.packets_out_per_second,
        bits_in=load.bits_in_per_second,
        bits_out=load.bits_out_per_second,
        people=load.people,
        rooms=load.rooms,
        webinars=load.webinars,
        loss=load.loss_percent,
        lag_ms=load.lag_p99_ms,
        control_lag_ms=load.control_lag_p99_ms,
        nacks=load.nacks_per_second,
        plane_bytes=load.plane_resident_bytes,
        control_bytes=load.control_resident_bytes,
        plane_restarts=plane.restarts,
        optimised=plane.optimised or not plane.instance,
        web_url=clean(message.web_url, 200),
        database_away=message.database_away,
        max_people=message.max_people,
        drain_deadline=seconds(message.drain.deadline) if message.HasField("drain") else 0.0,
        drain_by=clean(message.drain.by, NAME),
        send_cap=message.send_cap_bits_per_second,
        receive_cap=message.receive_cap_bits_per_second,
    )


def room(context: str, message: rooms_pb2.Room) -> Room:
    return Room(
        context=context,
        room=clean(message.room, ID),
        title=clean(message.title, 200),
        open=message.state != rooms_pb2.Room.STATE_CLOSED,
        created=seconds(message.created),
        opened=seconds(message.opened),
        closed=seconds(message.closed),
        closed_by=clean(message.closed_by, NAME),
        closed_reason=clean(message.closed_reason, 200),
        people=message.people,
        max_participants=message.max_participants,
        bits_out=message.bits_out_per_second,
        loss=message.loss_percent,
        cameras=message.cameras,
        speaking=message.speaking,
        screen=message.screen,
        node=clean(message.node, ID),
        muted=message.muted,
        send_cap=message.send_cap_bits_per_second,
        receive_cap=message.receive_cap_bits_per_second,
        hands=message.hands,
        reactions=message.reactions,
        waiting=message.waiting,
        lobby=message.lobby,
        waiters=message.waiters,
        cover=clean(message.cover, 20),
        moderators=message.moderators,
        moderators_needed=message.moderators_needed,
        type=clean(message.type, 40),
        form=_FORMS.get(message.form, "permanent"),
        starts=seconds(message.starts),
        started=seconds(message.started),
        ends=seconds(message.ends),
        cut=seconds(message.cut),
        end_cause=_END_CAUSES.get(message.end_cause, ""),
        recording=clean(message.recording, 20),
        risks=tuple(clean(risk, 20) for risk in message.risks[:20]),
        owner=clean(message.owner, NAME),
    )


def session_type(message: types_pb2.SessionType) -> rows.SessionType:
    french = language() == "fr"
    return rows.SessionType(
        type=clean(message.type, 40),
        title=clean(message.title_fr if french else message.title_en, 80),
        use=clean(message.use_fr if french else message.use_en, 200),
        base=clean(message.base, 40),
        people=message.default_people,
        max_people=message.max_people,
        advice_people=message.advice_people,
        minutes=message.default_minutes,
        max_minutes=message.max_minutes,
        start=_STARTS.get(message.start, "anyone"),
        ends_empty=message.ends_empty,
        recording=message.recording,
        replay=message.replay,
        telephone=message.telephone,
        lobby=clean(message.lobby, 8) or "off",
        roles={clean(role.role, 40): tuple(clean(right, 40) for right in role.rights) for role in message.roles},
        view=clean(message.begins.view, 40),
        mute_on_start=message.begins.mute_on_start,
        private=message.begins.private,
        slow_s=message.begins.slow_s,
    )


def person(context: str, message: participants_pb2.Participant, known: Person | None = None) -> Person:
    """`known`: the same person as they were; texts that are the same stay the same object."""
    if known is not None:  # of the same room: both are of their identity
        room, participant = known.room, known.participant
    else:
        # One text for all who share it: 20,000 people fit into memory.
        room, participant = intern(clean(message.room, ID)), clean(message.participant, ID)
    name = clean(message.name, NAME) or participant
    if known is not None and known.name == name:
        name = known.name
    stands: list[tuple[str, bool, bool, str]] = []
    bits_up = 0
    for track in message.tracks:
        source, muted = track.source, track.muted
        bits_up += track.bits_per_second
        if source in SOURCES:
            stands.append((source, track.on, muted, track.muted_by if muted else ""))
    return Person(
        context=context,
        room=room,
        participant=participant,
        name=name,
        role=intern(clean(message.role, 20)) or "participant",
        client=_CLIENTS.get(message.client, "page"),
        joined=seconds(message.joined),
        hand=seconds(message.hand) if message.HasField("hand") else 0.0,
        state=_PEOPLE_STATES.get(message.state, "here"),
        tracks=_shared_tracks(tuple(stands)),
        speaking=message.speaking,
        level=min(message.level, 127),
        bits_up=bits_up,
        restraint=message.restraint and intern(clean(message.restraint, 8)),
        restrained_until=seconds(message.restrained_until) if message.HasField("restrained_until") else 0.0,
        **_quality(message.quality),
    )


_GRADES: Final = {int(grade): grade for grade in Grade}


def _quality(message: participants_pb2.Quality) -> dict[str, Any]:
    return {
        # A number that is read is an object of its own; the zero written here is one for all.
        "loss": message.loss_percent or 0.0,
        "rtt_ms": message.rtt_ms or 0.0,
        "bits": message.bits_per_second,
        "grade": _GRADES.get(message.grade, Grade.UNKNOWN),
        "cause": _CAUSES.get(message.cause, ""),
        "jitter_ms": message.jitter_ms or 0.0,
        "loss_up": message.loss_up_percent or 0.0,
        "jitter_up_ms": message.jitter_up_ms or 0.0,
        "target": message.target_bits_per_second,
        "held": message.held,
        "tcp": message.tcp,
        "send_cap": message.send_cap_bits_per_second,
        "receive_cap": message.receive_cap_bits_per_second,
        "fps": message.frames_per_second or 0.0,
        "freezes": message.freezes,
    }


def detail(person: Person, message: quality_pb2.GetQualityResponse) -> rows.Detail:
    """`person` as the streams know them, with the newer figures."""
    return rows.Detail(
        person=replace(person, **_quality(message.quality)),
        slots=tuple(
            rows.Slot(
                participant=clean(slot.participant, ID),
                source=slot.source if slot.source in SOURCES else "",
                rid=clean(slot.rid, 16),
                bits=slot.bits_per_second,
                loss=slot.loss_percent,
                switches=slot.switches,
            )
            for slot in message.slots
        ),
        layers=tuple(
            rows.Layer(
                source=layer.source if layer.source in SOURCES else "camera",
                rid=clean(layer.rid, 16),
                bits=layer.bits_per_second,
                loss=layer.loss_percent,
                width=layer.width,
                height=layer.height,
                fps=layer.frames_per_second,
                active=layer.active,
                wanted=layer.wanted,
            )
            for layer in message.layers
        ),
        history=tuple(
            rows.Point(
                loss=point.loss_percent,
                loss_up=point.loss_up_percent,
                rtt_ms=point.rtt_ms,
                jitter_ms=point.jitter_ms,
                sent=point.sent_bits_per_second,
                received=point.received_bits_per_second,
                target=point.target_bits_per_second,
            )
            for point in message.history
        ),
    )


def plan(context: str, minutes: int, message: nodes_pb2.PlanDrainResponse) -> rows.DrainPlan:
    ends = (rows.PlannedEnd(clean(one.room, ID), one.people, seconds(one.ends), one.cut) for one in message.rooms)
    return rows.DrainPlan(context, minutes, seconds(message.deadline), tuple(ends))


def cap(context: str, message: rates_pb2.Cap) -> rows.Cap:
    return rows.Cap(
        context=context,
        room=clean(message.room, ID),
        participant=clean(message.participant, ID),
        send=message.send_bits_per_second,
        receive=message.receive_bits_per_second,
        set_by=clean(message.set_by, NAME),
        set=seconds(message.set),
    )


def quota(context: str, message: quota_pb2.Quota) -> rows.Quota:
    return rows.Quota(
        context=context,
        scope=clean(message.scope, 20),
        name=clean(message.name, ID),
        what=clean(message.what, 20),
        limit=message.limit,
        use=message.use,
        default=message.default,
        set_by=clean(message.set_by, NAME),
        set=seconds(message.set),
        refused=message.refused,
        last_refused=seconds(message.last_refused),
    )


def denial(context: str, message: quota_pb2.Denial) -> rows.Denial:
    return rows.Denial(
        context=context,
        number=message.number,
        at=seconds(message.at),
        code=clean(message.code, 40),
        scope=clean(message.scope, 20),
        name=clean(message.name, ID),
        what=clean(message.what, 20),
        limit=clean(message.limit, 20),
        current=clean(message.current, 20),
        room=clean(message.room, ID),
        type=clean(message.type, 40),
    )


def record(context: str, message: audit_pb2.Record) -> rows.Record:
    service, _, method = clean(message.method, 100).rpartition("/")
    targets = sorted(message.targets.items(), key=lambda target: (target[0] != "room", target))
    feature = service.removeprefix("/").removeprefix("regie.").partition(".")[0]
    return rows.Record(
        context=context,
        number=message.number,
        at=seconds(message.at),
        who=clean(message.operator, NAME),
        role=clean(message.role, 20),
        did=f"{feature}.{method}" if feature else method,
        targets=" ".join(f"{clean(name, 20)}={clean(value, ID)}" for name, value in targets),
        reason=clean(message.reason, 500),
        outcome=clean(message.outcome, 40),
        detail=clean(message.detail, 64),
        ms=message.latency_ms,
        request_id=clean(message.request_id, 64),
        repeated=message.repeated,
        count=message.count,
    )


def recording(context: str, message: recordings_pb2.Recording) -> rows.Recording:
    return rows.Recording(
        context=context,
        room=clean(message.room, ID),
        recording=clean(message.recording, ID),
        title=clean(message.title, 200),
        state=clean(message.state, 20),
        why=clean(message.why, 64),
        by=clean(message.by, NAME),
        started=seconds(message.started),
        ended=seconds(message.ended),
        seconds=message.seconds,
        bytes=message.bytes,
        tracks=message.streams,
        late_ms=message.late_ms,
        dropped=message.dropped_packets,
        progress=message.progress,
        files=tuple(rows.RecordedFile(clean(one.name, ID), one.bytes, clean(one.sha256, 64)) for one in message.files),
        marks=tuple((seconds(one.at), clean(one.state, 20), clean(one.by, NAME)) for one in message.marks),
        statement=clean(message.statement, TEXT),
        signature=clean(message.signature, 128),
    )


def recorder(message: recordings_pb2.Recorder) -> rows.Recorder:
    return rows.Recorder(**{field.name: getattr(message, field.name) for field in message.DESCRIPTOR.fields})


@lru_cache(maxsize=2048)
def _shared_tracks(said: tuple[tuple[str, bool, bool, str], ...]) -> Mapping[str, Track]:
    """Most people's sources stand as some other's do: one value for all of those. 10 MB less for 20,000 people."""
    return {intern(source): Track(on, muted, clean(by, NAME)) for source, on, muted, by in said}


def chat_message(context: str, message: chat_pb2.Message) -> Message:
    return Message(
        context=context,
        room=clean(message.room, ID),
        message=clean(message.message, ID),
        participant=clean(message.participant, ID),
        name=clean(message.name, NAME) or clean(message.participant, NAME),
        text=clean(message.text, TEXT),
        sent=seconds(message.sent),
        hidden=message.hidden,
        hidden_by=clean(message.hidden_by, NAME),
    )


def item(context: str, message: moderation_pb2.Item) -> rows.Item:
    return rows.Item(
        context=context,
        room=clean(message.room, ID),
        item=clean(message.item, ID),
        kind=clean(message.kind, 20),
        name=clean(message.name, NAME),
        text=clean(message.text, TEXT),
        why=clean(message.why, 200),
        at=seconds(message.at),
        private=message.private,
        reports=message.reports,
        claimed_by=clean(message.claimed_by, NAME),
        verdict=clean(message.verdict, 20),
        participant=clean(message.participant, ID),
    )


def waiter(context: str, message: lobby_pb2.Waiter) -> rows.Waiter:
    return rows.Waiter(
        context=context,
        room=clean(message.room, ID),
        participant=clean(message.participant, ID),
        name=clean(message.name, NAME),
        why=clean(message.why, 20),
        since=seconds(message.since),
    )
