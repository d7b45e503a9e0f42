"""A story of three: how the room looks, chosen by each, shown by the host, and who is put forward."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.stories.teller import Teller


async def test_a_host_shows_and_everybody_still_chooses(teller: Teller) -> None:
    """R142, R183: shown to all and to who comes later, a proposal and no more."""
    room, links = await teller.room()
    helene, amina = await teller.someone("fr", camera=True), await teller.someone("en", camera=True)
    await helene.join(links["host"], "Hélène")
    await amina.join(links["participant"], "Amina")
    hers, helenes = (teller.id_of(room, name) for name in ("Amina", "Hélène"))
    await teller.until_seen(room, "Amina", {"Hélène camera"})

    await helene.people()
    await helene.act_on(hers, "spotlight.put")
    await amina.reads(".toast", "spotlight.you")
    await helene.page.locator("#control-view").click()
    await helene.page.get_by_label(helene.word("view.speaker"), exact=True).check()
    await helene.button("view.push").click()
    await expect(amina.stage()).to_have_count(1)

    bruno = await teller.someone("fr")
    await bruno.join(links["participant"], "Bruno")
    await expect(bruno.stage()).to_have_attribute("data-participant", hers)

    await amina.page.locator("#control-view").click()
    await amina.page.get_by_label(amina.word("view.gallery"), exact=True).check()
    await expect(amina.stage()).to_have_count(0)
    await amina.button("view.follow").click()
    await expect(amina.stage()).to_have_count(1)

    await helene.page.locator("#control-view").click()
    await helene.button("view.free").click()
    await bruno.people()
    await bruno.act_on(helenes, "person.pin")
    await expect(bruno.stage()).to_have_attribute("data-participant", helenes)
