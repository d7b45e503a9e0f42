"""What people who lead a room do to it and to others in it, from their page; and what everybody is told of that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from node.features.roles.rules import RoleGiven
from node.ports import Event
from node.signaling import messages as m

if TYPE_CHECKING:
    from node.signaling.commands import Talk
    from node.signaling.stream import Stream


async def _role(talk: Talk, message: m.Role) -> None:
    await talk.edge.roles.give(talk.room.id, message.participant, message.role, by=talk.actor)


async def _rename(talk: Talk, message: m.Rename) -> None:
    await talk.edge.roles.rename(talk.room.id, message.participant, message.name, by=talk.actor)


# Any: each handler takes the message under which it stands.
HANDLERS: Final[dict[type[Any], Callable[[Talk, Any], Awaitable[int | None]]]] = {
    m.Role: _role,
    m.Rename: _rename,
}


def _role_given(stream: Stream, event: RoleGiven) -> None:
    seq = stream.next()
    by = "operator" if event.by_kind == "operator" else "host"
    told = m.NewRole(seq, event.role, stream.room.type.rights(event.role), by)
    stream.tell(told, seq, to=event.participant)
    stream.greet_again(event.participant)


# Any: each function takes the event under which it stands.
TELL: Final[dict[type[Event], Callable[[Stream, Any], None]]] = {RoleGiven: _role_given}
