"""How the product says no (D2); the table of what it may say is `node/refusals/`.

A rule refuses by raising `Refused` with a code of this table and the values it met. Edges translate: gRPC, HTTP,
WebSocket and the console show the same object. A caller may rely on the code for ever; the sentences may improve.

    Refused                  the rules say no: somebody else did, or asked for, something that is not possible
    Fault                    we failed; never the caller's doing
"""

from __future__ import annotations

import msgspec

from node.refusals import RULES, Language, Rule, Text

__all__ = ["RULES", "Fault", "Language", "Refusal", "Refused", "Rule", "SaidFault", "Text"]


class Refusal(msgspec.Struct, frozen=True):
    """What the person, the operator and the program are told. The same on every edge."""

    code: str
    rule: str
    message: dict[str, str]
    next_step: dict[str, str]
    limit: str = ""
    current: str = ""
    set_by: str = "node"
    support: str = ""
    """Address of the support desk (R252)."""


class Refused(Exception):
    """A rule said no. `code` is a key of `RULES`."""

    def __init__(self, code: str, *, limit: object = "", current: object = "", set_by: str = "node") -> None:
        super().__init__(code)
        self.code = code
        self.limit = str(limit)
        self.current = str(current)
        self.set_by = set_by

    @property
    def row(self) -> Rule:
        return RULES[self.code]

    def refusal(self, support: str = "") -> Refusal:
        """`support`: of the node that says it."""
        row = self.row
        values = {"limit": self.limit, "current": self.current}
        return Refusal(
            code=self.code,
            rule=row.rule,
            message=row.message.fill(**values),
            next_step=row.next_step.fill(**values),
            limit=self.limit,
            current=self.current,
            set_by=self.set_by,
            support=support,
        )


class Fault(Exception):
    """We failed. Carries a sentence for the log; the caller sees `INTERNAL`."""


class SaidFault(Fault):
    """A fault that whoever starts the node can mend: one sentence with its remedy, in both languages."""

    def __init__(self, text: Text, **values: object) -> None:
        self.sentence = text.fill(**{name: str(value) for name, value in values.items()})
        super().__init__(self.sentence["en"])
