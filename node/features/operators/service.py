"""Tokens of operators: create, list, revoke, and tell who a token is.

All tokens fit in memory (a fleet has tens), so that a flood of wrong tokens costs a hash and no query. The table is
read again when older than `FRESH_S`, because `regie node tokens revoke` writes it from another process: that bound is
how long a revoked token may still work. A database that is away leaves the last table in force.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import Final, Protocol

import msgspec
import structlog

from node.errors import Refused
from node.features.operators.rules import (
    PREFIX,
    Operator,
    Role,
    check_alive,
    check_name,
    digest,
    looks_like_token,
)
from node.ports import Clock

FRESH_S: Final = 2.0
EAGER_S: Final = 0.2  # an unknown token may have been created just now; look again, but not more often than this
USED_EVERY_S: Final = 60.0  # precision of last_used

log: Final = structlog.get_logger()


class Store(Protocol):
    async def add(self, operator: Operator) -> None: ...
    async def all(self) -> list[Operator]: ...
    async def revoke(self, operator_id: str, at: float) -> None: ...
    async def used(self, at: dict[str, float]) -> None: ...


class Operators:
    """The operators of this node."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._by_digest: dict[str, Operator] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()
        self._used: dict[str, float] = {}
        self._written: dict[str, float] = {}

    async def create(self, name: str, role: Role, *, hours: float = 0.0) -> tuple[Operator, str]:
        """A new token, shown this once. `hours` 0: does not expire. Raises VALUE_INVALID."""
        if hours < 0:
            raise Refused("VALUE_INVALID", current=f"hours = {hours:g}", limit="0 …")
        now = self._clock.now()
        token = PREFIX + secrets.token_urlsafe(32)
        operator = Operator(
            id="op_" + secrets.token_hex(5),
            name=check_name(name),
            role=role,
            digest=digest(token),
            created=now,
            expires=now + hours * 3600 if hours else 0.0,
        )
        await self._store.add(operator)
        self._by_digest[operator.digest] = operator
        return operator, token

    async def list(self, *, with_revoked: bool = False) -> list[Operator]:
        """Oldest first."""
        found = await self._store.all()
        return sorted((o for o in found if with_revoked or not o.revoked), key=lambda o: (o.created, o.id))

    async def revoke(self, which: str) -> Operator:
        """Ends the token with this id, or this name if only one has it. Raises TOKEN_UNKNOWN, VALUE_INVALID."""
        alive = await self.list()
        found = [o for o in alive if o.id == which] or [o for o in alive if o.name == which]
        if not found:
            raise Refused("TOKEN_UNKNOWN", current=which)
        if len(found) > 1:
            raise Refused("VALUE_INVALID", current=repr(which[:64]), limit=", ".join(o.id for o in found))
        now = self._clock.now()
        await self._store.revoke(found[0].id, now)
        revoked = msgspec.structs.replace(found[0], revoked=now)
        self._by_digest[revoked.digest] = revoked
        return revoked

    async def authenticate(self, token: str) -> Operator:
        """Who holds `token`. Raises TOKEN_WRONG, TOKEN_EXPIRED."""
        if not looks_like_token(token):
            raise Refused("TOKEN_WRONG")
        now = self._clock.now()
        key = digest(token)
        await self._refresh(now, FRESH_S if key in self._by_digest else EAGER_S)
        operator = self._by_digest.get(key)
        if operator is None:
            raise Refused("TOKEN_WRONG")
        check_alive(operator, now)
        self._used[operator.id] = now
        return operator

    async def flush(self) -> None:
        """Writes when tokens were last used; call it now and then, and at the end."""
        due = {key: at for key, at in self._used.items() if at - self._written.get(key, float("-inf")) >= USED_EVERY_S}
        if due:
            await self._store.used(due)
            self._written.update(due)

    async def _refresh(self, now: float, age: float) -> None:
        if abs(now - self._read_at) < age:
            return
        async with self._reading:
            if abs(now - self._read_at) < age:
                return
            try:
                rows = await self._store.all()
            except Exception:
                if not self._by_digest:
                    raise
                log.warning("operators_not_read", exc_info=True)
            else:
                self._by_digest = {o.digest: o for o in rows}
            self._read_at = now
