"""An encoder (WHIP, RFC 9725) and a player (WHEP) made of aiortc and plain HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import aiohttp
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from node.demo.peer import Door


class Whip:
    """One resource of `/whip/{room}` or `/whep/{room}`. Prepare `connection`, then `post`."""

    def __init__(self, door: Door, kind: str) -> None:
        self.address = f"{door.base}/{kind}/{door.room}"
        self.headers = {"Authorization": f"Bearer {door.ticket}"}
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.http = aiohttp.ClientSession()
        self.resource = ""
        self.tag = ""

    async def post(self, name: str = "OBS") -> None:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        async with self.http.post(
            self.address,
            params={"name": name},
            data=self.connection.localDescription.sdp.encode(),
            headers={**self.headers, "Content-Type": "application/sdp"},
        ) as answer:
            said = await answer.text()
            assert answer.status == 201, said
            assert answer.content_type == "application/sdp"
            self.resource = urljoin(self.address, answer.headers["Location"])
            self.tag = answer.headers["ETag"]
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp=said, type="answer"))

    async def patch(self, fragment: str, tag: str) -> tuple[int, str, Any]:
        headers = {**self.headers, "Content-Type": "application/trickle-ice-sdpfrag", "If-Match": tag}
        async with self.http.patch(self.resource, data=fragment.encode(), headers=headers) as answer:
            return answer.status, await answer.text(), answer.headers

    async def delete(self) -> int:
        async with self.http.delete(self.resource, headers=self.headers) as answer:
            return answer.status

    async def close(self) -> None:
        await self.connection.close()
        await self.http.close()
