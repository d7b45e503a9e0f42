"""A story of two browsers and a real node: somebody waits before the door, and is let in (R143, R145, R146)."""

from __future__ import annotations

import re

import pytest

from tests.e2e.chromium import Chromium, ChromiumWindow
from tests.e2e.machine import Machine, until
from tests.e2e.visitor import Visitor


@pytest.mark.timeout(180)
async def test_somebody_waits_and_is_let_in(machine: Machine, browser: Chromium) -> None:
    """The host opens a lobby and writes who waits a word; the guest sees nobody, reloads, keeps the place, and is in as
    soon as the host says so, with nothing to press."""
    room = await machine.room()
    host, guest = await browser.visitor(), await browser.visitor()
    await host.join(room.link(room.host), "Hélène", camera=False, microphone=False)
    helenes, guests = host.window, guest.window
    assert isinstance(helenes, ChromiumWindow) and isinstance(guests, ChromiumWindow)
    await helenes.page.locator("#control-chat").click()
    await helenes.page.get_by_role("button", name="Modération").click()
    await helenes.page.get_by_label("Salle d’attente : on n’entre qu’invité par l’animation").check()
    await helenes.page.get_by_label("Message à qui attend").fill("Nous commençons dans **cinq minutes**.")
    await helenes.page.get_by_role("textbox", name="Ordre du jour").focus()
    await helenes.page.keyboard.press("Escape")

    await guest.join(room.link(), "Amina", camera=False, microphone=False, into="wait")
    await until(lambda: reads(guest, "#wait-message strong", "cinq minutes"), 20, "Amina reads what the host wrote")
    assert "On va vous faire entrer" in await guest.text("#wait-why")
    await guests.page.reload()
    await guest.until_screen("wait")
    await until(
        lambda: reads(host, "#banners", "1 personne attend devant la salle"), 20, "the host is told of her, once"
    )
    await helenes.page.get_by_role("button", name="Voir").click()
    await helenes.page.get_by_role("button", name=re.compile("^Faire entrer .*Amina")).press("Enter")
    await guest.until_screen("room", 30)
    await until(lambda: reads(host, "#people-list", "Amina"), 20, "she is in the room")
    await until(lambda: gone(host), 20, "nobody waits any more")
    assert helenes.errors == guests.errors == []


async def reads(who: Visitor, selector: str, words: str) -> bool:
    return words in await who.text(selector)


async def gone(host: Visitor) -> bool:
    return not await reads(host, "#banners", "devant la salle")
