"""What a record of the audit is. Pure.

Ids of rooms, people and messages are kept; names, texts and addresses never. `reason` is the operator's own sentence.
"""

from __future__ import annotations

import msgspec


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
