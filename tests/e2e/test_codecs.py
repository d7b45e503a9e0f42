"""Cameras that send other codecs than VP8, by real browsers: what is sent of them and what a tile gets is chosen as of
VP8. `make test-codecs`: half a minute each, and two encoders of 720p."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from tests.e2e.chromium import Chromium, ChromiumWindow
from tests.e2e.machine import Machine, until
from tests.e2e.test_layers import height, layers, resize, sending
from tests.e2e.visitor import Visitor

WIDE = {"width": 1280, "height": 800}

# A browser whose camera can do this codec only; with a name of W3C "Scalable Video Coding" 5: in one encoding, layered.
ONLY = """(() => {
  const [codec, mode] = %s;
  const add = RTCPeerConnection.prototype.addTransceiver;
  RTCPeerConnection.prototype.addTransceiver = function (what, init) {
    const camera = init?.sendEncodings?.length > 1;
    if (camera && mode) init.sendEncodings = [{ scalabilityMode: mode, maxBitrate: 1700000 }];
    if (camera && codec !== 'H264') for (const encoding of init.sendEncodings) encoding.scalabilityMode ??= 'L1T1';
    const made = add.call(this, what, init);
    if (camera)
      made.setCodecPreferences(RTCRtpReceiver.getCapabilities('video').codecs.filter(
        (one) => ['video/' + codec, 'video/rtx'].includes(one.mimeType)));
    return made;
  };
})();"""

SENT = """async () => {
  const connection = window.regieWatch.made.filter((one) => one.connectionState !== 'closed').at(-1);
  const all = await connection.getStats();
  for (const report of all.values())
    if (report.type === 'outbound-rtp' && report.kind === 'video' && report.framesEncoded)
      return [all.get(report.codecId)?.mimeType, report.scalabilityMode];
}"""


@dataclass
class Two:
    """Amina's camera sends what it is told; Jean looks."""

    amina: Visitor
    jean: Visitor

    async def shows(self, low: int, high: int) -> bool:
        return low <= height(await self.jean.see()) <= high

    async def goes_on(self) -> bool:
        before, after = await self.jean.watch(1.0)
        return after.frames > before.frames + 3

    async def until_shows(self, low: int, high: int, what: str) -> None:
        await until(lambda: self.shows(low, high), 60, what, every=0.25)
        await until(self.goes_on, 20, f"{what}, and goes on", every=0.1)


async def two(machine: Machine, browser: Chromium, codec: str, mode: str) -> Two:
    room = await machine.room()
    amina, jean = await browser.visitor(viewport=WIDE), await browser.visitor(viewport=WIDE)
    assert isinstance(amina.window, ChromiumWindow)
    await amina.window.page.add_init_script(ONLY % json.dumps([codec, mode]))
    await amina.join(room.link(), "Amina")
    await jean.join(room.link(), "Jean", camera=False)
    await jean.until_sees(1, 40)
    return Two(amina, jean)


@pytest.mark.parametrize("codec", ["H264", "VP9", "AV1"])
async def test_of_three_encodings_a_tile_gets_what_it_needs(machine: Machine, browser: Chromium, codec: str) -> None:
    """Simulcast: RID and key frames are found in each codec's own packets, and what nobody watches is not sent."""
    call = await two(machine, browser, codec, "")

    async def sends(*rids: str) -> bool:
        return await sending(call.amina) == set(rids)

    await call.until_shows(700, 720, "the whole picture")
    assert (await call.amina.window.run(SENT))[0] == f"video/{codec}"
    assert set(layers(await call.amina.see())) == {"q", "h", "f"}
    await resize(call.jean, 230, 300)
    await call.until_shows(1, 200, "the small layer in a small tile")
    await until(lambda: sends("q"), 30, "the layers that nobody watches are not sent", every=0.1)
    await resize(call.jean, 1280, 800)
    await call.until_shows(700, 720, "the whole picture again")


@pytest.mark.parametrize(
    ("codec", "mode"), [("VP9", "L3T3_KEY"), ("AV1", "L3T3_KEY"), ("VP9", "L3T3"), ("AV1", "L3T3")]
)
async def test_of_one_layered_encoding_a_tile_gets_what_it_needs(
    machine: Machine, browser: Chromium, codec: str, mode: str
) -> None:
    """SVC: the dependency descriptor says which packets a picture of that size needs (AV1 RTP A.8.3)."""
    call = await two(machine, browser, codec, mode)
    await call.until_shows(700, 720, "the whole picture")
    assert await call.amina.window.run(SENT) == [f"video/{codec}", mode]
    await resize(call.jean, 230, 300)
    await call.until_shows(1, 200, "the small layer in a small tile")
    await resize(call.jean, 1280, 800)
    await call.until_shows(700, 720, "the whole picture again")
