"""Every way out of the room, and every refusal, says what happened and what to do next (D2)."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, expect

from node.errors import Refused
from tests.page.conftest import arrive
from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode


async def test_leaving_and_coming_back(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await guest.page.get_by_role("button", name="Quitter la salle").click()
    await guest.until_screen("ended")
    await expect(guest.page.locator("#ended-title")).to_have_text("Vous avez quitté la salle.")
    await expect(guest.page.locator("#ended-title")).to_be_focused()
    await asyncio.wait_for(node.left.wait(), 30)
    await guest.picture("left-laptop")

    await guest.page.get_by_role("button", name="Rejoindre de nouveau").click()
    await guest.until_screen("join")
    await guest.page.get_by_role("button", name="Rejoindre").click()
    await guest.until_screen("room")
    assert [join["session"] for join in node.joins] == [None, None]
    assert node.away == []


async def test_a_page_that_goes_away_says_so_and_a_reload_comes_back(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await guest.page.reload()
    await guest.until_screen("room")
    assert node.away == ["s_yours"]
    assert [join["session"] for join in node.joins] == [None, "s_yours"]


@pytest.mark.parametrize(
    ("door", "code", "again"),
    [
        ("GET room", "TICKET_WRONG", False),
        ("GET room", "TICKET_EXPIRED", False),
        ("GET room", "ROOM_UNKNOWN", False),
        ("GET room", "ROOM_CLOSED", True),
        ("POST join", "ROOM_FULL", True),
        ("POST join", "NODE_FULL", True),
        ("POST join", "PLANE_DOWN", True),
        ("POST join", "REMOVED", False),
        ("POST join", "BANNED", False),
    ],
)
async def test_a_refusal_explains_itself(node: ScriptedNode, guest: Guest, door: str, code: str, again: bool) -> None:
    node.refuse(door, code, limit=100, current=100)
    await guest.open()
    if door == "POST join":
        await guest.until_screen("join")
        await guest.page.locator("#join-name").fill("Camille")
        await guest.page.locator("#join-submit").click()
    await guest.until_screen("ended")

    refusal = Refused(code, limit=100, current=100).refusal()
    await expect(guest.page.locator("#ended-title")).to_have_text(refusal.message["fr"])
    await expect(guest.page.locator("#ended-next")).to_have_text(refusal.next_step["fr"])
    await expect(guest.page.locator("#ended-code")).to_have_text(code)
    await expect(guest.page.locator("#ended-again")).to_be_visible(visible=again)
    if again:
        node.refusals.clear()
        await guest.page.locator("#ended-again").click()
        await guest.until_screen("join")


@pytest.mark.parametrize(
    ("cause", "title"),
    [
        ("removed", "Vous ne faites plus partie de cette salle."),
        ("closed", "La salle est fermée."),
        ("node_stopping", "Le service s’arrête un moment."),
    ],
)
async def test_the_node_ends_it(node: ScriptedNode, guest: Guest, cause: str, title: str) -> None:
    await guest.enter()
    await node.say("ended", cause=cause, why=None)
    await guest.until_screen("ended")

    await expect(guest.page.locator("#ended-title")).to_have_text(title)
    assert await guest.page.evaluate("() => __regie.peer") is None


async def test_who_is_sent_back_to_the_lobby_waits_there_and_is_asked_nothing(node: ScriptedNode, guest: Guest) -> None:
    """R177, D4."""
    await guest.enter()
    node.look["lobby"] = "lobby"
    node.joins.clear()
    await node.say("ended", cause="refused", why={"code": "LOBBY", "message": {}, "next_step": {}})
    await guest.until_screen("wait")
    assert await guest.page.evaluate("() => __regie.peer") is None


async def test_another_tab_takes_the_place_and_it_can_be_taken_back(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    assert node.socket is not None
    await node.socket.close(code=4001)
    await guest.until_screen("ended")
    await expect(guest.page.locator("#ended-title")).to_contain_text("dans un autre onglet")
    await guest.page.get_by_role("button", name="Reprendre ici").click()
    await guest.until_screen("room")
    assert node.joins[-1]["session"] == "s_yours"


async def test_a_refusal_in_english(node: ScriptedNode, browser: Browser) -> None:
    node.refuse("GET room", "TICKET_WRONG")
    guest = await arrive(node, browser, locale="en-GB")
    await guest.open()
    await guest.until_screen("ended")

    await expect(guest.page.locator("#ended-title")).to_have_text("This ticket does not open this room.")
    await guest.page.get_by_role("button", name="Français").click()
    await expect(guest.page.locator("#ended-title")).to_have_text("Ce billet n’ouvre pas cette salle.")
    await expect(guest.page.locator("html")).to_have_attribute("lang", "fr")
    await guest.context.close()


async def test_the_plane_is_gone_and_the_page_comes_back_by_itself(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await guest.until_media("connected")
    await node.say("rejoin", cause="plane")
    await expect(guest.page.locator("body")).to_have_attribute("data-media", "rejoining")
    await guest.until_media("connected")

    assert [join["session"] for join in node.joins] == [None, "s_yours"]


async def test_a_lost_session_joins_anew_under_the_same_name(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter("Camille")
    await guest.until_media("connected")
    assert node.socket is not None
    await node.socket.close(code=4003)
    await node.until_heard("hello")
    await node.until_heard("hello")

    assert [(join["name"], join["session"]) for join in node.joins] == [("Camille", None)] * 2
