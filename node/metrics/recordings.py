"""Recordings, read when somebody scrapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from node.features.recordings.service import Recordings
from node.features.recordings.shelf import Shelf
from node.features.recordings.states import State
from node.metrics.table import READ

_HELP: Final = {row.name: row.help for row in READ}


class RecordingFigures(Collector):
    def __init__(self, recordings: Recordings, shelf: Shelf) -> None:
        self._recordings = recordings
        self._shelf = shelf

    def collect(self) -> Iterator[Family]:
        book = self._recordings.book
        family = GaugeMetricFamily("regie_recordings", _HELP["regie_recordings"], labels=("state",))
        for state in State:
            family.add_metric((state.value,), book.states[state])
        yield family
        recorder = self._recordings.recorder()
        workers, busy = self._shelf.workers
        yield _gauge("regie_recordings_up", float(recorder.available))
        yield _gauge("regie_recordings_bytes", book.bytes)
        yield _gauge("regie_recordings_late_seconds", recorder.late_ms / 1000.0)
        yield _gauge("regie_recordings_workers_free", workers - busy)
        waiting, away = self._shelf.waiting
        yield _gauge("regie_recordings_store_waiting", waiting)
        yield _gauge("regie_recordings_store_away_seconds", away)
        standing = self._recordings.standing()
        yield _gauge("regie_recordings_recorders_free", standing.free)
        yield _gauge("regie_recordings_reserved_bytes", standing.reserved)
        yield _gauge("regie_recordings_planned", standing.planned)
        yield _gauge("regie_recordings_unplaced", len(standing.unplaced))
        if recorder.free_bytes is not None:
            yield _gauge("regie_recordings_free_bytes", recorder.free_bytes)
        name = "regie_recordings_dropped_packets"
        yield CounterMetricFamily(name, _HELP[name], value=self._recordings.dropped)

    def describe(self) -> Iterable[Family]:
        """Registering reads nothing."""
        return ()


def _gauge(name: str, value: float) -> Family:
    return GaugeMetricFamily(name, _HELP[name], value=value)
