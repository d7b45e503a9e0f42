"""What browsers, encoders and libraries really offer is understood, and answered so that they accept it."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.media import sdp
from node.media.negotiation import Candidate, Ends, Plan, answer, answer_fragment, negotiate
from node.ports import Shape, Source
from protos.plane.v1 import plane_pb2 as wire
from tests.media.talk import offer

ENDS = Ends(
    ice=sdp.Ice("ufrag", "p" * 24),
    candidates=(Candidate("192.0.2.1", 7881), Candidate("127.0.0.1", 7881)),
    fingerprint="sha-256 " + ":".join(["AB"] * 32),
    session=7,
    version=1,
)


def negotiated(name: str, shape: Shape) -> tuple[Plan, sdp.Description, str]:
    description = sdp.parse(offer(name))
    plan = negotiate(description, shape, "t")
    return plan, description, answer(description, plan, ENDS)


def section_of(text: str, mid: str) -> list[str]:
    for part in text.split("\r\nm=")[1:]:
        lines = ("m=" + part).split("\r\n")
        if f"a=mid:{mid}" in lines:
            return lines
    raise AssertionError(f"no mid {mid}")


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_a_page_publishes_four_things_and_watches_twelve(browser: str) -> None:
    plan, description, text = negotiated(f"{browser}_page", Shape.PAGE)
    assert [track.source for track in plan.tracks] == [
        Source.MICROPHONE,
        Source.CAMERA,
        Source.SCREEN,
        Source.SCREEN_AUDIO,
    ]
    assert [slot.index for slot in plan.slots] == list(range(4, 16))
    assert {receive.policy for receive in plan.receives.values()} == {
        wire.SLOT_POLICY_LOUDEST,
        wire.SLOT_POLICY_ASSIGNED,
    }
    assert text.count("\r\nm=") == 16 and "\r\nm=audio 0 " not in text and "\r\nm=video 0 " not in text
    assert "a=group:BUNDLE " + " ".join(map(str, range(16))) in text
    assert sdp.parse(text).ice_lite, "what we write, we can read"
    for section in description.sections:
        lines = section_of(text, section.mid)
        assert "a=setup:passive" in lines and "a=rtcp-mux" in lines
        assert sum(line.startswith("a=candidate:") for line in lines) == 2, "aiortc reads only the last of the bundle"


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
@pytest.mark.parametrize("name", ["page", "whip", "whep", "simulcast"])
def test_transport_cc_is_never_agreed(browser: str, name: str) -> None:
    """Chromium falls to 30 kbit/s when it is agreed and no feedback comes."""
    shape = {"whip": Shape.WHIP, "whep": Shape.WHEP}.get(name, Shape.PAGE)
    text = negotiated(f"{browser}_{name}", shape)[2]
    assert "transport-cc" not in text and "transport-wide-cc" not in text
    assert "goog-remb" in text and " nack pli" in text and " ccm fir" in text


def test_a_slot_names_its_ssrcs() -> None:
    _, _, text = negotiated("chromium_page", Shape.PAGE)
    lines = section_of(text, "7")
    ssrc = 0x52450000 | 7 << 1
    assert f"a=ssrc-group:FID {ssrc} {ssrc | 1}" in lines
    assert f"a=ssrc:{ssrc} cname:regie" in lines and "a=msid:slot-7 slot-7" in lines
    assert f"a=ssrc:{0x52450000 | 4 << 1} cname:regie" in section_of(text, "4")


def test_vp8_is_sent_and_both_vp8_and_h264_are_watched() -> None:
    plan, _, _ = negotiated("chromium_page", Shape.PAGE)
    camera, tile = plan.sends["1"], plan.receives["7"]
    assert [codec.name for codec in camera.codecs] == ["VP8"] and camera.codecs[0].rtx_payload_type
    assert camera.ssrcs and camera.rtx_ssrc
    assert [codec.name for codec in tile.codecs] == ["VP8", "H264"]
    assert "42e01f" in tile.codecs[1].fmtp and "packetization-mode=1" in tile.codecs[1].fmtp


def test_firefox_writes_fmtp_first_port_0_and_directions() -> None:
    plan, description, _ = negotiated("firefox_page", Shape.PAGE)
    assert description.sections[1].port == 0 and description.sections[1].bundle_only
    assert plan.sends["1"].codecs[0].payload_type == 120 and plan.sends["1"].codecs[0].rtx_payload_type == 124
    assert plan.sends["0"].codecs[0].fmtp == "maxplaybackrate=48000;stereo=1;useinbandfec=1"
    assert plan.sends["1"].extensions.mid == 3
    simulcast = negotiated("firefox_simulcast", Shape.PAGE)[2]
    assert "a=extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id" in simulcast


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_simulcast_becomes_one_encoding_and_a_data_channel_is_declined(browser: str) -> None:
    plan, _, text = negotiated(f"{browser}_simulcast", Shape.PAGE)
    assert "a=simulcast" not in text and "a=rid" not in text
    assert len(plan.sends["1"].ssrcs) <= 1
    assert "m=application 0 UDP/DTLS/SCTP webrtc-datachannel" in text
    assert "a=group:BUNDLE 0 1\r\n" in text


def test_obs_sends_h264_without_repetition() -> None:
    plan, _, text = negotiated("obs_whip", Shape.WHIP)
    video = plan.sends["1"]
    assert [codec.name for codec in video.codecs] == ["H264"]
    assert not video.codecs[0].rtx_payload_type and len(video.ssrcs) == 1
    assert [track.source for track in plan.tracks] == [Source.MICROPHONE, Source.CAMERA]
    assert "a=rtpmap:96 H264/90000" in text


def test_gstreamer_prefers_h264_but_vp8_is_taken() -> None:
    plan, _, _ = negotiated("gstreamer_whip", Shape.WHIP)
    assert [codec.name for codec in plan.sends["video1"].codecs] == ["VP8"]


def test_a_player_gets_one_sound_and_one_picture() -> None:
    plan, _, text = negotiated("chromium_whep", Shape.WHEP)
    assert not plan.sends and len(plan.receives) == 2
    assert text.count("a=sendonly") == 2


def test_an_encoder_that_also_wants_to_watch_only_sends() -> None:
    text = offer("chromium_whip").replace("a=sendonly", "a=sendrecv")
    description = sdp.parse(text)
    plan = negotiate(description, Shape.WHIP, "t")
    assert len(plan.sends) == 2 and not plan.receives
    assert answer(description, plan, ENDS).count("a=recvonly") == 2


def test_a_fragment_is_answered_with_a_fragment() -> None:
    """RFC 8840, RFC 9725 4.3.3."""
    plan, _, _ = negotiated("obs_whip", Shape.WHIP)
    fragment = sdp.parse_fragment(
        "a=ice-ufrag:abcd\r\na=ice-pwd:" + "p" * 24 + "\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    )
    text = answer_fragment(fragment, plan, ENDS)
    assert "a=ice-ufrag:ufrag" in text and "a=mid:0" in text and "v=0" not in text and "a=rtpmap" not in text


UNSUPPORTED = {
    "two ends that are lite": ("a=group:BUNDLE", "a=ice-lite\r\na=group:BUNDLE"),
    "a server as well": ("a=setup:actpass", "a=setup:passive"),
    "no rtcp-mux": ("a=rtcp-mux", "a=nothing"),
    "no bundle": ("a=group:BUNDLE", "a=group:LS"),
    "no fingerprint we know": ("a=fingerprint:sha-256", "a=fingerprint:md5"),
    "no credentials": ("a=ice-ufrag", "a=nothing"),
    "no codec": ("opus/48000/2", "speex/16000"),
    "no mid": ("a=mid:", "a=middle:"),
    "more than one bundle": ("a=group:BUNDLE 0 1", "a=group:BUNDLE 0\r\na=group:BUNDLE 1"),
}


@pytest.mark.parametrize("why", UNSUPPORTED)
def test_what_cannot_be_carried_is_refused_with_a_reason(why: str) -> None:
    old, new = UNSUPPORTED[why]
    text = offer("chromium_whip")
    if why in ("no mid", "no bundle"):
        text = text.replace("a=group:BUNDLE 0 1\r\n", "a=group:LS 0 1\r\n")
    with pytest.raises(Refused) as refused:
        negotiate(sdp.parse(text.replace(old, new)), Shape.WHIP, "t")
    assert refused.value.code == "SDP_UNSUPPORTED" and refused.value.current


def test_a_third_camera_is_refused() -> None:
    text = offer("chromium_page").replace("a=recvonly", "a=sendonly")
    with pytest.raises(Refused, match="SDP_UNSUPPORTED"):
        negotiate(sdp.parse(text), Shape.PAGE, "t")
