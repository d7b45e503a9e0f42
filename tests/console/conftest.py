"""A fleet of fake nodes and a console on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from console import i18n
from tests.console.fleet import Authority, FakeNode

Node = Callable[..., Awaitable[FakeNode]]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
async def node(authority: Authority) -> AsyncIterator[Node]:
    """`await node("waw-01", role="viewer")` starts one; all stop with the test."""
    started: list[FakeNode] = []

    async def start(name: str = "waw-01", **values: object) -> FakeNode:
        one = FakeNode(name, authority, **values)  # type: ignore[arg-type]
        await one.start()
        started.append(one)
        return one

    yield start
    for one in started:
        await one.stop()


@pytest.fixture(autouse=True)
def english() -> None:
    i18n.use("en")
