"""A headless Chromium whose pages join as the product's page does."""

from __future__ import annotations

import pathlib
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright

from tests.media.offers.record import CHROMIUM_FLAGS, PAGE

CHROMIUM = pathlib.Path("/usr/bin/chromium")
needs_chromium = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed")

JOIN = """async (name) => {
  const media = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 360}});
  window.pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
  // Sound is decoded only when it is played; a page that captures may play without a gesture.
  pc.ontrack = ({track}) => {
    const player = document.createElement(track.kind);
    player.srcObject = new MediaStream([track]);
    document.body.append(player);
    player.play().catch(() => {});
  };
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
async def chromium() -> AsyncIterator[BrowserContext]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_FLAGS)
        yield await browser.new_context()
        await browser.close()


async def new_tab(chromium: BrowserContext) -> Page:
    page = await chromium.new_page()
    # getUserMedia wants a secure context, which a file of our own is.
    await page.goto(pathlib.Path(__file__).with_name("blank.html").as_uri())
    await page.add_script_tag(content=PAGE)
    return page
