"""Of all tests of what is kept."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_node_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is put back asks whether the node runs: a demo that somebody has open here is none of these tests'."""
    monkeypatch.setenv("REGIE__METRICS__LISTEN", "127.0.0.1:0")
