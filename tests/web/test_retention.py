"""A node that runs removes by itself what its rules say, and goes on doing so. The whole node, with its plane and what
somebody really sent; only the days go by faster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from node.clock import SystemClock
from node.config import AuditSection, RecordingsSection
from node.features.audit.rules import DAY_S, REMOVAL, Record
from node.features.recordings.rules import RecordingView
from node.features.recordings.states import State
from node.ports import Actor
from node.running import RunningNode, start
from tests.e2e.machine import until
from tests.media.real import needs_plane
from tests.web.test_real_media import Guest, created, settings

pytestmark = needs_plane
OLGA = Actor("operator", "olga", "admin")


class Days:
    """Added to the time of the machine."""

    gone = 0


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    days, machine = Days(), SystemClock.now
    monkeypatch.setattr(SystemClock, "now", lambda clock: machine(clock) + days.gone * DAY_S)
    monkeypatch.setattr("node.running.RETAIN_S", 0.1)
    return days


@pytest.fixture
async def running(tmp_path: Path, days: Days) -> AsyncIterator[RunningNode]:
    rules = {"recordings": RecordingsSection(keep_days=7), "audit": AuditSection(keep_days=7)}
    node = await start(replace(settings(tmp_path), **rules))
    yield node
    await node.stop(stop_plane=True)


async def recorded(running: RunningNode) -> RecordingView:
    """A second of Amina, whose files are made and looked at."""
    recordings, door = running.services.recordings, await created(running)
    made = await recordings.start(door.room, "grid", by=OLGA)
    amina = Guest(door, "Amina")
    await amina.come()
    await until(lambda: recordings.get(made.recording).bytes > 0, 60, "what she sends is written")
    await recordings.change(door.room, "stop", by=OLGA)
    await amina.go()
    await until(lambda: recordings.get(made.recording).state is State.VERIFIED, 60, "its files are made")
    return recordings.get(made.recording)


async def test_a_node_that_runs_deletes_what_is_due(running: RunningNode, days: Days) -> None:
    """D9, D5: a recording with its files, and records of the audit; not before their day."""
    services, store = running.services, running.config.store
    made = await recorded(running)
    now = running.floor.clock.now()
    services.audit.note(Record(now, "Olga", "op_1", "operator", "/x/EndRoom", {}, "", "OK", 1.0, "r"))

    async def noted() -> bool:
        return [number for number, _ in await services.audit.list()] == [1]

    await until(noted, 30, "it is in the table")
    days.gone = 6
    kept = [path for path in (store / made.recording).iterdir() if path.stat().st_size]
    young = await recorded(running)
    assert kept and services.recordings.get(made.recording).state is State.VERIFIED
    assert await noted()

    days.gone = 9
    await until(lambda: services.recordings.get(made.recording).state is State.DELETED, 30, "it is deleted")
    assert services.recordings.get(made.recording).marks[-1].why == "retention"
    assert not (store / made.recording).exists()
    assert services.recordings.get(young.recording).state is State.VERIFIED and (store / young.recording).exists()

    async def removed() -> bool:
        return [(number, record.method) for number, record in await services.audit.list()] == [(2, REMOVAL)]

    await until(removed, 30, "and the record of the audit")
    assert (await services.audit.verify()).broken == 0
