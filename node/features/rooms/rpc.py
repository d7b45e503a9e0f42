"""gRPC: regie.rooms.v1."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, cast

from node.errors import Refused
from node.features.access.rules import Mode
from node.features.rooms.rules import JoinLink, RoomState, RoomView
from node.features.rooms.service import Rooms
from node.features.schedule.rules import Form
from node.features.settings.rules import Wishes, unknown_of
from node.features.settings.service import Settings
from node.features.types.rules import End, type_of
from node.journal import Change, Journal, RoomChanged, RoomGone
from node.rpc.call import current
from node.rpc.convert import Latest, page, position, seconds, stamp
from node.rpc.watch import Frame, watch
from protos.rooms.v1 import rooms_pb2 as pb
from protos.rooms.v1 import rooms_pb2_grpc

STATES: Final = {RoomState.OPEN: pb.Room.STATE_OPEN, RoomState.CLOSED: pb.Room.STATE_CLOSED}

FORMS: Final = {
    Form.PERMANENT: pb.Room.FORM_PERMANENT,
    Form.SCHEDULED: pb.Room.FORM_SCHEDULED,
    Form.INSTANT: pb.Room.FORM_INSTANT,
}
CAUSES: Final = {
    End.EMPTY: pb.Room.END_CAUSE_EMPTY,
    End.TIME: pb.Room.END_CAUSE_TIME,
    End.DURATION: pb.Room.END_CAUSE_DURATION,
    End.HOST: pb.Room.END_CAUSE_HOST,
    End.OPERATOR: pb.Room.END_CAUSE_OPERATOR,
}


class RoomsServicer(rooms_pb2_grpc.RoomsServiceServicer):
    def __init__(self, rooms: Rooms, settings: Settings, journal: Journal) -> None:
        self._rooms = rooms
        self._settings = settings
        self._journal = journal
        self._latest = Latest(room)

    async def CreateRoom(self, request: pb.CreateRoomRequest, context: Any) -> pb.CreateRoomResponse:
        by = current().actor
        wishes = wishes_of(request.settings, request.password)
        asked, made = await self._settings.prepare(wishes, type_of(request.type), by)
        view, links = await self._rooms.create(
            title=request.title,
            max_participants=request.max_participants,
            room_id=request.room,
            ticket_hours=request.ticket_hours,
            type=request.type,
            form=_form(request),
            starts=seconds(request.starts) if request.HasField("starts") else None,
            minutes=request.minutes if request.HasField("minutes") else None,
            asked=asked,
            by=by,
        )
        unknown = unknown_of(asked)
        return pb.CreateRoomResponse(
            room=room(await self._rooms.get(view.room)), links=map(link, links), unknown=unknown, password=made
        )

    async def GetSettings(self, request: pb.GetSettingsRequest, context: Any) -> pb.GetSettingsResponse:
        return pb.GetSettingsResponse(settings=settings(self._settings.get(request.room)))

    async def UpdateRoom(self, request: pb.UpdateRoomRequest, context: Any) -> pb.UpdateRoomResponse:
        done = await self._settings.update(
            request.room, wishes_of(request.settings, request.password), by=current().actor
        )
        return pb.UpdateRoomResponse(
            room=room(await self._rooms.get(request.room)),
            settings=settings(done.settings),
            unknown=done.unknown,
            password=done.password,
        )

    async def GetRoom(self, request: pb.GetRoomRequest, context: Any) -> pb.GetRoomResponse:
        return pb.GetRoomResponse(room=room(await self._rooms.get(request.room)))

    async def ListRooms(self, request: pb.ListRoomsRequest, context: Any) -> pb.ListRoomsResponse:
        views = sorted(await self._rooms.list(with_closed=request.with_closed), key=lambda view: view.room)
        some, after = page(views, lambda view: view.room, size=request.page_size, token=request.page_token)
        return pb.ListRoomsResponse(rooms=map(room, some), next_page_token=after)

    async def WatchRooms(self, request: pb.WatchRoomsRequest, context: Any) -> AsyncIterator[pb.WatchRoomsResponse]:
        async for frame in watch(self._journal, ["rooms"], self._snapshot, resume=request.resume_token):
            yield changed(frame, self._latest)

    async def ExtendRoom(self, request: pb.ExtendRoomRequest, context: Any) -> pb.ExtendRoomResponse:
        view = await self._rooms.extend(request.room, request.minutes, by=current().actor, reason=request.reason)
        return pb.ExtendRoomResponse(room=room(view))

    async def EndRoom(self, request: pb.EndRoomRequest, context: Any) -> pb.EndRoomResponse:
        view = await self._rooms.end(request.room, by=current().actor, reason=request.reason)
        return pb.EndRoomResponse(room=room(view))

    async def CloseRoom(self, request: pb.CloseRoomRequest, context: Any) -> pb.CloseRoomResponse:
        view = await self._rooms.close(request.room, by=current().actor, reason=request.reason)
        return pb.CloseRoomResponse(room=room(view))

    async def _snapshot(self) -> Sequence[Change]:
        return [RoomChanged(view) for view in await self._rooms.list()]


def _form(request: pb.CreateRoomRequest) -> Form:
    asked = {wire: form for form, wire in FORMS.items()}.get(request.form)
    return asked or (Form.SCHEDULED if request.HasField("starts") else Form.PERMANENT)


def room(view: RoomView) -> pb.Room:
    schedule = view.schedule
    return pb.Room(
        room=view.room,
        title=view.title,
        state=STATES[view.state],
        created=stamp(view.created),
        opened=stamp(view.opened),
        closed=stamp(view.closed),
        closed_by=view.closed_by,
        closed_reason=view.closed_reason,
        people=view.people,
        max_participants=view.max_participants,
        bits_out_per_second=view.bits_out_per_second,
        loss_percent=view.loss_percent,
        cameras=view.cameras,
        speaking=view.speaking,
        screen=view.screen,
        node=view.node,
        muted=view.muted,
        send_cap_bits_per_second=view.send_cap_bps,
        receive_cap_bits_per_second=view.receive_cap_bps,
        hands=view.hands,
        reactions=view.reactions,
        waiting=view.waiting,
        cover=view.cover.stage,
        moderators=view.cover.present,
        moderators_needed=view.cover.needed,
        recording=view.recording,
        type=view.type,
        form=FORMS[schedule.form],
        starts=stamp(schedule.starts),
        minutes=schedule.minutes,
        started=stamp(schedule.sitting.started),
        ends=stamp(schedule.sitting.ends),
        cut=stamp(schedule.cut),
        ended=stamp(schedule.sitting.ended),
        end_cause=CAUSES[schedule.sitting.cause] if schedule.sitting.cause else pb.Room.END_CAUSE_UNSPECIFIED,
        ended_by=schedule.sitting.by,
        lobby=view.lobby,
        waiters=view.waiters,
        risks=view.risks,
        owner=view.owner,
    )


def link(made: JoinLink) -> pb.JoinLink:
    return pb.JoinLink(role=made.role, url=made.url, ticket=made.ticket, expires=stamp(made.expires))


def changed(frame: Frame, wire: Latest[RoomView, pb.Room]) -> pb.WatchRoomsResponse:
    return pb.WatchRoomsResponse(
        snapshot=frame.snapshot,
        rooms=[wire(change.key, change.view) for change in frame.changes if isinstance(change, RoomChanged)],
        gone=[change.room for change in frame.changes if isinstance(change, RoomGone)],
        position=position(frame.position),
    )


def wishes_of(asked: pb.Settings, password: str) -> Wishes:
    """
    Raises:
        Refused: VALUE_INVALID.
    """
    named = {name: getattr(asked, name) for name in _PLAIN if asked.HasField(cast(Any, name))}
    if asked.HasField("starts"):
        named["starts"] = seconds(asked.starts)
    if asked.access:
        if asked.access not in set(Mode):
            raise Refused("VALUE_INVALID", limit=", ".join(Mode), current=f"access = {asked.access[:16]!r}")
        named["access"] = Mode(asked.access)
    return Wishes(**named, password=password)


def settings(view: Wishes) -> pb.Settings:
    said = pb.Settings(access=view.access or "", starts=stamp(view.starts))
    for name in _PLAIN:
        if (value := getattr(view, name)) is not None:
            setattr(said, name, value)
    return said


_PLAIN: Final = tuple(name for name in Wishes.__struct_fields__ if name not in ("starts", "access", "password"))
