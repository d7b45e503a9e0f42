"""A story before the door: does it work here? A sound and a picture go to the node and come back."""

from __future__ import annotations

import re

from playwright.async_api import Route, expect

from tests.e2e.machine import until
from tests.e2e.stories.teller import Someone, Teller


async def test_sound_and_picture_are_measured_both_ways_and_nobody_is_there(teller: Teller) -> None:
    """R244, R247: by UDP and by TCP, decoded again in the browser; no place is taken and nothing stays behind."""
    room, links = await teller.room()
    amina = await teller.someone("en")
    await check(amina, links["participant"])
    for step in ("service", "socket", "udp", "tcp", "sound", "picture"):
        await expect(amina.page.locator(f"#check-list [data-step={step}]")).to_have_attribute("data-result", "good")
    await expect(amina.page.locator("#check-list [data-step=turn]")).to_have_attribute("data-result", "none")
    await expect(amina.page.locator("#check-says")).not_to_be_empty()
    assert len(teller.node.floor.rooms[room].people) == 0
    await until(teller.nothing_checked, 30, "the plane has nothing of it any more")


async def test_the_blocked_step_is_named(teller: Teller) -> None:
    """R247: where UDP does not get through, that is said, and that it works all the same."""
    _room, links = await teller.room()
    camille = await teller.someone("fr")

    async def elsewhere(route: Route) -> None:
        answer = await route.fetch()
        nowhere = re.sub(r"(a=candidate:\S+ \d+ udp \d+ \S+) \d+", r"\1 9", await answer.text(), flags=re.IGNORECASE)
        await route.fulfill(response=answer, body=nowhere)

    await camille.page.route("**/check", elsewhere)
    await check(camille, links["participant"])
    await expect(camille.page.locator("#check-list [data-step=udp]")).to_have_attribute("data-result", "bad")
    for step in ("tcp", "sound", "picture"):
        await expect(camille.page.locator(f"#check-list [data-step={step}]")).to_have_attribute("data-result", "good")
    await expect(camille.page.locator("#check-says")).to_have_text(camille.word("check.says_udp"))


async def check(who: Someone, link: str) -> None:
    await who.page.goto(link)
    await who.until_screen("join")
    await who.button("check.begin").click()
