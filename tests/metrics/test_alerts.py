"""Prometheus tells the operator before people do: what alerts and dashboards ask for exists, each alert fires on what
it is for and is silent otherwise, and each has a page that says what to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from node.errors import RULES
from node.features.cover.rules import Stage
from node.features.nodes.rules import NodeState
from node.metrics.table import LIVE, READ
from ops import metrics
from tests.metrics import asked as shipped
from tests.metrics.asked import ALERTS, OPS, asked, queries

NAMED: Final = re.findall(r"- alert: (\w+)", ALERTS)
RECORDED: Final = set(re.findall(r"- record: (\S+)", shipped.RULES))
SCRAPED: Final = {metrics.scraped(row) for row in (*LIVE, *READ)} | {
    f"{row.name}_{part}" for row in (*LIVE, *READ) if row.kind == "histogram" for part in ("bucket", "count", "sum")
}
NODE: Final = 'instance="n:9464",job="regie"'

# (alert, the series with a minute between values, the minute at which it is silent, and at which it fires)
FIRES: Final[tuple[tuple[str, dict[str, str], int, int], ...]] = (
    ("RegieNodeDown", {f"up{{{NODE}}}": "1 1 0x9"}, 1, 4),
    ("RegiePlaneDown", {f"regie_plane_up{{{NODE}}}": "1 1 0x9"}, 1, 2),
    ("RegiePlaneDown", {f"regie_plane_silent_seconds{{{NODE}}}": "1 1 30 90"}, 1, 2),
    ("RegiePlaneRestarts", {f"regie_plane_restarts_total{{{NODE}}}": "0x5 3x20"}, 4, 10),
    ("RegiePlaneLagging", {f'regie_plane_lag_seconds{{percentile="99",{NODE}}}': "0.001x5 0.05x9"}, 4, 9),
    ("RegieUdpDrops", {f"regie_plane_socket_drops_total{{{NODE}}}": "0x5 0+600x20"}, 4, 15),
    ("RegieLoss", {f"regie_loss_ratio{{{NODE}}}": "0.01x3 0.2x20", f"regie_participants{{{NODE}}}": "9x30"}, 3, 15),
    ("RegieLoss", {f"regie_loss_ratio{{{NODE}}}": "0.2x20", f"regie_participants{{{NODE}}}": "0x10 2x20"}, 9, 19),
    ("RegieJoinFailures", {f'regie_joins_total{{code="OK",{NODE}}}': "0+60x60",
                           f'regie_joins_total{{code="PLANE_FULL",{NODE}}}': "0x10 0+60x30",
                           f'regie_joins_total{{code="ROOM_FULL",{NODE}}}': "0+600x60"}, 9, 30),
    ("RegieJoinsSlow", {f'regie_join_seconds_bucket{{le="1.0",{NODE}}}': "0+60x10 600x30",
                        f'regie_join_seconds_bucket{{le="5.0",{NODE}}}': "0+60x60",
                        f'regie_join_seconds_bucket{{le="+Inf",{NODE}}}': "0+60x60"}, 9, 25),
    ("RegieRefusalsRising", {f'regie_refusals_total{{edge="http",code="TICKET_WRONG",{NODE}}}': "0+6x90 540+900x30"},
     89, 105),
    ("RegieCertificateExpires", {f'regie_certificate_expires_timestamp_seconds{{certificate="server",{NODE}}}':
                                 "3000000x2 1000000x90"}, 2, 70),
    # of its two reasons, each without the other: little is left, and stays so; much is left, and not for a day
    ("RegieDiskFills", {f"regie_disk_free_bytes{{{NODE}}}": "9e8x20"}, 9, 11),
    ("RegieDiskFills", {f"regie_disk_free_bytes{{{NODE}}}": "9e10-90000000x60"}, 9, 30),
    ("RegieDatabaseDown", {f"regie_database_up{{{NODE}}}": "1 1 0x9"}, 1, 4),
    ("RegieEventLoopLags", {f'regie_event_loop_lag_seconds_bucket{{le="0.1",{NODE}}}': "0+600x10 6000x30",
                            f'regie_event_loop_lag_seconds_bucket{{le="1.0",{NODE}}}': "0+600x60",
                            f'regie_event_loop_lag_seconds_bucket{{le="+Inf",{NODE}}}': "0+600x60"}, 9, 25),
    ("RegieAuditBehind", {f"regie_audit_backlog{{{NODE}}}": "3x5 5000x20"}, 5, 15),
    ("RegieAuditBehind", {f"regie_audit_lost_total{{{NODE}}}": "0x5 1x20"}, 5, 15),
    ("RegieRecordingLate", {f"regie_recordings_late_seconds{{{NODE}}}": "0.5x5 9x20"}, 4, 9),
    ("RegieRecordingLate", {f"regie_recordings_dropped_packets_total{{{NODE}}}": "0x5 0+60x20"}, 4, 9),
    ("RegieRecordingsDisk", {f"regie_recordings_free_bytes{{{NODE}}}": "90000000000x3 90000000x20"}, 3, 12),
    ("RegieRecordingsStore", {f"regie_recordings_store_away_seconds{{{NODE}}}": "0x5 0+60x30"}, 14, 18),
    ("RegieRecordingUnplaced", {f"regie_recordings_unplaced{{{NODE}}}": "0x5 1x20"}, 9, 12),
    # asked for at the start, with forty minutes to go; and a stop that does not end, with no drain
    ("RegieDrainStuck", {f'regie_node_state{{state="draining",{NODE}}}': "1x60",
                         f"regie_drain_deadline_timestamp_seconds{{{NODE}}}": "2400x60",
                         f"regie_participants{{{NODE}}}": "40x60"}, 44, 47),
    ("RegieDrainStuck", {f'regie_node_state{{state="draining",{NODE}}}': "0x3 1x60",
                         f"regie_participants{{{NODE}}}": "0x60"}, 8, 10),
    ("RegieModeratorCover", {f'regie_cover_rooms{{stage="covered",{NODE}}}': "3x9",
                             f'regie_cover_rooms{{stage="slow",{NODE}}}': "0x3 1x9"}, 2, 6),
    ("RegieModerationQueue", {f"regie_moderation_age_seconds{{{NODE}}}": "0x3 400x9"}, 2, 6),
    ("RegieNodeFull", {f'regie_quota_use{{scope="node",type="",what="people",{NODE}}}': "100x9 950x20",
                       f'regie_quota_limit{{scope="node",type="",what="people",{NODE}}}': "1000x60"}, 8, 18),
)  # fmt: skip


# (alert, what looks like its reason and is none, the minute at which it is silent yet)
SILENT: Final[tuple[tuple[str, dict[str, str], int], ...]] = (
    # empty, and kept so for work on the machine
    ("RegieDrainStuck", {f'regie_node_state{{state="draining",{NODE}}}': "1x300",
                         f"regie_drain_deadline_timestamp_seconds{{{NODE}}}": "2400x300",
                         f"regie_participants{{{NODE}}}": "40x39 0x260"}, 290),
    # a day's drain
    ("RegieDrainStuck", {f'regie_node_state{{state="draining",{NODE}}}': "1x300",
                         f"regie_drain_deadline_timestamp_seconds{{{NODE}}}": "86400x300",
                         f"regie_participants{{{NODE}}}": "40x300"}, 290),
    # another node's people
    ("RegieDrainStuck", {f'regie_drain_deadline_timestamp_seconds{{{NODE}}}': "60x60",
                         f"regie_participants{{{NODE}}}": "0x60",
                         f"regie_participants{{{NODE.replace('n:', 'm:')}}}": "40x60"}, 50),
    # a week's worth of room
    ("RegieDiskFills", {f"regie_disk_free_bytes{{{NODE}}}": "9e10-9000000x500"}, 490),
    ("RegieAuditBehind", {f"regie_audit_lost_total{{{NODE}}}": "3x90", f"regie_audit_backlog{{{NODE}}}": "900x90"}, 80),
    ("RegieModeratorCover", {f'regie_cover_rooms{{stage="short",{NODE}}}': "3x9"}, 8),
    ("RegieLoss", {f"regie_loss_ratio{{{NODE}}}": "0.2x20", f"regie_participants{{{NODE}}}": "0x20"}, 19),
)  # fmt: skip


def promtool(*words: str) -> None:
    program = shutil.which("promtool")
    assert program is not None, "ops/system.sh test installs it (Debian: prometheus)"
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_fires_on_what_it_is_for(tmp_path: Path) -> None:
    """By Prometheus' own test of rules. `count` is absent where nothing fires."""
    assert {alert for alert, *_ in FIRES} == set(NAMED)
    expected = [(alert, series, ((silent, False), (loud, True))) for alert, series, silent, loud in FIRES]
    expected += [(alert, series, ((silent, False),)) for alert, series, silent in SILENT]
    tests = [
        {
            "interval": "1m",
            "name": alert,
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "promql_expr_test": [
                {
                    "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})',
                    "eval_time": f"{minute}m",
                    "exp_samples": [{"labels": "{}", "value": 1}] if fires else [],
                }
                for minute, fires in minutes
            ],
        }
        for alert, series, minutes in expected
    ]
    files = [str(OPS / "prometheus" / name) for name in ("rules.yml", "alerts.yml")]
    (tmp_path / "tests.yml").write_text(
        json.dumps({"rule_files": files, "evaluation_interval": "1m", "tests": tests})  # YAML is a superset
    )
    promtool("test", "rules", str(tmp_path / "tests.yml"))
    promtool("check", "config", str(OPS / "prometheus" / "prometheus.yml"))


def test_each_alert_has_a_page_and_each_page_an_alert() -> None:
    pages = {path.stem for path in (OPS / "runbooks").glob("Regie*.md")}
    assert pages == set(NAMED)
    assert re.findall(r"runbook: /usr/share/doc/regie/runbooks/(\w+)\.md", ALERTS) == NAMED


def test_a_page_sends_nobody_to_what_they_do_not_have() -> None:
    """Neither to the source nor to what only its settings name; and it names the alert's own reason."""
    for name in NAMED:
        page = (OPS / "runbooks" / f"{name}.md").read_text("utf-8")
        assert re.findall(r"\b(?:ops|node|console|protos|tests)/|<\w+_dir>|regie-plane --", page) == []
        (reason,) = re.findall(r"```promql\n(.*?)```", page, re.DOTALL)
        rule = ALERTS.partition(f"- alert: {name}\n")[2].partition("expr: |\n")[2]
        assert "".join(rule.split()).startswith("".join(reason.split())), name


@pytest.mark.parametrize("query", queries(), ids=range(len(queries())))
def test_what_is_asked_for_exists(query: str) -> None:
    """D6: alerts are shipped. And of labels, the values that the node gives."""
    text = re.sub(r"#.*|runbook: \S+", "", query)
    assert set(shipped.RECORDED.findall(text)) <= RECORDED
    assert {name for name in asked(text) if name.startswith("regie_")} <= SCRAPED
    for values in re.findall(r'code=~"([A-Z_|]+)"', text):
        assert set(values.split("|")) <= set(RULES)
    for values in re.findall(r'stage=~"([a-z|]+)"', text):
        assert set(values.split("|")) == {stage.value for stage in Stage if stage.alarm}
    assert set(re.findall(r'state="(\w+)"', text)) <= {state.value for state in NodeState}


def test_the_table_and_the_dashboard_are_up_to_date() -> None:
    for path, text in metrics.made().items():
        assert path.read_text("utf-8") == text, f"{path.name}: run `make metrics` and commit what it writes"
