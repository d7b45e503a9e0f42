"""The minutes that were: how every node was at a moment that the console saw. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, NamedTuple

from console.model import Key
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


def beginning(store: Store, wall: float) -> float:
    """The first moment that is known; `wall`, which is now, where none is. Unix seconds."""
    return min((past.at[0] for past in store.history.values() if past.at), default=wall)


def was(store: Store, key: Key, at: float) -> Was:
    past = store.history.get(key)
    index = bisect_right(past.at, at) - 1 if past is not None else -1
    if past is None or index < 0 or at - past.at[index] >= STALE_AFTER:
        return Was(key, False)
    return Was(key, True, past.cpu[index], int(past.people[index]), past.bits[index], past.loss[index])


def moment(store: Store, at: float) -> list[Was]:
    """Every node as it was: those that were silent first, then the busiest."""
    known = [was(store, key, at) for key in store.history]
    return sorted(known, key=lambda one: (one.heard, -one.cpu, one.key))


def people(store: Store, at: float) -> int:
    """On all nodes that were heard."""
    return sum(was(store, key, at).people for key in store.history)


def events(store: Store, at: float, most: int) -> list[Event]:
    """What had happened by then, the latest first."""
    return [event for event in reversed(store.events) if event.at <= at][:most]


def turn(store: Store, at: float, *, forward: bool, last: float) -> float:
    """The next moment at which something happened; where nothing did, the end on that side."""
    first = beginning(store, last)
    times: Iterable[float] = (event.at for event in store.events if first <= event.at <= last)
    if forward:
        return min((time for time in times if time > at), default=last)
    return max((time for time in times if time < at), default=first)
