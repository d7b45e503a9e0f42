"""The screen of the audit: who did what, whom the node refused, and whether the chain of the records holds (D5)."""

from __future__ import annotations

import pytest

from console import i18n
from tests.console.conftest import Node
from tests.console.desk import console
from tests.console.fleet import NOON, FakeNode
from tests.console.test_pictures import SIZES, Still, language, same

__all__ = ["language"]


async def recorded(node: Node) -> list[FakeNode]:
    nodes = [await node(name, tick=0.1) for name in ("fra-01", "waw-01")]
    one, two = nodes
    hall = {"room": "town-hall", "participant": "p_3qk7"}
    await one.record("anna", "mute.v1.MuteService/MuteParticipant", role="moderator", targets=hall, reason="noise")
    await two.record("tom", "rooms.v1.RoomsService/CloseRoom", "NOT_ALLOWED", role="viewer", targets={"room": "daily"})
    await one.record(
        "olga", "quota.v1.QuotaService/SetQuota", role="operator", targets={"scope": "node", "limit": "150"}
    )
    await one.record("", "nodes.v1.NodesService/GetNode", "TOKEN_WRONG", count=50)
    await one.record("anna", "chat.v1.ChatService/HideMessage", "CANCELLED", role="moderator", targets=hall)
    return nodes


async def test_what_was_done_and_refused_on_all_nodes(node: Node) -> None:
    nodes = await recorded(node)
    async with console(*nodes, size=(160, 45), wall=lambda: NOON + 245.0) as c:
        await c.press("6")
        await c.sees("[6 Audit]", "mute.MuteParticipant", "● done", "waw-01")
        await c.sees("✗ NOT_ALLOWED", "(no token) ×50", "! gave up")
        await nodes[1].record("olga", "rooms.v1.RoomsService/EndRoom", role="operator", targets={"room": "daily"})
        await c.sees("rooms.EndRoom")
        c.desk.command("audit refused:yes by:tom")
        await c.waits(lambda: c.desk.audit_pane.table.order == [("waw-01", "1")])
        await c.press("1")
        assert len(c.store.records) == 0


async def test_the_chain_is_verified_by_the_node_of_the_row(node: Node) -> None:
    nodes = await recorded(node)
    async with console(*nodes, size=(160, 45)) as c:
        await c.press("6")
        await c.sees("mute.MuteParticipant")
        c.desk.command("@fra-01 verify")
        await c.sees("fra-01: 4 records, the chain is whole, 4:5e1f", "● whole, 4 records", "to be noted elsewhere")
        nodes[1].broken = (1, "changed")
        c.desk.command("@waw-01 verify")
        await c.sees("waw-01: the chain is broken at 1 (a record was changed)", "✗ BROKEN at 1")


async def test_since_when_there_is_something_to_verify(node: Node) -> None:
    """D5: what retention removed is not taken for nothing done; and a removal that no record tells of is a break."""
    nodes = await recorded(node)
    nodes[0].removed = (1200, NOON - 365 * 86_400)
    nodes[1].broken = (1201, "anchor")
    async with console(*nodes, size=(160, 45)) as c:
        await c.press("6")
        await c.sees("mute.MuteParticipant")
        c.desk.command("@fra-01 verify")
        await c.sees("● whole, 4 records", "kept and to be verified since 1201,", "those before had been kept")
        c.desk.command("@waw-01 verify")
        await c.sees("broken at 1201 (nothing says that what is before was removed by retention)")


async def test_who_may_not_read_it_does_not_ask(node: Node) -> None:
    """Else the refusals would fill the audit."""
    one = await node(role="moderator")
    await one.record("anna", "mute.v1.MuteService/MuteRoom")
    async with console(one) as c:
        await c.press("6")
        await c.sees("No record.", "It takes the role of operator")
        await c.press("v")
        await c.sees("needs the role operator")
        assert "record" not in one.streams


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_it_looks_as_it_did(node: Node, size: tuple[int, int], language: i18n.Language) -> None:
    nodes, still, tag = await recorded(node), Still(), f"{size[0]}x{size[1]}-{language}"
    async with console(*nodes, size=size, clock=still, wall=lambda: NOON + 245.0) as c:
        await c.press("6")
        await c.waits(lambda: len(c.store.records) == 5)
        await c.quiet(still)
        table = c.desk.audit_pane.table
        table.reorder(c.app.look.now)
        table.point_at(("fra-01", "1"))
        await c.press("v")
        await c.settle()
        await c.quiet(still)
        same(c, f"audit-{tag}")
