"""A real plane goes on when its control process goes, and is back at once when it is killed itself."""

from __future__ import annotations

import os
import pathlib
import signal
import time

from node import ports
from node.ports import Assignment
from tests.e2e.visitor import proven
from tests.media.real import control, needs_plane
from tests.media.test_aiortc_call import call

pytestmark = needs_plane


async def test_media_goes_on_without_control_and_a_new_one_takes_over(tmp_path: pathlib.Path) -> None:
    first, heard = await control(tmp_path)
    dark, bright = await call(first, heard)
    await dark.more("video")
    # As a kill would: the connection ends and nothing is said.
    await first.shutdown(stop_plane=False)
    await dark.more("video", 45)
    await bright.more("audio", 45)

    second, news = await control(tmp_path)
    up = await news.hears(ports.PlaneUp)
    assert not up.fresh and up.epoch == 2
    held = {each.transport: each for each in await second.held()}
    assert set(held) == {"dark", "bright"} and all(each.connected for each in held.values())
    assert held["dark"].assigned == {dark.tile(): "bright/camera"} and held["dark"].label == b"dark"
    await second.mute({"bright/camera": True})
    await second.assign([Assignment("dark", dark.tile(), None)])
    assert {each.transport: each.muted for each in await second.held()}["bright"] == {"bright/camera"}
    await bright.more("video")
    for caller in (dark, bright):
        await caller.leave()
    await second.shutdown(stop_plane=True)


async def test_a_killed_plane_is_replaced_within_a_second_and_people_join_again(tmp_path: pathlib.Path) -> None:
    media, heard = await control(tmp_path)
    up = await heard.hears(ports.PlaneUp)
    callers = await call(media, heard)
    await callers[0].more("video")
    known = {up.instance}

    async def replaced() -> float:
        """How long it took, seconds."""
        pid = media._supervisor.pid
        assert pid is not None
        after, killed = len(heard.events), time.monotonic()
        os.kill(pid, signal.SIGKILL)
        down = await heard.hears(ports.PlaneDown, after=after)
        again = await heard.hears(ports.PlaneUp, lambda event: event.instance not in known, after=after)
        known.add(again.instance)
        assert again.fresh and "signal 9" in down.cause
        return time.monotonic() - killed

    await proven(replaced, lambda seconds: seconds < 1.0, "seconds without a plane", attempts=3)
    for caller in callers:
        await caller.leave()
    callers = await call(media, heard)
    for caller in callers:
        await caller.more("video")
    for caller in callers:
        await caller.leave()
    await media.shutdown(stop_plane=True)
