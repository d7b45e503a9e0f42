"""The messages that a room remembers; the ledger has all of them. Pure.

Of what everybody reads, the last `PUBLIC`. Of what only some may read, the last `CONVERSATION` of any two people and
the last `CHANNEL` for the moderators, so that nobody's words make others' conversations short; and where all of them
together are too many, those go first whose author wrote the most.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable
from typing import Final

import msgspec

from node.features.chat.view import MessageView, PrivateView, Stored
from node.features.moderation.rules import TO_STAFF

PUBLIC: Final = 500
CONVERSATION: Final = 100
CHANNEL: Final = 500
PRIVATE: Final = 5000
"""Of a room, at most."""
GONE: Final = 1000
"""Messages taken away lately that are not remembered: the ledger may not know it yet."""

Conversation = frozenset[str]


def conversation_of(message: PrivateView) -> Conversation:
    """Whose it is: two people's, or the moderators' with everybody who asks them."""
    return frozenset((TO_STAFF,)) if message.to == TO_STAFF else frozenset((message.participant, message.to))


class Memory:
    """Of one room; oldest first."""

    def __init__(self) -> None:
        self.public: dict[str, MessageView] = {}
        self.private: dict[str, PrivateView] = {}
        self._conversations: dict[Conversation, dict[str, None]] = {}
        self._authors: Counter[str] = Counter()
        self._gone: OrderedDict[str, None] = OrderedDict()
        self.whole = True
        """`public` is all that was ever written to everybody; older ones are nowhere else."""
        self.complete = True
        """All that was said in this session is remembered."""

    def restore(self, public: Iterable[MessageView], private: Iterable[PrivateView]) -> None:
        self.public = {message.message: message for message in public}
        self.whole = self.complete = len(self.public) < PUBLIC
        for one in private:
            self.add(one)

    def begin(self) -> None:
        """What was said until now is the past."""
        self.whole, self.complete = self.whole and not self.public, True
        self.public, self.private = {}, {}
        self._conversations, self._authors = {}, Counter()

    def get(self, message: str) -> Stored | None:
        return self.public.get(message) or self.private.get(message)

    def is_gone(self, message: str) -> bool:
        return message in self._gone

    def add(self, message: Stored) -> None:
        if isinstance(message, MessageView):
            self.public[message.message] = message
            if len(self.public) > PUBLIC:
                del self.public[next(iter(self.public))]
                self.whole = self.complete = False
            return
        self.private[message.message] = message
        self._authors[message.participant] += 1
        where = conversation_of(message)
        mine = self._conversations.setdefault(where, {})
        mine[message.message] = None
        if len(mine) > (CHANNEL if message.to == TO_STAFF else CONVERSATION):
            self._forget(next(iter(mine)))
            self.complete = False
        if len(self.private) > PRIVATE:
            most = max(self._authors, key=self._authors.__getitem__)
            self._forget(next(one.message for one in self.private.values() if one.participant == most))
            self.complete = False

    def hide(self, message: MessageView, by: str) -> MessageView:
        """As it is from now on."""
        hidden = msgspec.structs.replace(message, hidden=True, hidden_by=by)
        if message.message in self.public:
            self.public[message.message] = hidden
        else:
            self._is_gone(message.message)
        return hidden

    def drop(self, message: str) -> None:
        if message in self.private:
            self._forget(message)
        self._is_gone(message)

    def _is_gone(self, message: str) -> None:
        self._gone[message] = None
        if len(self._gone) > GONE:
            self._gone.popitem(last=False)

    def _forget(self, message: str) -> None:
        one = self.private.pop(message)
        where = conversation_of(one)
        del self._conversations[where][message]
        if not self._conversations[where]:
            del self._conversations[where]
        self._authors[one.participant] -= 1
        if not self._authors[one.participant]:
            del self._authors[one.participant]
