"""What a record of the audit is. Pure.

Ids of rooms, people and messages are kept; names, texts and addresses never. `reason` is the operator's own sentence.

Records are chained: each has the hash of itself and of the one before, so a changed byte, a missing record or a
strange one is found (`Walk`). Whoever can write the whole table can forge a whole chain: against that a `Mark` is noted
elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from typing import Final

import msgspec

from node.ports import Actor


class Record(msgspec.Struct, frozen=True):
    """One attempt of an operator. `at` in seconds since the epoch; `outcome`: "OK", a refusal's code or "CANCELLED".

    `count` > 1: so many alike within a second, from callers without a valid token.
    """

    at: float
    operator: str
    operator_id: str
    role: str
    method: str
    targets: dict[str, str]
    reason: str
    outcome: str
    latency_ms: float
    request_id: str
    detail: str = ""
    repeated: bool = False
    count: int = 1

    @property
    def anonymous(self) -> bool:
        return not self.operator_id


# ---------------------------------------------------------------- what a room's hosts see of it (D5)

SHOWN: Final = ("role", "minutes", "verdict", "how")
"""Of the targets, what says how something was done; the others name things that a page has no words for."""


class ReadAudit(msgspec.Struct, frozen=True):
    """Asks for nothing by itself: for who may read what operators did in the room (`check_right`)."""

    by: Actor


class Entry(msgspec.Struct, frozen=True):
    """A record as a room's hosts read it. `who`: the operator's name, "" for somebody who came by a link; `did`: the
    method's own word; `participant`: whom it was done to; `values`: of `SHOWN`, what was said."""

    number: int
    at: float
    who: str
    did: str
    participant: str
    values: dict[str, str]
    reason: str
    outcome: str


def concerns(record: Record, room: str, recordings: Collection[str]) -> bool:
    """Whether it is the hosts' of `room`, to which `recordings` belong. What callers without a valid token tried is the
    node's matter, and a call that was only repeated did nothing again."""
    if record.anonymous or record.repeated:
        return False
    targets = record.targets
    if "room" in targets:
        return targets["room"] == room
    if "recording" in targets:
        return targets["recording"] in recordings
    return targets.get("scope") == "room" and targets.get("name") == room


def entry_of(number: int, record: Record) -> Entry:
    by_link = record.operator == record.operator_id  # of a host, beside what operators do: a link is nobody's name
    return Entry(
        number=number,
        at=record.at,
        who="" if by_link else record.operator,
        did=record.method.rpartition("/")[2],
        participant=record.targets.get("participant", ""),
        values={name: record.targets[name] for name in SHOWN if name in record.targets},
        reason=record.reason,
        outcome=record.outcome,
    )


# ---------------------------------------------------------------- the chain (D5)

GENESIS: Final = "0" * 64
"""What the first record is chained to."""


class Row(msgspec.Struct, frozen=True):
    """A record as it lies in the table. `targets` is the text there, byte by byte, and `repeated` the number."""

    number: int
    at: float
    operator: str
    operator_id: str
    role: str
    method: str
    targets: str
    reason: str
    outcome: str
    detail: str
    latency_ms: float
    request_id: str
    repeated: int
    count: int
    hash: str = ""


class Mark(msgspec.Struct, frozen=True):
    """A place in the chain: who has noted it elsewhere can tell that nothing before it was changed, or the end cut."""

    number: int = 0
    hash: str = GENESIS

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


class Verdict(msgspec.Struct, frozen=True):
    """Of a look at the chain. `head`: the last record that holds; `older`: records from before there was a chain;
    `broken`: the number of the first that does not hold, 0: all do; `why`: "changed", "missing", "unchained",
    "cut", "anchor" (nothing says that what is before was removed)."""

    checked: int
    older: int
    head: Mark
    broken: int = 0
    why: str = ""
    more: bool = False
    """There are records that were not looked at yet."""
    start: Mark = Mark()
    """After which it was looked at: what is before was removed by retention, or believed by who asked."""
    since: float = 0.0
    """When the first record that is kept was made, seconds since the epoch; 0: there is none."""


def row_of(number: int, record: Record, before: str) -> Row:
    """`record` as it is to lie in the table, chained to the hash of the one before."""
    row = Row(
        number=number,
        at=record.at,
        operator=record.operator,
        operator_id=record.operator_id,
        role=record.role,
        method=record.method,
        targets=json.dumps(record.targets, sort_keys=True, ensure_ascii=True),
        reason=record.reason,
        outcome=record.outcome,
        detail=record.detail,
        latency_ms=record.latency_ms,
        request_id=record.request_id,
        repeated=int(record.repeated),
        count=record.count,
    )
    return msgspec.structs.replace(row, hash=link(row, before))


def link(row: Row, before: str) -> str:
    """SHA-256 over the hash before and every field, each with its type and length in JSON: no two rows say the same."""
    fields = [getattr(row, name) for name in Row.__struct_fields__ if name != "hash"]
    return hashlib.sha256(msgspec.json.encode([before, *fields])).hexdigest()


class Walk:
    """Along the chain from `start`, which is believed. `known`: a mark that was noted earlier and must be met."""

    def __init__(self, start: Mark, known: Mark | None = None) -> None:
        self.head = start
        self._known = known
        self.checked = 0
        self.older = 0
        self.broken = 0
        self.why = ""

    def step(self, row: Row) -> bool:
        """Whether the chain holds so far. Rows in the order of their numbers."""
        if not row.hash and self.head.hash == GENESIS:  # written before there was a chain
            self.older += 1
            self.head = Mark(row.number, GENESIS)
            return True
        if row.number != self.head.number + 1:
            return self._break(self.head.number + 1, "missing")
        if not row.hash:
            return self._break(row.number, "unchained")
        known = self._known is not None and self._known.number == row.number
        if row.hash != link(row, self.head.hash) or (known and self._known != Mark(row.number, row.hash)):
            return self._break(row.number, "changed")
        self.head = Mark(row.number, row.hash)
        self.checked += 1
        return True

    def end(self) -> None:
        """There are no more rows."""
        if not self.broken and self._known is not None and self._known.number > self.head.number:
            self._break(self.head.number + 1, "cut")

    def _break(self, number: int, why: str) -> bool:
        self.broken, self.why = number, why
        return False

    def verdict(self, *, more: bool = False) -> Verdict:
        return Verdict(self.checked, self.older, self.head, self.broken, self.why, more)


# ---------------------------------------------------------------- retention (D5)

DAY_S: Final = 86_400.0
REMOVAL: Final = "/regie.audit.v1.AuditService/RemoveRecords"
"""What a removal is called in the audit. Nobody can call it: the node does it, by its rule."""


class Anchor(msgspec.Struct, frozen=True):
    """What the oldest record that is kept is chained to: the last one that was removed. `record`: the number of the
    record, in the chain itself, that says so."""

    number: int
    hash: str
    record: int

    @property
    def mark(self) -> Mark:
        return Mark(self.number, self.hash or GENESIS)


def cut(now: float, keep_days: int) -> float:
    """Records from before this moment have been kept for `keep_days` days, or up to a day longer: they go once a day,
    and not one by one, for each removal is a record too."""
    return (now - keep_days * DAY_S) // DAY_S * DAY_S


def removal(at: float, node: str, last: Mark, count: int) -> Record:
    """The record of `count` records being removed, up to and with `last`."""
    return Record(
        at=at,
        operator=node,
        operator_id="node",
        role="node",
        method=REMOVAL,
        targets={"number": str(last.number), "hash": last.hash, "count": str(count)},
        reason="retention",
        outcome="OK",
        latency_ms=0.0,
        request_id="",
    )


def attests(row: Row, anchor: Anchor) -> bool:
    """Whether this record says that exactly this was removed."""
    try:
        said = json.loads(row.targets)
    except ValueError:
        return False
    if row.number != anchor.record or row.method != REMOVAL or not isinstance(said, dict):
        return False
    return (said.get("number"), said.get("hash")) == (str(anchor.number), anchor.mark.hash)
