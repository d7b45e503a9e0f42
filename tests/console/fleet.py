"""Fake nodes for the console's tests: those of the demonstration, with the context by which a console reaches them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from console.model import Context
from node.demo import fleet
from node.demo.fleet import NOON, ROLES, Authority, refusal


class FakeNode(fleet.FakeNode):
    @property
    def context(self) -> Context:
        return Context(self.name, f"127.0.0.1:{self.port}", str(self.authority.ca_file), self.token)


Check = Callable[[], bool]


async def until(check: Check, seconds: float = 30.0) -> None:
    """Wait for `check` to hold, letting everything else run; fail when it never does."""
    async with asyncio.timeout(seconds):
        while not check():  # noqa: ASYNC110  (what is waited for has no event of its own)
            await asyncio.sleep(0.01)


__all__ = ["NOON", "ROLES", "Authority", "FakeNode", "refusal", "until"]
