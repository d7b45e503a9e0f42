"""H1, H2, H4 on the wire: strangers spray hellos at a real plane while a hundred people join."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import threading
import time

from node import ports
from node.media.adapter import PlaneMedia
from tests.media.light import PATTERNS, LightClient
from tests.media.real import needs_plane, node
from tests.media.talk import Listener
from tests.media.test_dtls_hostile import null_hello

__all__ = ["node"]
pytestmark = needs_plane


class Stranger(asyncio.DatagramProtocol):
    """Counts what it is answered."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data)


async def test_h1_a_hundred_join_under_a_spray_of_hellos(node: tuple[PlaneMedia, Listener]) -> None:
    media, listener = node
    clients = [LightClient(f"t{n}", "chromium_whip") for n in range(100)]
    probe = await media.open(
        room="r", transport="probe", offer=clients[0].offer, shape=ports.Shape.WHIP, label=b"", muted=frozenset()
    )
    match = re.search(PATTERNS["port"], probe.answer)
    assert match is not None
    loop = asyncio.get_running_loop()
    udp, stranger = await loop.create_datagram_endpoint(Stranger, remote_addr=("127.0.0.1", int(match.group(1))))

    joined = threading.Event()
    sprayed = [0, 0.0]  # datagrams, seconds

    def spray() -> None:
        """From a thread of its own: a stranger does not wait for the node's loop."""
        began = time.monotonic()
        while not joined.is_set() and sprayed[0] < 200_000:
            for number in range(50):
                with contextlib.suppress(OSError):
                    os.write(udp.get_extra_info("socket").fileno(), null_hello(number))
            sprayed[0] += 50
            time.sleep(0.005)
        sprayed[1] = time.monotonic() - began

    spraying = threading.Thread(target=spray)
    spraying.start()
    try:
        async with asyncio.timeout(40):
            await asyncio.gather(*(client.join(media) for client in clients))
    finally:
        joined.set()
        spraying.join()
    for client in clients:
        wanted = ports.TransportConnected(client.name)
        await listener.hears(ports.TransportConnected, wanted.__eq__)
    assert sprayed[0] >= 500
    assert sprayed[0] / sprayed[1] >= 1000, "a flood, while they joined"
    assert stranger.heard == [], "no alert, no flight, nothing"
    assert not [event for event in listener.events if isinstance(event, ports.TransportLost)]
    # The plane counts once a second; it may have counted while the last were coming.
    await listener.hears(
        ports.PlaneFigures,
        lambda event: sum(event.drops.values()) >= 500 and event.totals["transports"] == 101,
    )
    udp.close()
    for client in clients:
        client.leave()


async def test_h4_before_ice_a_hello_with_a_known_address_is_not_answered_either(
    node: tuple[PlaneMedia, Listener],
) -> None:
    """From the very socket that will join: nothing before its first authenticated check."""
    media, _ = node
    client = LightClient("early", "chromium_whip")
    opened = await media.open(
        room="r", transport="early", offer=client.offer, shape=ports.Shape.WHIP, label=b"", muted=frozenset()
    )
    match = re.search(PATTERNS["port"], opened.answer)
    assert match is not None
    loop = asyncio.get_running_loop()
    udp, stranger = await loop.create_datagram_endpoint(Stranger, remote_addr=("127.0.0.1", int(match.group(1))))
    for datagram in client.hello:
        udp.sendto(datagram)
    await client.connect(opened.answer)
    async with asyncio.timeout(40):
        await client.done
    assert stranger.heard == []
    udp.close()
    client.leave()
