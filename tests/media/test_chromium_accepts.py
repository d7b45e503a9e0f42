"""A real Chromium takes our answers, connects through DTLS and sends (R: browsers of today)."""

from __future__ import annotations

import pathlib

import pytest
from playwright.async_api import BrowserContext

from node.media.adapter import PlaneMedia
from node.media.supervisor import MediaSettings
from node.ports import Shape, TransportConnected, TransportLost
from tests.media.chromium import ACCEPT, JOIN, chromium, needs_chromium, new_tab
from tests.media.talk import Listener
from tests.media.udp import UdpPlane

__all__ = ["chromium"]
pytestmark = needs_chromium


@pytest.mark.parametrize("name", ["page", "whip", "whep", "simulcast"])
async def test_chromium_connects_and_sends(name: str, chromium: BrowserContext, tmp_path: pathlib.Path) -> None:
    tab = await new_tab(chromium)
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
