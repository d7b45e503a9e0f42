"""R183, R184: layouts, chosen or shown by the hosts, and volumes."""

from __future__ import annotations

from playwright.async_api import expect

from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode, person

AMINA, JEAN = person("p_amina", "Amina"), person("p_jean", "Jean")
VOLUMES = "() => [...document.querySelectorAll('#sounds audio')].map(sound => sound.volume)"


async def test_a_layout_is_chosen_by_keyboard_and_remembered(node: ScriptedNode, guest: Guest) -> None:
    node.people = [AMINA, JEAN]
    await guest.enter()
    await expect(guest.page.locator(".tile.stage")).to_have_count(0)
    await guest.page.keyboard.press("l")
    await expect(guest.page.get_by_label("Automatique")).to_be_focused()
    await guest.page.keyboard.press("ArrowDown")
    await guest.page.keyboard.press("ArrowDown")
    await expect(guest.page.locator(".tile.stage")).to_have_attribute("data-participant", "p_amina")
    await guest.picture("views")
    await guest.page.keyboard.press("Escape")
    await expect(guest.page.locator("#control-view")).to_be_focused()
    await guest.page.reload()
    await guest.until_screen("room")
    await expect(guest.page.locator(".tile.stage")).to_have_attribute("data-participant", "p_amina")


async def test_what_the_hosts_show_is_followed_until_one_looks_otherwise(node: ScriptedNode, guest: Guest) -> None:
    node.people = [AMINA, JEAN]
    await guest.enter()
    await node.say("showing", view="", spotlight=["p_jean"])
    await expect(guest.page.locator(".tile.stage")).to_have_attribute("data-participant", "p_jean")
    await guest.toasted("Jean")
    await node.say("showing", view="gallery", spotlight=["p_jean"])
    await expect(guest.page.locator(".tile.stage")).to_have_count(0)
    await guest.page.locator("#control-view").click()
    await guest.page.get_by_label("Qui parle").check()
    await expect(guest.page.locator(".tile.stage")).to_have_attribute("data-participant", "p_jean")
    await guest.page.get_by_role("button", name="Suivre l’animation").click()
    await expect(guest.page.locator(".tile.stage")).to_have_count(0)


async def test_a_host_shows_everybody_a_layout_and_puts_somebody_forward(node: ScriptedNode, guest: Guest) -> None:
    node.role, node.rights, node.people = "host", [*node.rights, "moderate"], [AMINA, JEAN]
    await guest.enter()
    await guest.page.locator("#control-view").click()
    await guest.page.get_by_role("radio", name="Présentation").check()
    await guest.page.get_by_role("button", name="Montrer ainsi à tout le monde").click()
    assert await node.until_heard("show") == {"type": "show", "view": "presentation"}
    await guest.page.keyboard.press("p")
    await guest.act_on("p_jean", "Mettre en avant pour tous")
    assert await node.until_heard("show") == {"type": "show", "spotlight": ["p_jean"]}


async def test_a_volume_follows_the_person_from_slot_to_slot(node: ScriptedNode, guest: Guest) -> None:
    node.people = [AMINA, JEAN]
    await guest.enter()
    await guest.page.keyboard.press("p")
    await guest.page.locator('#people-list li[data-participant="p_jean"] button[aria-haspopup]').click()
    await guest.page.get_by_label("Volume, pour vous seul").fill("20")
    await node.until_heard("voices", on=True)
    await node.say("voices", voices=[{"slot": 4, "participant": "p_amina"}, {"slot": 5, "participant": "p_jean"}])
    await guest.page.wait_for_function(f"() => ({VOLUMES})().join() === '1,0.2,1'")
    await node.say("voices", voices=[{"slot": 4, "participant": "p_jean"}, {"slot": 5, "participant": "p_amina"}])
    await guest.page.wait_for_function(f"() => ({VOLUMES})().join() === '0.2,1,1'")
    await guest.page.keyboard.press("Escape")
    await guest.page.locator("#control-menu").click()
    await guest.page.locator("#menu").get_by_role("button", name="Son et image").click()
    await guest.page.get_by_label("Volume général").fill("50")
    await guest.page.wait_for_function(f"() => ({VOLUMES})().join() === '0.1,0.5,0.5'")
