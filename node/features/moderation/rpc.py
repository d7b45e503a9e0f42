"""gRPC: regie.moderation.v1."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final, cast

from node.errors import Refused
from node.features.moderation.rules import VERDICTS, Item, Restraint, Settings, Verdict
from node.features.moderation.service import Moderation, for_operators
from node.journal import Change, ItemChanged, ItemGone, Journal
from node.rpc.call import current
from node.rpc.convert import page, position, stamp
from node.rpc.watch import watch
from protos.moderation.v1 import moderation_pb2 as pb
from protos.moderation.v1 import moderation_pb2_grpc

CHANGES: Final = ("public", "private", "to_staff", "slow_s", "hold", "words", "per_moderator")
WORDS: Final = ("allow", "hold", "refuse")
RESTRAINTS: Final = ("", "hold", "mute")


class ModerationServicer(moderation_pb2_grpc.ModerationServiceServicer):
    def __init__(self, moderation: Moderation, journal: Journal) -> None:
        self._moderation = moderation
        self._journal = journal

    async def GetSettings(self, request: pb.GetSettingsRequest, context: Any) -> pb.GetSettingsResponse:
        return pb.GetSettingsResponse(settings=settings(self._moderation.settings(request.room)))

    async def SetSettings(self, request: pb.SetSettingsRequest, context: Any) -> pb.SetSettingsResponse:
        changes = {name: getattr(request, name) for name in CHANGES if request.HasField(cast(Any, name))}
        if "words" in changes:
            _among("words", changes["words"], WORDS)
        made = await self._moderation.regulate(request.room, by=current().actor, **changes)
        return pb.SetSettingsResponse(settings=settings(made))

    async def ListItems(self, request: pb.ListItemsRequest, context: Any) -> pb.ListItemsResponse:
        some, after = page(
            sorted(self._moderation.items(request.room or None), key=_key),
            _key,
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListItemsResponse(items=map(item, some), next_page_token=after)

    async def WatchItems(self, request: pb.WatchItemsRequest, context: Any) -> AsyncIterator[pb.WatchItemsResponse]:
        async def snapshot() -> Sequence[Change]:
            return [ItemChanged(one) for one in self._moderation.items(request.room or None)]

        async for frame in watch(self._journal, ["items"], snapshot, resume=request.resume_token, room=request.room):
            yield pb.WatchItemsResponse(
                snapshot=frame.snapshot,
                items=[item(one.item) for one in frame.changes if isinstance(one, ItemChanged)],
                gone=[pb.ItemKey(room=one.room, item=one.item) for one in frame.changes if isinstance(one, ItemGone)],
                position=position(frame.position),
            )

    async def ClaimItem(self, request: pb.ClaimItemRequest, context: Any) -> pb.ClaimItemResponse:
        return pb.ClaimItemResponse(item=item(self._moderation.claim(request.room, request.item, by=current().actor)))

    async def ReleaseItem(self, request: pb.ReleaseItemRequest, context: Any) -> pb.ReleaseItemResponse:
        released = self._moderation.release(request.room, request.item, by=current().actor)
        return pb.ReleaseItemResponse(item=item(released))

    async def DecideItem(self, request: pb.DecideItemRequest, context: Any) -> pb.DecideItemResponse:
        _among("verdict", request.verdict, tuple(verdict for pair in VERDICTS.values() for verdict in pair))
        verdict = cast(Verdict, request.verdict)
        decided = await self._moderation.decide(request.room, request.item, verdict, by=current().actor)
        return pb.DecideItemResponse(item=item(decided))

    async def RestrainParticipant(
        self, request: pb.RestrainParticipantRequest, context: Any
    ) -> pb.RestrainParticipantResponse:
        _among("how", request.how, RESTRAINTS)
        how = cast(Restraint, request.how)
        done = await self._moderation.restrain(
            request.room, request.participant, how, by=current().actor, for_s=request.for_s
        )
        return pb.RestrainParticipantResponse(until=stamp(done.until), before=done.before, before_s=done.before_s)


def _among(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise Refused("VALUE_INVALID", limit=", ".join(filter(None, allowed)), current=f"{name} = {value[:40]!r}")


def _key(one: Item) -> str:
    return f"{one.item}/{one.room}"


def settings(view: Settings) -> pb.Settings:
    return pb.Settings(
        public=view.public,
        private=view.private,
        to_staff=view.to_staff,
        slow_s=view.slow_s,
        hold=view.hold,
        words=view.words,
        own_words=view.own_words,
        per_moderator=view.per_moderator,
    )


def item(view: Item) -> pb.Item:
    told = for_operators(view)
    return pb.Item(
        item=told.item,
        room=told.room,
        kind=told.kind,
        participant=told.participant,
        name=told.name,
        text=told.text,
        at=stamp(told.at),
        why=told.why,
        message=told.message,
        private=told.private,
        reports=told.reports,
        claimed_by=told.claimed_name or told.claimed_by,
        verdict=told.verdict,
        decided_by=told.decided_by,
    )
