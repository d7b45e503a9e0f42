"""Who left during a session, and what held for them: it holds again when they come back. Pure.

A person who comes back with their session is the same person. One who comes anew is known by what they came with: a
ticket that is theirs alone, or else the link and the name. Who changes the name that a shared link lets them choose is
somebody else, unless their browser brings along the session that it had: then it is who had that. Only tickets with a
name tie down who clears the browser's storage, too.

Several people of one name on one link are remembered one by one. Who comes without a session is taken for one of
them who was restrained, and of those for the one who left last; so nobody is freed by another's leaving.
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


class _Left(NamedTuple, Generic[T]):
    mark: Mark
    what: T
    matters: bool


class Absent(Generic[T]):
    """Of one room. `T`: what is remembered of somebody."""

    def __init__(self) -> None:
        self._marks: dict[str, Mark] = {}
        self._left: dict[str, _Left[T]] = {}
        """Who left, the last one last."""
        self._alike: dict[Mark, list[str]] = {}
        """Of `_left`, in its order."""
        self._former: dict[str, str] = {}
        """Who is on the way in → who they were, as their browser says."""

    def here(self, participant: str, mark: Mark) -> None:
        self._marks[participant] = mark

    def comes(self, participant: str, former: str) -> None:
        """Somebody is on the way in with the session that `former` had."""
        if former in self._left:
            self._former[participant] = former

    def turned(self, participant: str) -> None:
        """Who was on the way in does not come."""
        self._former.pop(participant, None)

    def back(self, participant: str, mark: Mark) -> T | None:
        """Somebody comes; what is remembered of them, once."""
        self.here(participant, mark)
        was = self._former.pop(participant, "")
        if was not in self._left:
            alike = self._alike.get(mark)
            if not alike:
                return None
            was = next((one for one in reversed(alike) if self._left[one].matters), alike[-1])
        return self._drop(was).what

    def gone(self, participant: str, what: T, *, matters: bool) -> None:
        if (mark := self._marks.pop(participant, None)) is not None:
            self.remember(participant, mark, what, matters=matters)

    def forget(self, participant: str) -> None:
        """Somebody is gone of whom nothing needs to be remembered."""
        self._marks.pop(participant, None)

    def remember(self, participant: str, mark: Mark, what: T, *, matters: bool) -> None:
        """`matters`: rather than what does not. Each leaves once."""
        self._left[participant] = _Left(mark, what, matters)
        self._alike.setdefault(mark, []).append(participant)
        if len(self._left) > KEPT:
            self._drop(next((one for one, left in self._left.items() if not left.matters), next(iter(self._left))))

    def left(self, participant: str) -> T | None:
        """What is remembered of them."""
        return self._left[participant].what if participant in self._left else None

    def amend(self, participant: str, what: T, *, matters: bool) -> None:
        """Of somebody who left, from now on this is remembered."""
        self._left[participant] = _Left(self._left[participant].mark, what, matters)

    def over(self) -> None:
        """The session: nothing of it is remembered."""
        self._left.clear()
        self._alike.clear()
        self._former.clear()

    def _drop(self, participant: str) -> _Left[T]:
        left = self._left.pop(participant)
        alike = self._alike[left.mark]
        alike.remove(participant)
        if not alike:
            del self._alike[left.mark]
        return left
