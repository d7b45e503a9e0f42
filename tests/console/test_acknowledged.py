"""An alert that somebody at the console knows is no news, until it is graver, or over and there again (R253)."""

from __future__ import annotations

from console.model import Node as Row
from console.state import DOWN_AFTER, STALE_AFTER
from tests.console.conftest import Node
from tests.console.desk import console
from tests.console.test_alerts import store
from tests.console.test_away import Clock


def test_until_it_is_graver_or_comes_again() -> None:
    one = store()
    start = 100.0
    one.tick(start + STALE_AFTER + 1, 1000.0)
    (alert,) = one.alerts.rows.values()
    one.acknowledge(alert.key)
    one.tick(start + STALE_AFTER + 3, 1000.0)
    assert [row.seen for row in one.alerts.rows.values()] == [True] and one.news == 0
    one.tick(start + DOWN_AFTER + 1, 1000.0)
    assert [row.seen for row in one.alerts.rows.values()] == [False] and one.news == 1, "graver"
    one.acknowledge(alert.key)
    back = start + DOWN_AFTER + 5
    for second in range(7):
        one.heartbeat("waw-01", [Row("waw-01", "waw-01")], back + second, 1000.0)
        one.tick(back + second, 1000.0)
    assert one.news == 0 and not one.alerts.rows
    one.tick(back + STALE_AFTER + 7, 1000.0)
    assert one.news == 1, "again"


async def test_by_a_key_and_by_a_command_and_taken_back(node: Node) -> None:
    clock = Clock()
    here, away = await node("par-01"), await node("waw-01")
    async with console(here, away, size=(120, 30), clock=clock) as c:
        away.freeze()
        clock.ahead += 8
        await c.press("5")
        await c.sees("✗ CRITICAL", "5 Alerts(1)")
        await c.waits(lambda: c.desk.alerts_pane.table.point_at(("waw-01", "RegieNodeDown")), "its row")
        await c.press("A")
        await c.sees("✓ seen", "[5 Alerts]")
        await c.press("A")
        await c.sees("✗ CRITICAL", "5 Alerts(1)")
        c.desk.command("ack *")
        await c.sees("✓ seen")
        c.desk.command("ack *")
        await c.settle()
        await c.sees("✓ seen")
