"""WCAG 2.2 AA as far as a machine can tell (axe), on every screen, laptop and phone; and what axe cannot tell."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.async_api import Browser, expect

from tests.page.conftest import NARROW, arrive
from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode, person, said

BRAND = {"name": "Ville de Lannion", "colour": "#aa1133", "logo": ""}
TEXTS: dict[str, Any] = {
    "welcome": "Bienvenue",
    "staff": "Gardez le lien",
    "speaking": "Levez la main",
    "redirect": "https://x.example/",
}
TEXTS |= {
    "written": {"welcome": "x", "speaking": ""},
    "brand": BRAND,
    "guide": "/guide/meeting",
    "support": "https://aide.example/",
}
HELD = {
    "kind": "held",
    "participant": "p_jean",
    "name": "Jean",
    "text": "x",
    "html": "<p>x</p>",
    "at": 1_790_000_000_000,
}
CLAIMED = {"claimed_by": "p_amina", "claimed_name": "Amina"}
LINKS = [{"role": role, "url": "https://x.example/r/a#t", "expires": 1} for role in ("host", "participant")]
INVITATION: dict[str, Any] = {"title": "Budget", "starts": 0, "ends": 0, "password": True, "links": LINKS}
INVITATION |= {"calendar": "BEGIN", "text": {"fr": "x", "en": "x"}}
DEED: dict[str, Any] = {"number": 2, "at": 1_790_000_000_000, "who": "Olga Petit", "did": "MuteParticipant"}
DEED |= {"participant": "p_jean", "values": {}, "reason": "larsen", "outcome": "OK"}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDER = """() => innerWidth >= document.scrollingElement.scrollWidth ? [] : [...document.querySelectorAll('body *')]
    .filter(node => node.checkVisibility() && node.getBoundingClientRect().right > innerWidth + 1)
    .map(node => node.id || node.className || node.tagName)"""
RULES |= {"resultTypes": ["violations"]}  # the same is asked; what passed is not written down, node by node


async def examine(guest: Guest, where: str, *, within: str = "body", kind: str = "") -> None:
    """`within`: a dialog, where one is open. What is behind it is inert, and was examined before it opened. `kind`: in
    the name of its picture."""
    await guest.picture(f"{where}-{kind}".rstrip("-").replace(" ", "-"))
    if not await guest.page.evaluate("() => 'axe' in window"):
        await guest.page.evaluate(AXE_SCRIPT)
    asked = [within if within != "body" else "", RULES]
    results: Any = await guest.page.evaluate("([within, rules]) => axe.run(within || document, rules)", asked)
    found = {v["id"]: [n["html"][:160] for n in v["nodes"]] for v in results["violations"]}
    assert found == {}, where
    assert await guest.page.evaluate(WIDER) == [], f"{where}: wider than the screen (WCAG 1.4.10)"


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "320 px"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.timeout(180)
async def test_no_screen_has_a_violation(
    node: ScriptedNode, browser: Browser, phone: bool, scheme: Literal["light", "dark"]
) -> None:
    """R153: every screen, panel and dialog of a visit, as a host has them."""
    node.role = "host"
    node.rights = [*node.rights, "moderate", "moderate_chat", "admit", "end", "record"]
    node.welcome = {"texts": TEXTS, "risks": ["title", "moderators"], "recording": {"state": "recording", "seconds": 7}}
    node.people = [person("p_amina", "Amina", role="host"), person("p_jean", "Jean", blocked=["microphone"])]
    node.chat = [said("m1", node.people[0], "x", html='<p>Voir <a href="https://exemple.gouv.fr/">ici</a></p>')]
    guest = await arrive(node, browser, phone=phone, size=NARROW)
    kind = f"{'narrow' if phone else 'laptop'}-{scheme}"

    # What comes in by degrees has its contrast once it is there; when it comes is not the test's to say.
    await guest.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await guest.open(node.address)
    await expect(guest.page.locator("#home-gauge dd").first).to_have_text("181")
    await examine(guest, "home", kind=kind)
    await guest.enter()
    await examine(guest, "room", kind=kind)
    await guest.page.locator("#control-chat").click()
    await examine(guest, "chat", kind=kind)
    await guest.page.get_by_role("button", name="Actions pour le message").first.click()
    await node.say("item", item={"item": "i_1", "why": "room", **HELD})
    await node.say("item", item={"item": "i_2", "why": "person", **CLAIMED, **HELD})
    await expect(guest.page.locator("#queue-list li")).to_have_count(2)
    await examine(guest, "queue", kind=kind)
    await guest.page.locator("#chat-moderate").click()
    await examine(guest, "moderation", within="#moderation", kind=kind)
    await guest.page.keyboard.press("Escape")
    await guest.page.keyboard.press("Escape")
    await node.say("hands", hands=[{"participant": "p_jean", "since": 1}], total=1)
    await guest.page.locator("#control-participants").click()
    await examine(guest, "people", kind=kind)
    await guest.page.locator('#people-list li[data-participant="p_jean"] button[aria-haspopup]').click()
    await examine(guest, "person", kind=kind)
    for entry, dialog in (("Changer le rôle", "Rôle de"), ("Renommer", "Renommer")):
        await guest.page.keyboard.press("Escape")
        await guest.act_on("p_jean", entry)
        await expect(guest.page.get_by_role("dialog", name=dialog)).to_be_visible()
        await examine(guest, entry, within="dialog[open]", kind=kind)
    await guest.page.keyboard.press("Escape")
    await guest.page.locator("#people-flags").click()
    await examine(guest, "flags", within="#flags", kind=kind)
    await guest.page.keyboard.press("Escape")
    await guest.page.keyboard.press("Escape")
    await guest.page.keyboard.press("l")
    await examine(guest, "views", kind=kind)
    await guest.page.keyboard.press("Escape")
    await guest.page.locator("#control-menu").click()
    await examine(guest, "menu", kind=kind)
    await guest.page.locator("#menu").get_by_role("button", name="Inviter").click()
    await node.say("invitation", **INVITATION)
    await expect(guest.page.get_by_role("dialog", name="Inviter")).to_be_visible()
    await examine(guest, "invite", within="#invite", kind=kind)
    await guest.page.keyboard.press("Escape")
    await guest.page.locator("#control-menu").click()
    await guest.page.locator("#menu").get_by_role("button", name="Actes de la régie").click()
    await node.until_heard("audit")
    await node.say("audit", entries=[DEED, {**DEED, "outcome": "NOT_ALLOWED"}], next=1, since=0)
    await expect(guest.page.get_by_role("dialog", name="Actes de la régie")).to_be_visible()
    await examine(guest, "audit", within="#audit", kind=kind)
    await guest.page.keyboard.press("Escape")
    await guest.page.locator("#control-menu").click()
    await guest.page.locator("#menu").get_by_role("button", name="Son et image").click()
    await examine(guest, "settings", within="dialog[open]", kind=kind)
    await guest.page.keyboard.press("Escape")
    await guest.page.locator("#control-menu").click()
    await guest.page.locator("#menu").get_by_role("button", name="Raccourcis clavier").click()
    await expect(guest.page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    await examine(guest, "shortcuts", within="dialog[open]", kind=kind)
    await guest.page.keyboard.press("Escape")
    await node.say("blocked", source="microphone", blocked=True, by="operator")
    await expect(guest.page.locator("[data-banner=blocked-microphone]")).to_be_visible()
    await examine(guest, "blocked", kind=kind)
    await guest.page.locator("#control-leave").click()
    await guest.until_screen("ended")
    await examine(guest, "ended", kind=kind)
    guest.check()
    await guest.context.close()


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "320 px"])
async def test_the_screens_before_the_room_have_no_violation(node: ScriptedNode, browser: Browser, phone: bool) -> None:
    """R142, R143, R149, R247: what is there before a person is in, by night and by day."""
    guest = await arrive(node, browser, phone=phone, size=NARROW)
    kind = "narrow" if phone else "laptop"
    node.look = {
        "lobby": "lobby",
        "notice": {"fr": "Micro et caméra pour tous.", "en": "x"},
        "speaking": "Levez la main.",
    }
    node.look |= {"guide": "/guide/meeting", "support": "https://aide.example/"}
    node.lobby |= {"agenda": "<p>1. Vote</p>", "message": "<p>À tout de suite</p>", "why": "early", "opens_in_s": 90}
    await guest.page.emulate_media(color_scheme="dark")
    await guest.open()
    await guest.until_screen("join")
    await expect(guest.page.locator("#preview.picture")).to_be_visible()
    await examine(guest, "join", kind=kind)
    await guest.page.get_by_role("button", name="Vérifier ma connexion").click()
    await expect(guest.page.locator("#check-says")).not_to_be_empty()
    await examine(guest, "check", within="#check", kind=kind)
    await guest.page.keyboard.press("Escape")
    await guest.page.locator("#join-name").fill("Camille")
    await guest.page.keyboard.press("Enter")
    await guest.until_screen("wait")
    await expect(guest.page.locator("#wait-agenda")).to_have_text("1. Vote")
    await examine(guest, "wait", kind=kind)
    await guest.page.emulate_media(color_scheme="light")
    await examine(guest, "wait by day", kind=kind)
    guest.check()
    await guest.context.close()


async def test_one_key_shortcuts_can_be_switched_off(node: ScriptedNode, guest: Guest) -> None:
    """WCAG 2.1.4."""
    await guest.enter()
    await guest.page.keyboard.press("?")
    await guest.page.get_by_label("Raccourcis à une touche").uncheck()
    await guest.page.keyboard.press("Escape")
    await guest.page.keyboard.press("c")
    await expect(guest.page.locator("#chat")).to_be_hidden()


async def test_the_skip_link_leaves_the_ticket_alone(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await guest.page.get_by_role("link", name="Aller au contenu").focus()
    await guest.page.keyboard.press("Enter")

    await expect(guest.page.locator("#tiles")).to_be_focused()
    assert guest.page.url == node.link()


async def test_less_motion_is_respected(node: ScriptedNode, guest: Guest) -> None:
    await guest.page.emulate_media(reduced_motion="reduce")
    await guest.enter()
    moves = "() => getComputedStyle(document.querySelector('.tile')).transitionDuration"
    assert float(str(await guest.page.evaluate(moves)).split("s")[0]) < 0.001


async def test_every_target_is_large_enough(node: ScriptedNode, guest: Guest) -> None:
    node.role, node.people = "host", [person("p_amina", "Amina")]
    await guest.enter()
    await guest.page.keyboard.press("p")
    await expect(guest.page.locator("#people-list li")).to_have_count(2)
    small = await guest.page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, textarea')]
            .filter(node => node.checkVisibility())
            .map(node => [node.id || node.className, node.getBoundingClientRect()])
            .filter(([, box]) => box.width < 44 || box.height < 44).map(([name]) => name)"""
    )
    assert small == []
