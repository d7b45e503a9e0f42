"""gRPC: regie.participants.v1."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, Final

from node.features.participants.bans import Ban
from node.features.participants.rules import ParticipantView, State, TrackView
from node.features.participants.service import Participants
from node.features.quality.rules import Grade, QualityView, Trouble
from node.features.roles.service import Roles
from node.journal import Change, Journal, ParticipantChanged, ParticipantGone
from node.ports import Shape
from node.rpc.call import current
from node.rpc.convert import Latest, page, position, stamp
from node.rpc.watch import Frame, watch
from protos.participants.v1 import participants_pb2 as pb
from protos.participants.v1 import participants_pb2_grpc

CLIENTS: Final = {
    Shape.PAGE: pb.Participant.CLIENT_PAGE,
    Shape.WHIP: pb.Participant.CLIENT_WHIP,
    Shape.WHEP: pb.Participant.CLIENT_WHEP,
}
STATES: Final = {
    State.JOINING: pb.Participant.STATE_JOINING,
    State.HERE: pb.Participant.STATE_HERE,
    State.AWAY: pb.Participant.STATE_AWAY,
}
GRADES: Final = {
    Grade.UNKNOWN: pb.Quality.GRADE_UNSPECIFIED,
    Grade.GOOD: pb.Quality.GRADE_GOOD,
    Grade.FAIR: pb.Quality.GRADE_FAIR,
    Grade.POOR: pb.Quality.GRADE_POOR,
}
CAUSES: Final = {
    Trouble.NONE: pb.Quality.CAUSE_UNSPECIFIED,
    Trouble.NETWORK_UP: pb.Quality.CAUSE_NETWORK_UP,
    Trouble.NETWORK_DOWN: pb.Quality.CAUSE_NETWORK_DOWN,
    Trouble.DEVICE: pb.Quality.CAUSE_DEVICE,
    Trouble.NODE: pb.Quality.CAUSE_NODE,
}


class ParticipantsServicer(participants_pb2_grpc.ParticipantsServiceServicer):
    def __init__(self, participants: Participants, roles: Roles, journal: Journal) -> None:
        self._participants = participants
        self._roles = roles
        self._journal = journal
        self._latest = Latest(participant)

    async def GetParticipant(self, request: pb.GetParticipantRequest, context: Any) -> pb.GetParticipantResponse:
        view = await self._participants.get(request.room, request.participant)
        return pb.GetParticipantResponse(participant=participant(view))

    async def ListParticipants(self, request: pb.ListParticipantsRequest, context: Any) -> pb.ListParticipantsResponse:
        views = sorted(await self._participants.list(request.room or None), key=_key)
        some, after = page(views, _key, size=request.page_size, token=request.page_token)
        return pb.ListParticipantsResponse(participants=map(participant, some), next_page_token=after)

    async def WatchParticipants(
        self, request: pb.WatchParticipantsRequest, context: Any
    ) -> AsyncIterator[pb.WatchParticipantsResponse]:
        snapshot = partial(self._snapshot, request.room)
        resume, room = request.resume_token, request.room
        async for frame in watch(self._journal, ["participants"], snapshot, resume=resume, room=room):
            yield changed(frame, self._latest)

    async def RemoveParticipant(
        self, request: pb.RemoveParticipantRequest, context: Any
    ) -> pb.RemoveParticipantResponse:
        view = await self._participants.remove(
            request.room, request.participant, by=current().actor, reason=request.reason
        )
        return pb.RemoveParticipantResponse(participant=participant(view))

    async def BanParticipant(self, request: pb.BanParticipantRequest, context: Any) -> pb.BanParticipantResponse:
        view = await self._participants.ban(
            request.room, request.participant, by=current().actor, reason=request.reason
        )
        return pb.BanParticipantResponse(participant=participant(view))

    async def LiftBan(self, request: pb.LiftBanRequest, context: Any) -> pb.LiftBanResponse:
        await self._participants.lift(request.room, request.participant, by=current().actor)
        return pb.LiftBanResponse()

    async def ListBans(self, request: pb.ListBansRequest, context: Any) -> pb.ListBansResponse:
        bans = await self._participants.bans(request.room)
        some, after = page(bans, _since, size=request.page_size, token=request.page_token)
        return pb.ListBansResponse(bans=map(ban, some), next_page_token=after)

    async def SetRole(self, request: pb.SetRoleRequest, context: Any) -> pb.SetRoleResponse:
        view = await self._roles.give(
            request.room, request.participant, request.role, by=current().actor, reason=request.reason
        )
        return pb.SetRoleResponse(participant=participant(view))

    async def RenameParticipant(
        self, request: pb.RenameParticipantRequest, context: Any
    ) -> pb.RenameParticipantResponse:
        view = await self._roles.rename(request.room, request.participant, request.name, by=current().actor)
        return pb.RenameParticipantResponse(participant=participant(view))

    async def _snapshot(self, room: str) -> Sequence[Change]:
        return [ParticipantChanged(view) for view in await self._participants.list(room or None)]


def _key(view: ParticipantView) -> str:
    return f"{view.room}/{view.participant}"


def _since(one: Ban) -> str:
    return f"{one.at:017.6f}/{one.participant}"


def ban(one: Ban) -> pb.Ban:
    return pb.Ban(participant=one.participant, name=one.name, by=one.by, reason=one.reason, at=stamp(one.at))


def participant(view: ParticipantView) -> pb.Participant:
    return pb.Participant(
        participant=view.participant,
        room=view.room,
        name=view.name,
        role=view.role,
        client=CLIENTS[view.client],
        joined=stamp(view.joined),
        state=STATES[view.state],
        tracks=map(track, view.tracks),
        speaking=view.speaking,
        level=view.level,
        quality=quality(view.quality),
        hand=stamp(view.hand),
        restraint=view.restraint,
        restrained_until=stamp(view.restrained_until),
    )


def track(view: TrackView) -> pb.Track:
    return pb.Track(
        source=view.source,
        on=view.on,
        muted=view.muted,
        muted_by=view.muted_by,
        bits_per_second=view.bits_per_second,
        loss_percent=view.loss_percent,
    )


def quality(view: QualityView) -> pb.Quality:
    return pb.Quality(
        loss_percent=view.loss_percent,
        rtt_ms=view.rtt_ms,
        bits_per_second=view.bits_per_second,
        grade=GRADES[view.grade],
        cause=CAUSES[view.cause],
        jitter_ms=view.jitter_ms,
        loss_up_percent=view.loss_up_percent,
        jitter_up_ms=view.jitter_up_ms,
        target_bits_per_second=view.target_bps,
        held=view.held,
        tcp=view.tcp,
        receive_cap_bits_per_second=view.receive_cap_bps,
        send_cap_bits_per_second=view.send_cap_bps,
        frames_per_second=view.fps,
        freezes=view.freezes,
        frozen_ms=view.frozen_ms,
    )


def changed(frame: Frame, wire: Latest[ParticipantView, pb.Participant]) -> pb.WatchParticipantsResponse:
    return pb.WatchParticipantsResponse(
        snapshot=frame.snapshot,
        participants=[wire(c.key, c.view) for c in frame.changes if isinstance(c, ParticipantChanged)],
        gone=[change.participant for change in frame.changes if isinstance(change, ParticipantGone)],
        position=position(frame.position),
    )
