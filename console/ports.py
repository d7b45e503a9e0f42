"""What the screens ask of the network. `client.fleet.Fleet` is it; nothing here waits in a key handler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from console.model import Ack, Chain, Detail, DrainPlan, Key


class Operator(Protocol):
    """Calls of one operator on all contexts. Each raises `model.Failure`; each is harmless to repeat (request_id)."""

    async def mute(self, person: Key, sources: Sequence[str], reason: str = "") -> Ack: ...

    async def unmute(self, person: Key, sources: Sequence[str], reason: str = "") -> Ack: ...

    async def mute_room(self, room: Key, *, dry_run: bool = False, expected: int = 0, reason: str = "") -> Ack: ...

    async def unmute_room(self, room: Key, reason: str = "") -> Ack: ...

    async def remove(self, person: Key, reason: str = "") -> Ack: ...

    async def hide(self, message: Key, reason: str = "") -> Ack: ...

    async def set_cap(self, target: Key, send: int | None, receive: int | None, reason: str = "") -> Ack:
        """`target`: context; context and room; or context, room and participant. None: as it was; 0: lift it."""

    async def quality(self, person: Key) -> Detail: ...

    async def plan(self, context: str, minutes: int) -> DrainPlan:
        """What a drain in so many minutes would come to."""

    async def set_quota(self, quota: Key, limit: int, reason: str = "") -> Ack:
        """`quota`: context, scope, name and what. 0: back to the default."""

    async def verify(self, context: str) -> Chain: ...

    async def admit(self, room: Key, reason: str = "") -> Ack:
        """Everybody who waits, as far as there are places; `changed`: who."""

    async def do(self, deed: str, target: Key, values: Mapping[str, Any], reason: str = "") -> Ack:
        """One of `client.deeds`, to an item, a person, a room or a node."""

    async def close_room(self, room: Key, reason: str = "") -> Ack: ...


class Fleet(Operator, Protocol):
    """The streams behind the tables."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    def follow(self, view: str) -> None:
        """Follow what this view shows of every node ("participants", "wall", "quota", "audit", "recordings"; others:
        nothing), and no other."""

    def focus(self, room: Key | None) -> None:
        """Follow people and chat of this room, and of no other."""
