"""What the shell offers after Tab: asked of the node, within a second, and silent when it does not answer."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from console import contexts as file
from console.model import Failure

if TYPE_CHECKING:
    from console.client.once import Found, Once

SECONDS = 1.0


def _ask(ctx: Any, work: Callable[[Once], Awaitable[list[Found]]]) -> list[Found]:
    from console.client.once import run

    with contextlib.suppress(Failure, file.ContextsError):
        return run(file.load().one(str(ctx.params.get("context") or "")), SECONDS, work)
    return []


def complete_contexts(incomplete: str) -> list[str]:
    with contextlib.suppress(file.ContextsError):
        return [name for name in file.load().entries if name.startswith(incomplete)]
    return []


def complete_rooms(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    found = _ask(ctx, lambda node: node.rooms())
    return [(one.row.room, one.row.title) for one in found if one.row.room.startswith(incomplete)]


def complete_participants(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    room = str(ctx.params.get("room") or "")
    found = _ask(ctx, lambda node: node.participants(room)) if room else []
    return [(one.row.participant, one.row.name) for one in found if one.row.participant.startswith(incomplete)]


def complete_messages(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    room = str(ctx.params.get("room") or "")
    found = _ask(ctx, lambda node: node.messages(room)) if room else []
    return [(one.row.message, one.row.text[:60]) for one in found if one.row.message.startswith(incomplete)]
