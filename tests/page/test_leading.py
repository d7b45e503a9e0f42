"""What a host does for the room, and what everybody is told of it: roles, names, texts, invitations."""

from __future__ import annotations

import asyncio

from playwright.async_api import Browser, expect

from tests.page.conftest import arrive
from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode, person

BRAND = {"name": "Ville de Lannion", "colour": "", "logo": ""}
TEXTS = {
    "welcome": "Bienvenue à <strong>tous</strong><img src=x>",
    "staff": "",
    "speaking": "Levez la main.",
    "redirect": "",
}
SAID = {**TEXTS, "brand": BRAND, "guide": "", "support": "https://aide.example/"}
COPIED = """async text => {
    while (await navigator.clipboard.readText() !== text) await new Promise(requestAnimationFrame);
}"""
LINK = {"url": "https://regie.example/r/abc#t_secret", "expires": 1_790_000_000_000}


async def test_a_host_gives_a_role_and_mends_a_name(node: ScriptedNode, guest: Guest) -> None:
    """R177, R194."""
    node.role, node.rights = "host", [*node.rights, "moderate"]
    node.people = [person("p_amina", "Amima")]
    await guest.enter()
    await guest.page.keyboard.press("p")
    await guest.act_on("p_amina", "Changer le rôle")
    await guest.page.get_by_role("radio", name="Intervenant").check()
    await guest.page.get_by_role("button", name="Donner ce rôle").click()
    assert await node.until_heard("role") == {"type": "role", "participant": "p_amina", "role": "speaker"}
    await guest.act_on("p_amina", "Renommer")
    await guest.page.get_by_label("Nouveau nom").fill("Amina")
    await guest.page.keyboard.press("Enter")
    assert await node.until_heard("rename") == {"type": "rename", "participant": "p_amina", "name": "Amina"}


async def test_a_host_is_told_what_is_to_be_seen_to_before_guests_come(node: ScriptedNode, guest: Guest) -> None:
    """R049, R111, R241: the page's side: what the node says is shown in words, once, in both languages."""
    node.role, node.welcome = "host", {"risks": ["title", "rehearsal", "moderators", "places", "later"]}
    await guest.enter()
    banner = guest.page.locator("[data-banner=risks]")
    await expect(banner).to_contain_text("la salle n’a pas de titre, rien n’a été essayé, il manque du monde")
    await guest.picture("risks-laptop")
    await banner.get_by_role("button", name="Compris").click()
    await expect(banner).to_have_count(0)


async def test_another_role_takes_and_gives_at_once(node: ScriptedNode, guest: Guest) -> None:
    """R194: who may not speak any more is not sent any more, and is told."""
    await guest.enter()
    await node.until_heard("publish", source="microphone", on=True)
    await node.say("role", role="participant", rights=["chat"], by="host")
    await node.until_heard("publish", source="microphone", on=False)
    await expect(guest.page.locator("#control-microphone")).to_be_hidden()
    await guest.toasted("L’animation a changé votre rôle : Participant")


async def test_the_room_says_what_it_is(node: ScriptedNode, guest: Guest) -> None:
    """R096, R142, R155, R252: a welcome first, rules that stay, the looks; and nothing foreign in them."""
    node.welcome = {"texts": SAID}
    await guest.enter()
    await guest.page.keyboard.press("c")
    await expect(guest.page.locator("#chat-welcome-text")).to_have_text("Bienvenue à tous")
    await expect(guest.page.locator("#chat-welcome-text img")).to_have_count(0)
    await expect(guest.page.locator("#chat-staff")).to_be_hidden()
    assert await guest.page.title() == "Budget participatif 2027 — Ville de Lannion"
    await guest.page.keyboard.press("Escape")
    await guest.page.keyboard.press("p")
    await expect(guest.page.get_by_text("Levez la main.")).to_be_visible()
    await guest.page.locator("#control-leave").click()
    await expect(guest.page.get_by_role("link", name="Assistance")).to_have_attribute("href", "https://aide.example/")


async def test_a_host_changes_the_welcome_in_the_room(node: ScriptedNode, guest: Guest) -> None:
    """R096, R097, R102: as it was typed, beside what regulates the chat; what stands for nothing is said; what another
    host writes meanwhile comes in, but not over what one is typing. Who may not change it is offered nothing."""
    node.role, node.rights = "host", [*node.rights, "moderate", "moderate_chat", "end"]
    written = {"welcome": "Bienvenue à %%CONFNAME%%", "speaking": ""}
    node.welcome = {"texts": {**SAID, "written": written}}
    await guest.enter()
    await guest.page.keyboard.press("c")
    await guest.page.locator("#chat-moderate").click()
    welcome = guest.page.get_by_label("Mot de bienvenue")
    await expect(welcome).to_have_value("Bienvenue à %%CONFNAME%%")
    await welcome.fill("%%NAME%% est à vous")
    other = {"welcome": "D’ailleurs", "speaking": "Deux minutes chacun."}
    await node.say("texts", title=node.title, texts={**SAID, "written": other})
    await expect(guest.page.get_by_label("Règles de parole")).to_have_value("Deux minutes chacun.")
    await expect(welcome).to_have_value("%%NAME%% est à vous")
    await guest.page.keyboard.press("Tab")
    assert await node.until_heard("texts") == {"type": "texts", "welcome": "%%NAME%% est à vous"}
    await node.say("noted", unknown=["%%NAME%%"])
    await expect(guest.page.locator("#texts-unknown")).to_contain_text("%%NAME%%")
    await guest.picture("texts-laptop")
    await node.say("texts", title=node.title, texts={**SAID, "written": None})
    await expect(welcome).to_be_hidden()


async def test_the_word_for_moderators_is_announced_until_the_chat_is_open(node: ScriptedNode, guest: Guest) -> None:
    """R107."""
    node.welcome = {"texts": SAID | {"staff": "Gardez le lien."}}
    await guest.enter()
    await expect(guest.page.locator("#banners")).to_contain_text("Un message pour l’animation")
    await guest.page.keyboard.press("c")
    await expect(guest.page.locator("#chat-staff-text")).to_have_text("Gardez le lien.")
    await expect(guest.page.locator("#banners")).not_to_contain_text("Un message pour l’animation")


async def test_afterwards_one_is_led_on_unless_one_stays(node: ScriptedNode, guest: Guest) -> None:
    """R109."""
    node.welcome = {"texts": SAID | {"redirect": "https://enquete.example/s?room=r_budget"}}
    await guest.enter()
    await guest.page.locator("#control-leave").click()
    await expect(guest.page.locator("#ended-lead-text")).to_contain_text("enquete.example")
    await guest.page.get_by_role("button", name="Rester ici").click()
    await expect(guest.page.locator("#ended-lead-text")).to_have_text("")
    to = guest.page.get_by_role("link", name="Aller sur enquete.example")
    await expect(to).to_have_attribute("href", "https://enquete.example/s?room=r_budget")


async def test_who_does_nothing_is_led_on(node: ScriptedNode, browser: Browser) -> None:
    """R109: whoever is there when it ends, after the seconds that the page counts."""
    guest = await arrive(node, browser)
    page = guest.page
    await guest.context.route(
        "https://enquete.example/**", lambda route: route.fulfill(content_type="text/html", body="<h1>Merci</h1>")
    )
    await page.clock.install(time=0)
    await page.clock.pause_at(86_400)
    node.welcome = {"texts": SAID | {"redirect": "https://enquete.example/s?room=r_budget"}}
    await guest.enter()
    await node.say("ended", cause="closed", why=None)
    await guest.until_screen("ended")
    await expect(page.locator("#ended-lead-text")).to_contain_text("8")
    await page.clock.run_for(7000)
    await expect(page.locator("#ended-lead-text")).to_contain_text("1")
    await page.clock.run_for(1000)
    await expect(page.get_by_role("heading", name="Merci")).to_be_visible()
    assert page.url == "https://enquete.example/s?room=r_budget"
    assert guest.wrong == []
    await guest.context.close()


async def test_a_host_invites_with_two_links_and_renews_one(node: ScriptedNode, guest: Guest) -> None:
    """R117, R119, R123 – R125: each link and the details are copied by a button of their own."""
    node.role, node.rights = "host", [*node.rights, "end"]
    await guest.context.grant_permissions(["camera", "microphone", "clipboard-read", "clipboard-write"])
    await guest.page.clock.install(time=0)
    await guest.page.clock.pause_at(86_400)  # what is said for a moment stays until it was read
    await guest.enter()
    await guest.page.locator("#control-menu").click()
    await guest.page.locator("#menu").get_by_role("button", name="Inviter").click()
    assert "zone" in await node.until_heard("invite")
    links = [LINK | {"role": "host"}, LINK | {"role": "participant", "url": "https://regie.example/r/abc#t_guest"}]
    invitation = {"title": node.title, "starts": 0, "ends": 0, "password": False, "links": links}
    await node.say("invitation", **invitation, text={"fr": "Venez", "en": "Come"}, calendar="BEGIN:VCALENDAR")
    await expect(guest.page.locator("#invite-links label")).to_have_text(
        ["Lien des participants", "Lien de l’animation"]
    )
    await guest.page.get_by_role("button", name="Copier : Lien des participants").click()
    await expect(guest.page.locator("#invite").get_by_text("Copié")).to_be_visible()
    assert await guest.page.evaluate("() => navigator.clipboard.readText()") == "https://regie.example/r/abc#t_guest"
    await guest.page.locator("#invite-text").click()
    await asyncio.wait_for(guest.page.evaluate(COPIED, "Venez"), 30)
    await guest.page.get_by_role("button", name="Renouveler : Lien de l’animation").click()
    await guest.page.get_by_role("dialog").get_by_role("button", name="Renouveler", exact=True).click()
    asked = await node.until_heard("invite")
    assert (asked["renew"], asked["recheck"]) == ("host", False)
    await node.say("invitation", **invitation, text={"fr": "Venez", "en": "Come"}, calendar="BEGIN:VCALENDAR")
    await guest.page.get_by_role("button", name="Renouveler : Lien des participants").click()
    again = guest.page.get_by_role("dialog").get_by_role("checkbox", name="Faire revenir")
    await expect(again).not_to_be_checked()
    await again.press("Space")
    await guest.page.get_by_role("dialog").get_by_role("button", name="Renouveler", exact=True).click()
    asked = await node.until_heard("invite")
    assert (asked["renew"], asked["recheck"]) == ("participant", True)
