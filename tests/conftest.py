"""What every test gets."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.e2e.networks import WITHIN, command_in_own_network

# `make fuzz` asks for many more cases; a shared machine is no place for deadlines.
settings.register_profile(
    "regie",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=int(os.environ.get("HYPOTHESIS_CASES", "100")),
)
settings.load_profile("regie")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that needs a network of its own says so and is skipped where it cannot have one."""
    for item in items:
        if "own_network" in item.keywords and WITHIN not in os.environ:
            item.add_marker(
                pytest.mark.timeout(0), append=False
            )  # its own process watches the time, and tells where it went
    if os.geteuid() == 0:
        return
    for item in items:
        if "netns" in item.keywords or "own_network" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="needs root, to make a network namespace of its own"))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A test marked `own_network` runs in a process of its own; here is only told how it ended."""
    if "own_network" not in pyfuncitem.keywords or WITHIN in os.environ:
        return None
    shared = set(pyfuncitem.fixturenames) & {"machine", "browser"}
    assert not shared, f"{shared} would be started in the wrong network"
    # Threads that a failed test left behind must not keep its report.
    program = "import os, sys, pytest; code = pytest.main(sys.argv[1:]); sys.stdout.flush(); os._exit(code)"
    words = [sys.executable, "-c", program, "-q", "-p", "no:cacheprovider", "-p", "no:xdist", pyfuncitem.nodeid]
    with tempfile.TemporaryDirectory(prefix="own-") as base:  # short: sockets' paths have a limit
        done = subprocess.run(
            [*command_in_own_network(words), f"--basetemp={base}/t"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False,
            cwd=pyfuncitem.config.rootpath,
        )  # fmt: skip
    if done.returncode != 0:
        pytest.fail(f"in a network of its own:\n{done.stdout}\n{done.stderr}", pytrace=False)
    return True


@pytest.fixture(autouse=True)
def _nothing_of_the_user(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Contexts, caches and settings of whoever runs the tests stay out of them."""
    home: Path = tmp_path_factory.getbasetemp()
    for name in [name for name in os.environ if name.startswith("REGIE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("REGIE_CONTEXTS", str(home / "contexts.toml"))


@pytest.fixture(autouse=True)
def _ordinary_work() -> Iterator[None]:
    """A library that makes its caller real-time work, as root may, leaves the other tests without a processor."""
    before = os.sched_getscheduler(0)
    yield
    after = os.sched_getscheduler(0)
    if after != before:
        os.sched_setscheduler(0, before, os.sched_param(0))
    assert after == before, f"the scheduling policy was {before} and is {after}"
