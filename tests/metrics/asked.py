"""What the shipped dashboard, rules and alerts ask of Prometheus."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from prometheus_client.parser import text_string_to_metric_families

from ops import metrics

OPS: Final = Path(__file__).parents[2] / "ops"
ALERTS: Final = (OPS / "prometheus" / "alerts.yml").read_text("utf-8")
RULES: Final = (OPS / "prometheus" / "rules.yml").read_text("utf-8")
RECORDED: Final = re.compile(r"\binstance:\w+:\w+")
SCRAPED: Final = re.compile(r"(?<![:\w])(?:regie|process)_[a-z_0-9]+")


def dashboard() -> list[str]:
    """Its queries."""
    made: dict[str, Any] = metrics.dashboard()
    return [target["expr"] for panel in made["panels"] for target in panel["targets"]]


def queries() -> list[str]:
    """All of them: the two files, and each query of the dashboard."""
    return [ALERTS, RULES, *dashboard()]


def asked(text: str) -> set[str]:
    """The names of series in `text` that a node is to give; a recorded one is another rule's matter."""
    return set(SCRAPED.findall(RECORDED.sub("", re.sub(r"#.*|runbook: \S+", "", text))))


def given(exposition: str) -> set[str]:
    """The names of series behind each TYPE of what a node answers at `/metrics`, whether or not it has samples now."""
    found = set()
    for family in text_string_to_metric_families(exposition):
        parts = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
        found |= {f"{family.name}{part}" for part in parts}
    return found
