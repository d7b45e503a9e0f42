"""Write what is made from the table of metrics: `ops/prometheus/METRICS.md` and `ops/grafana/regie.json`.

`python ops/metrics.py`, or `--check` to compare.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from node.metrics.table import LIVE, READ, Metric

OPS: Final = Path(__file__).parent

# (title, unit, [(query, legend)]); two panels a row. `$node` is a variable of the dashboard.
PANELS: Final[tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]] = (
    ("Personnes, salles", "short", (
        ('regie_participants{instance=~"$node"}', "personnes {{instance}}"),
        ('regie_rooms{instance=~"$node"}', "salles {{instance}}"),
    )),
    ("État", "short", (
        ('regie_node_state{instance=~"$node"} == 1', "{{instance}} {{state}}"),
        ('regie_plane_up{instance=~"$node"}', "plan média {{instance}}"),
    )),
    ("Débit envoyé", "bps", (('instance:regie_sent_bits:rate1m{instance=~"$node"}', "{{instance}}"),)),
    ("Retard des paquets, p99", "s", (
        ('regie_plane_lag_seconds{percentile="99",instance=~"$node"}', "{{instance}}"),
        ('regie_plane_shard_lag_seconds{instance=~"$node"}', "{{instance}} cœur {{shard}}"),
    )),
    ("Pertes vers les participants", "percentunit", (('regie_loss_ratio{instance=~"$node"}', "{{instance}}"),)),
    ("Connexions, telles que montrées", "short", (
        ('sum by (grade, cause) (regie_people_quality{instance=~"$node"})', "{{grade}} {{cause}}"),
    )),
    ("Entrées par réponse", "ops", (
        ('sum by (code) (rate(regie_joins_total{instance=~"$node"}[5m]))', "{{code}}"),
    )),
    ("Durée d’une entrée et première image, p95", "s", (
        ('instance:regie_join_seconds:p95_5m{instance=~"$node"}', "entrée {{instance}}"),
        ('instance:regie_first_frame_seconds:p95_5m{instance=~"$node"}', "première image {{instance}}"),
    )),
    ("Refus", "ops", (
        ('topk(8, sum by (edge, code) (rate(regie_refusals_total{instance=~"$node"}[5m])))', "{{edge}} {{code}}"),
    )),
    ("Datagrammes non utilisés", "pps", (
        ('topk(8, sum by (cause) (rate(regie_plane_drops_total{instance=~"$node"}[5m])))', "{{cause}}"),
        ('rate(regie_plane_socket_drops_total{instance=~"$node"}[5m])', "tampon plein {{instance}}"),
    )),
    ("Processeur", "percentunit", (
        ('sum by (instance) (rate(regie_plane_cpu_seconds_total{instance=~"$node"}[1m]))', "plan {{instance}}"),
        ('rate(process_cpu_seconds_total{job="regie",instance=~"$node"}[1m])', "contrôle {{instance}}"),
    )),
    ("Retard du processus de contrôle, p99", "s", (
        ('instance:regie_event_loop_lag_seconds:p99_5m{instance=~"$node"}', "{{instance}}"),
    )),
    ("Modération", "short", (
        ('regie_moderation_waiting{instance=~"$node"}', "en attente {{instance}}"),
        ('sum by (stage) (regie_cover_rooms{instance=~"$node"})', "salles : {{stage}}"),
        ('regie_hands{instance=~"$node"}', "mains levées {{instance}}"),
    )),
    ("Mémoire, disque", "bytes", (
        ('regie_plane_resident_memory_bytes{instance=~"$node"}', "plan {{instance}}"),
        ('process_resident_memory_bytes{job="regie",instance=~"$node"}', "contrôle {{instance}}"),
        ('regie_disk_free_bytes{instance=~"$node"}', "disque libre {{instance}}"),
    )),
)  # fmt: skip


def scraped(metric: Metric) -> str:
    """The name as queries write it."""
    return f"{metric.name}_total" if metric.kind == "counter" else metric.name


def table() -> str:
    lines = [
        "# Metrics",
        "",
        "Made from `node/metrics/table.py` by `make metrics`; `process_*` of the control process come with them.",
        "No room, person or address is in a label. Refusal codes are those of `node/refusals/`.",
        "",
        "| metric | kind | labels | what |",
        "|---|---|---|---|",
    ]
    for metric in sorted((*LIVE, *READ), key=lambda row: row.name):
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        lines.append(f"| `{scraped(metric)}` | {metric.kind} | {labels} | {metric.help} |")
    return "\n".join(lines) + "\n"


def dashboard() -> dict[str, Any]:
    """One for all nodes, with a choice of them; for Grafana 9 and newer."""
    source = {"type": "prometheus", "uid": "${source}"}
    panels = [
        {
            "id": number + 1,
            "type": "timeseries",
            "title": title,
            "datasource": source,
            "gridPos": {"h": 8, "w": 12, "x": 12 * (number % 2), "y": 8 * (number // 2)},
            "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
            "targets": [
                {"refId": chr(ord("A") + at), "datasource": source, "expr": query, "legendFormat": legend}
                for at, (query, legend) in enumerate(queries)
            ],
        }
        for number, (title, unit, queries) in enumerate(PANELS)
    ]
    nodes = {
        "name": "node", "label": "nœud", "type": "query", "datasource": source, "multi": True, "includeAll": True,
        "query": {"query": "label_values(regie_build_info, instance)", "refId": "node"}, "refresh": 2,
        "current": {"text": "All", "value": "$__all"},
    }  # fmt: skip
    return {
        "uid": "regie",
        "title": "Régie",
        "tags": ["regie"],
        "schemaVersion": 37,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}, nodes]},
        "panels": panels,
    }


def made() -> dict[Path, str]:
    return {
        OPS / "prometheus" / "METRICS.md": table(),
        OPS / "grafana" / "regie.json": json.dumps(dashboard(), ensure_ascii=False, indent=1) + "\n",
    }


def main() -> int:
    stale = [path for path, text in made().items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" not in sys.argv:
        for path, text in made().items():
            path.write_text(text, "utf-8")
        return 0
    for path in stale:
        print(f"{path.relative_to(OPS.parent)} is not what the table of metrics says: make metrics", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
