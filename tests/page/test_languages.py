"""French first, English complete."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.page.conftest import arrive
from tests.page.guest import Guest
from tests.page.scripted import WEB, ScriptedNode

LOCALES: dict[str, dict[str, Any]] = {
    language: json.loads((WEB / "locale" / f"{language}.json").read_text("utf-8")) for language in ("fr", "en")
}
SCRIPTS = {path.name: path.read_text("utf-8") for path in sorted((WEB / "static" / "js").glob("*.js"))}
TEMPLATES = {path.name: path.read_text("utf-8") for path in sorted((WEB / "templates").glob("*.html"))}


def asked_for() -> set[str]:
    """Every key that a script or a template names. `${…}` in a template literal stands for any word."""
    keys: set[str] = set()
    for text in SCRIPTS.values():
        keys |= {key for key in re.findall(r"'([a-z_.]+)'", text) if key in LOCALES["fr"] or in_call(text, key)}
        keys |= {re.sub(r"\$\{[^}]*\}", "*", key) for key in re.findall(r"`([\w.${}]*\.[\w.${}]*)`", text)}
    for text in TEMPLATES.values():
        keys |= set(re.findall(r'data-i18n(?:-\w+)?="([^"]+)"', text))
    return keys


def in_call(text: str, key: str) -> bool:
    return re.search(rf"\b(?:t\(|key: )'{re.escape(key)}'", text) is not None


def matches(pattern: str) -> set[str]:
    expression = re.compile(r"\w+".join(re.escape(part) for part in pattern.split("*")))
    return {key for key in LOCALES["fr"] if expression.fullmatch(key)}


def test_both_languages_have_the_same_sentences() -> None:
    assert LOCALES["fr"].keys() == LOCALES["en"].keys()
    for key, french in LOCALES["fr"].items():
        english = LOCALES["en"][key]
        assert type(french) is type(english), key
        assert places(french) == places(english), key
        assert english != "", key


def places(sentence: Any) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", json.dumps(sentence)))


def test_every_sentence_asked_for_exists() -> None:
    assert {key for key in asked_for() if not matches(key)} == set()


def test_every_sentence_is_used() -> None:
    used = {key for pattern in asked_for() for key in matches(pattern)}
    assert LOCALES["fr"].keys() - used == set()


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_template_speaks_french_before_any_script(name: str) -> None:
    for key, text in re.findall(r'data-i18n="([^"]+)"[^>]*>([^<]+)<', TEMPLATES[name]):
        assert text == LOCALES["fr"][key], key


async def test_the_browsers_language_is_taken_and_the_choice_remembered(node: ScriptedNode, browser: Browser) -> None:
    guest = await arrive(node, browser, locale="en-GB")
    await guest.open()
    await guest.until_screen("join")
    await expect(guest.page.locator("html")).to_have_attribute("lang", "en")
    await expect(guest.page.locator("#join-submit")).to_have_text("Join")

    await guest.page.get_by_role("button", name="Français").click()
    await expect(guest.page.locator("#join-submit")).to_have_text("Rejoindre")
    await guest.page.reload()
    await expect(guest.page.locator("#join-submit")).to_have_text("Rejoindre")
    guest.check()
    await guest.context.close()


async def test_the_room_changes_language_while_it_runs(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await guest.page.locator("#control-menu").click()
    await guest.page.locator("#menu").get_by_role("button", name="English").click()

    await expect(guest.page.locator("#control-microphone")).to_have_accessible_name("Turn the microphone off")
    await expect(guest.tile("p_you").locator(".name")).to_contain_text("(you)")
    await expect(guest.page.locator("#room-count")).to_have_text("1 person")
