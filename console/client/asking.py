"""One node for the length of one command: the call, and what of an answer goes to people and to programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from console.client.calls import Stubs, call
from console.client.plain import plain
from console.model import Context

if TYPE_CHECKING:
    from console.model import Cap, Denial, Item, Message, Node, Person, Quota, Record, Room, SessionType

    Row = Node | Room | Person | Message | Cap | Item | SessionType | Quota | Denial | Record

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
        """Raises Failure."""
        reply, _ = await call(self.context, method, request, self._deadline)
        return reply

    def _found(self, row: Row, message: Any) -> Found:
        return Found(row, {"context": self.context.name, **plain(message)})
