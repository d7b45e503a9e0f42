"""R: a join is one offer and one answer; packets flow when ICE and DTLS are done."""

from __future__ import annotations

import asyncio
import pathlib

import pytest
from OpenSSL import SSL

from node.media.adapter import PlaneMedia
from node.media.supervisor import MediaSettings
from node.ports import Kind, Shape, Source, TransportConnected, TransportLost
from protos.plane.v1 import plane_pb2 as wire
from tests.media.talk import DtlsClient, FakePlane, Listener, offer


async def joined(run_dir: pathlib.Path) -> tuple[FakePlane, PlaneMedia, Listener]:
    plane = await FakePlane(run_dir).start()
    media = PlaneMedia(MediaSettings(run_dir=run_dir))
    listener = Listener()
    media.subscribe(listener)
    await media.start()
    return plane, media, listener


def with_certificate(text: str, client: DtlsClient) -> str:
    head, _, tail = text.partition("a=fingerprint:")
    lines = (head + "a=fingerprint:" + tail).split("\r\n")
    return "\r\n".join(
        f"a=fingerprint:{client.fingerprint_line()}" if line.startswith("a=fingerprint:") else line for line in lines
    )


async def test_a_page_joins_in_one_round_trip_and_is_connected_after_dtls(tmp_path: pathlib.Path) -> None:
    plane, media, listener = await joined(tmp_path)
    client = DtlsClient()
    opened = await media.open(
        room="r_1",
        transport="p_1.1",
        offer=with_certificate(offer("chromium_page"), client),
        shape=Shape.PAGE,
        label=b"label",
        muted=frozenset({Source.MICROPHONE}),
    )
    assert [(track.id, track.mid) for track in opened.tracks] == [
        ("p_1.1/microphone", "0"),
        ("p_1.1/camera", "1"),
        ("p_1.1/screen", "2"),
        ("p_1.1/screen_audio", "3"),
    ]
    assert [(slot.index, slot.kind, slot.mid) for slot in opened.slots[:4]] == [
        (4, Kind.AUDIO, "4"),
        (5, Kind.AUDIO, "5"),
        (6, Kind.AUDIO, "6"),
        (7, Kind.VIDEO, "7"),
    ]
    told = (await plane.told("open_transport")).open_transport
    assert [send.muted for send in told.sends] == [True, False, False, False]
    assert told.label == b"label"

    plane.ice_connected("p_1.1")
    await plane.shake("p_1.1", client)
    assert await listener.hears(TransportConnected) == TransportConnected("p_1.1")

    keys = (await plane.told("set_keys")).set_keys
    inbound, outbound = client.keys()
    assert keys.profile == wire.SRTP_PROFILE_AEAD_AES_128_GCM
    assert (keys.inbound_key + keys.inbound_salt, keys.outbound_key + keys.outbound_salt) == (inbound, outbound)
    names = [command.WhichOneof("command") for command in plane.commands]
    assert names.index("set_keys") < len(names) - 1 - names[::-1].index("send_dtls"), "keys before the last flight"
    await media.shutdown()
    await plane.stop()


async def test_a_peer_with_another_certificate_than_it_offered_is_given_up(tmp_path: pathlib.Path) -> None:
    plane, media, listener = await joined(tmp_path)
    await media.open(
        room="r", transport="t", offer=offer("chromium_whip"), shape=Shape.WHIP, label=b"", muted=frozenset()
    )
    plane.ice_connected("t")
    client = DtlsClient()
    for datagram in client.step():
        plane.event(dtls_received=wire.DtlsReceived(transport="t", datagram=datagram))
    for datagram in (await plane.told("send_dtls")).send_dtls.datagrams:
        client.feed(datagram)
    for datagram in client.step():
        plane.event(dtls_received=wire.DtlsReceived(transport="t", datagram=datagram))
    lost = await listener.hears(TransportLost)
    assert "certificate" in lost.cause
    await plane.told("close_transport")
    assert not [command for command in plane.commands if command.WhichOneof("command") == "set_keys"]
    await media.shutdown()
    await plane.stop()


@pytest.mark.parametrize("says_goodbye", ["peer", "node"])
async def test_either_side_says_goodbye(tmp_path: pathlib.Path, says_goodbye: str) -> None:
    plane, media, listener = await joined(tmp_path)
    client = DtlsClient()
    text = with_certificate(offer("firefox_whip"), client)
    await media.open(room="r", transport="t", offer=text, shape=Shape.WHIP, label=b"", muted=frozenset())
    plane.ice_connected("t")
    await plane.shake("t", client)
    await listener.hears(TransportConnected)
    if says_goodbye == "peer":
        client.connection.shutdown()
        for datagram in client.step():
            plane.event(dtls_received=wire.DtlsReceived(transport="t", datagram=datagram))
        assert (await listener.hears(TransportLost)).cause == "dtls: closed by the peer"
    else:
        before = len(plane.commands)
        await media.close("t")
        goodbye, closing = plane.commands[before:]
        assert closing.close_transport.transport == "t"
        client.connection.bio_write(goodbye.send_dtls.datagrams[0])
        with pytest.raises(SSL.ZeroReturnError):
            client.connection.recv(1)
    await media.shutdown()
    await plane.stop()


async def test_who_goes_away_while_joining_leaves_nothing_behind(tmp_path: pathlib.Path) -> None:
    plane, media, _ = await joined(tmp_path)
    plane.deaf = True
    opening = asyncio.create_task(
        media.open(
            room="r", transport="t", offer=offer("chromium_whip"), shape=Shape.WHIP, label=b"", muted=frozenset()
        )
    )
    await plane.told("open_transport")
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert (await plane.told("close_transport")).close_transport.transport == "t"
    await media.shutdown()
    await plane.stop()


@pytest.mark.parametrize("agreed", [False, True])
async def test_transport_wide_feedback_is_agreed_where_the_operator_wants_it(
    tmp_path: pathlib.Path, agreed: bool
) -> None:
    """The plane can do it in any case; `media.transport_cc` says whether it is offered to browsers."""
    plane = FakePlane(tmp_path)
    plane.abilities = ("layers", "transport-cc")
    await plane.start()
    media = PlaneMedia(MediaSettings(run_dir=tmp_path, transport_cc=agreed))
    await media.start()
    opened = await media.open(
        room="r_1", transport="p_1.1", offer=offer("chromium_page"), shape=Shape.PAGE, label=b"", muted=frozenset()
    )
    assert (" transport-cc" in opened.answer, "goog-remb" in opened.answer) == (agreed, True)
    told = (await plane.told("open_transport")).open_transport
    assert all(bool(each.extensions.transport_cc) == agreed for each in (*told.sends, *told.receives))
    await media.shutdown(stop_plane=False)
    await plane.stop()
