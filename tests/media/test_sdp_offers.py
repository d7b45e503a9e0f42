"""What browsers, encoders and libraries really offer is understood, and answered so that they accept it."""

from __future__ import annotations

import msgspec
import pytest

from node.errors import Refused
from node.media import sdp
from node.media.negotiation import LAYERS, TRANSPORT_CC, Candidate, Ends, Plan, answer, answer_fragment, negotiate
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


ABLE = frozenset({LAYERS, TRANSPORT_CC})


def negotiated(name: str, shape: Shape, abilities: frozenset[str] = frozenset()) -> tuple[Plan, sdp.Description, str]:
    description = sdp.parse(offer(name))
    plan = negotiate(description, shape, "t", abilities=abilities)
    return plan, description, answer(description, plan, ENDS)


def section_of(text: str, mid: str) -> list[str]:
    for part in text.split("\r\nm=")[1:]:
        lines = ("m=" + part).split("\r\n")
        if f"a=mid:{mid}" in lines:
            return lines
    raise AssertionError(f"no mid {mid}")


def test_tcp_candidates_come_last() -> None:
    """H29: passive candidates (RFC 6544 4.5), on every m-line, below every way by UDP; the m-line names UDP."""
    description = sdp.parse(offer("chromium_page"))
    plan = negotiate(description, Shape.PAGE, "t")
    ends = msgspec.structs.replace(ENDS, candidates=(*ENDS.candidates, Candidate("192.0.2.1", 443, tcp=True)))
    text = answer(description, plan, ends)
    lines = section_of(text, "3")
    *udp, tcp = [line.split() for line in lines if line.startswith("a=candidate:")]
    assert tcp[2:3] + tcp[4:] == ["tcp", "192.0.2.1", "443", "typ", "host", "tcptype", "passive"]
    assert len({line[0] for line in [*udp, tcp]}) == 3, "a foundation each"
    reflexive = 100 << 24
    assert all(int(line[3]) > reflexive > int(tcp[3]) for line in udp)
    assert lines[0].split()[1] == "7881"


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
def test_transport_cc_is_not_agreed_with_a_plane_that_sends_no_feedback(browser: str, name: str) -> None:
    """Chromium falls to 30 kbit/s when it is agreed and no feedback comes."""
    shape = {"whip": Shape.WHIP, "whep": Shape.WHEP}.get(name, Shape.PAGE)
    text = negotiated(f"{browser}_{name}", shape)[2]
    assert "transport-cc" not in text and "transport-wide-cc" not in text
    assert "goog-remb" in text and " nack pli" in text and " ccm fir" in text


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
@pytest.mark.parametrize("name", ["page", "whip", "whep", "simulcast"])
def test_transport_cc_is_agreed_for_sound_and_pictures_both_ways(browser: str, name: str) -> None:
    shape = {"whip": Shape.WHIP, "whep": Shape.WHEP}.get(name, Shape.PAGE)
    plan, description, text = negotiated(f"{browser}_{name}", shape, ABLE)
    for each in (*plan.sends.values(), *plan.receives.values()):
        offered = next(section for section in description.sections if section.mid == each.mid).described
        number = next((e.id for e in offered.extensions if e.uri.endswith("transport-wide-cc-extensions-01")), 0)
        assert each.extensions.transport_cc == number
        numbered = any(line.endswith(" transport-cc") for line in section_of(text, each.mid))
        assert numbered == bool(number), "feedback is agreed where packets are numbered, and only there"
        if each.kind == wire.KIND_VIDEO:
            assert number, "both browsers number pictures"


def test_a_slot_names_its_ssrcs() -> None:
    _, _, text = negotiated("chromium_page", Shape.PAGE)
    lines = section_of(text, "7")
    ssrc = 0x52450000 | 7 << 1
    assert f"a=ssrc-group:FID {ssrc} {ssrc | 1}" in lines
    assert f"a=ssrc:{ssrc} cname:regie" in lines and "a=msid:slot-7 slot-7" in lines
    assert f"a=ssrc:{0x52450000 | 4 << 1} cname:regie" in section_of(text, "4")


def test_vp8_is_sent_and_every_codec_is_watched() -> None:
    plan, _, _ = negotiated("chromium_page", Shape.PAGE)
    camera, tile = plan.sends["1"], plan.receives["7"]
    assert [codec.name for codec in camera.codecs] == ["VP8"] and camera.codecs[0].rtx_payload_type
    assert camera.ssrcs and camera.rtx_ssrc
    assert [codec.name for codec in tile.codecs] == ["VP8", "VP9", "H264", "AV1"]
    assert "42e01f" in tile.codecs[2].fmtp and "packetization-mode=1" in tile.codecs[2].fmtp
    firefox = negotiated("firefox_page", Shape.PAGE)[0]
    assert [codec.name for codec in firefox.receives["7"].codecs][:1] == ["VP8"]


def test_who_sends_no_vp8_sends_the_next_one() -> None:
    """VP9 before H264 before AV1: the first that is offered."""
    text = offer("chromium_whip")
    for missing, first in (("VP8", "VP9"), ("VP9", "H264"), ("H264", "AV1")):
        text = text.replace(f" {missing}/90000", " X/90000")
        plan = negotiate(sdp.parse(text), Shape.WHIP, "t")
        assert [codec.name for codec in plan.sends["1"].codecs] == [first]


def test_sound_may_carry_its_own_repair() -> None:
    """RED (RFC 2198) of opus passes, after opus: a browser sends the first one unless it is told otherwise."""
    plan, _, text = negotiated("chromium_page", Shape.PAGE)
    assert [(codec.name, codec.payload_type) for codec in plan.sends["0"].codecs] == [("opus", 111), ("red", 63)]
    assert [codec.name for codec in plan.receives["4"].codecs] == ["opus", "red"]
    lines = section_of(text, "0")
    assert "a=rtpmap:63 red/48000/2" in lines and "a=fmtp:63 111/111" in lines
    assert lines[0].endswith(" 111 63")
    alone = offer("chromium_page").replace("a=fmtp:63 111/111", "a=fmtp:63 111/9")
    plan = negotiate(sdp.parse(alone), Shape.PAGE, "t")
    assert [codec.name for codec in plan.sends["0"].codecs] == ["opus"], "RED of something else is of no use"


def test_firefox_writes_fmtp_first_port_0_and_directions() -> None:
    plan, description, _ = negotiated("firefox_page", Shape.PAGE)
    assert description.sections[1].port == 0 and description.sections[1].bundle_only
    assert plan.sends["1"].codecs[0].payload_type == 120 and plan.sends["1"].codecs[0].rtx_payload_type == 124
    assert plan.sends["0"].codecs[0].fmtp == "maxplaybackrate=48000;stereo=1;useinbandfec=1"
    assert plan.sends["1"].extensions.mid == 3
    simulcast = negotiated("firefox_simulcast", Shape.PAGE)[2]
    assert "a=extmap:9/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id" in simulcast


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_layers_are_taken_and_named(browser: str) -> None:
    """RFC 8853: what is offered as `send` is taken as `recv`; packets tell their layer by RID."""
    plan, description, text = negotiated(f"{browser}_simulcast", Shape.PAGE, ABLE)
    camera = plan.sends["1"]
    assert list(camera.rids) == ["q", "h", "f"] and not camera.ssrcs and not camera.rtx_ssrc
    agreed = camera.extensions
    assert agreed.rid and agreed.repaired_rid and agreed.mid and agreed.dependency_descriptor
    lines = section_of(text, "1")
    assert [line for line in lines if "rid:" in line] == ["a=rid:q recv", "a=rid:h recv", "a=rid:f recv"]
    assert "a=simulcast:recv q;h;f" in lines
    assert ("a=extmap-allow-mixed" in text) == description.extmap_allow_mixed
    again = Plan.of(plan.sends.values(), plan.receives.values())
    assert answer(description, again, ENDS) == text, "an ICE restart says the same"


def test_extensions_of_either_size_are_agreed_where_layers_are_described() -> None:
    """RFC 8285 4.2: without, a browser with one layered encoding cannot say what its layers are: nobody sees it."""
    text = "\r\n".join(
        line for line in offer("chromium_simulcast").splitlines() if not line.startswith(("a=rid:", "a=simulcast:"))
    )
    description = sdp.parse(text)
    plan = negotiate(description, Shape.PAGE, "t", abilities=ABLE)
    assert not plan.sends["1"].rids and plan.sends["1"].extensions.dependency_descriptor
    assert "a=extmap-allow-mixed" in answer(description, plan, ENDS)
    plain = negotiate(description, Shape.PAGE, "t")
    assert "a=extmap-allow-mixed" not in answer(description, plain, ENDS), "nothing here needs it"


SIMULCAST = {
    "the largest first": ("send f;h;q", ["q", "h", "f"]),
    "two layers": ("send q;f", ["q", "f"]),
    "one that begins paused": ("send q;~h;f", ["q", "h", "f"]),
    "alternatives": ("send q;h,f", ["q", "h"]),
    "also received": ("recv x send q;h;f", ["q", "h", "f"]),
    "one that has no rid line": ("send q;h;nobody", ["q", "h"]),
    "one layer twice": ("send q;q", []),
    "one layer": ("send f", []),
    "nothing sent": ("recv q;h;f", []),
    "nonsense": ("send", []),
    "only separators": ("send ;;,,~;", []),
}


@pytest.mark.parametrize("case", SIMULCAST)
def test_what_simulcast_lines_say(case: str) -> None:
    """H16: whatever the line says, the answer names only what was offered, and names it once."""
    said, rids = SIMULCAST[case]
    text = offer("chromium_simulcast").replace("send q;h;f", said)
    description = sdp.parse(text)
    plan = negotiate(description, Shape.PAGE, "t", abilities=ABLE)
    assert list(plan.sends["1"].rids) == rids
    assert ("a=simulcast:recv " in answer(description, plan, ENDS)) == bool(rids)


def test_names_without_a_known_order_stay_as_offered() -> None:
    text = offer("chromium_simulcast")
    for old, new in (("q", "low"), ("h", "mid"), ("f", "high")):
        text = text.replace(f"a=rid:{old} ", f"a=rid:{new} ")
    text = text.replace("send q;h;f", "send low;mid;high")
    plan = negotiate(sdp.parse(text), Shape.PAGE, "t", abilities=ABLE)
    assert list(plan.sends["1"].rids) == ["low", "mid", "high"]


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_a_plane_without_layers_is_sent_one_encoding_and_a_data_channel_is_declined(browser: str) -> None:
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
