"""A story of a webinar: somebody of the public is asked to the stage, speaks, and is thanked."""

from __future__ import annotations

import re

from playwright.async_api import expect

from node.ports import Source
from tests.e2e.stories.teller import Someone, Teller


async def test_from_the_public_to_the_stage_and_back(teller: Teller) -> None:
    """R177, R183, R194: the rights come and go with the role, for the page and for the plane, with nothing to
    negotiate."""
    room, links = await teller.room(type="webinar")
    helene, amina = await teller.someone("fr", camera=True), await teller.someone("en")
    await helene.join(links["host"], "Hélène")
    await amina.join(links["participant"], "Amina")
    her = teller.id_of(room, "Amina")
    await expect(amina.page.locator("#control-camera")).to_be_hidden()
    assert await teller.blocked(room, "Amina", Source.CAMERA)

    await helene.people()
    await give(helene, her, "roles.speaker")
    await amina.reads(".toast", "roles.now", role=amina.word("roles.speaker"))
    await amina.page.locator("#control-camera").click()
    await teller.until_seen(room, "Hélène", {"Amina camera"})
    await expect(helene.page.locator(f'.tile.picture[data-participant="{her}"]')).to_be_visible()
    await helene.act_on(her, "spotlight.put")
    await amina.reads(".toast", "spotlight.you")

    await give(helene, her, "roles.participant")
    await teller.until_blocked(room, "Amina", Source.CAMERA, True)
    await teller.until_seen(room, "Hélène", set())
    await expect(amina.page.locator("#control-camera")).to_be_hidden()
    await amina.until_screen("room")


async def give(host: Someone, participant: str, role: str) -> None:
    await host.act_on(participant, "roles.give")
    dialog = host.page.locator("#role")
    await dialog.get_by_role("radio", name=re.compile("^" + host.word(role))).check()
    await host.button("roles.yes", "#role").click()
