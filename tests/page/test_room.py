"""In the room: pictures, stage, mute notice, people, host's tools."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.page.conftest import arrive
from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode, person

FIRST_VIDEO_SLOT = 7


async def test_people_have_a_tile_and_those_in_a_slot_have_a_picture(node: ScriptedNode, guest: Guest) -> None:
    node.pictures = 1
    node.people = [person("p_amina", "Amina"), person("p_jean", "Jean", publishing=[])]
    node.slots = [{"slot": FIRST_VIDEO_SLOT, "participant": "p_amina", "source": "camera"}]
    await guest.enter()

    await expect(guest.page.locator('.tile.picture[data-participant="p_amina"]')).to_be_visible(timeout=15_000)
    await expect(guest.tile("p_jean").locator(".name")).to_have_text("Jean")
    await expect(guest.tile("p_jean").get_by_role("img", name="Micro coupé")).to_be_visible()
    await expect(guest.tile("p_you").locator(".name")).to_contain_text("Camille")
    layout = await node.until_heard("layout")
    assert 4 <= layout["tiles"] <= 12
    assert layout["pinned"] is None

    await node.say("slots", slots=[{"slot": FIRST_VIDEO_SLOT, "participant": None, "source": None}])
    await expect(guest.page.locator('.tile.picture[data-participant="p_amina"]')).to_have_count(0)


async def test_who_speaks_has_a_ring(node: ScriptedNode, guest: Guest) -> None:
    node.people = [person("p_amina", "Amina"), person("p_jean", "Jean")]
    await guest.enter()

    await node.say("speaking", levels=[{"participant": "p_amina", "level": 25}])
    await expect(guest.page.locator(".tile.speaking")).to_have_attribute("data-participant", "p_amina")
    await node.say("speaking", levels=[])
    await expect(guest.page.locator(".tile.speaking")).to_have_count(0)


async def test_a_shared_screen_takes_the_stage_and_a_pin_goes_before_it(node: ScriptedNode, guest: Guest) -> None:
    node.people = [person("p_amina", "Amina"), person("p_jean", "Jean")]
    await guest.enter()
    await node.say("person", person=person("p_amina", "Amina", publishing=["microphone", "screen"]))
    await node.say("slots", slots=[{"slot": FIRST_VIDEO_SLOT, "participant": "p_amina", "source": "screen"}])

    await expect(guest.page.locator(".tile.stage")).to_have_attribute("data-source", "screen")
    await expect(guest.page.locator(".tile.stage .name")).to_contain_text("Écran de")
    await guest.tile("p_jean").hover()
    await guest.tile("p_jean").get_by_role("button", name="Épingler").click()
    await expect(guest.page.locator(".tile.stage")).to_have_attribute("data-participant", "p_jean")
    await node.until_heard("layout", pinned="p_jean")


async def test_the_control_rooms_mute_is_said_and_cannot_be_undone_here(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await node.until_heard("publish", source="microphone", on=True)
    await node.say("blocked", source="microphone", blocked=True, by="operator")

    await expect(guest.page.locator("[data-banner=blocked-microphone]")).to_have_text(
        "Votre micro est coupé par la régie"
    )
    await node.until_heard("publish", source="microphone", on=False)
    await guest.page.keyboard.press("m")
    await expect(guest.page.locator("#control-microphone")).to_have_class("control microphone off")
    assert await guest.page.evaluate("() => __regie.peer.getSenders()[0].track") is None

    await node.say("blocked", source="microphone", blocked=False, by="operator")
    await expect(guest.page.locator("[data-banner=blocked-microphone]")).to_have_count(0)
    assert await guest.page.evaluate("() => __regie.peer.getSenders()[0].track") is None, "only the person switches on"
    await guest.page.keyboard.press("m")
    await node.until_heard("publish", source="microphone", on=True)


async def test_the_screen_is_shared_and_stopped(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await guest.page.keyboard.press("s")
    await node.until_heard("publish", source="screen", on=True)
    await expect(guest.page.locator(".tile.stage.screen .note")).to_have_text("Vous partagez votre écran")
    await guest.page.keyboard.press("s")
    await node.until_heard("publish", source="screen", on=False)
    await expect(guest.page.locator(".tile.screen")).to_have_count(0)


async def test_a_host_mutes_and_removes(node: ScriptedNode, guest: Guest) -> None:
    node.role = "host"
    node.people = [person("p_amina", "Amina"), person("p_jean", "Jean")]
    await guest.enter()
    await guest.page.keyboard.press("p")

    row = guest.page.locator('#people-list li[data-participant="p_jean"]')
    await row.get_by_role("button", name="Couper le micro de").click()
    assert await node.until_heard("mute") == {
        "type": "mute", "participant": "p_jean", "source": "microphone", "muted": True,
    }  # fmt: skip
    await guest.act_on("p_jean", "Retirer")
    await expect(guest.page.get_by_role("dialog")).to_contain_text("Retirer")
    await guest.page.get_by_role("dialog").get_by_role("button", name="Annuler").click()
    await guest.act_on("p_jean", "Retirer")
    await guest.page.get_by_role("dialog").get_by_role("button", name="Retirer", exact=True).click()
    assert await node.until_heard("remove") == {"type": "remove", "participant": "p_jean"}


async def test_a_host_bans(node: ScriptedNode, guest: Guest) -> None:
    """R177, H19: asked once more, with what it means."""
    node.role, node.rights = "host", [*node.rights, "moderate"]
    node.people = [person("p_jean", "Jean")]
    await guest.enter()
    await guest.page.keyboard.press("p")
    await guest.act_on("p_jean", "Bannir")
    await expect(guest.page.get_by_role("dialog")).to_contain_text("ni sous ce nom par le même lien")
    await guest.page.get_by_role("dialog").get_by_role("button", name="Bannir", exact=True).click()
    assert await node.until_heard("ban") == {"type": "ban", "participant": "p_jean"}


async def test_a_participant_has_no_hosts_tools(node: ScriptedNode, guest: Guest) -> None:
    node.people = [person("p_amina", "Amina")]
    await guest.enter()
    await guest.page.keyboard.press("p")

    await expect(guest.page.locator("#people-list li")).to_have_count(2)
    await guest.page.get_by_role("button", name="Actions pour \u2068Amina").click()
    await expect(guest.page.locator("#person").get_by_role("button")).to_have_text(["Épingler"])
    await expect(guest.page.get_by_role("button", name="Couper le micro de")).to_have_count(0)


async def test_a_crowd_is_one_sentence(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    for number in range(3):
        await node.come(person(f"p_{number}", f"Personne {number}"))

    await expect(guest.page.locator("#announce")).to_have_text("3 personnes ont rejoint la salle.")
    await expect(guest.page.locator("#room-count")).to_have_text("4 personnes")


@pytest.mark.parametrize(("right", "told"), [("start", True), ("end", True), ("chat", False)])
async def test_who_leads_is_told_that_more_came_than_is_advised(
    node: ScriptedNode, guest: Guest, right: str, told: bool
) -> None:
    """R162: in a video conference, where everybody may begin and nobody ends it, too."""
    node.rights = ["microphone", right]
    node.people = [person("p_1", "Amina")]
    node.advised = 2
    await guest.enter()
    warned = guest.page.get_by_text("Vous êtes plus de 2 : la qualité peut baisser.").first
    await expect(warned).not_to_be_visible()
    await node.come(person("p_2", "Bruno"))
    await expect(guest.page.locator("#room-count")).to_have_text("3 personnes")
    await expect(warned).to_be_visible(visible=told)


async def test_five_hundred_people_fit(node: ScriptedNode, guest: Guest) -> None:
    node.people = [person(f"p_{number}", f"Personne {number}") for number in range(500)]
    await guest.enter()

    await expect(guest.page.locator(".more-people")).to_be_visible()
    assert await guest.page.locator(".tile").count() <= 60
    await guest.page.keyboard.press("p")
    await expect(guest.page.locator("#people-list li").first).to_be_visible()
    assert await guest.page.locator("#people-list li").count() <= 40, "only those that are seen are in the page"
    assert await guest.page.locator("#people-list").evaluate("list => list.offsetHeight") == 501 * 60
    await guest.page.get_by_label("Chercher une personne").fill("499")
    await expect(guest.page.locator("#people-list li")).to_have_count(1)


async def test_a_search_far_down_the_list_never_shows_an_empty_one(node: ScriptedNode, guest: Guest) -> None:
    """R177: the list becomes shorter than where it was scrolled to; in no frame is nobody there."""
    node.people = [person(f"p_{number}", f"Personne {number}") for number in range(500)]
    await guest.enter()
    await guest.page.keyboard.press("p")
    await guest.page.locator("#people-scroll").evaluate("scroller => { scroller.scrollTop = 20_000; }")
    await expect(guest.page.locator('#people-list li[aria-posinset="340"]')).to_be_visible()
    await guest.page.evaluate(
        """() => {
            const list = document.querySelector('#people-list');
            window.fewest = 1000;
            const look = () => {
                window.fewest = Math.min(window.fewest, list.children.length);
                requestAnimationFrame(look);
            };
            look();
        }"""
    )
    await guest.page.get_by_label("Chercher une personne").fill("499")
    await expect(guest.page.locator("#people-list li")).to_have_count(1)
    # The list may be the shorter one before a frame has looked at it.
    looked = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(window.fewest))))"
    assert await guest.page.evaluate(looked) == 1


async def test_a_phone_has_everything_within_reach(node: ScriptedNode, browser: Browser) -> None:
    node.people = [person("p_amina", "Amina"), person("p_jean", "Jean")]
    guest = await arrive(node, browser, phone=True)
    await guest.page.set_viewport_size({"width": 320, "height": 568})
    await guest.enter()

    for name in ("microphone", "camera", "chat", "participants", "menu", "leave"):
        box = await guest.page.locator(f"#control-{name}").bounding_box()
        assert box is not None
        assert box["width"] >= 44
        assert box["height"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
    assert await guest.page.evaluate("() => document.documentElement.scrollWidth") <= 320
    await node.say("recording", recording={"state": "recording", "seconds": 3599})
    await expect(guest.page.locator("#room-recording-time")).to_be_visible()
    title = await guest.page.locator("#room-title").bounding_box()
    assert title is not None and title["width"] >= 120, "beside a recording the title can still be read"
    await guest.page.locator("#control-menu").click()
    await expect(guest.page.locator("#menu").get_by_role("button", name="Disposition")).to_be_visible()
    guest.check()
    await guest.context.close()
