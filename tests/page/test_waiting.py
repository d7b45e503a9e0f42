"""Too early: how long it still takes, counted down before one's eyes (R165). Time passes when the test says so."""

from __future__ import annotations

from playwright.async_api import expect

from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode


async def test_who_is_early_sees_the_time_that_is_left_and_is_let_in(node: ScriptedNode, guest: Guest) -> None:
    """R165: from what the node says, second by second; R144: in by itself, with nothing to press."""
    page = guest.page
    await page.clock.install(time=0)
    await page.clock.pause_at(86_400)
    node.look = {"lobby": "early", "opens_in_s": 3661}
    node.lobby |= {"why": "early", "opens_in_s": 3661}
    await guest.open()
    await guest.until_screen("join")
    await page.locator("#join-name").fill("Camille")
    await page.locator("#join-submit").click()
    await guest.until_screen("wait")
    left = page.get_by_label("Temps restant avant l’ouverture")
    await expect(left).to_have_text("1:01:01")
    await expect(page.locator("#wait-why")).to_contain_text("La salle ouvre à")
    for passes, shown in ((1, "1:01:00"), (1, "1:00:59")):
        await page.clock.run_for(passes * 1000)
        await expect(left).to_have_text(shown)
    await node.say("lobby", **node.lobby | {"opens_in_s": 62})
    await expect(left).to_have_text("1:02")
    await page.clock.run_for(3000)
    await expect(left).to_have_text("0:59")
    assert node.joins == []
    await node.say("admitted")
    await guest.until_screen("room")
    assert [join["session"] for join in node.joins] == ["s_yours"]
