"""One node for the length of one command: the call, and what of an answer goes to people and to programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from console.client.calls import Stubs, call, pages
from console.client.later import later
from console.client.plain import plain
from console.client.scripted import SCRIPT, Foretold, changes, under
from console.i18n import t
from console.model import Context, Failure, Refusal

if TYPE_CHECKING:
    from console.model import Cap, Denial, Item, Message, Node, Person, Quota, Record, Recording, Room, SessionType
    from protos.chat.v1 import chat_pb2
    from protos.moderation.v1 import moderation_pb2
    from protos.participants.v1 import participants_pb2
    from protos.quota.v1 import quota_pb2
    from protos.recordings.v1 import recordings_pb2
    from protos.rooms.v1 import rooms_pb2

    Row = Node | Room | Person | Message | Cap | Item | SessionType | Quota | Denial | Record | Recording
else:
    chat_pb2 = later("chat")
    moderation_pb2 = later("moderation")
    participants_pb2 = later("participants")
    quota_pb2 = later("quota")
    recordings_pb2 = later("recordings")
    rooms_pb2 = later("rooms")

PAGE = 500


@dataclass(frozen=True, slots=True)
class _Named:
    """Something in a room that a change names: in which `field`, who lists it as what `rows`, and the refusal where it
    is not among them."""

    field: str
    service: str
    rows: str
    code: str


_PERSON: Final = _Named("participant", "participants", "participants", "PARTICIPANT_UNKNOWN")
_ITEM: Final = _Named("item", "moderation", "items", "ITEM_UNKNOWN")
_NAMED: Final = {
    "HideMessage": _Named("message", "chat", "messages", "MESSAGE_UNKNOWN"),
    "ClaimItem": _ITEM,
    "DecideItem": _ITEM,
    "LiftBan": _Named("participant", "participants", "bans", "PARTICIPANT_UNKNOWN"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A row for people and the same for programs."""

    row: Any
    data: dict[str, Any]


class Asking:
    """`deadline`: of each call, in seconds."""

    def __init__(self, context: Context, stubs: Stubs, deadline: float) -> None:
        self.context = context
        self._stubs = stubs
        self._deadline = deadline

    async def _call(self, method: Any, request: Any) -> Any:
        """Raises Failure; Foretold of a change in a dry run, when what it is about is there."""
        script = SCRIPT.get()
        if changes(request):
            name = type(request).__name__.removesuffix("Request")
            if script.dry_run and not getattr(request, "dry_run", False):
                await self._is_there(request)
                raise Foretold(name, request)
            if script.op_id:
                request.request_id = under(script.op_id, name, request)
        reply, _ = await call(self.context, method, request, self._deadline)
        return reply

    async def _is_there(self, request: Any) -> None:
        """What a change names: the room, the recording, the limit, and whom or what there. Raises Failure where one is
        not."""
        fields = request.DESCRIPTOR.fields_by_name
        change = type(request).__name__.removesuffix("Request")
        room = request.room if "room" in fields and fields["room"].message_type is None else ""
        if room and not change.startswith("Create"):
            await self._call(self._stubs.rooms.GetRoom, rooms_pb2.GetRoomRequest(room=room))
        if "recording" in fields:
            asked = recordings_pb2.GetRecordingRequest(recording=request.recording)
            await self._call(self._stubs.recordings.GetRecording, asked)
        if change == "SetQuota":
            limit = quota_pb2.GetQuotaRequest(scope=request.scope, name=request.name, what=request.what)
            await self._call(self._stubs.quota.GetQuota, limit)
        if room and (one := _NAMED.get(change) or (_PERSON if "participant" in fields else None)) is not None:
            await self._is_in(room, one, getattr(request, one.field))

    async def _is_in(self, room: str, one: _Named, wanted: str) -> None:
        """Nobody named: everybody, or the room itself."""
        if not wanted:
            return
        method = getattr(getattr(self._stubs, one.service), f"List{one.rows.capitalize()}")
        pb2 = {"chat": chat_pb2, "moderation": moderation_pb2, "participants": participants_pb2}[one.service]
        listed = getattr(pb2, f"List{one.rows.capitalize()}Request")(room=room, page_size=PAGE)
        found = await pages(self.context, method, listed, lambda reply: getattr(reply, one.rows), self._deadline)
        if wanted not in {getattr(row, one.field) for row in found}:
            raise Failure("refused", t("ctl.not_there", who=wanted), Refusal(one.code))

    def _found(self, row: Row, message: Any) -> Found:
        return Found(row, {"context": self.context.name, **plain(message)})
