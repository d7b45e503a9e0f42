"""One node for the length of one command: the call, and what of an answer goes to people and to programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from console.client.calls import Stubs, call, pages
from console.client.later import later
from console.client.plain import plain
from console.client.scripted import SCRIPT, Foretold, changes, under
from console.i18n import t
from console.model import Context, Failure, Refusal

if TYPE_CHECKING:
    from console.model import Cap, Denial, Item, Message, Node, Person, Quota, Record, Recording, Room, SessionType
    from protos.participants.v1 import participants_pb2
    from protos.recordings.v1 import recordings_pb2
    from protos.rooms.v1 import rooms_pb2

    Row = Node | Room | Person | Message | Cap | Item | SessionType | Quota | Denial | Record | Recording
else:
    participants_pb2 = later("participants")
    recordings_pb2 = later("recordings")
    rooms_pb2 = later("rooms")

PAGE = 500


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
        """The room, the recording and the person that a change names. Raises Failure where one is not."""
        fields = request.DESCRIPTOR.fields_by_name
        room = request.room if "room" in fields and fields["room"].message_type is None else ""
        if room and not type(request).__name__.startswith("Create"):
            await self._call(self._stubs.rooms.GetRoom, rooms_pb2.GetRoomRequest(room=room))
        if "recording" in fields:
            asked = recordings_pb2.GetRecordingRequest(recording=request.recording)
            await self._call(self._stubs.recordings.GetRecording, asked)
        if room and "participant" in fields and type(request).__name__ != "LiftBanRequest":
            listed = participants_pb2.ListParticipantsRequest(room=room, page_size=PAGE)
            method = self._stubs.participants.ListParticipants
            found = await pages(self.context, method, listed, lambda reply: reply.participants, self._deadline)
            if request.participant not in {one.participant for one in found}:
                raise Failure("refused", t("ctl.not_there", who=request.participant), Refusal("PARTICIPANT_UNKNOWN"))

    def _found(self, row: Row, message: Any) -> Found:
        return Found(row, {"context": self.context.name, **plain(message)})
