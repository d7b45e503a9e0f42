"""What the shell offers after Tab: asked of the node, within a second, and silent when it does not answer.

Who works over a slow line allows more with $REGIE_COMPLETE_S, seconds.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from console import contexts as file
from console.model import Failure

if TYPE_CHECKING:
    from console.client.once import Found, Once


def _seconds() -> float:
    with contextlib.suppress(ValueError):
        return float(os.environ.get("REGIE_COMPLETE_S", "1"))
    return 1.0


def _ask(ctx: Any, work: Callable[[Once], Awaitable[list[Found]]]) -> list[Found]:
    from console.client.once import run

    with contextlib.suppress(Failure, file.ContextsError):
        return run(file.load().one(str(ctx.params.get("context") or "")), _seconds(), work)
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


def complete_recordings(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    from console.client.once import run

    with contextlib.suppress(Failure, file.ContextsError):
        one = file.load().one(str(ctx.params.get("context") or ""))
        found = run(one, _seconds(), lambda node: node.recordings())
        known = [(str(each.row.recording), str(each.row.title)) for each in found]
        return [(recording, title) for recording, title in known if recording.startswith(incomplete)]
    return []


QUOTA_SCOPES = ("node", "type", "room")
QUOTA_WHATS = ("people", "publishers", "rooms", "room_people")


def complete_quota_scopes(incomplete: str) -> list[str]:
    """node, type:… and room:…, as they are on the node."""
    return [scope if scope == "node" else f"{scope}:" for scope in QUOTA_SCOPES if scope.startswith(incomplete)]


def complete_quotas(ctx: Any, incomplete: str) -> list[str]:
    found = _ask(ctx, lambda node: node.quotas())
    names = {f"{one.row.scope}:{one.row.name}" if one.row.name else one.row.scope for one in found}
    return sorted(name for name in names if name.startswith(incomplete)) or complete_quota_scopes(incomplete)


def complete_whats(ctx: Any, incomplete: str) -> list[str]:
    """What can be limited there."""
    room = str(ctx.params.get("scope") or "").startswith("room")
    return [what for what in QUOTA_WHATS[: 2 if room else None] if what.startswith(incomplete)]


def complete_messages(ctx: Any, incomplete: str) -> list[tuple[str, str]]:
    room = str(ctx.params.get("room") or "")
    found = _ask(ctx, lambda node: node.messages(room)) if room else []
    return [(one.row.message, one.row.text[:60]) for one in found if one.row.message.startswith(incomplete)]
