"""Run by test_firefox_accepts in a network namespace of its own: Firefox does not pair with 127.0.0.1.

Prints one line of JSON: what Firefox saw and what the media told.
"""

from __future__ import annotations

import asyncio
import json
import pathlib
import subprocess
import sys
import tempfile

from aiohttp import web

from node import ports
from node.media.adapter import PlaneMedia
from node.media.supervisor import MediaSettings
from tests.media.offers.record import PAGE, write_preferences
from tests.media.talk import Listener
from tests.media.udp import UdpPlane

IP = "10.99.0.1"
NETWORK = (
    "ip link set lo up",
    "ip link add regie0 type veth peer name regie1",
    f"ip addr add {IP}/24 dev regie0",
    "ip link set regie0 up",
    "ip link set regie1 up",
    "ip route add default dev regie0",
)
SCRIPT = """
(async () => {
  try {
    const media = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 360}});
    const pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
    plans(media).page(pc);
    await pc.setLocalDescription();
    const reply = await fetch("/join", {method: "POST", body: pc.localDescription.sdp});
    await pc.setRemoteDescription({type: "answer", sdp: await reply.text()});
    await new Promise((done) => {
      const look = () => ["connected", "failed"].includes(pc.connectionState) && done();
      pc.addEventListener("connectionstatechange", look);
      look();
    });
    const seen = {state: pc.connectionState, directions: pc.getTransceivers().map((t) => t.currentDirection)};
    await fetch("/seen", {method: "POST", body: JSON.stringify(seen)});
  } catch (error) {
    await fetch("/seen", {method: "POST", body: JSON.stringify({error: String(error)})});
  }
})();
"""


async def main(folder: pathlib.Path, profile: pathlib.Path) -> dict[str, object]:
    plane = await UdpPlane(folder, IP).start()
    media, heard = PlaneMedia(MediaSettings(run_dir=folder)), Listener()
    media.subscribe(heard)
    await media.start()
    seen: asyncio.Future[dict[str, object]] = asyncio.get_running_loop().create_future()

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=f"<!doctype html><script>{PAGE}{SCRIPT}</script>", content_type="text/html")

    async def join(request: web.Request) -> web.Response:
        opened = await media.open(
            room="r",
            transport="t",
            offer=await request.text(),
            shape=ports.Shape.PAGE,
            label=b"",
            muted=frozenset(),
        )
        return web.Response(text=opened.answer)

    async def take(request: web.Request) -> web.Response:
        if not seen.done():
            seen.set_result(json.loads(await request.text()))
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/", page), web.post("/join", join), web.post("/seen", take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    firefox = await asyncio.create_subprocess_exec(
        "firefox-esr",
        "--headless",
        "--no-remote",
        "--profile",
        str(profile),
        f"http://127.0.0.1:{runner.addresses[0][1]}/",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        result = await asyncio.wait_for(seen, 40)
        if result.get("state") == "connected":
            await heard.hears(ports.TransportConnected)
            await plane.srtp_of("t", 20)
            result["srtp"] = plane.srtp["t"]
    finally:
        firefox.terminate()
        await firefox.wait()
    await runner.cleanup()
    await media.shutdown()
    await plane.stop()
    return result


if __name__ == "__main__":
    for command in NETWORK:
        subprocess.run(command.split(), check=True)
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as run:
        write_preferences(pathlib.Path(name))
        print(json.dumps(asyncio.run(main(pathlib.Path(run), pathlib.Path(name)))))
    sys.exit(0)
