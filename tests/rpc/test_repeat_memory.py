"""What is remembered for repetitions is bounded in number and in time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from node.features.operators.rules import Operator, Role
from node.rpc import repeat
from node.rpc.call import Call
from node.rpc.repeat import KEEP_S, Once
from protos.rooms.v1 import rooms_pb2

CREATE = "/regie.rooms.v1.RoomsService/CreateRoom"


class Asker:
    def __init__(self) -> None:
        self.at = 0.0
        self.done = 0
        self.once = Once(lambda: self.at, lambda call, seconds, error: None)

    async def ask(self, request_id: str, operator: str = "op") -> Any:
        call = Call(CREATE, {}, stream=False)
        call.operator = Operator(operator, operator, Role.ADMIN, digest="", created=0.0)
        call.request_id = request_id

        async def do(request: Any) -> int:
            self.done += 1
            return self.done

        return await self.once.answer(call, rooms_pb2.CreateRoomRequest(title="t", request_id=request_id), do)


async def test_answers_are_forgotten_after_ten_minutes() -> None:
    asker = Asker()
    assert await asker.ask("a") == 1
    asker.at = KEEP_S - 1
    assert await asker.ask("a") == 1
    asker.at = KEEP_S + 1
    assert await asker.ask("a") == 2


async def test_one_operator_cannot_push_out_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeat, "PER_OPERATOR", 10)
    asker = Asker()
    first = await asker.ask("a", "quiet")
    for number in range(50):
        await asker.ask(f"n{number}", "noisy")
    await asyncio.sleep(0)
    assert await asker.ask("a", "quiet") == first
    assert await asker.ask("n49", "noisy") == 51
    assert await asker.ask("n0", "noisy") == 52
    assert sum(asker.once._held.values()) == len(asker.once._answers) == 11


async def test_the_whole_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeat, "IN_ALL", 20)
    asker = Asker()
    for number in range(100):
        await asker.ask("a", f"operator {number}")
    assert len(asker.once._answers) == 20
    assert len(asker.once._held) == 20
