"""Who left during a session, and what held for them: it holds again when they come back. Pure.

A person who comes back with their session is the same person. One who comes anew is known by what they came with: a
ticket that is theirs alone, or else the link and the name. Who changes the name that a shared link lets them choose is
somebody else, unless their browser brings along the session that it had: then it is who had that. Only tickets with a
name tie down who clears the browser's storage, too.
"""

from __future__ import annotations

from typing import Final, Generic, NamedTuple, TypeVar

from node.features.moderation.words import fold

KEPT: Final = 2000
"""Of one session; beyond, those who were not restrained are forgotten first."""
T = TypeVar("T")


class Mark(NamedTuple):
    """`ticket`: SHA-256, hexadecimal. `name`: folded; "" where the ticket is one person's."""

    ticket: str
    name: str


def mark_of(ticket: str, name: str, *, named: bool) -> Mark:
    return Mark(ticket, "" if named else "".join(fold(name).split()))


class Absent(Generic[T]):
    """Of one room. `T`: what is remembered of somebody."""

    def __init__(self) -> None:
        self._marks: dict[str, Mark] = {}
        self._left: dict[Mark, tuple[T, bool]] = {}
        self._was: dict[str, Mark] = {}
        """Who left → by what they are remembered."""
        self._former: dict[str, str] = {}
        """Who is on the way in → who they were, as their browser says."""

    def here(self, participant: str, mark: Mark) -> None:
        self._marks[participant] = mark

    def comes(self, participant: str, former: str) -> None:
        """Somebody is on the way in with the session that `former` had."""
        if former in self._was:
            self._former[participant] = former

    def turned(self, participant: str) -> None:
        """Who was on the way in does not come."""
        self._former.pop(participant, None)

    def back(self, participant: str, mark: Mark) -> T | None:
        """Somebody comes; what is remembered of them, once."""
        self.here(participant, mark)
        was = self._was.pop(self._former.pop(participant, ""), None)
        if was is not None and was in self._left:
            mark = was
        left = self._left.pop(mark, None)
        return left[0] if left is not None else None

    def gone(self, participant: str, what: T, *, matters: bool) -> None:
        if (mark := self._marks.pop(participant, None)) is not None:
            self.remember(mark, what, matters=matters, participant=participant)

    def forget(self, participant: str) -> None:
        """Somebody is gone of whom nothing needs to be remembered."""
        self._marks.pop(participant, None)

    def remember(self, mark: Mark, what: T, *, matters: bool, participant: str = "") -> None:
        """`matters`: rather than what does not."""
        if participant:
            self._was[participant] = mark
            if len(self._was) > KEPT:
                del self._was[next(iter(self._was))]
        self._left.pop(mark, None)
        self._left[mark] = (what, matters)
        if len(self._left) > KEPT:
            del self._left[next((one for one, (_, much) in self._left.items() if not much), next(iter(self._left)))]

    def over(self) -> None:
        """The session: nothing of it is remembered."""
        self._left.clear()
        self._was.clear()
        self._former.clear()
