"""The connection of one person, and caps: what an operator sees and sets (R186)."""

from __future__ import annotations

import pytest

from console.text import rate_of, rates_of
from protos.participants.v1 import participants_pb2
from protos.quality.v1 import quality_pb2
from tests.console.conftest import Node
from tests.console.desk import console
from tests.console.fleet import FakeNode

POOR = participants_pb2.Quality(
    loss_percent=9.1, rtt_ms=420, bits_per_second=210_000, grade="GRADE_POOR", cause="CAUSE_NETWORK_DOWN", held=True
)


async def hall(node: Node) -> FakeNode:
    fra = await node("fra-01", tick=0.1)
    await fra.open_room("daily", "Daily meeting")
    await fra.enter("daily", "p1", "Ada Lovelace", role="host")
    await fra.enter("daily", "p2", "Bob", quality=POOR)
    detail = fra.details["p2"] = quality_pb2.GetQualityResponse(quality=POOR)
    detail.quality.target_bits_per_second, detail.quality.receive_cap_bits_per_second = 280_000, 500_000
    detail.slots.add(slot=3, participant="p1", source="camera", rid="q", bits_per_second=140_000, loss_percent=9.1)
    detail.layers.add(source="camera", rid="q", width=320, height=180, bits_per_second=120_000, active=True)
    detail.layers.add(source="camera", rid="f", width=1280, height=720, active=False)
    for n in range(30):
        detail.history.add(loss_percent=n / 3, rtt_ms=100 + n, sent_bits_per_second=210_000)
    return fra


async def test_the_table_says_whose_doing_it_is(node: Node) -> None:
    fra = await hall(node)
    async with console(fra, size=(160, 45)) as c:
        c.desk.enter(("fra-01", "daily"))
        await c.sees("✗ POOR", "! sound only")
        fra.people["daily", "p2"].quality.held = False
        await fra.changed(fra.people["daily", "p2"])
        await c.sees("↓ network")


async def test_enter_shows_layers_estimate_caps_and_the_last_minutes(node: Node) -> None:
    fra = await hall(node)
    async with console(fra, size=(160, 45)) as c:
        c.desk.enter(("fra-01", "daily"))
        await c.sees("Bob")
        await c.point("Bob")
        await c.press("enter")
        await c.sees(
            "Connection — Bob",
            "their network, receiving",
            "only sound is sent",
            "280kb/s",
            "↓ 500kb/s",
            "320×180",
            "Ada Lovelace",
            "▇",
        )
        fra.details["p2"].quality.held = False
        fra.details["p2"].slots[0].rid = "h"
        await c.sees("camera      h")
        await c.press("q")
        await c.sees("[0 Room daily]")


async def test_a_node_that_does_not_answer_says_so_in_the_detail(node: Node) -> None:
    fra = await hall(node)
    async with console(fra, size=(160, 45)) as c:
        c.desk.enter(("fra-01", "daily"))
        await c.sees("Bob")
        await c.point("Bob")
        await fra.leave("daily", "p2")
        await c.press("enter")
        await c.sees("[PARTICIPANT_UNKNOWN]")


async def test_a_person_a_room_and_a_node_are_capped(node: Node) -> None:
    fra = await hall(node)
    async with console(fra, size=(160, 45)) as c:
        await c.waits(lambda: len(c.store.rooms) == 1)
        await c.press("b", *"/50M", "enter")
        await c.sees("cap changed: fra-01")
        await c.press("2")
        await c.sees("daily")
        await c.press("b", *"9M", "enter")
        await c.sees("cap changed: daily")
        c.desk.enter(("fra-01", "daily"))
        await c.sees("Bob")
        await c.point("Bob")
        await c.press("b", *"200k/500k", "enter")
        await c.sees("cap changed: Bob")
        c.desk.command("rates 0 -r enough")
        await c.waits(lambda: len(fra.calls) == 4)
    asked = [
        (call.room, call.participant, call.HasField("send_bits_per_second"), call.receive_bits_per_second, call.reason)
        for method, call in fra.calls
        if method == "SetCap"
    ]
    assert asked == [
        ("", "", False, 50_000_000, ""),
        ("daily", "", True, 9_000_000, ""),
        ("daily", "p2", True, 500_000, ""),
        ("daily", "p2", True, 0, "enough"),
    ]


async def test_a_moderator_is_told_that_it_takes_an_operator(node: Node) -> None:
    fra = await hall(node)
    fra.role = "moderator"
    async with console(fra, size=(160, 45)) as c:
        await c.waits(lambda: len(c.store.rooms) == 1)
        await c.waits(lambda: c.store.role("fra-01") > 0)
        await c.press("b")
        await c.sees("This needs the role operator")
    assert not fra.calls


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500k", 500_000),
        ("2M", 2_000_000),
        ("1.5 Mbit/s", 1_500_000),
        ("64000", 64_000),
        ("0", 0),
        ("2Gb/s", 2 * 10**9),
    ],
)
def test_rates_are_read(text: str, value: int) -> None:
    assert rate_of(text) == value and rates_of(text) == (value, value)


@pytest.mark.parametrize("text", ["", "k", "-1M", "2 T", "1e9", "٣M", "999999999999G9", "1/2/3", "/", "a/2M", "9" * 40])
def test_what_is_no_rate_is_refused(text: str) -> None:
    assert rates_of(text) is None


def test_one_side_alone() -> None:
    assert rates_of("/2M") == (None, 2_000_000)
    assert rates_of("500k/") == (500_000, None)
    assert rates_of("500k / 2M") == (500_000, 2_000_000)
