"""gRPC: regie.chat.v1."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, Final

from node.features.chat.rules import MessageView
from node.features.chat.service import Chat
from node.journal import Change, Journal, MessageChanged
from node.rpc.call import current
from node.rpc.convert import page_size, position, stamp, token_of, token_text
from node.rpc.watch import Frame, watch
from protos.chat.v1 import chat_pb2 as pb
from protos.chat.v1 import chat_pb2_grpc

PAGE: Final = 200
MOST: Final = 500
WATCHED: Final = 200
WATCHED_OF_ALL: Final = 20
"""Messages of each room in a snapshot."""


class ChatServicer(chat_pb2_grpc.ChatServiceServicer):
    def __init__(self, chat: Chat, journal: Journal) -> None:
        self._chat = chat
        self._journal = journal

    async def ListMessages(self, request: pb.ListMessagesRequest, context: Any) -> pb.ListMessagesResponse:
        limit = page_size(request.page_size, default=PAGE, most=MOST)
        found = await self._chat.list(request.room, after=token_text(request.page_token), limit=limit)
        after = token_of(found[-1].message) if len(found) == limit else ""
        return pb.ListMessagesResponse(messages=map(message, found), next_page_token=after)

    async def WatchMessages(
        self, request: pb.WatchMessagesRequest, context: Any
    ) -> AsyncIterator[pb.WatchMessagesResponse]:
        snapshot = partial(self._snapshot, request.room)
        resume, room = request.resume_token, request.room
        async for frame in watch(self._journal, ["messages"], snapshot, resume=resume, room=room):
            yield changed(frame)

    async def AnnounceMessage(self, request: pb.AnnounceMessageRequest, context: Any) -> pb.AnnounceMessageResponse:
        view = await self._chat.announce(request.room, request.text, by=current().actor)
        return pb.AnnounceMessageResponse(message=message(view))

    async def HideMessage(self, request: pb.HideMessageRequest, context: Any) -> pb.HideMessageResponse:
        view = await self._chat.hide(request.room, request.message, by=current().actor, reason=request.reason)
        assert view is not None, "an operator is shown public messages only"
        return pb.HideMessageResponse(message=message(view))

    async def _snapshot(self, room: str) -> Sequence[Change]:
        recent = self._chat.recent(room, WATCHED) if room else self._chat.recent(None, WATCHED_OF_ALL)
        return [MessageChanged(view) for view in recent]


def message(view: MessageView) -> pb.Message:
    return pb.Message(
        message=view.message,
        room=view.room,
        participant=view.participant,
        name=view.name,
        text=view.text,
        sent=stamp(view.sent),
        hidden=view.hidden,
        hidden_by=view.hidden_by,
        reply=view.reply,
    )


def changed(frame: Frame) -> pb.WatchMessagesResponse:
    return pb.WatchMessagesResponse(
        snapshot=frame.snapshot,
        messages=[message(change.view) for change in frame.changes if isinstance(change, MessageChanged)],
        position=position(frame.position),
    )
