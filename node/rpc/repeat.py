"""`request_id` (AIP-155): an operator who repeats a change gets the first answer, and the change is done once.

Answers are kept in memory for 10 minutes, at most 4,000 an operator and 20,000 in all, the oldest forgotten first; a
restart of the control process forgets them. Refusals are not kept: nothing was done, so asking again is a new question.

A change that has begun is finished even if the caller goes away or its deadline passes: the answer waits here for the
repetition.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any, Final

from node.errors import Refused
from node.rpc.call import Around, Call
from node.rpc.errors import as_refusal

KEEP_S: Final = 600.0
PER_OPERATOR: Final = 4_000
IN_ALL: Final = 20_000

Key = tuple[str, str, str]  # operator, method, request_id


class _Answer:
    __slots__ = ("body", "since", "task")

    def __init__(self, body: bytes, task: asyncio.Task[Any], since: float) -> None:
        self.body = body
        self.task = task
        self.since = since


Settled = Callable[[Call, float, BaseException | None], None]


class Once(Around):
    """`now` in seconds, any origin. `settled` is told of each change that has ended: how long it took (s), what it
    raised."""

    def __init__(self, now: Callable[[], float], settled: Settled) -> None:
        self._now = now
        self._settled = settled
        self._answers: OrderedDict[Key, _Answer] = OrderedDict()
        self._held: Counter[str] = Counter()
        self._running: set[asyncio.Task[Any]] = set()

    async def answer(self, call: Call, request: Any, proceed: Callable[[Any], Awaitable[Any]]) -> Any:
        if call.row is None or not call.row.mutation or call.operator is None:
            return await proceed(request)
        if not call.request_id:
            return await asyncio.shield(self._start(call, proceed, request))
        self._forget_old()
        key = (call.operator.id, call.method, call.request_id)
        body = hashlib.sha256(request.SerializeToString(deterministic=True)).digest()
        known = self._answers.get(key)
        if known is None:
            known = self._remember(key, _Answer(body, self._start(call, proceed, request), self._now()))
        elif known.body != body:
            raise Refused("REQUEST_ID_REUSED", set_by="protocol")
        else:
            call.repeated = True
        return await asyncio.shield(known.task)

    async def finish(self) -> None:
        """Waits for the changes that have begun."""
        await asyncio.gather(*self._running, return_exceptions=True)

    def _start(self, call: Call, proceed: Callable[[Any], Awaitable[Any]], request: Any) -> asyncio.Task[Any]:
        call.begun = True
        task = asyncio.create_task(self._change(call, proceed, request))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(_look)
        return task

    async def _change(self, call: Call, proceed: Callable[[Any], Awaitable[Any]], request: Any) -> Any:
        began = self._now()
        error: BaseException | None = None
        try:
            call.answer = await proceed(request)
        except Exception as raised:
            error = refused = as_refusal(raised, call.method)
            raise refused from raised
        except BaseException as raised:
            error = raised
            raise
        finally:
            self._settled(call, self._now() - began, error)
        return call.answer

    def _remember(self, key: Key, answer: _Answer) -> _Answer:
        self._answers[key] = answer
        self._held[key[0]] += 1
        answer.task.add_done_callback(lambda done: self._keep_or_drop(key, done))
        if self._held[key[0]] > PER_OPERATOR:
            self._drop(next(old for old in self._answers if old[0] == key[0]))
        elif len(self._answers) > IN_ALL:
            self._drop(next(iter(self._answers)))
        return answer

    def _keep_or_drop(self, key: Key, done: asyncio.Task[Any]) -> None:
        known = self._answers.get(key)
        if known is not None and known.task is done and (done.cancelled() or done.exception() is not None):
            self._drop(key)

    def _forget_old(self) -> None:
        before = self._now() - KEEP_S
        while self._answers:
            key, oldest = next(iter(self._answers.items()))
            if oldest.since > before:
                return
            self._drop(key)

    def _drop(self, key: Key) -> None:
        del self._answers[key]
        self._held[key[0]] -= 1
        if not self._held[key[0]]:
            del self._held[key[0]]


def _look(task: asyncio.Task[Any]) -> None:
    """The caller may be gone: an error that nobody awaits is not a surprise for the loop."""
    if not task.cancelled():
        task.exception()
