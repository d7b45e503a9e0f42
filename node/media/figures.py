"""Counters of the plane, once a second, turned into what one second was. Pure.

A crowd has ten thousand slots, of which somebody looks at a dozen: they are worked out for who asks.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterator
from typing import Final

from node.media.told import FAILING
from node.ports import (
    LayerFigures,
    PlaneFigures,
    ShardFigures,
    SlotFigures,
    TapFigures,
    TrackFigures,
    TransportFigures,
)
from protos.plane.v1 import plane_pb2 as wire

GAUGES: Final = ("transports", "tracks", "rooms")
NEW: Final = (0, wire.Counters.Track())
NO_TRANSPORT: Final = wire.Counters.Transport()
PACKETS: Final = tuple(field.name for field in wire.Counters.Packets.DESCRIPTOR.fields)


class Second:
    """The transports of one second, and of the one before it. Whoever holds it holds both messages of the plane."""

    def __init__(self, now: wire.Counters, before: Second | None, seconds: float) -> None:
        self.transports = {each.transport: each for each in now.transports}
        self.before = before.transports if before is not None else {}
        self.seconds = seconds


class Slots:
    """Of one transport. They do not keep the second in memory: a figure that lies about must not hold a crowd's."""

    __slots__ = ("_second", "_transport")

    def __init__(self, second: weakref.ref[Second], transport: str) -> None:
        self._second, self._transport = second, transport

    def __iter__(self) -> Iterator[SlotFigures]:
        second = self._second()
        if second is None:
            return iter(())
        return _slots(second.transports[self._transport], second.before.get(self._transport), second.seconds)


class Figures:
    """Remembers the counters before. One per plane: a new one starts from zero."""

    def __init__(self) -> None:
        self._before: wire.Counters | None = None
        self._second: Second | None = None
        self._tracks: dict[str, tuple[int, wire.Counters.Track]] = {}  # packets, and the rest

    def of(self, now: wire.Counters) -> PlaneFigures:
        before = self._before
        seconds = (now.unix_ms - before.unix_ms) / 1000 if before is not None else 0.0
        # A clock that jumped must not become a rate: the plane counts once a second (hostile clocks, H28).
        if not 0.2 <= seconds <= 5.0:
            seconds = 1.0
        if before is None:
            before = now
        second = Second(now, self._second, seconds)
        told = weakref.ref(second)
        figures = PlaneFigures(
            transports=tuple(
                _transport(each, second.before.get(name), told, seconds) for name, each in second.transports.items()
            ),
            tracks=tuple(self._each_track(now, seconds)),
            totals=_totals(now),
            drops=dict(now.drops),
            packets_in_per_second=_rate(now.packets.received_packets, before.packets.received_packets, seconds),
            packets_out_per_second=_rate(now.packets.sent_packets, before.packets.sent_packets, seconds),
            bits_in_per_second=8 * _rate(now.packets.received_bytes, before.packets.received_bytes, seconds),
            bits_out_per_second=8 * _rate(now.packets.sent_bytes, before.packets.sent_bytes, seconds),
            nacks_per_second=max(0, now.packets.nacks_received - before.packets.nacks_received) / seconds,
            cpu_percent=_cpu(now, before, seconds),
            lag_p50_ms=now.loop.lag_p50_us / 1000,
            lag_p99_ms=now.loop.lag_p99_us / 1000,
            resident_bytes=now.loop.resident_bytes,
            socket_drops_per_second=max(0, now.loop.socket_drops - before.loop.socket_drops) / seconds,
            shards=tuple(_shard(each) for each in now.shards),
            first_frame=_buckets(now.first_frame),
            first_frame_sum=now.first_frame.sum_ms / 1000,
            taps=tuple(map(_tap, now.recordings)),
            spool_free_bytes=now.spool.free_bytes if now.HasField("spool") else None,
        )
        self._before, self._second = now, second
        return figures

    def _each_track(self, now: wire.Counters, seconds: float) -> Iterator[TrackFigures]:
        before, self._tracks = self._tracks, {}
        for each in now.tracks:
            name, packets = each.track, each.packets
            were, known = before.get(name, NEW)
            self._tracks[name] = packets, each
            # Most tracks of a room are silent or off: as little as can be is read of them.
            if packets <= were:
                yield TrackFigures(name, 0, 0.0, each.level, each.active, each.muted)
            else:
                yield _track(each, packets - were, known, seconds)


def _tap(now: wire.Counters.Recording) -> TapFigures:
    return TapFigures(
        recording=now.recording,
        stream=now.stream,
        bytes=now.bytes,
        late_ms=now.synced_ms,
        waiting_bytes=now.waiting_bytes,
        dropped_packets=now.dropped_packets,
        failing=FAILING.get(now.failing, ""),
    )


def _rate(now: int, before: int, seconds: float) -> int:
    return max(0, round((now - before) / seconds))


def _cpu(now: wire.Counters, before: wire.Counters, seconds: float) -> float:
    spent = now.loop.cpu_user_us + now.loop.cpu_system_us - before.loop.cpu_user_us - before.loop.cpu_system_us
    return max(0.0, spent / 10_000 / seconds)


def _totals(now: wire.Counters) -> dict[str, float]:
    totals = {name: float(getattr(now.gauge, name)) for name in GAUGES}
    totals.update((name, float(getattr(now.packets, name))) for name in PACKETS)
    totals["cpu_user_us"] = float(now.loop.cpu_user_us)
    totals["cpu_system_us"] = float(now.loop.cpu_system_us)
    totals["socket_drops"] = float(now.loop.socket_drops)
    totals["tcp_connections"] = float(now.loop.tcp_connections)
    totals["held"] = float(sum(each.video_held for each in now.transports))
    totals["target_bps"] = float(sum(each.target_bps for each in now.transports))
    return totals


def _transport(
    now: wire.Counters.Transport, before: wire.Counters.Transport | None, told: weakref.ref[Second], seconds: float
) -> TransportFigures:
    before = before or NO_TRANSPORT
    return TransportFigures(
        transport=now.transport,
        received_bps=8 * _rate(now.received_bytes, before.received_bytes, seconds),
        sent_bps=8 * _rate(now.sent_bytes, before.sent_bytes, seconds),
        sent_packets=max(0, now.sent_packets - before.sent_packets),
        rtt_ms=now.rtt_ms,
        loss=now.loss,
        connected=now.connected,
        jitter_ms=now.jitter_ms,
        estimate_bps=now.estimate_bps,
        target_bps=now.target_bps,
        receive_cap_bps=now.receive_cap_bps,
        send_cap_bps=now.send_cap_bps,
        queue_ms=now.queue_ms,
        delay_ms=now.delay_ms,
        video_held=now.video_held,
        tcp=now.protocol == wire.PROTOCOL_TCP,
        slots=Slots(told, now.transport),
    )


def _slots(
    now: wire.Counters.Transport, before: wire.Counters.Transport | None, seconds: float
) -> Iterator[SlotFigures]:
    sent = {each.slot: each.bytes for each in before.slots} if before is not None else {}
    return (
        SlotFigures(
            slot=each.slot,
            track=each.track,
            rid=each.rid,
            bps=8 * _rate(each.bytes, sent.get(each.slot, 0), seconds),
            loss=each.loss,
            switches=each.switches,
        )
        for each in now.slots
    )


def _layer(now: wire.Counters.Layer, before: wire.Counters.Layer | None, seconds: float) -> LayerFigures:
    before = before or wire.Counters.Layer()
    packets, lost = max(0, now.packets - before.packets), max(0, now.lost - before.lost)
    return LayerFigures(
        rid=now.rid,
        bps=8 * _rate(now.bytes, before.bytes, seconds),
        loss=lost / (packets + lost) if packets + lost else 0.0,
        width=now.width,
        height=now.height,
        fps=max(0, now.frames - before.frames) / seconds,
        active=now.active,
        wanted=now.wanted,
    )


def _shard(now: wire.Counters.Shard) -> ShardFigures:
    return ShardFigures(
        shard=now.shard,
        transports=now.transports,
        sent_packets=now.sent_packets,
        cpu_us=now.cpu_us,
        lag_p99_ms=now.lag_p99_us / 1000,
        mirrored_packets=now.mirrored_packets,
    )


def _buckets(now: wire.Counters.Histogram) -> tuple[tuple[float, int], ...]:
    """(seconds, how many took at most that); the last bound is infinite."""
    if len(now.counts) != len(now.bounds_ms) + 1:
        return ()
    bounds = [*(each / 1000 for each in now.bounds_ms), float("inf")]
    return tuple(zip(bounds, itertools.accumulate(now.counts), strict=True))


def _track(now: wire.Counters.Track, packets: int, before: wire.Counters.Track, seconds: float) -> TrackFigures:
    lost = max(0, now.lost - before.lost)
    layers = {layer.rid: layer for layer in before.layers}
    return TrackFigures(
        track=now.track,
        bps=8 * max(0, round((now.bytes - before.bytes) / seconds)),
        loss=lost / (packets + lost) if packets + lost else 0.0,
        level=now.level,
        active=now.active,
        muted=now.muted,
        jitter_ms=now.jitter_us / 1000,
        packets=packets,
        layers=tuple(_layer(each, layers.get(each.rid), seconds) for each in now.layers),
    )
