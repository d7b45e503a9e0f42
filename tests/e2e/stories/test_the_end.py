"""A story of the last minutes: everybody is warned, the host takes some more time, and ends it."""

from __future__ import annotations

from playwright.async_api import expect

from node.features.schedule.rules import Form
from node.features.types.rules import End
from tests.e2e.stories.teller import Teller


async def test_the_host_takes_more_time_and_then_ends_it_for_all(teller: Teller) -> None:
    """R100, R046, T5: warned, extended by who may, ended, and told why; the room keeps the cause."""
    room, links = await teller.room(form=Form.INSTANT, minutes=5)
    helene, amina = await teller.someone("fr"), await teller.someone("en")
    await helene.join(links["host"], "Hélène")
    await amina.join(links["participant"], "Amina")
    helenes = teller.id_of(room, "Hélène")
    ends = teller.node.floor.rooms[room].schedule.ends
    assert ends is not None
    soon = amina.word("time.cut").partition("{at}")[0]
    await expect(amina.page.locator("#banners")).to_contain_text(soon)
    await expect(amina.button("time.extend")).to_have_count(0)

    await helene.button("time.extend").click()
    await expect(amina.page.locator("#banners")).not_to_contain_text(soon)
    assert teller.node.floor.rooms[room].schedule.ends == ends + 15 * 60

    await helene.choose("end.word")
    await helene.page.get_by_role("dialog").get_by_role("button", name=helene.word("end.yes"), exact=True).click()
    await amina.until_screen("ended")
    await helene.until_screen("ended")
    await expect(amina.page.locator("#ended-title")).to_have_text("The host has ended the session.")
    await expect(helene.page.locator("#ended-title")).to_have_text("L’animation a terminé la séance.")
    sitting = (await teller.services.rooms.get(room)).schedule.sitting
    assert (sitting.cause, sitting.by) == (End.HOST, helenes)
