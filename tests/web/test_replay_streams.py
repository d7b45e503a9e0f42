"""H20: who watches with many connections leaves room for who watches with one."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from node.errors import Refused
from node.features.replay.streams import Streams


def taken(streams: Streams, source: str, stack: ExitStack) -> int:
    """As many as it is given."""
    for n in range(10_000):
        try:
            stack.enter_context(streams.one(source))
        except Refused as refused:
            assert (refused.code, refused.current) == ("TOO_FAST", str(n))
            return n
    raise AssertionError("without an end")


def test_nobody_takes_all() -> None:
    """One source has half, the next a quarter; what they give back is another's at once."""
    streams = Streams(1000)
    with ExitStack() as first:
        with ExitStack() as second:
            assert [taken(streams, "198.51.100.1", first), taken(streams, "198.51.100.2", second)] == [500, 250]
            with streams.one("198.51.100.3"):
                assert len(streams) == 751
        assert len(streams) == 500
    assert len(streams) == 0 and not streams._of


def test_there_is_an_end() -> None:
    """A thousand sources, one each: the node's limit."""
    streams, stack = Streams(1000), ExitStack()
    with stack:
        for n in range(999):
            stack.enter_context(streams.one(f"source {n}"))
        with streams.one("the last"), pytest.raises(Refused, match="TOO_FAST"), streams.one("another"):
            pass
