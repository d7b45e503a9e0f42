"""What the machine costs is a mean over a time in which something can be measured."""

from __future__ import annotations

import pytest

from node.machine import Meter
from node.running import to_next_second


class Time:
    def __init__(self) -> None:
        self.wall = 100.0
        self.used = 0.0

    def monotonic(self) -> float:
        return self.wall

    def process(self) -> float:
        return self.used


def test_a_reading_of_less_than_a_millisecond_is_the_last_one_again() -> None:
    """A timer that wakes just before the second is followed by another at the second: 0.4 ms of work in 0.4 ms are not
    100 % of a core."""
    time = Time()
    meter = Meter(time.monotonic, time.process)
    time.wall, time.used = 100.9996, 0.05
    first = meter.read()
    assert first.control_cpu_percent == pytest.approx(5.0, abs=0.1)
    time.wall, time.used = 101.0, 0.0504
    assert meter.read() == first
    time.wall, time.used = 102.0, 0.1504
    assert meter.read().control_cpu_percent == pytest.approx(10.0, abs=0.1)


@pytest.mark.parametrize(("now", "sleep"), [(5.0, 1.0), (5.002, 0.998), (5.9996, 1.0004), (5.6, 0.4)])
def test_each_second_comes_once_though_a_timer_wakes_early(now: float, sleep: float) -> None:
    assert to_next_second(now) == pytest.approx(sleep)
