"""A real Chromium takes our answers, connects through DTLS and sends (R: browsers of today)."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright

from node.media.adapter import PlaneMedia
from node.media.supervisor import MediaSettings
from node.ports import Shape, TransportConnected, TransportLost
from tests.media.offers.record import CHROMIUM_FLAGS, PAGE
from tests.media.talk import Listener
from tests.media.udp import UdpPlane

CHROMIUM = pathlib.Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")

JOIN = """async (name) => {
  const media = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 360}});
  window.pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
  plans(media)[name](pc);
  await pc.setLocalDescription();
  return pc.localDescription.sdp;
}"""
ACCEPT = """async (sdp) => {
  await pc.setRemoteDescription({type: "answer", sdp});
  await new Promise((done) => {
    const look = () => pc.connectionState === "connected" && done();
    pc.addEventListener("connectionstatechange", look);
    look();
  });
  return {directions: pc.getTransceivers().map((t) => t.currentDirection),
          parameters: pc.getSenders().map((s) => s.getParameters().codecs.map((c) => c.mimeType))};
}"""


@pytest.fixture
async def tab() -> AsyncIterator[Page]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_FLAGS)
        page = await browser.new_page()
        # getUserMedia wants a secure context, which a file of our own is.
        await page.goto(pathlib.Path(__file__).with_name("blank.html").as_uri())
        await page.add_script_tag(content=PAGE)
        yield page
        await browser.close()


@pytest.mark.parametrize("name", ["page", "whip", "whep", "simulcast"])
async def test_chromium_connects_and_sends(name: str, tab: Page, tmp_path: pathlib.Path) -> None:
    plane = await UdpPlane(tmp_path).start()
    media, heard = PlaneMedia(MediaSettings(run_dir=tmp_path)), Listener()
    media.subscribe(heard)
    await media.start()
    shape = {"whip": Shape.WHIP, "whep": Shape.WHEP}.get(name, Shape.PAGE)
    text = await tab.evaluate(JOIN, name)
    opened = await media.open(room="r", transport="t", offer=text, shape=shape, label=b"", muted=frozenset())
    seen = await tab.evaluate(ACCEPT, opened.answer)
    await heard.hears(TransportConnected)
    directions = {
        "page": ["sendonly"] * 4 + ["recvonly"] * 12,
        "whip": ["sendonly"] * 2,
        "whep": ["recvonly"] * 2,
        "simulcast": ["sendonly"] * 2,
    }
    assert seen["directions"] == directions[name]
    if name != "whep":
        assert seen["parameters"][1][0] == "video/VP8"
        await plane.srtp_of("t", 20)
    await tab.evaluate("pc.close()")
    assert (await heard.hears(TransportLost)).cause == "dtls: closed by the peer"
    await media.shutdown()
    await plane.stop()
