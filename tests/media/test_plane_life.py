"""The plane outlives the control process, and the control process outlives the plane."""

from __future__ import annotations

import asyncio
import os
import pathlib
import signal
from collections.abc import AsyncIterator

import pytest

from node import ports
from node.errors import Fault, Refused
from node.media.adapter import PlaneMedia
from node.media.supervisor import MediaSettings, find_binary
from node.ports import Assignment, Shape
from protos.plane.v1 import plane_pb2 as wire
from tests.media.talk import DtlsClient, FakePlane, Listener, fake_program, offer
from tests.media.test_join import with_certificate


@pytest.fixture
async def plane(tmp_path: pathlib.Path) -> AsyncIterator[FakePlane]:
    plane = await FakePlane(tmp_path).start()
    yield plane
    await plane.stop()


async def control(settings: MediaSettings) -> tuple[PlaneMedia, Listener]:
    media, listener = PlaneMedia(settings), Listener()
    media.subscribe(listener)
    await media.start()
    return media, listener


async def join(media: PlaneMedia, plane: FakePlane, transport: str) -> DtlsClient:
    client = DtlsClient()
    text = with_certificate(offer("chromium_page"), client)
    await media.open(room="r", transport=transport, offer=text, shape=Shape.PAGE, label=b"who", muted=frozenset())
    plane.ice_connected(transport)
    await plane.shake(transport, client)
    await plane.told("set_keys", transport=transport)
    return client


async def test_a_new_control_process_finds_what_is_held_and_can_restart_ice(
    tmp_path: pathlib.Path, plane: FakePlane
) -> None:
    settings = MediaSettings(run_dir=tmp_path, data_dir=tmp_path)
    first, heard = await control(settings)
    await join(first, plane, "p_1.1")
    await heard.hears(ports.TransportConnected)
    before = await first.restart("p_1.1", offer("chromium_page"))

    second, news = await control(settings)
    assert (await heard.hears(ports.Fenced)).epoch == 2
    with pytest.raises(Refused, match="FENCED"):
        await first.mute({"p_1.1/camera": True})

    up = await news.hears(ports.PlaneUp)
    assert up.epoch == 2 and not up.fresh
    (held,) = await second.held()
    assert (held.transport, held.room, held.label, held.connected) == ("p_1.1", "r", b"who", True)
    assert len(held.tracks) == 4 and len(held.slots) == 12
    after = await second.restart("p_1.1", offer("chromium_page"))

    def plain(text: str) -> list[str]:
        return [line for line in text.split("\r\n") if not line.startswith("o=")]

    assert plain(before) == plain(after), "the same answer, fingerprint included, from another process"
    await first.shutdown()
    await second.shutdown()


async def test_a_handshake_that_was_interrupted_is_not_held(tmp_path: pathlib.Path, plane: FakePlane) -> None:
    first, _ = await control(MediaSettings(run_dir=tmp_path))
    await first.open(
        room="r", transport="t", offer=offer("chromium_whip"), shape=Shape.WHIP, label=b"", muted=frozenset()
    )
    second, _ = await control(MediaSettings(run_dir=tmp_path))
    assert await second.held() == []
    assert (await plane.told("close_transport")).close_transport.transport == "t"
    await first.shutdown()
    await second.shutdown()


async def test_consent_lost_and_found_by_a_restart(tmp_path: pathlib.Path, plane: FakePlane) -> None:
    media, heard = await control(MediaSettings(run_dir=tmp_path))
    await join(media, plane, "t")
    await heard.hears(ports.TransportConnected)
    plane.event(consent_lost=wire.ConsentLost(transport="t"))
    assert (await heard.hears(ports.TransportLost)).cause == "consent"
    after = len(heard.events)
    text = await media.restart("t", offer("chromium_page"))
    assert "a=ice-ufrag:new4" in text
    plane.ice_connected("t")
    await heard.hears(ports.TransportConnected, after=after)
    fragment = await media.restart("t", "a=ice-ufrag:abcd\r\na=ice-pwd:" + "p" * 24 + "\r\n")
    assert "a=ice-ufrag:new4" in fragment and "a=mid:0" in fragment
    with pytest.raises(Refused, match="SDP_INVALID"):
        await media.restart("t", "a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n")
    await media.shutdown()


async def test_time_ends_a_join_that_never_comes(tmp_path: pathlib.Path, plane: FakePlane) -> None:
    now = 0.0
    media, heard = PlaneMedia(MediaSettings(run_dir=tmp_path), now=lambda: now), Listener()
    media.subscribe(heard)
    await media.start()
    for name in ("no-ice", "no-dtls"):
        await media.open(
            room="r", transport=name, offer=offer("chromium_whip"), shape=Shape.WHIP, label=b"", muted=frozenset()
        )
    plane.ice_connected("no-dtls")
    plane.event(speakers=wire.Speakers(room="r"))
    await heard.hears(ports.Speaking)
    now = 15.1
    assert (await heard.hears(ports.TransportLost)).transport == "no-dtls"
    now = 30.1
    lost = await heard.hears(ports.TransportLost, lambda event: event.transport == "no-ice")
    assert lost.cause.startswith("ice:")
    await plane.told("close_transport", count=2)
    await media.shutdown()


async def test_changes_of_one_moment_are_one_command(tmp_path: pathlib.Path, plane: FakePlane) -> None:
    media, heard = await control(MediaSettings(run_dir=tmp_path))
    await asyncio.gather(
        *(media.mute({f"t{n}/camera": n % 2 == 0}) for n in range(50)),
        *(media.assign([Assignment("t", n, f"t{n}/camera"), Assignment("t", n, None)]) for n in range(50)),
    )
    names = [command.WhichOneof("command") for command in plane.commands]
    assert names.count("mute_tracks") == names.count("assign_slots") == 1
    changes = (await plane.told("assign_slots")).assign_slots.changes
    assert [(each.slot, each.track) for each in changes[:2]] == [(0, "t0/camera"), (0, "")]
    plane.refuse["mute_tracks"] = wire.Failed.CAUSE_UNKNOWN
    await media.mute({"gone": True})
    plane.refuse["open_transport"] = wire.Failed.CAUSE_FULL
    with pytest.raises(Refused, match="PLANE_FULL"):
        await media.open(
            room="r", transport="t", offer=offer("chromium_whip"), shape=Shape.WHIP, label=b"", muted=frozenset()
        )
    with pytest.raises(Refused, match="PLANE_FULL"):
        plane.refuse["mute_tracks"] = wire.Failed.CAUSE_FULL
        await media.mute({"t/camera": True})
    await media.close("never-there")
    await media.close_room("never-there")
    plane.event(slot_switched=wire.SlotSwitched(transport="t", slot=3, track=""))
    assert await heard.hears(ports.SlotShows) == ports.SlotShows("t", 3, None)
    await media.shutdown()


async def test_a_plane_that_is_killed_is_back_within_a_second(tmp_path: pathlib.Path) -> None:
    media, heard = await control(MediaSettings(run_dir=tmp_path, plane_binary=str(fake_program(tmp_path))))
    up = await heard.hears(ports.PlaneUp)
    assert up.fresh
    pid = int(up.instance.split()[1])
    assert os.getsid(pid) != os.getsid(0), "a session of its own: our end is not its end"
    await media.open(
        room="r", transport="t", offer=offer("chromium_whip"), shape=Shape.WHIP, label=b"", muted=frozenset()
    )
    os.kill(pid, signal.SIGKILL)
    down = await heard.hears(ports.PlaneDown)
    assert "signal 9" in down.cause or "closed" in down.cause
    again = await heard.hears(ports.PlaneUp, lambda event: event.instance != up.instance)
    assert again.fresh and await media.held() == []
    await media.shutdown(stop_plane=True)


async def test_control_goes_and_the_plane_stays(tmp_path: pathlib.Path) -> None:
    settings = MediaSettings(run_dir=tmp_path, plane_binary=str(fake_program(tmp_path)))
    first, heard = await control(settings)
    up = await heard.hears(ports.PlaneUp)
    await first.shutdown()
    second, news = await control(settings)
    found = await news.hears(ports.PlaneUp)
    assert found.instance == up.instance and not found.fresh and found.epoch == 2
    await second.shutdown(stop_plane=True)


async def test_two_that_start_together_have_one_plane(tmp_path: pathlib.Path) -> None:
    settings = MediaSettings(run_dir=tmp_path, plane_binary=str(fake_program(tmp_path)))
    both = await asyncio.gather(control(settings), control(settings))
    ups = [await heard.hears(ports.PlaneUp) for _, heard in both]
    assert len({up.instance for up in ups}) == 1
    older = min(range(2), key=lambda n: ups[n].epoch)
    await both[older][1].hears(ports.Fenced)
    await both[1 - older][0].shutdown(stop_plane=True)
    await both[older][0].shutdown()


async def test_a_socket_file_that_nobody_listens_on_is_no_obstacle(tmp_path: pathlib.Path) -> None:
    stale = await asyncio.start_unix_server(lambda _r, _w: None, str(tmp_path / "plane.sock"))
    stale.close()
    await stale.wait_closed()
    (tmp_path / "plane.sock").touch()
    media, heard = await control(MediaSettings(run_dir=tmp_path, plane_binary=str(fake_program(tmp_path))))
    assert (await heard.hears(ports.PlaneUp)).fresh
    await media.shutdown(stop_plane=True)


async def test_a_plane_that_cannot_start_says_why(tmp_path: pathlib.Path) -> None:
    media = PlaneMedia(MediaSettings(run_dir=tmp_path, plane_binary=str(fake_program(tmp_path)), listen="refuse:1"))
    with pytest.raises(Fault, match="write an address and a port"):
        await media.start()
    with pytest.raises(Fault, match="correct the path"):
        find_binary(str(tmp_path / "nothing"))


async def test_a_plane_that_does_not_answer_is_given_up(
    tmp_path: pathlib.Path, plane: FakePlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.media.plane.REPLY_WITHIN_S", 0.1)
    monkeypatch.setattr("node.media.plane.SWEEP_S", 0.1)
    media, heard = await control(MediaSettings(run_dir=tmp_path))
    await join(media, plane, "t")
    plane.deaf = True
    with pytest.raises(Refused, match="PLANE_DOWN"):
        await media.mute({"t": True})
    assert "does not answer" in (await heard.hears(ports.PlaneDown)).cause
    plane.deaf = False
    again = await heard.hears(ports.PlaneUp, lambda event: event.epoch > 1)
    assert again.fresh and again.epoch > 1, "who was told that the plane is down must be told to join again"
    assert (await plane.told("close_transport")).close_transport.transport == "t", "nobody could mute it any more"
    assert await media.held() == []
    await media.shutdown()


async def test_what_was_decided_while_the_connection_was_away_is_done(tmp_path: pathlib.Path, plane: FakePlane) -> None:
    """A mute holds and a removed person gets nothing more, though the plane was not there to be told (H18)."""
    media, heard = await control(MediaSettings(run_dir=tmp_path))
    await join(media, plane, "muted")
    await join(media, plane, "removed")
    await heard.hears(ports.TransportConnected, lambda event: event.transport == "removed")
    plane.deaf = True
    decisions = asyncio.gather(
        media.mute({"muted/microphone": True}), media.assign([Assignment("muted", 3, None)]), return_exceptions=True
    )
    await plane.told("mute_tracks")
    await plane.told("assign_slots")
    plane.commands.clear()
    plane.deaf = False
    plane.hang_up()
    assert all(isinstance(each, Refused) for each in await decisions)
    await media.close("removed")
    (change,) = (await plane.told("mute_tracks")).mute_tracks.changes
    assert (change.track, change.muted) == ("muted/microphone", True)
    assert (await plane.told("assign_slots")).assign_slots.changes[0].slot == 3
    assert (await plane.told("close_transport")).close_transport.transport == "removed"
    assert {held.transport for held in await media.held()} == {"muted"}
    assert not [event for event in heard.events if isinstance(event, ports.PlaneDown)]
    await media.shutdown()


async def test_a_connection_that_breaks_is_mended_unnoticed(tmp_path: pathlib.Path, plane: FakePlane) -> None:
    """The plane hangs up on a control process that was stopped for long; its transports go on."""
    media, heard = await control(MediaSettings(run_dir=tmp_path))
    await join(media, plane, "stays")
    await join(media, plane, "loses-consent")
    await join(media, plane, "closed")
    await heard.hears(ports.TransportConnected, lambda event: event.transport == "closed")
    after = len(heard.events)
    plane.opened["loses-consent"].connected = False
    del plane.opened["closed"]
    plane.hang_up()
    await plane.told("get_snapshot")
    await heard.hears(ports.TransportLost, lambda event: event.transport == "loses-consent")
    await heard.hears(ports.TransportLost, lambda event: event.transport == "closed")
    told = heard.events[after:]
    assert {type(event) for event in told} == {ports.TransportLost} and len(told) == 2
    assert {held.transport for held in await media.held()} == {"stays", "loses-consent"}
    await media.mute({"stays/camera": True})
    await media.shutdown()
