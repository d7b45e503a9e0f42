"""Before the room: name, preview, join (R149, R153)."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode, person


async def test_a_person_sees_themselves_gives_a_name_and_joins(node: ScriptedNode, guest: Guest) -> None:
    """R151: from the link to the room in three steps: the link, a name, one button."""
    node.people = [person("p_amina", "Amina Benali")]
    await guest.open()
    await guest.until_screen("join")

    await expect(guest.page.get_by_role("heading", level=1)).to_have_text("Budget participatif 2027")
    await expect(guest.page.locator("#preview.picture")).to_be_visible()
    await expect(guest.page.locator("#join-facts")).to_have_text("1 personne")
    await guest.page.get_by_label("Votre nom").fill("  Camille Roux ")
    await guest.picture("join-laptop")
    await guest.page.get_by_role("button", name="Rejoindre").click()
    await guest.until_screen("room")

    assert node.joins[0]["name"] == "Camille Roux"
    assert node.joins[0]["language"] == "fr"
    assert node.joins[0]["session"] is None
    await node.until_heard("hello", session="s_yours", seq=0, language="fr")
    await node.until_heard("publish", source="microphone", on=True)
    await node.until_heard("publish", source="camera", on=True)
    await guest.until_media("connected")


async def test_the_offer_has_every_line_in_its_place(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()

    lines = re.findall(r"m=(audio|video)[^\0]*?a=(sendonly|recvonly)", node.joins[0]["sdp"])

    sending = [("audio", "sendonly"), ("video", "sendonly"), ("video", "sendonly"), ("audio", "sendonly")]
    assert lines == sending + [("audio", "recvonly")] * 3 + [("video", "recvonly")] * 12


async def test_a_name_is_asked_for_and_remembered(node: ScriptedNode, guest: Guest) -> None:
    await guest.open()
    await guest.until_screen("join")
    await guest.page.locator("#join-submit").click()

    await expect(guest.page.locator("#join-name-error")).to_contain_text("de 1 à 64 caractères")
    await expect(guest.page.locator("#join-name")).to_be_focused()
    assert node.joins == []

    await guest.enter("Zoé")
    await guest.page.evaluate("sessionStorage.clear()")
    await guest.page.reload()
    await expect(guest.page.locator("#join-name")).to_have_value("Zoé")


async def test_the_keyboard_is_enough(node: ScriptedNode, guest: Guest) -> None:
    await guest.open()
    await guest.until_screen("join")
    await expect(guest.page.locator("#join-name")).to_be_focused()
    await guest.page.keyboard.type("Camille")
    await guest.page.keyboard.press("Enter")
    await guest.until_screen("room")
    await node.until_heard("publish", source="camera", on=True)

    await guest.page.keyboard.press("m")
    await node.until_heard("publish", source="microphone", on=False)
    await guest.page.keyboard.press("v")
    await node.until_heard("publish", source="camera", on=False)

    await guest.page.keyboard.press("c")
    await expect(guest.page.locator("#chat-text")).to_be_focused()
    await guest.page.keyboard.type("mvc ?")
    await guest.page.keyboard.press("Enter")
    await node.until_heard("chat", text="mvc ?")
    await guest.page.keyboard.press("Escape")
    await expect(guest.page.locator("#chat")).to_be_hidden()
    await expect(guest.page.locator("#control-chat")).to_be_focused()

    await guest.page.locator("#control-leave").focus()
    await guest.page.keyboard.press("Enter")
    await guest.until_screen("ended")


KEY_AT_ONCE = """
new MutationObserver((_, watch) => {
  if (document.body?.dataset.screen !== 'room') return;
  watch.disconnect();
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'c', bubbles: true, cancelable: true }));
}).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-screen'] });
"""


async def test_a_key_is_for_the_room_from_its_first_instant(guest: Guest) -> None:
    """WCAG 2.1.1: the field in which the name was written is gone, and takes no key away from the room."""
    await guest.page.add_init_script(KEY_AT_ONCE)
    await guest.open()
    await guest.until_screen("join")
    await expect(guest.page.locator("#join-microphone")).to_be_enabled()
    await guest.page.locator("#join-name").fill("Zoé")
    await guest.page.keyboard.press("Enter")

    await expect(guest.page.locator("#chat")).to_be_visible()


async def test_a_taken_name_or_a_bad_one_is_explained_in_place(node: ScriptedNode, guest: Guest) -> None:
    node.refuse("POST join", "NAME_INVALID", limit=64, current="vide")
    await guest.open()
    await guest.until_screen("join")
    await guest.page.locator("#join-name").fill("…")
    await guest.page.locator("#join-submit").click()

    await expect(guest.page.locator("#join-name-error")).to_have_text(
        "Ce nom ne convient pas (vide). Entrez de 1 à 64 caractères visibles."
    )


async def test_a_reload_comes_back_without_asking(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await guest.page.keyboard.press("v")
    await node.until_heard("publish", source="camera", on=False)
    await guest.page.reload()
    await guest.until_screen("room")

    assert [join["session"] for join in node.joins] == [None, "s_yours"]
    await node.until_heard("publish", source="microphone", on=True)
    await node.until_heard("publish", source="camera", on=False)


async def test_a_room_with_a_password(guest: Guest, node: ScriptedNode) -> None:
    """R112: asked for with the name, told when it is wrong, and kept nowhere; a ticket with a name brings it."""
    node.look = {"password": True, "name": "Camille"}
    node.refuse("POST join", "PASSWORD_WRONG")
    await guest.open()
    await guest.until_screen("join")
    page = guest.page
    await expect(page.locator("#join-name")).to_have_value("Camille")
    await page.locator("#join-submit").click()
    await expect(page.locator("#join-password-error")).to_contain_text("Entrez le mot de passe")
    await page.locator("#join-password").fill("au hasard")
    await page.locator("#join-submit").click()
    await expect(page.locator("#join-password-error")).to_contain_text("pas le bon")
    await expect(page.locator("#join-password")).to_be_focused()
    node.refusals.clear()
    await page.locator("#join-password").fill("un mot de passe long")
    await page.locator("#join-submit").click()
    await guest.until_screen("room")
    assert node.joins[-1]["password"] == "un mot de passe long"
    kept = await page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert "long" not in kept


async def test_a_check_that_the_node_refuses_blames_no_network(node: ScriptedNode, guest: Guest) -> None:
    """R247, D2: too many are checking now; that is said, with what to do, and no step is called blocked."""
    node.refuse("POST check", "CHECKS_FULL", limit=9, current=9)
    await guest.open()
    await guest.until_screen("join")
    await guest.page.get_by_role("button", name="Vérifier ma connexion").click()
    await expect(guest.page.locator("#check-says")).to_contain_text("9 sur 9")
    await expect(guest.page.locator("#check-says")).to_contain_text("vous pouvez rejoindre sans vérifier")
    await expect(guest.page.locator("#check-list [data-result=bad]")).to_have_count(0)
    await expect(guest.page.locator("#check-list [data-step=socket]")).to_have_attribute("data-result", "good")
