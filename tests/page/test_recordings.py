"""That a room is recorded is seen by everybody on the page, from before they come in to the end."""

from __future__ import annotations

from playwright.async_api import expect

from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode


async def test_everybody_sees_it_and_a_host_starts_and_stops_it(node: ScriptedNode, guest: Guest) -> None:
    """R180: in words, with what one can do; the buttons say what the node said, not what was pressed."""
    node.role, node.rights = "host", [*node.rights, "record"]
    await guest.enter()
    badge = guest.page.locator("#room-recording")
    await expect(badge).to_be_hidden()
    await guest.page.get_by_role("button", name="Enregistrer").press("Enter")
    assert (await node.until_heard("record"))["do"] == "start"
    await node.say("recording", recording={"state": "recording", "seconds": 0})
    await expect(badge).to_have_text("Enregistrement en cours")
    await expect(guest.page.locator(".toast")).to_contain_text("Cette séance est enregistrée")
    await guest.page.get_by_role("button", name="Mettre l’enregistrement en pause").click()
    assert (await node.until_heard("record"))["do"] == "pause"
    await node.say("recording", recording={"state": "paused", "seconds": 3})
    await expect(badge).to_have_text("Enregistrement en pause")
    await guest.page.get_by_role("button", name="Arrêter l’enregistrement").click()
    assert (await node.until_heard("record"))["do"] == "stop"
    await node.say("recording", recording=None)
    await expect(badge).to_be_hidden()


async def test_who_may_not_record_sees_no_buttons(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await node.say("recording", recording={"state": "recording", "seconds": 0})
    await expect(guest.page.locator("#room-recording")).to_be_visible()
    await expect(guest.page.locator("#recording-press")).to_be_hidden()
    await expect(guest.page.locator("#recording-stop")).to_be_hidden()
