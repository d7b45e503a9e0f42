"""A story of two browsers and a real node: a private word, a held message that its host publishes, hands, applause."""

from __future__ import annotations

import re

import pytest

from tests.e2e.chromium import Chromium, ChromiumWindow
from tests.e2e.machine import Machine, until
from tests.e2e.visitor import Visitor


@pytest.mark.timeout(180)
async def test_a_host_reviews_what_people_write_and_who_asks_speaks_in_turn(
    machine: Machine, browser: Chromium
) -> None:
    """R174, R185, R155: by keyboard and by what is read on the screen."""
    room = await machine.room()
    host, amina = await browser.visitor(), await browser.visitor()
    await host.join(room.link(room.host), "Hélène", camera=False, microphone=False)
    await amina.join(room.link(), "Amina", camera=False, microphone=False)
    for person in (host, amina):
        window = person.window
        assert isinstance(window, ChromiumWindow)
        await window.page.keyboard.press("c")
    helenes, aminas = host.window, amina.window
    assert isinstance(helenes, ChromiumWindow) and isinstance(aminas, ChromiumWindow)

    await helenes.page.get_by_role("button", name="Modération").click()
    await helenes.page.get_by_label("Relire les messages avant de les publier").check()
    await helenes.page.keyboard.press("Escape")
    await until(lambda: reads(amina, "#chat-mode", "relus avant"), 20, "Amina is told that messages are reviewed")
    await aminas.page.locator("#chat-text").fill("Puis-je poser une *question* ?")
    await aminas.page.keyboard.press("Enter")
    await until(lambda: reads(amina, "#chat-log", "En attente"), 20, "her message waits, and she knows it")
    await until(lambda: reads(host, "#queue", "question"), 20, "her host sees it")
    assert not await reads(host, "#chat-log", "question")
    await helenes.page.get_by_role("button", name=re.compile("^Publier")).press("Enter")
    await until(lambda: reads(host, "#chat-log", "question"), 20, "it is published")
    await until(lambda: reads(amina, "#chat-log em", "question"), 20, "also at hers, with its emphasis")
    await until(lambda: waits_no_more(amina), 20, "and waits no more")

    await aminas.page.locator("#chat-to").focus()
    await aminas.page.locator("#chat-to").select_option("staff")
    await aminas.page.locator("#chat-text").fill("Je n’entends rien")
    await aminas.page.keyboard.press("Enter")
    await until(lambda: reads(host, "#chat-log .private", "entends rien"), 20, "help is asked for and heard")

    await aminas.page.locator("#chat-heading").focus()
    await aminas.page.keyboard.press("h")
    await aminas.page.keyboard.press("r")
    await aminas.page.get_by_role("button", name="Applaudissements").press("Enter")
    await until(lambda: reads(host, "#announce", "Applaudissements"), 20, "her applause is told to a screen reader")
    await helenes.page.locator("#control-participants").click()
    await helenes.page.get_by_role("button", name=re.compile("^Actions pour .*Amina")).press("Enter")
    await helenes.page.locator("#person").get_by_role("button", name="Baisser la main").press("Enter")
    await until(lambda: reads(amina, "#announce", "baissée"), 20, "her hand is down")
    assert helenes.errors == aminas.errors == []


async def waits_no_more(person: Visitor) -> bool:
    return not await reads(person, "#chat-log", "En attente")


async def reads(person: Visitor, where: str, words: str) -> bool:
    script = "([where, words]) => [...document.querySelectorAll(where)].some(e => e.textContent.includes(words))"
    return bool(await person.window.run(script, [where, words]))
