"""In the room: whose doing it is that one is seen or heard badly, in words (R186)."""

from __future__ import annotations

import json
from typing import Final

import pytest
from playwright.async_api import expect

from node.features.quality.rules import Grade, Trouble
from tests.page.guest import Guest
from tests.page.scripted import WEB, ScriptedNode

BAD: Final = (Grade.FAIR, Grade.POOR)
CAUSES: Final = tuple(cause for cause in Trouble if cause)
BLAMED: Final = {
    "fr": {"network": "votre réseau", "device": "Votre appareil", "node": "Le service"},
    "en": {"network": "your network", "device": "Your device", "node": "The service"},
}


@pytest.mark.parametrize("language", BLAMED)
def test_every_verdict_of_the_node_has_a_sentence_that_blames_one(language: str) -> None:
    """R186: the network, the device or the node, and of these three no other."""
    said = json.loads((WEB / "locale" / f"{language}.json").read_text("utf-8"))
    for grade in BAD:
        for cause in CAUSES:
            sentence = said[f"quality.{grade}_{cause}"]
            blamed = {who for who, words in BLAMED[language].items() if words in sentence}
            assert blamed == {cause.partition("_")[0]}, sentence


async def test_the_sign_in_the_room_says_what_the_node_found(node: ScriptedNode, guest: Guest) -> None:
    """R186: one verdict after the other; what it means is said to whoever sees the sign, hears it or presses it."""
    await guest.enter()
    said = json.loads((WEB / "locale" / "fr.json").read_text("utf-8"))
    sign = guest.page.locator("#room-network")
    await expect(sign).to_be_hidden()
    for grade in BAD:
        for cause in CAUSES:
            await node.say("quality", grade=grade, cause=cause)
            await expect(sign).to_have_attribute("data-level", grade)
            words = " ".join(said[f"quality.{grade}_{cause}"].replace("\u00a0", " ").split())
            await expect(guest.page.get_by_role("button", name=words)).to_be_visible()
    await sign.click()
    await guest.toasted("Votre connexion et votre appareil n’y sont pour rien")
    await node.say("quality", grade=Grade.GOOD, cause="")
    await expect(guest.page.get_by_role("button", name="Bonne connexion")).to_be_visible()
