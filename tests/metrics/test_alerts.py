"""The alert rules ask for metrics that the node has."""

from __future__ import annotations

import re
from pathlib import Path

from node.features.cover.rules import Stage
from node.metrics.table import LIVE, READ

ALERTS = Path(__file__).parents[2] / "ops" / "prometheus" / "alerts.yml"
NAMES = {f"{row.name}_total" if row.kind == "counter" else row.name for row in (*LIVE, *READ)}


def test_every_metric_of_an_alert_exists() -> None:
    """D6: the alert rule is shipped."""
    asked = set(re.findall(r"\bregie_[a-z_]+", "\n".join(re.findall(r"expr: (.*)", ALERTS.read_text("utf-8")))))
    assert asked
    assert asked <= NAMES
    stages = set(re.findall(r"stage=~\"([a-z|]+)\"", ALERTS.read_text("utf-8"))[0].split("|"))
    assert stages == {stage.value for stage in Stage if stage.alarm}
