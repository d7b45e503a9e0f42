"""That a room is recorded is seen by everybody on the page, from before they come in to the end (R180)."""

from __future__ import annotations

from playwright.async_api import expect

from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode


async def test_a_host_records_and_everybody_sees_it(node: ScriptedNode, guest: Guest) -> None:
    """In words, with what one can do; what is offered is by what the node said, not by what was pressed."""
    node.role, node.rights, node.look = "host", [*node.rights, "record"], {"recording": "recording"}
    await guest.open()
    await expect(guest.page.locator("#join-recording")).to_contain_text("Cette séance est enregistrée")
    await guest.enter()
    badge = guest.page.locator("#room-recording")
    await expect(badge).to_be_hidden()

    async def choose(what: str) -> tuple[str, str]:
        await guest.page.locator("#control-menu").click()
        await guest.page.locator("#menu").get_by_role("button", name=what).click()
        asked = await node.until_heard("record")
        return asked["do"], asked.get("arrangement", "")

    assert await choose("Enregistrer la séance, qui parle en grand") == ("start", "speaker")
    assert await choose("Enregistrer la séance, tous en mosaïque") == ("start", "grid")
    await node.say("recording", recording={"state": "recording", "seconds": 61})
    await expect(badge).to_contain_text("Enregistrement 1:0")
    await expect(guest.page.locator("[data-banner=recording]")).to_contain_text("Cette séance est enregistrée")
    await guest.page.get_by_role("button", name="J’ai compris").click()
    await expect(guest.page.locator("[data-banner=recording]")).to_have_count(0)
    assert await choose("Suspendre") == ("pause", "")
    await node.say("recording", recording={"state": "paused", "seconds": 70})
    await expect(badge).to_have_text("Enregistrement suspendu 1:10")
    assert await choose("Arrêter") == ("stop", "")
    await node.say("recording", recording=None)
    await expect(badge).to_be_hidden()


async def test_who_comes_late_is_told_as_well(node: ScriptedNode, guest: Guest) -> None:
    """What the node welcomes them with says that it is recorded."""
    node.welcome = {"recording": {"state": "recording", "seconds": 61}}
    await guest.enter()
    await expect(guest.page.locator("#room-recording")).to_contain_text("Enregistrement 1:0")
    await expect(guest.page.locator("[data-banner=recording]")).to_contain_text("Cette séance est enregistrée")


async def test_who_may_not_record_is_told_and_offered_nothing(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await node.say("recording", recording={"state": "recording", "seconds": 0})
    await expect(guest.page.locator("#room-recording")).to_be_visible()
    await guest.page.locator("#control-menu").click()
    await expect(guest.page.locator("#menu").get_by_role("button", name="enregistrement")).to_have_count(0)
