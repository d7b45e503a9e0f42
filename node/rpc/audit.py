"""A record for every change and every refusal."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol

from google.protobuf.message import Message

from node.errors import Refused
from node.features.audit.rules import Record
from node.rpc.call import Around, Call
from node.rpc.errors import as_refusal, outcome_of

MAX_ID = 64
MAX_REASON = 500


class Auditor(Protocol):
    def note(self, record: Record) -> None: ...


class Audit(Around):
    """Sees also who was refused by the interceptors inside it. A change that has begun is recorded when it has ended
    (`settled`), with what came of it, though its caller may have gone long before."""

    def __init__(self, auditor: Auditor, now: Callable[[], float]) -> None:
        self._auditor = auditor
        self._now = now

    @asynccontextmanager
    async def around(self, call: Call, context: Any) -> AsyncIterator[None]:
        started = time.perf_counter()
        error: BaseException | None = None
        try:
            yield
        except Exception as raised:
            # Named here, so that the record carries the id of the fault too.
            error = refused = as_refusal(raised, call.method)
            raise refused from raised
        except BaseException as raised:
            error = raised
            raise
        finally:
            mutation = call.row is not None and call.row.mutation
            if (mutation or outcome_of(error)[1]) and (call.repeated or not call.begun):
                self.settled(call, time.perf_counter() - started, error)

    def settled(self, call: Call, seconds: float, error: BaseException | None) -> None:
        self._auditor.note(_record(call, self._now() - seconds, seconds, error))


def _record(call: Call, at: float, seconds: float, error: BaseException | None) -> Record:
    operator = call.operator
    return Record(
        at=at,
        operator=operator.name if operator else "",
        operator_id=operator.id if operator else "",
        role=operator.role.word if operator else "",
        method=call.method if call.row is not None else "unknown",
        targets=_targets(call),
        reason=str(getattr(call.request, "reason", ""))[:MAX_REASON],
        outcome=error.code if isinstance(error, Refused) else outcome_of(error)[0],
        detail=error.current if isinstance(error, Refused) and error.code == "INTERNAL" else "",
        latency_ms=round(seconds * 1000, 3),
        request_id=call.request_id,
        repeated=call.repeated,
    )


def _targets(call: Call) -> dict[str, str]:
    """The ids that the request names; those of the answer where the node chose them (a new room)."""
    found: dict[str, str] = {}
    for name in call.row.targets if call.row is not None else ():
        for message in (call.request, getattr(call.answer, name, None)):
            if isinstance(message, Message) and (value := _said(message, name)):
                found.setdefault(name, value[:MAX_ID])
    return found


def _said(message: Message, name: str) -> str:
    """As text; a number that was not given is none, and a 0 that was is one."""
    field = message.DESCRIPTOR.fields_by_name.get(name)
    if field is None or (field.has_presence and not message.HasField(name)):
        return ""
    value = getattr(message, name)
    return str(value) if isinstance(value, (str, int)) else ""
