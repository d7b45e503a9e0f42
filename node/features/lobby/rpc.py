"""gRPC: regie.lobby.v1."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from node.errors import Refused
from node.features.lobby.rules import LobbyView, WaiterView
from node.features.lobby.service import Lobby
from node.journal import Change, Journal, WaiterChanged, WaiterGone
from node.rpc.call import current
from node.rpc.convert import page, position, stamp
from node.rpc.watch import watch
from protos.lobby.v1 import lobby_pb2 as pb
from protos.lobby.v1 import lobby_pb2_grpc

MOST: Final = 1000
"""Named in one request."""


class LobbyServicer(lobby_pb2_grpc.LobbyServiceServicer):
    def __init__(self, lobby: Lobby, journal: Journal) -> None:
        self._lobby = lobby
        self._journal = journal

    async def GetLobby(self, request: pb.GetLobbyRequest, context: Any) -> pb.GetLobbyResponse:
        return pb.GetLobbyResponse(lobby=lobby(request.room, self._lobby.get(request.room)))

    async def SetLobby(self, request: pb.SetLobbyRequest, context: Any) -> pb.SetLobbyResponse:
        view = await self._lobby.set(
            request.room,
            on=request.on if request.HasField("on") else None,
            agenda=request.agenda if request.HasField("agenda") else None,
            message=request.message if request.HasField("message") else None,
            by=current().actor,
        )
        return pb.SetLobbyResponse(lobby=lobby(request.room, view))

    async def ListWaiters(self, request: pb.ListWaitersRequest, context: Any) -> pb.ListWaitersResponse:
        views = sorted(self._lobby.waiters(request.room), key=_key)
        some, after = page(views, _key, size=request.page_size, token=request.page_token)
        return pb.ListWaitersResponse(waiters=[waiter(request.room, one) for one in some], next_page_token=after)

    async def WatchWaiters(
        self, request: pb.WatchWaitersRequest, context: Any
    ) -> AsyncIterator[pb.WatchWaitersResponse]:
        async def snapshot() -> Sequence[Change]:
            return [WaiterChanged(room, view) for room, view in self._lobby.everybody(request.room or None)]

        async for frame in watch(self._journal, ["waiters"], snapshot, resume=request.resume_token, room=request.room):
            gone = [one for one in frame.changes if isinstance(one, WaiterGone)]
            yield pb.WatchWaitersResponse(
                snapshot=frame.snapshot,
                waiters=[waiter(one.room, one.view) for one in frame.changes if isinstance(one, WaiterChanged)],
                gone=[pb.WaiterKey(room=one.room, participant=one.participant) for one in gone],
                position=position(frame.position),
            )

    async def AdmitWaiters(self, request: pb.AdmitWaitersRequest, context: Any) -> pb.AdmitWaitersResponse:
        chosen = _chosen(request)
        if not chosen:
            done = await self._lobby.admit_all(request.room, by=current().actor)
            limit = done.refusal.code if done.refusal is not None else ""
            return pb.AdmitWaitersResponse(participants=done.admitted, left=done.left, limit=limit)
        for one in chosen:
            await self._lobby.admit(request.room, one, by=current().actor)
        return pb.AdmitWaitersResponse(participants=chosen)

    async def SendToLobby(self, request: pb.SendToLobbyRequest, context: Any) -> pb.SendToLobbyResponse:
        view = await self._lobby.send(request.room, request.participant, by=current().actor, reason=request.reason)
        return pb.SendToLobbyResponse(participant=view.participant)

    async def RefuseWaiters(self, request: pb.RefuseWaitersRequest, context: Any) -> pb.RefuseWaitersResponse:
        refused = await self._lobby.turn_away(request.room, _chosen(request), by=current().actor)
        return pb.RefuseWaitersResponse(refused=refused)


def _chosen(request: pb.AdmitWaitersRequest | pb.RefuseWaitersRequest) -> list[str]:
    """None: all of them, which is to be said in so many words."""
    if bool(request.participants) == request.all or len(request.participants) > MOST:
        raise Refused("VALUE_INVALID", limit=f"participants (1 … {MOST}) | all", current=len(request.participants))
    return list(request.participants)


def _key(view: WaiterView) -> str:
    return f"{view.since:017.6f}/{view.participant}"


def lobby(room: str, view: LobbyView) -> pb.Lobby:
    return pb.Lobby(room=room, on=view.on, agenda=view.agenda, message=view.message, waiting=view.waiting)


def waiter(room: str, view: WaiterView) -> pb.Waiter:
    return pb.Waiter(
        room=room,
        participant=view.participant,
        name=view.name,
        role=view.role,
        since=stamp(view.since),
        why=view.why,
    )
