"""Who may be sent a file: of so many at once nobody has more than is left for others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from node.errors import Refused


class Streams:
    """A source may have half of `most`, the next half of what is left, and so on: a new one always finds room. The rule
    of Choudhury and Hahne (Dynamic queue length thresholds, IEEE/ACM Transactions on Networking 6(2), 1998), α = 1."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._of: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._of.total()

    @contextmanager
    def one(self, source: str) -> Iterator[None]:
        """
        Raises:
            Refused: TOO_FAST.
        """
        left = self._most - len(self)
        if self._of[source] >= left:
            raise Refused("TOO_FAST", limit=left, current=self._of[source], set_by="node")
        self._of[source] += 1
        try:
            yield
        finally:
            self._of[source] -= 1
            if not self._of[source]:
                del self._of[source]
