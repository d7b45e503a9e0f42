"""Two pages of a real Chromium see and hear each other through a real plane, also after an ICE restart."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Page

from node import ports
from node.media.adapter import PlaneMedia
from node.ports import Assignment, Shape
from tests.media.chromium import ACCEPT, JOIN, chromium, needs_chromium, new_tab
from tests.media.real import needs_plane, node
from tests.media.talk import Listener

__all__ = ["chromium", "node"]
pytestmark = [needs_chromium, needs_plane]

DECODED = """async ([kind, more]) => {
  const read = async () => {
    let frames = 0, sound = 0, freezes = 0;
    (await pc.getStats()).forEach((each) => {
      if (each.type !== "inbound-rtp") return;
      frames += each.framesDecoded || 0;
      freezes += each.freezeCount || 0;
      if (each.kind === "audio") sound += each.totalAudioEnergy || 0;
    });
    return {frames, sound, freezes};
  };
  const before = await read();
  for (let turn = 0; turn < 100; turn++) {
    const now = await read();
    if (now.frames - before.frames >= more && now.sound > before.sound) return now;
    await new Promise((done) => setTimeout(done, 100));
  }
  return {before, now: await read()};
}"""
RESTART = """async () => {
  pc.restartIce();
  await pc.setLocalDescription(await pc.createOffer({iceRestart: true}));
  return pc.localDescription.sdp;
}"""
SELECTED = """async (old) => {
  for (let turn = 0; turn < 100; turn++) {
    const all = await pc.getStats();
    for (const each of all.values()) {
      const pair = each.type === "transport" && all.get(each.selectedCandidatePairId);
      const name = pair && all.get(pair.localCandidateId).usernameFragment;
      if (name && name !== old) return name;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
}"""


async def joined(media: PlaneMedia, tab: Page, name: str) -> ports.Opened:
    text = await tab.evaluate(JOIN, "page")
    opened = await media.open(room="r", transport=name, offer=text, shape=Shape.PAGE, label=b"", muted=frozenset())
    await tab.evaluate(ACCEPT, opened.answer)
    return opened


@pytest.mark.timeout(90)
async def test_two_pages_and_an_ice_restart(node: tuple[PlaneMedia, Listener], chromium: BrowserContext) -> None:
    media, listener = node
    tabs = [await new_tab(chromium), await new_tab(chromium)]
    opened = [await joined(media, tab, name) for tab, name in zip(tabs, "ab", strict=True)]
    tile = next(slot.index for slot in opened[0].slots if slot.kind is ports.Kind.VIDEO)
    await media.assign([Assignment("a", tile, "b/camera"), Assignment("b", tile, "a/camera")])
    for tab in tabs:
        seen = await tab.evaluate(DECODED, ["video", 40])
        assert "frames" in seen, seen
    before = await tabs[0].evaluate(SELECTED, "")

    offer = await tabs[0].evaluate(RESTART)
    answer = await media.restart("a", offer)
    await tabs[0].evaluate("(sdp) => pc.setRemoteDescription({type: 'answer', sdp})", answer)
    after = await tabs[0].evaluate(SELECTED, before)
    # Its own: Chromium may pair a new port with our address while it still knows that by the old name.
    assert after is not None and f"a=ice-ufrag:{after}" in offer, "the new credentials are in use"
    for tab in tabs:
        seen = await tab.evaluate(DECODED, ["video", 40])
        assert "frames" in seen, seen
    assert not [event for event in listener.events if isinstance(event, ports.TransportLost)]
