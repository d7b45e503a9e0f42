"""A whole visit without a mouse: from the link to the end, through panels and dialogs on the way (WCAG 2.1.1, 2.1.2,
2.4.3, 2.4.7, 2.4.11; R151, R153)."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.page.conftest import NARROW, arrive
from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode, person

MOST = 80
"""Tabs until somebody gives up."""
HIDDEN = """() => {
    const at = document.activeElement;
    const box = at.getBoundingClientRect();
    const over = document.elementFromPoint(
        Math.min(innerWidth - 1, Math.max(0, box.x + box.width / 2)),
        Math.min(innerHeight - 1, Math.max(0, box.y + box.height / 2)));
    const labels = [...(at.labels ?? [])];
    const seen = over && (at.contains(over) || over.contains(at) || labels.some(one => one.contains(over)));
    return at === document.body || seen ? '' : `${at.id || at.className} is under ${over?.id || over?.className}`;
}"""


async def tab_to(guest: Guest, selector: str) -> None:
    """By the tabulator alone; what has the focus is never under something else."""
    for _ in range(MOST):
        if await guest.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        await guest.page.keyboard.press("Tab")
        assert await guest.page.evaluate(HIDDEN) == "", f"on the way to {selector}"
    raise AssertionError(f"the tabulator never reaches {selector}")


async def dialog(guest: Guest, opener: str, name: str) -> None:
    """Opened by Enter, it has the focus and keeps it; Escape gives it back."""
    keys = guest.page.keyboard
    await tab_to(guest, opener)
    await keys.press("Enter")
    box = guest.page.get_by_role("dialog", name=name)
    await expect(box).to_be_visible()
    for _ in range(12):
        await keys.press("Tab")
        assert await guest.page.evaluate(
            "() => document.activeElement === document.body || !!document.activeElement.closest('dialog[open]')"
        )
    await keys.press("Escape")
    await expect(box).to_be_hidden()


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "320 px"])
async def test_the_whole_visit_by_keyboard(node: ScriptedNode, browser: Browser, phone: bool) -> None:
    """Home, connection check, waiting, chat, people, a person's menu, restrictions, views, settings, leaving."""
    node.role = "host"
    node.rights = [*node.rights, "moderate", "moderate_chat", "admit", "end"]
    node.people = [person("p_jean", "Jean")]
    node.look = {"lobby": "lobby"}
    guest = await arrive(node, browser, phone=phone, size=NARROW)
    page, keys = guest.page, guest.page.keyboard

    await guest.open(node.address)
    await tab_to(guest, "input")
    await keys.insert_text(node.link())
    await keys.press("Enter")
    await guest.until_screen("join")
    await expect(page.locator("#join-microphone")).to_be_enabled()
    await dialog(guest, "#join-check", "Vérification de la connexion")
    await expect(page.locator("#join-check")).to_be_focused()
    await tab_to(guest, "#join-name")
    await keys.type("Camille")
    await keys.press("Enter")
    await guest.until_screen("wait")
    await tab_to(guest, "#wait-leave")
    await node.say("admitted")
    await guest.until_screen("room")
    await expect(guest.tile("p_you")).to_be_visible()

    await tab_to(guest, "#control-chat")
    await keys.press("Enter")
    await expect(page.locator("#chat-text")).to_be_focused()
    await keys.type("Bonjour")
    await keys.press("Enter")
    await node.until_heard("chat", text="Bonjour")
    await dialog(guest, "#chat-moderate", "Modération")
    await expect(page.locator("#chat-moderate")).to_be_focused()
    await keys.press("Escape")
    await expect(page.locator("#control-chat")).to_be_focused()

    await tab_to(guest, "#control-participants")
    await keys.press("Enter")
    await dialog(guest, "#people-flags", "Restrictions")
    await tab_to(guest, "#people-list li[data-participant=p_jean] button[aria-haspopup]")
    await keys.press("Enter")
    await expect(page.locator("#person")).to_be_visible()
    await keys.press("Escape")
    await expect(page.locator("#person")).to_be_hidden()
    await expect(page.locator("#people-list li[data-participant=p_jean] button[aria-haspopup]")).to_be_focused()
    await keys.press("Escape")
    await expect(page.locator("#control-participants")).to_be_focused()

    for key, what in (("h", "hand"), ("l", "view")):
        await keys.press(key)
        if what == "hand":
            await node.until_heard("hand", up=True)
        else:
            await expect(page.locator("#views")).to_be_visible()
            await keys.press("Escape")
            await expect(page.locator("#views")).to_be_hidden()
    for entry, name in (("Son et image", "Son et image"), ("Raccourcis clavier", "Raccourcis clavier")):
        await tab_to(guest, "#control-menu")
        await keys.press("Enter")
        await page.locator("#menu").get_by_role("button", name=entry).focus()
        await keys.press("Enter")
        box = page.get_by_role("dialog", name=name)
        await expect(box).to_be_visible()
        await keys.press("Escape")
        await expect(box).to_be_hidden()

    await tab_to(guest, "#control-leave")
    await keys.press("Enter")
    await guest.until_screen("ended")
    await tab_to(guest, "#ended button")
    guest.check()
    await guest.context.close()
