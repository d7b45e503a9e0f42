"""D2: one table; every code of it crosses gRPC whole, in French and English."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from node.errors import RULES, Refused
from node.rpc.errors import as_refusal, outcome_of, status_of
from protos.common.v1 import common_pb2


def unpack(refused: Refused) -> tuple[Any, Any, Any]:
    status: Any = status_of(refused)
    ((key, value),) = status.trailing_metadata
    assert key == "grpc-status-details-bin"
    whole = status_pb2.Status.FromString(value)
    info, refusal = error_details_pb2.ErrorInfo(), common_pb2.Refusal()
    assert whole.details[0].Unpack(info) and whole.details[1].Unpack(refusal)
    assert (whole.code, whole.message) == (status.code.value[0], status.details)
    return status, info, refusal


@pytest.mark.parametrize("code", RULES)
def test_every_code(code: str) -> None:
    status, info, refusal = unpack(Refused(code, limit=7, current=9, set_by="room"))
    row = RULES[code]
    assert status.code is grpc.StatusCode[row.grpc] and status.code is not grpc.StatusCode.OK
    assert (info.reason, info.domain, refusal.code, refusal.rule) == (code, "regie", code, row.rule)
    assert (refusal.limit, refusal.current, refusal.set_by) == ("7", "9", "room")
    for words in (refusal.message, refusal.next_step):
        assert set(words) == {"fr", "en"} and all(words.values())
        assert not any("{" in sentence for sentence in words.values())


def test_a_long_value_does_not_lose_the_whole_status() -> None:
    """gRPC drops trailers above 8 KiB: the caller would see nothing but a code."""
    status, _, refusal = unpack(Refused("SDP_INVALID", current="é" * 100_000))
    assert len(status.trailing_metadata[0][1]) < 6_000
    assert refusal.current == "é" * 256


def test_an_exception_says_nothing_but_a_number() -> None:
    refused = as_refusal(RuntimeError("password=hunter2"), "/x")
    _, _, refusal = unpack(refused)
    assert refusal.code == "INTERNAL" and refusal.current.startswith("f_")
    assert b"hunter2" not in refusal.SerializeToString()
    assert outcome_of(refused) == ("INTERNAL", "INTERNAL")


def test_no_other_place_ends_a_call() -> None:
    """Static: a status without a refusal cannot leave, because only the outermost interceptor sets one."""
    node = Path(__file__).parents[2] / "node"
    places = [
        f"{path.relative_to(node)}:{number}"
        for path in node.rglob("*.py")
        if not {"plane", "demo"} & set(path.relative_to(node).parts)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(r"context\.(abort|abort_with_status|set_code|set_details)\(", line)
    ]
    assert [place.partition(":")[0] for place in places] == ["rpc/interceptors.py"], places


def raised() -> list[tuple[str, str, set[str]]]:
    """Every place that refuses with a code of its own: where, the code, which values it gives."""
    node = Path(__file__).parents[2] / "node"
    found = []
    for path in node.rglob("*.py"):
        if "plane" in path.relative_to(node).parts:
            continue
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Refused":
                codes = (one.value for one in ast.walk(call.args[0]) if isinstance(one, ast.Constant))
                given = {keyword.arg or "" for keyword in call.keywords}
                found += [
                    (f"{path.relative_to(node)}:{call.lineno}", code, given)
                    for code in codes
                    if isinstance(code, str) and code in RULES
                ]
    return found


def test_every_refusal_gives_the_values_that_its_sentences_name() -> None:
    """Static, D2: "at most {limit}" without a limit would be an empty place in a sentence that people read."""
    places = raised()
    assert len(places) > 60, "the walk finds them"
    for where, code, given in places:
        row = RULES[code]
        sentences = f"{row.message.fr} {row.message.en} {row.next_step.fr} {row.next_step.en}"
        wanted = {name for name in ("limit", "current") if f"{{{name}}}" in sentences}
        assert wanted <= given, (where, code, wanted - given)
        for name in ("limit", "current"):  # what one language says, the other says
            assert (f"{{{name}}}" in row.message.fr + row.next_step.fr) == (
                f"{{{name}}}" in row.message.en + row.next_step.en
            ), (code, name)


def test_every_refusal_is_met_in_a_test() -> None:
    """D2: each code is triggered in a test. Static: one that no test names is met by nobody."""
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parents[1].rglob("*.py"))
    assert [code for code in RULES if not re.search(rf"\b{code}\b", tests)] == []
