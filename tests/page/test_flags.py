"""What participants may not do for now, on the page: a host's switches, and what the others are told."""

from __future__ import annotations

from playwright.async_api import expect

from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode


async def test_a_host_restricts_by_keyboard_and_sees_what_holds(node: ScriptedNode, guest: Guest) -> None:
    """R102, R187 – R190: the switches show what the node says, not what was pressed."""
    node.role, node.rights, node.flags = "host", [*node.rights, "moderate"], ["lock_camera"]
    await guest.enter()
    await guest.page.keyboard.press("p")
    await guest.page.get_by_role("button", name="Restrictions").press("Enter")
    await expect(guest.page.get_by_label("Caméras verrouillées")).to_be_checked()
    await guest.page.get_by_label("Micros verrouillés").press("Space")
    assert (await node.until_heard("flags"))["lock_microphone"] is True
    await node.say("flags", flags=["webcams_only_for_moderators"])
    await expect(guest.page.get_by_label("Caméras verrouillées")).not_to_be_checked()
    await expect(guest.page.get_by_label("Seule l’animation voit les caméras")).to_be_checked()
    await guest.picture("flags")


async def test_a_participant_comes_in_with_the_microphone_closed_and_opens_it(node: ScriptedNode, guest: Guest) -> None:
    """R188."""
    node.flags = ["mute_on_start"]
    await guest.enter()
    await guest.toasted("Votre micro est fermé à l’arrivée")
    assert (await node.until_heard("publish", source="microphone"))["on"] is False
    await guest.page.keyboard.press("m")
    assert (await node.until_heard("publish", source="microphone"))["on"] is True


async def test_a_lock_is_told_and_by_whom(node: ScriptedNode, guest: Guest) -> None:
    """R189: the camera goes off, the banner says why, and pressing the button says it again."""
    await guest.enter()
    await node.until_heard("publish", source="camera")
    await node.say("flags", flags=["lock_camera"])
    await node.say("blocked", source="camera", blocked=True, by="lock")
    await expect(guest.page.locator("#banners")).to_contain_text("L’animation a verrouillé les caméras")
    assert (await node.until_heard("publish", source="camera"))["on"] is False
    await node.say("flags", flags=[])
    await node.say("blocked", source="camera", blocked=False, by="lock")
    await expect(guest.page.locator("#banners")).not_to_contain_text("verrouillé")
    await expect(guest.page.get_by_role("button", name="Restrictions")).to_be_hidden()
