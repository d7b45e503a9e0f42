"""Counters that only grow become what one second was."""

from __future__ import annotations

from node.media.figures import Figures
from protos.plane.v1 import plane_pb2 as wire


def counters(second: int, unix_ms: int = 0) -> wire.Counters:
    packets = wire.Counters.Packets(
        received_packets=100 * second,
        received_bytes=1000 * second,
        sent_packets=200 * second,
        sent_bytes=2000 * second,
        nacks_received=3 * second,
    )
    return wire.Counters(
        unix_ms=unix_ms or 1000 * second,
        gauge=wire.Counters.Gauge(transports=1, tracks=2, rooms=1),
        packets=packets,
        loop=wire.Counters.Loop(
            cpu_user_us=100_000 * second, cpu_system_us=50_000 * second, lag_p50_us=100, lag_p99_us=2500
        ),
        drops={"srtp_auth": second},
        transports=[
            wire.Counters.Transport(
                transport="t", received_bytes=500 * second, sent_bytes=700 * second, sent_packets=7 * second, rtt_ms=12
            )
        ],
        tracks=[
            wire.Counters.Track(track="t/camera", packets=90 * second, bytes=900 * second, lost=10 * second),
            wire.Counters.Track(track="t/screen", packets=5, bytes=50, level=127),
        ],
    )


def test_a_second_is_a_difference() -> None:
    figures = Figures()
    first = figures.of(counters(1))
    assert first.packets_in_per_second == 0, "nothing is known of the second before"
    second = figures.of(counters(2))
    assert (second.packets_in_per_second, second.packets_out_per_second) == (100, 200)
    assert (second.bits_in_per_second, second.bits_out_per_second) == (8000, 16000)
    assert second.nacks_per_second == 3 and second.cpu_percent == 15.0
    assert (second.lag_p50_ms, second.lag_p99_ms) == (0.1, 2.5)
    assert (
        second.totals["sent_packets"] == 400 and second.totals["transports"] == 1 and second.drops == {"srtp_auth": 2}
    )
    (transport,) = second.transports
    assert (transport.received_bps, transport.sent_bps, transport.sent_packets) == (4000, 5600, 7)
    camera, screen = second.tracks
    assert (camera.bps, camera.loss) == (7200, 0.1)
    assert (screen.bps, screen.loss, screen.level) == (0, 0.0, 127)


def test_a_slow_second_is_not_a_fast_one() -> None:
    figures = Figures()
    figures.of(counters(1))
    assert figures.of(counters(3)).packets_in_per_second == 100


def test_a_clock_that_jumps_is_no_rate() -> None:
    """H28."""
    figures = Figures()
    figures.of(counters(1))
    for unix_ms in (3_600_000, 1, 2):
        assert figures.of(counters(2, unix_ms)).packets_in_per_second <= 100
        figures = Figures()
        figures.of(counters(1))


def test_counters_that_start_again_are_never_negative() -> None:
    figures = Figures()
    figures.of(counters(9))
    again = figures.of(counters(1, 10_000))
    assert again.packets_in_per_second == 0 and again.nacks_per_second == 0 and again.cpu_percent == 0
    assert again.transports[0].sent_bps == 0 and again.transports[0].sent_packets == 0
    assert all(track.bps == 0 and track.loss == 0.0 for track in again.tracks)


def shows(second: int) -> wire.Counters:
    slot = wire.Counters.Slot(slot=7, track="u/camera", rid="q", bytes=1000 * second, loss=0.5, switches=second)
    return wire.Counters(unix_ms=1000 * second, transports=[wire.Counters.Transport(transport="t", slots=[slot])])


def test_slots_are_worked_out_for_who_asks_and_hold_no_second_in_memory() -> None:
    """A crowd has ten thousand of them a second, and a figure of a person may lie about for hours."""
    figures = Figures()
    figures.of(shows(1))
    second = figures.of(shows(2)).transports[0].slots
    (slot,) = second
    assert (slot.slot, slot.track, slot.rid, slot.bps, slot.loss, slot.switches) == (7, "u/camera", "q", 8000, 0.5, 2)
    third = figures.of(shows(3)).transports[0].slots
    assert list(second) == [] and [each.switches for each in third] == [3]
