"""H16: a bomb is refused within 10 ms, and no text whatever makes the reader raise anything but `Refused`."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.errors import Refused
from node.media import sdp
from node.media.negotiation import Candidate, Ends, answer, negotiate
from node.ports import Shape
from tests.media.talk import offer

WHIP = offer("chromium_whip")
NAMES = ("chromium_page", "chromium_simulcast", "firefox_page", "firefox_simulcast", "obs_whip", "gstreamer_whip")
ENDS = Ends(
    ice=sdp.Ice("ufrag", "p" * 24),
    candidates=(Candidate("127.0.0.1", 7881),),
    fingerprint="sha-256 " + ":".join(["AB"] * 32),
    session=7,
    version=1,
)


def swapped(old: str, new: str) -> str:
    assert old in WHIP
    return WHIP.replace(old, new)


BOMBS = {
    "10,000 m-lines": WHIP + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" * 10_000,
    "65 m-lines": WHIP + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n" * 63,
    "an attribute of 1 MB": WHIP + "a=" + "x" * 1_000_000,
    "an attribute of 100 kB": WHIP + "a=" + "x" * 100_000,
    "1 MB of empty lines": WHIP + "\n" * 1_000_000,
    "a mid twice": swapped("a=mid:1", "a=mid:0"),
    "two mids": swapped("a=mid:1", "a=mid:1\r\na=mid:2"),
    "a mid that is no token": swapped("a=mid:1", "a=mid:1 1"),
    "groups in groups": swapped("BUNDLE 0 1", "BUNDLE BUNDLE 0 1"),
    "a group of itself": swapped("BUNDLE 0 1", "BUNDLE 0 1 0"),
    "1,000 groups": swapped("a=group:BUNDLE 0 1", "a=group:BUNDLE 0 1\r\n" * 1000),
    "a group of 1,000 mids": swapped("BUNDLE 0 1", "BUNDLE " + " ".join(map(str, range(900)))),
    "fmtp without a number": swapped("a=fmtp:97 apt=96", "a=fmtp:x apt=96"),
    "fmtp of nothing": swapped("a=fmtp:97 apt=96", "a=fmtp:97"),
    "apt without a number": swapped("a=fmtp:97 apt=96", "a=fmtp:97 apt=x"),
    "apt of itself": swapped("a=fmtp:97 apt=96", "a=fmtp:97 apt=97"),
    "control characters in fmtp": swapped("a=fmtp:97 apt=96", "a=fmtp:97 apt=96\ra=x"),
    "a payload type of 4,000,000,000": swapped("a=rtpmap:96 VP8", "a=rtpmap:4000000000 VP8"),
    "a payload type twice": swapped(" 96 97 ", " 96 96 97 "),
    "an rtpmap twice": swapped("a=rtpmap:96 VP8/90000", "a=rtpmap:96 VP8/90000\r\na=rtpmap:96 VP9/90000"),
    "10,000 payload types": swapped(" 96 97 ", " " + "96 " * 1300),
    "an SSRC without a number": swapped("a=ssrc:709120601 cname", "a=ssrc:abc cname"),
    "1,000 SSRCs": WHIP + "".join(f"a=ssrc:{n} cname:x\r\n" for n in range(1000)),
    "a huge port": swapped("m=video 9 ", "m=video 99999999999999999999 "),
    "a fingerprint that is no hash": swapped("a=fingerprint:sha-256 88", "a=fingerprint:sha-256 8"),
    "a setup of its own": swapped("a=setup:actpass", "a=setup:whatever"),
    "a short password": swapped("a=ice-pwd:UHw8wJrLeWVUY4LJwMS6brpw", "a=ice-pwd:UHw8w"),
    "an extmap without a number": swapped("a=extmap:14 urn", "a=extmap:x urn"),
    "an extmap twice": swapped("a=extmap:14 urn", "a=extmap:2 urn"),
    "no SDP": "hello",
    "nothing": "",
    "HTML": "<html>" * 1000,
    "one m": "v=0\r\nm=",
    "lines without types": "v=0\r\n" + "x\r\n" * 100,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_10_ms(name: str) -> None:
    spent = []
    for _ in range(3):
        start = time.thread_time()
        with pytest.raises(Refused) as refused:
            negotiate(sdp.parse(BOMBS[name]), Shape.WHIP, "t")
        spent.append(time.thread_time() - start)
        assert refused.value.code in ("SDP_INVALID", "SDP_UNSUPPORTED")
        assert 0 < len(refused.value.current) < 100, "a reason, and nothing of the bomb"
        assert refused.value.refusal().message["fr"]
    assert min(spent) < 0.010


def through(text: str) -> None:
    """Read, decide, answer; whatever is answered must be readable and have as many m-lines."""
    for shape in Shape:
        try:
            description = sdp.parse(text)
            reply = answer(description, negotiate(description, shape, "t"), ENDS)
        except Refused as refused:
            assert refused.code in ("SDP_INVALID", "SDP_UNSUPPORTED")
        else:
            assert len(sdp.parse(reply).sections) == len(description.sections)
    try:
        sdp.parse_fragment(text)
    except Refused as refused:
        assert refused.code in ("SDP_INVALID", "SDP_UNSUPPORTED")


relaxed = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@relaxed
@given(st.text(max_size=2000))
def test_any_text(text: str) -> None:
    through(text)
    through("v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n" + text)


@relaxed
@given(st.data())
def test_offers_with_lines_lost_doubled_and_swapped(data: st.DataObject) -> None:
    lines = offer(data.draw(st.sampled_from(NAMES))).split("\r\n")[:400]
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(("lose", "double", "swap", "cut"))):
            case "lose" if len(lines) > 1:
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                lines[at] = lines[at][: data.draw(st.integers(0, len(lines[at])))]
    through("\r\n".join(lines))


WORDS = st.sampled_from(
    [
        "0",
        "1",
        "96",
        "97",
        "-1",
        "*",
        "",
        " ",
        ":",
        "/",
        ";",
        "=",
        "999999999999",
        "VP8/90000",
        "apt=96",
        "BUNDLE",
        "٣",
        "²",
    ]
)


@relaxed
@given(st.data())
def test_offers_with_words_replaced(data: st.DataObject) -> None:
    lines = offer(data.draw(st.sampled_from(NAMES))).split("\r\n")[:200]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        words = lines[at].split(" ")
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(WORDS)
        lines[at] = " ".join(words)
        if data.draw(st.booleans()):
            name, _, _ = lines[at].partition(":")
            lines[at] = f"{name}:{data.draw(WORDS)}{data.draw(WORDS)}"
    through("\r\n".join(lines))
