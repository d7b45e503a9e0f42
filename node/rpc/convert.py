"""Small words that every servicer needs: times, pages, positions."""

from __future__ import annotations

import base64
import binascii
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from node.errors import Refused
from protos.common.v1 import common_pb2

Item = TypeVar("Item")
View = TypeVar("View")
Wire = TypeVar("Wire")


def stamp(seconds: float | None) -> Timestamp | None:
    """Seconds since the epoch, to the microsecond; nothing for None and 0."""
    if not seconds:
        return None
    micros = round(seconds * 1_000_000)
    return Timestamp(seconds=micros // 1_000_000, nanos=micros % 1_000_000 * 1000)


def seconds(time: Timestamp) -> float:
    """Since the epoch."""
    return time.seconds + time.nanos / 1e9


def position(token: str) -> common_pb2.Position:
    return common_pb2.Position(resume_token=token, time=stamp(time.time()))


def page_size(asked: int, *, default: int, most: int) -> int:
    """0 is the default, more than `most` is `most` (AIP-158). Raises BAD_REQUEST below 0."""
    if asked < 0:
        raise Refused("BAD_REQUEST", current="page_size", set_by="protocol")
    return min(asked or default, most)


def page(
    items: Sequence[Item], key: Callable[[Item], str], *, size: int, token: str, default: int = 1000, most: int = 5000
) -> tuple[Sequence[Item], str]:
    """The items after `token`, and the token of the next page ("" at the end). `items` are sorted by `key`, which is
    unique: items that come and go between two pages move no other."""
    after = token_text(token)
    size = page_size(size, default=default, most=most)
    rest = [item for item in items if key(item) > after] if after else items
    return rest[:size], token_of(key(rest[size - 1])) if len(rest) > size else ""


def token_of(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def token_text(token: str) -> str:
    """Raises BAD_REQUEST for what `token_of` did not make."""
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError):
        raise Refused("BAD_REQUEST", current="page_token", set_by="protocol") from None


class Latest(Generic[View, Wire]):
    """The wire form of each thing's latest view, made once however many watch: a person's costs 18 µs to make and 2 µs
    to copy. Views are frozen, so the same object means the same content."""

    def __init__(self, make: Callable[[View], Wire], *, most: int = 50_000) -> None:
        self._make = make
        self._most = most
        self._known: OrderedDict[Hashable, tuple[View, Wire]] = OrderedDict()

    def __call__(self, key: Hashable, view: View) -> Wire:
        known = self._known.get(key)
        if known is not None and known[0] is view:
            return known[1]
        made = self._make(view)
        self._known[key] = (view, made)
        self._known.move_to_end(key)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return made
