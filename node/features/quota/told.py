"""What of the limits operators are told: from what changed to changes of the journal.

Every join changes the use of four limits or six: they are gathered, and only those that differ from what was told last
are told.
"""

from __future__ import annotations

import asyncio
from typing import Final

from node.features.quota.rules import QuotaView
from node.features.quota.service import Quota
from node.journal import Journal, QuotaChanged, QuotaDenied, QuotaGone
from node.ports import Scope

EVERY_S: Final = 0.25


class Told:
    """A listener of `Quota`."""

    def __init__(self, quota: Quota, journal: Journal) -> None:
        self._quota = quota
        self._journal = journal
        self._changed: set[Scope] = set()
        self._known: dict[Scope, QuotaView] = {}
        self._denied = 0
        self._timer: asyncio.TimerHandle | None = None
        quota.tell(self)

    def __call__(self, scopes: frozenset[Scope]) -> None:
        self._changed |= scopes
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(EVERY_S, self.flush)

    def flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        changed, self._changed = self._changed, set()
        for scope in sorted(self._with_fullest(changed)):
            view = self._quota.look(scope)
            if view is None:
                self._known.pop(scope, None)
                self._journal.publish(QuotaGone(scope))
            elif view != self._known.get(scope):
                self._known[scope] = view
                self._journal.publish(QuotaChanged(view))
        for denial in self._quota.denials:
            if denial.number > self._denied:
                self._denied = denial.number
                self._journal.publish(QuotaDenied(denial))

    def _with_fullest(self, changed: set[Scope]) -> set[Scope]:
        """The fullest room of the node and of its type changes with any room of it."""
        more = {Scope(scope.kind, scope.name, "room_people") for scope in changed if scope.kind != "room"}
        return changed | more
