"""What operators did in the room, as its hosts read it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.page.conftest import NARROW, arrive
from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode, person

AMINA = person("p_amina", "Amina")


def entry(number: int, did: str = "MuteParticipant", **more: Any) -> dict[str, Any]:
    usual = {"at": 1_790_000_000_000 + number * 60_000, "who": "Olga Petit", "participant": "", "values": {}}
    return {"number": number, "did": did, **usual, "reason": "", "outcome": "OK", **more}


async def opened(node: ScriptedNode, guest: Guest) -> None:
    node.role, node.rights = "host", [*node.rights, "moderate"]
    node.people = [AMINA, person("p_jean", "Jean")]
    await guest.enter()
    await guest.page.locator("#control-menu").click()
    await guest.page.locator("#menu").get_by_role("button", name="Actes de la régie").click()


async def test_a_host_reads_it_in_words_by_keyboard(node: ScriptedNode, guest: Guest) -> None:
    """D5, R153: who, what, to whom, why, and what came of it; older ones by a button, and one reads on at the first of
    them. Words of others are words, never markup, and a deed that this page does not know is told all the same."""
    await opened(node, guest)
    assert (await node.until_heard("audit"))["before"] == 0
    await node.say("gone", participant="p_jean", cause="removed")
    removed = entry(9, "RemoveParticipant", participant="p_jean", reason="<b>insultes</b>")
    refused = entry(8, "SetRole", participant="p_amina", values={"role": "host"}, outcome="NOT_ALLOWED")
    gone = entry(7, "RestrainParticipant", participant="p_zoe", values={"how": "mute"}, outcome="CANCELLED")
    await node.say("audit", entries=[removed, refused, gone, entry(6, "FoldPaper", who="")], next=6, since=0)
    dialog = guest.page.get_by_role("dialog", name="Actes de la régie")
    items = dialog.get_by_role("listitem")
    await expect(items).to_have_count(4)
    await expect(items.nth(0)).to_contain_text("Olga Petit")
    await expect(items.nth(0)).to_contain_text("Retirer \u2068Jean\u2069 de la salle")
    await expect(items.nth(0)).to_contain_text("Raison\u00a0: \u2068<b>insultes</b>\u2069")
    await expect(items.nth(0)).to_contain_text("Fait")
    await expect(items.nth(1)).to_contain_text("Donner un rôle à \u2068Amina\u2069\u00a0: Animation")
    await expect(items.nth(1)).to_contain_text("Refusé (NOT_ALLOWED)")
    await expect(items.nth(2)).to_contain_text("Discussion, pour une personne qui n’est plus là\u00a0: n’y écrit plus")
    await expect(items.nth(2)).to_contain_text("Abandonné en route")
    await expect(items.nth(3)).to_contain_text("Animation, par un lien")
    await expect(items.nth(3)).to_contain_text("Demander quelque chose sur la salle")
    await expect(dialog.get_by_role("status")).to_have_text("4 actes, les plus récents d’abord.")

    older = dialog.get_by_role("button", name="Actes plus anciens")
    await older.focus()
    await guest.page.keyboard.press("Enter")
    assert (await node.until_heard("audit"))["before"] == 6
    await node.say("audit", entries=[entry(5, "ExtendRoom", values={"minutes": "15"}), entry(4)], next=0, since=0)
    await expect(items).to_have_count(6)
    await expect(items.nth(4)).to_be_focused()
    await expect(items.nth(4)).to_contain_text("Prolonger la séance de 15 min")
    await expect(older).to_be_hidden()
    await guest.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


async def test_nothing_is_said_where_nothing_was_done(node: ScriptedNode, guest: Guest) -> None:
    """D5: and each opening asks anew."""
    await opened(node, guest)
    await node.until_heard("audit")
    await node.say("audit", entries=[], next=0, since=0)
    dialog = guest.page.get_by_role("dialog", name="Actes de la régie")
    await expect(dialog.get_by_role("status")).to_have_text("La régie n’a rien fait dans cette salle.")
    await guest.page.keyboard.press("Escape")
    await guest.page.locator("#control-menu").click()
    await guest.page.locator("#menu").get_by_role("button", name="Actes de la régie").click()
    await node.until_heard("audit", before=0)
    await node.say("audit", entries=[entry(1, "MuteRoom")], next=0, since=0)
    await expect(dialog.get_by_role("listitem")).to_contain_text("Couper tout le monde")


async def test_what_is_not_kept_any_more_is_said_at_the_end(node: ScriptedNode, guest: Guest) -> None:
    """D5: a list that ends where the node's rule ends it does not say that nothing was done before."""
    since = 1_790_000_000_000
    await opened(node, guest)
    await node.until_heard("audit")
    await node.say("audit", entries=[entry(9), entry(8)], next=8, since=since)
    dialog = guest.page.get_by_role("dialog", name="Actes de la régie")
    gone = dialog.get_by_text("n’est plus gardé")
    await expect(dialog.get_by_role("listitem")).to_have_count(2)
    await expect(gone).to_be_hidden()
    await dialog.get_by_role("button", name="Actes plus anciens").click()
    await node.until_heard("audit", before=8)
    await node.say("audit", entries=[entry(7)], next=0, since=since)
    await expect(gone).to_have_text(
        re.compile(r"Ce que la régie a fait avant le 21 sept\. 2026, .* n’est plus gardé\.")
    )
    await guest.picture("audit-not-kept")
    await guest.page.keyboard.press("Escape")
    await guest.page.locator("#control-menu").click()
    await guest.page.locator("#menu").get_by_role("button", name="Actes de la régie").click()
    await node.until_heard("audit", before=0)
    await node.say("audit", entries=[], next=0, since=since)
    await expect(dialog.get_by_role("status")).to_have_text(
        re.compile(r"La régie n’a rien fait dans cette salle depuis le 21 sept\. 2026")
    )
    await expect(gone).to_be_visible()


async def test_who_may_not_moderate_is_offered_nothing(node: ScriptedNode, guest: Guest) -> None:
    """D5: the node would refuse it anyway."""
    await guest.enter()
    await guest.page.locator("#control-menu").click()
    await expect(guest.page.locator("#menu").get_by_role("button", name="Raccourcis clavier")).to_be_visible()
    await expect(guest.page.locator("#menu").get_by_role("button", name="Actes de la régie")).to_have_count(0)


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "320 px"])
async def test_a_long_list_with_long_words_fits(node: ScriptedNode, browser: Browser, phone: bool) -> None:
    """R153: at 320 px nothing is wider than the screen, and the way out stays where it was."""
    guest = await arrive(node, browser, phone=phone, size=NARROW)
    await opened(node, guest)
    await node.until_heard("audit")
    long = [
        entry(n, reason="très" * 40, who="Direction-des-systèmes-" * 3, participant="p_amina") for n in range(9, 0, -1)
    ]
    await node.say("audit", entries=long, next=0, since=0)
    dialog = guest.page.locator("#audit")
    await expect(dialog.get_by_role("listitem")).to_have_count(9)
    await guest.picture(f"audit-long-{'narrow' if phone else 'laptop'}")
    wider = await dialog.evaluate("dialog => dialog.scrollWidth - dialog.clientWidth")
    assert wider <= 0
    await guest.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    guest.check()
    await guest.context.close()
