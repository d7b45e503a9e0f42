"""Everything by keyboard, in a real browser, against a real node: join, mute, camera, chat, leave."""

from __future__ import annotations

import pytest

from tests.e2e.chromium import Chromium, ChromiumWindow
from tests.e2e.machine import Machine, until
from tests.e2e.visitor import Visitor

WORDS = {"fr-FR": "Bonjour à toutes et à tous", "en-GB": "Good morning everyone"}


async def tab_to(window: ChromiumWindow, selector: str) -> None:
    """Tab, as often as it takes, until the focus is there."""
    for _ in range(80):
        if await window.run("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
        await window.page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}")


async def label(person: Visitor, selector: str) -> str:
    script = "selector => (e => e.ariaLabel ?? e.title + e.textContent)(document.querySelector(selector))"
    return str(await person.window.run(script, selector))


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
async def test_by_keyboard_alone(machine: Machine, browser: Chromium, locale: str) -> None:
    """R: a person without a mouse takes part in everything, in either language, and the others notice."""
    room = await machine.room()
    jean = await browser.visitor()
    await jean.join(room.link(), "Jean")
    amina = await browser.visitor(locale=locale)
    window = amina.window
    assert isinstance(window, ChromiumWindow)
    keys = window.page.keyboard

    await window.open(room.link())
    await amina.until_screen("join")
    await tab_to(window, "#join-name")
    await keys.type("Amina")
    await keys.press("Enter")
    await amina.until_screen("room")
    await amina.until_sees(1)
    await jean.until_sees(1)

    # Her camera, by its key and by its button: Jean's slot stands still, and moves again.
    open_ = await label(amina, "#control-camera")
    await keys.press("v")
    await until(lambda: says(amina, "#control-camera", open_, False), 30, "her camera is off")
    await until(lambda: stands_still(jean), 30, "Jean sees her camera stop")
    await tab_to(window, "#control-camera")
    await keys.press("Space")
    await until(lambda: says(amina, "#control-camera", open_, True), 30, "her camera is on again")
    await until(lambda: moves(jean), 30, "Jean sees her again")

    await tab_to(window, "#control-microphone")
    on = await label(amina, "#control-microphone")
    await keys.press("Space")
    await until(lambda: says(amina, "#control-microphone", on, False), 30, "her microphone is off")
    await keys.press("m")
    await until(lambda: says(amina, "#control-microphone", on, True), 30, "and on again")

    await keys.press("c")
    await tab_to(window, "#chat-text")
    await keys.type(WORDS[locale])
    await keys.press("Enter")
    await until(lambda: reads(jean, WORDS[locale]), 30, "Jean reads what she wrote")

    await tab_to(window, "#control-leave")
    await keys.press("Enter")
    await amina.until_screen("ended")
    assert window.errors == []


async def says(person: Visitor, selector: str, words: str, same: bool) -> bool:
    return (await label(person, selector) == words) == same


async def reads(person: Visitor, words: str) -> bool:
    return words in await person.text("#chat-log")


async def moves(person: Visitor) -> bool:
    before, after = await person.watch(0.5)
    return any(after.streams[mid] > before.streams.get(mid, 0) for mid in after.streams)


async def stands_still(person: Visitor) -> bool:
    return not await moves(person)
