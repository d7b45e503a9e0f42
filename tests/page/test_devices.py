"""No camera, no microphone, no permission: said plainly, and everybody can still join (R149). And in the call:
another device, one that is unplugged, less noise (R184)."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.page.conftest import arrive
from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode

DENIED = """
navigator.permissions.query = async () => ({state: 'denied'});
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); };
"""
NOTHING = """
navigator.mediaDevices.enumerateDevices = async () => [{kind: 'audiooutput', deviceId: 'x', label: 'x', groupId: ''}];
navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotFoundError'); };
"""
BUSY_CAMERA = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async wish => {
  if (wish.video) throw new DOMException('no', 'NotReadableError');
  return open(wish);
};
"""
INSECURE = "Object.defineProperty(navigator, 'mediaDevices', {value: undefined});"


async def joins_with(node: ScriptedNode, browser: Browser, script: str, *says: str) -> Guest:
    guest = await arrive(node, browser)
    await guest.page.add_init_script(script)
    await guest.open()
    await guest.until_screen("join")
    for sentence in says:
        await expect(guest.page.locator("#join-trouble")).to_contain_text(sentence)
    await guest.page.locator("#join-name").fill("Camille")
    await guest.page.locator("#join-submit").click()
    await guest.until_screen("room")
    guest.check()
    return guest


AGENT = "agent => Object.defineProperty(navigator, 'userAgent', { value: agent, configurable: true })"
BROWSERS = (
    ("AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "demande une fois la permission"),
    ("Gecko/20100101 Firefox/143.0", "Firefox demande"),
    ("AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15", "menu Safari ou « aA »"),
)


async def test_how_devices_are_turned_on_is_told_before_anything_went_wrong(node: ScriptedNode, guest: Guest) -> None:
    """R152: from the screen before the room, in the words of each browser's menus, in the other language too."""
    await guest.open()
    await guest.until_screen("join")
    await expect(guest.page.locator("#join-trouble")).to_be_empty()
    text = guest.page.locator("#join-activate-browser")
    await expect(text).to_be_hidden()
    await guest.page.get_by_text("Activer le micro et la caméra").click()
    await expect(text).to_be_visible()
    for agent, told in BROWSERS:
        await guest.page.evaluate(AGENT, agent)
        await guest.page.get_by_role("button", name="English").first.click()
        await expect(text).to_contain_text("choose")
        await guest.page.get_by_role("button", name="Français").first.click()
        await expect(text).to_contain_text(told)


async def test_refused(node: ScriptedNode, browser: Browser) -> None:
    """R149, R152: and where to allow it."""
    guest = await joins_with(node, browser, DENIED, "L’accès au micro et à la caméra est refusé.", "icône à gauche")
    await node.until_heard("publish", source="microphone", on=False)
    await guest.page.keyboard.press("m")
    await expect(guest.page.get_by_role("dialog", name="Son et image")).to_contain_text("L’accès au micro")


async def test_nothing_plugged_in(node: ScriptedNode, browser: Browser) -> None:
    await joins_with(node, browser, NOTHING, "Aucun micro ni caméra.", "Vous pouvez aussi rejoindre")


async def test_a_camera_in_use_elsewhere(node: ScriptedNode, browser: Browser) -> None:
    await joins_with(node, browser, BUSY_CAMERA, "La caméra est utilisée par un autre logiciel.")
    await node.until_heard("publish", source="microphone", on=True)
    await node.until_heard("publish", source="camera", on=False)


async def test_an_address_that_is_not_secure(node: ScriptedNode, browser: Browser) -> None:
    await joins_with(node, browser, INSECURE, "adresse sécurisée (https)")


async def test_joining_with_everything_off(node: ScriptedNode, guest: Guest) -> None:
    """R150: with neither camera nor microphone."""
    await guest.open()
    await guest.until_screen("join")
    for device in ("microphone", "camera"):
        await guest.page.locator(f'#join-{device}[aria-pressed="true"]').click()
    await expect(guest.page.locator("#join-summary")).to_have_text("Vous entrerez avec le micro coupé, sans caméra.")
    await guest.page.locator("#join-name").fill("Camille")
    await guest.page.locator("#join-submit").click()
    await guest.until_screen("room")

    await node.until_heard("publish", source="microphone", on=False)
    await node.until_heard("publish", source="camera", on=False)
    await guest.page.locator("#control-camera").click()
    await node.until_heard("publish", source="camera", on=True)
    await expect(guest.page.locator('.tile.picture[data-participant="p_you"]')).to_be_visible()


SENT = "() => __regie.peer.getSenders()[0].track?.id ?? ''"
UNPLUG = "() => __regie.peer.getSenders()[0].track.dispatchEvent(new Event('ended'))"
QUIET = "() => __regie.peer.getSenders()[0].track?.getSettings().noiseSuppression"


async def test_an_unplugged_microphone_has_a_successor(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await node.until_heard("publish", source="microphone", on=True)
    before = await guest.page.evaluate(SENT)
    await guest.page.evaluate(UNPLUG)
    await guest.toasted("Le micro n’est plus là. À sa place")
    await guest.page.wait_for_function(f"before => ![before, ''].includes(({SENT})())", arg=before)
    await expect(guest.page.locator("#control-microphone")).not_to_have_class("control microphone off")


async def test_an_unplugged_microphone_without_successor_is_said(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await node.until_heard("publish", source="microphone", on=True)
    await guest.page.evaluate("() => { navigator.mediaDevices.enumerateDevices = async () => []; }")
    await guest.page.evaluate(UNPLUG)
    await guest.toasted("Le micro n’est plus là.")
    await node.until_heard("publish", source="microphone", on=False)


async def test_noise_is_left_in_or_taken_out_during_the_call(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await node.until_heard("publish", source="microphone", on=True)
    assert await guest.page.evaluate(QUIET) is True
    await guest.page.locator("#control-menu").click()
    await guest.page.locator("#menu").get_by_role("button", name="Son et image").click()
    await guest.page.locator("#settings").get_by_label("Réduire le bruit de fond").uncheck()
    await guest.page.wait_for_function(f"() => ({QUIET})() === false")
