"""What a script says of a change before it is asked for: under which id (`--op-id`), or that it is not to be done
(`--dry-run`). Of one command: the process, and what it starts.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Final

OP_ID_MOST: Final = 100  # characters


@dataclass(frozen=True, slots=True)
class Script:
    """`typed`: what was written for each person, by the id that it meant when it was looked up."""

    op_id: str = ""
    dry_run: bool = False
    typed: Mapping[str, str] = field(default_factory=dict)


SCRIPT: ContextVar[Script] = ContextVar("script", default=Script())  # noqa: B039  (it cannot be changed)


def meant(found: str, word: str) -> None:
    """`word` of the command is the participant `found`."""
    script = SCRIPT.get()
    SCRIPT.set(replace(script, typed={**script.typed, found: word}))


class Foretold(Exception):
    """A change that a dry run has not asked for. `call`: the method's name; `request`: as it would have been."""

    def __init__(self, call: str, request: Any) -> None:
        super().__init__(call)
        self.call, self.request = call, request


def changes(request: Any) -> bool:
    """Each change of the contract has a request id (AIP-155), and nothing else has."""
    return "request_id" in request.DESCRIPTOR.fields_by_name


def under(op_id: str, call: str, request: Any) -> str:
    """The request id of this change under that id: the same for the same words, another for any other, so that one
    command with many targets is one id to who writes it.

    Of the words, not of whom they mean: a name may mean somebody else the second time, and the node then refuses the
    id (REQUEST_ID_REUSED) instead of doing to them what was meant for another."""
    bare = type(request)()
    bare.CopyFrom(request)
    bare.ClearField("request_id")
    typed = SCRIPT.get().typed
    if isinstance(one := getattr(bare, "participant", None), str):
        bare.participant = typed.get(one, one)
    if (several := getattr(bare, "participants", None)) is not None:
        several[:] = [typed.get(one, one) for one in several]
    body = bare.SerializeToString(deterministic=True)
    digest = hashlib.sha256(b"\0".join((op_id.encode(), call.encode(), body))).digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()
