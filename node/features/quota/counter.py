"""`node.ports.Places` within this process: nothing is waited for, so nothing comes between a look and a taking."""

from __future__ import annotations

from collections.abc import Sequence

from node.features.quota.rules import Leases
from node.ports import Claim, Scope


class LocalPlaces:
    def __init__(self) -> None:
        self._leases = Leases()

    async def take(self, holder: str, claims: Sequence[Claim], now: float) -> None:
        self._leases.take(holder, claims, now)

    def hold(self, holder: str, scopes: frozenset[Scope], now: float) -> None:
        self._leases.hold(holder, scopes, now)

    def give_back(self, holder: str) -> None:
        self._leases.give_back(holder)

    def expire(self, now: float) -> list[str]:
        return self._leases.expire(now)

    def use(self, scope: Scope) -> int:
        return self._leases.use(scope)
