"""What is read when somebody scrapes: figures that the services have anyway."""

from __future__ import annotations

import math
import platform
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

import msgspec
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from node.features.gauge.rules import Reading
from node.features.nodes.rules import Attention, NodeState, NodeView
from node.features.quota.rules import QuotaView
from node.metrics.table import PLANE_TOTALS, READ, Metric
from node.ports import PlaneFigures


class Nodes(Protocol):
    """`node.features.nodes.service.Nodes`."""

    @property
    def figures(self) -> PlaneFigures | None: ...

    @property
    def silent_s(self) -> float | None: ...

    def current(self) -> NodeView: ...

    def quality(self) -> dict[tuple[str, str], int]: ...

    def attention(self) -> Attention: ...


class Audit(Protocol):
    """`node.features.audit.service.Audit`."""

    lost: int
    written: int

    @property
    def backlog(self) -> int: ...


class Quota(Protocol):
    """`node.features.quota.service.Quota`."""

    @property
    def counted(self) -> Counter[tuple[str, str]]: ...

    def figures(self) -> list[QuotaView]: ...

    def full_rooms(self) -> int: ...


class Gauge(Protocol):
    """`node.features.gauge.service.Gauge`."""

    def now(self) -> tuple[Reading, float]: ...


class Value(msgspec.Struct, frozen=True):
    name: str
    value: float
    labels: tuple[str, ...] = ()


class Figures(Collector):
    """A metric that has no value now (the plane is down) is absent, not 0."""

    def __init__(self, nodes: Nodes, audit: Audit, quota: Quota, gauge: Gauge) -> None:
        self._gauge = gauge
        self._nodes = nodes
        self._audit = audit
        self._quota = quota

    def collect(self) -> Iterator[Family]:
        found: dict[str, list[Value]] = {}
        for value in self._values():
            found.setdefault(value.name, []).append(value)
        for row in READ:
            if row.kind == "histogram":
                if (figures := self._nodes.figures) is not None and figures.first_frame:
                    yield _first_frame(row, figures)
            elif row.name in found:
                family = FAMILIES[row.kind](row.name, row.help, labels=row.labels)
                for value in found[row.name]:
                    family.add_metric(value.labels, value.value)
                yield family

    def describe(self) -> Iterable[Family]:
        """Registering must not read the services."""
        return ()

    def _values(self) -> Iterator[Value]:
        node = self._nodes.current()
        yield Value("regie_build_info", 1, (node.version, platform.python_version()))
        yield Value("regie_rooms", node.load.rooms)
        yield Value("regie_participants", node.load.people)
        yield Value("regie_loss_ratio", node.load.loss_percent / 100.0)
        for state in NodeState:
            yield Value("regie_node_state", float(node.state is state), (state.value,))
        if node.drain is not None:
            yield Value("regie_drain_deadline_timestamp_seconds", node.drain.deadline)
        yield Value("regie_database_up", float(node.ledger))
        yield Value("regie_audit_records", self._audit.written)
        yield Value("regie_audit_backlog", self._audit.backlog)
        yield Value("regie_audit_lost", self._audit.lost)
        yield Value("regie_plane_up", float(node.state not in (NodeState.PLANE_DOWN, NodeState.FENCED)))
        if (silent := self._nodes.silent_s) is not None:
            yield Value("regie_plane_silent_seconds", silent)
        yield Value("regie_plane_restarts", node.plane.restarts)
        if node.plane.instance:
            yield Value("regie_plane_epoch", node.plane.epoch)
            yield Value("regie_plane_info", 1, (node.plane.version, str(node.plane.optimised).lower()))
        for (grade, cause), people in self._nodes.quality().items():
            yield Value("regie_people_quality", people, (grade, cause))
        reading, age = self._gauge.now()
        yield Value("regie_public_webinars", reading.webinars)
        yield Value("regie_public_participants", reading.participants)
        yield Value("regie_public_capacity", reading.capacity)
        yield Value("regie_public_age_seconds", age)
        yield from _attention(self._nodes.attention())
        yield from _quota(self._quota)
        if (figures := self._nodes.figures) is not None:
            yield from _plane(figures)


def _attention(now: Attention) -> Iterator[Value]:
    for stage, rooms in now.cover.items():
        yield Value("regie_cover_rooms", rooms, (stage,))
    yield Value("regie_cover_ratio", now.ratio)
    yield Value("regie_hands", now.hands)
    yield Value("regie_lobby_waiting", now.lobby)
    yield Value("regie_moderation_waiting", now.waiting)
    yield Value("regie_moderation_age_seconds", now.oldest_s)


def _quota(quota: Quota) -> Iterator[Value]:
    for view in quota.figures():
        labels = (view.scope.kind, view.scope.name, view.scope.what)
        yield Value("regie_quota_use", view.use, labels)
        if view.limit:
            yield Value("regie_quota_limit", view.limit, labels)
    yield Value("regie_quota_full_rooms", quota.full_rooms())
    for (kind, code), count in quota.counted.items():
        yield Value("regie_quota_denied", count, (kind, code))


def _plane(figures: PlaneFigures) -> Iterator[Value]:
    for key, name in PLANE_TOTALS.items():
        if key in figures.totals:
            yield Value(name, figures.totals[key])
    for mode in ("user", "system"):
        yield Value("regie_plane_cpu_seconds", figures.totals.get(f"cpu_{mode}_us", 0.0) / 1e6, (mode,))
    yield Value("regie_plane_resident_memory_bytes", figures.resident_bytes)
    yield Value("regie_plane_lag_seconds", figures.lag_p50_ms / 1000.0, ("50",))
    yield Value("regie_plane_lag_seconds", figures.lag_p99_ms / 1000.0, ("99",))
    if sends := figures.totals.get("sent_sends", 0.0):
        yield Value("regie_plane_gso_group_packets", figures.totals.get("sent_packets", 0.0) / sends)
    for shard in figures.shards:
        label = (str(shard.shard),)
        yield Value("regie_plane_shard_transports", shard.transports, label)
        yield Value("regie_plane_shard_sent_packets", shard.sent_packets, label)
        yield Value("regie_plane_shard_cpu_seconds", shard.cpu_us / 1e6, label)
        yield Value("regie_plane_shard_lag_seconds", shard.lag_p99_ms / 1000.0, label)
        yield Value("regie_plane_shard_mirrored_packets", shard.mirrored_packets, label)
    for cause, count in sorted(figures.drops.items()):
        yield Value("regie_plane_drops", count, (cause,))


def _first_frame(row: Metric, figures: PlaneFigures) -> Family:
    bounds = [("+Inf" if bound == math.inf else f"{bound:g}", count) for bound, count in figures.first_frame]
    return HistogramMetricFamily(row.name, row.help, buckets=bounds, sum_value=figures.first_frame_sum)


FAMILIES: Final = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}
