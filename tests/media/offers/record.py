"""Record what browsers really offer, as fixtures: `python tests/media/offers/record.py`.

Chromium is driven by Playwright. Firefox is started with a profile of its own on a page of this program, which
sends its offers back by POST. Nothing leaves 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import json
import pathlib
import tempfile

from aiohttp import web
from playwright.async_api import async_playwright

HERE = pathlib.Path(__file__).parent

CHROMIUM_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]

FIREFOX_PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "http://127.0.0.1:9/",
    "toolkit.telemetry.enabled": False,
    "media.gmp-manager.url": "http://127.0.0.1:9/",
}

# The page's own order of m-lines (node/signaling/README.md), an encoder (WHIP), a player (WHEP) and simulcast.
PAGE = """
function plans(media) {
  const [voice] = media.getAudioTracks(), [camera] = media.getVideoTracks();
  return {
    page: (pc) => {
      pc.addTransceiver(voice, {direction: "sendonly"});
      pc.addTransceiver(camera, {direction: "sendonly"});
      pc.addTransceiver("video", {direction: "sendonly"});
      pc.addTransceiver("audio", {direction: "sendonly"});
      for (let i = 0; i < 3; i++) pc.addTransceiver("audio", {direction: "recvonly"});
      for (let i = 0; i < 9; i++) pc.addTransceiver("video", {direction: "recvonly"});
    },
    whip: (pc) => {
      pc.addTransceiver(voice, {direction: "sendonly"});
      pc.addTransceiver(camera, {direction: "sendonly"});
    },
    whep: (pc) => {
      pc.addTransceiver("audio", {direction: "recvonly"});
      pc.addTransceiver("video", {direction: "recvonly"});
    },
    simulcast: (pc) => {
      pc.addTransceiver(voice, {direction: "sendonly"});
      pc.addTransceiver(camera, {direction: "sendonly", sendEncodings: [
        {rid: "q", scaleResolutionDownBy: 4}, {rid: "h", scaleResolutionDownBy: 2}, {rid: "f"}]});
      pc.createDataChannel("chat");
    },
  };
}
async function offers() {
  const media = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 360}});
  const out = {};
  for (const [name, plan] of Object.entries(plans(media))) {
    const pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
    plan(pc);
    await pc.setLocalDescription();
    await new Promise((done) => {
      if (pc.iceGatheringState === "complete") done();
      pc.onicegatheringstatechange = () => pc.iceGatheringState === "complete" && done();
    });
    out[name] = pc.localDescription.sdp;
    pc.close();
  }
  return out;
}
"""


def save(browser: str, offers: dict[str, str]) -> None:
    for name, sdp in offers.items():
        (HERE / f"{browser}_{name}.sdp").write_bytes(sdp.encode())
        print(browser, name, len(sdp), "bytes", sdp.count("\nm="), "m-lines")


def write_preferences(profile: pathlib.Path) -> None:
    lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in FIREFOX_PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))


async def main() -> None:
    answer: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def page(_: web.Request) -> web.Response:
        script = f"<script>{PAGE};offers().then(o => fetch('/', {{method: 'POST', body: JSON.stringify(o)}}))</script>"
        return web.Response(text=script, content_type="text/html")

    async def blank(_: web.Request) -> web.Response:
        return web.Response(text="<title>blank</title>", content_type="text/html")

    async def take(request: web.Request) -> web.Response:
        if not answer.done():
            answer.set_result(json.loads(await request.text()))
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/", page), web.post("/", take), web.get("/blank", blank)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"

    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        tab = await browser.new_page()
        await tab.goto(url + "blank")
        save("chromium", await tab.evaluate(f"(async () => {{ {PAGE}; return await offers(); }})()"))
        await browser.close()

    with tempfile.TemporaryDirectory() as profile:
        write_preferences(pathlib.Path(profile))
        firefox = await asyncio.create_subprocess_exec(
            "firefox-esr", "--headless", "--no-remote", "--profile", profile, url,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            save("firefox", await asyncio.wait_for(answer, 60))
        finally:
            firefox.terminate()
            await firefox.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
