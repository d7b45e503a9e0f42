"""The minutes that were: how every node was at a moment that the console saw. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Final, NamedTuple

from console.model import Key
from console.model_features import KEPT_VALUES, History
from console.state import STALE_AFTER, Event, Store

STEP: Final = 10.0  # seconds


class Was(NamedTuple):
    """One node then. `heard`: it had spoken in the last seconds; figures of a silent node are none."""

    key: Key
    heard: bool
    cpu: float = 0.0
    people: int = 0
    bits: float = 0.0
    loss: float = 0.0


@dataclass(frozen=True, slots=True)
class Past:
    """What the console had seen when this was taken. `first`, `last`: Unix seconds, alike where it had seen nothing."""

    history: Mapping[Key, History]
    events: Sequence[Event]
    first: float
    last: float

    @classmethod
    def of(cls, store: Store, wall: float) -> Past:
        """As far back as something is kept of every node. `wall`: now, Unix seconds. A copy: a history forgets half of
        itself at once, and what it forgot would look like silence."""
        begun = min((past.at[0] for past in store.history.values() if past.at), default=wall)
        return cls(deepcopy(store.history), tuple(store.events), max(begun, wall - KEPT_VALUES), wall)

    def was(self, key: Key, at: float) -> Was:
        past = self.history[key]
        index = bisect_right(past.at, at) - 1
        if index < 0 or at - past.at[index] >= STALE_AFTER:
            return Was(key, False)
        return Was(key, True, past.cpu[index], int(past.people[index]), past.bits[index], past.loss[index])

    def moment(self, at: float) -> list[Was]:
        """Every node as it was: those that were silent first, then the busiest."""
        return sorted((self.was(key, at) for key in self.history), key=lambda one: (one.heard, -one.cpu, one.key))

    def people(self, at: float) -> int:
        """On all nodes that were heard."""
        return sum(self.was(key, at).people for key in self.history)

    def happened(self, at: float, most: int) -> list[Event]:
        """What had happened by then, the latest first."""
        return [event for event in reversed(self.events) if event.at <= at][:most]

    def following(self, at: float) -> float:
        """The next moment at which something happened; the last one where nothing did."""
        return min((event.at for event in self.events if at < event.at <= self.last), default=self.last)

    def preceding(self, at: float) -> float:
        """The moment before at which something happened; the first one where nothing did."""
        return max((event.at for event in self.events if self.first <= event.at < at), default=self.first)
