"""Two people hear and see each other through the adapter and a real plane (R: the main job)."""

from __future__ import annotations

import asyncio

from node import ports
from node.media.adapter import PlaneMedia
from node.ports import Assignment, Source
from tests.media.real import Caller, needs_plane, node
from tests.media.talk import Listener

__all__ = ["node"]
pytestmark = needs_plane


async def connected(listener: Listener, *names: str, after: int = 0) -> None:
    for name in names:
        wanted = ports.TransportConnected(name)
        await listener.hears(ports.TransportConnected, wanted.__eq__, after=after)


async def call(media: PlaneMedia, listener: Listener) -> tuple[Caller, Caller]:
    dark, bright = Caller("dark", 60), Caller("bright", 190)
    after = len(listener.events)
    for caller in (dark, bright):
        await caller.join(media, "r")
    await connected(listener, "dark", "bright", after=after)
    await media.assign(
        [Assignment("dark", dark.tile(), "bright/camera"), Assignment("bright", bright.tile(), "dark/camera")]
    )
    return dark, bright


async def test_two_people_see_and_hear_each_other(node: tuple[PlaneMedia, Listener]) -> None:
    media, listener = node
    dark, bright = await call(media, listener)
    for caller, shows in ((dark, 190), (bright, 60)):
        await caller.more("video", 30)
        await caller.more("audio", 30)
        await caller.sees(shows)
        await caller.until(lambda caller: any(loud > 2000 for loud in caller.loudness.values()))
    # A slot of sound tells what it plays as well, and may tell it first.
    shows = await listener.hears(ports.SlotShows, lambda event: (event.transport, event.slot) == ("dark", dark.tile()))
    assert shows.track == "bright/camera"
    figures = await listener.hears(ports.PlaneFigures, lambda event: event.packets_out_per_second > 50)
    assert {each.transport for each in figures.transports} == {"dark", "bright"}
    assert figures.totals["sent_packets"] > 0 and figures.totals["transports"] == 2
    for caller in (dark, bright):
        await caller.leave()
    await listener.hears(ports.TransportLost, lambda event: event.transport == "dark")


async def test_a_mute_stops_packets_although_the_browser_does_not_cooperate(
    node: tuple[PlaneMedia, Listener],
) -> None:
    media, listener = node
    dark, bright = await call(media, listener)
    await dark.more("video", 15)
    await media.mute({"bright/camera": True, "bright/microphone": True})
    figures = await listener.hears(
        ports.PlaneFigures,
        lambda event: any(each.track == "bright/camera" and each.muted for each in event.tracks),
        after=len(listener.events),
    )
    assert figures
    # A whole second of the plane's own counters in which nothing went to the receiver.
    silent = await listener.hears(
        ports.PlaneFigures,
        lambda event: any(each.transport == "dark" and each.sent_packets < 5 for each in event.transports),
        after=len(listener.events),
    )
    assert silent
    await media.mute({"bright/camera": False, "bright/microphone": False})
    await dark.more("video", 15)
    await dark.more("audio", 15)
    for caller in (dark, bright):
        await caller.leave()


async def test_who_joins_muted_is_not_forwarded(node: tuple[PlaneMedia, Listener]) -> None:
    media, listener = node
    quiet, listening = Caller("quiet", 60), Caller("listening", 190)
    await quiet.join(media, "r", muted=frozenset({Source.MICROPHONE, Source.CAMERA}))
    await listening.join(media, "r")
    await connected(listener, "quiet", "listening")
    await media.assign([Assignment("listening", listening.tile(), "quiet/camera")])
    await quiet.more("audio", 30)
    assert listening.seen("audio") == 0 and listening.seen("video") == 0
    assert {held.transport: held.muted for held in await media.held()}["quiet"] == {"quiet/microphone", "quiet/camera"}
    for caller in (quiet, listening):
        await caller.leave()


async def test_the_right_picture_after_a_slot_changes(node: tuple[PlaneMedia, Listener]) -> None:
    media, listener = node
    watcher, dark, bright = Caller("watcher", 128), Caller("dark", 60), Caller("bright", 190)
    await asyncio.gather(*(caller.join(media, "r") for caller in (watcher, dark, bright)))
    await connected(listener, "watcher", "dark", "bright")
    for track, shows in (("dark/camera", 60), ("bright/camera", 190), ("dark/camera", 60)):
        await media.assign([Assignment("watcher", watcher.tile(), track)])
        await watcher.sees(shows)
    await media.close_room("r")
    assert await media.held() == []
    for caller in (watcher, dark, bright):
        await caller.leave()
