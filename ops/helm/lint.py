"""Lint and render the chart by Helm's own library (the wheel helm-python-sdk), and hold what comes out against
the schemas of Kubernetes (the wheel kubernetes-validate), as `make ops` does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-not-found, unused-ignore]
import yaml
from helm_python import chart  # type: ignore[import-not-found, unused-ignore]

HERE = Path(__file__).parent
VALUES = {
    "publicUrl": "https://regie.example.org",
    "credentialsSecret": "regie",
    "media": {"port": 7881, "advertise": ["192.0.2.1"]},
}
WRONG = ({"media": {"port": 70000}}, {"drainSeconds": 1}, {"typo": 1}, {"settings": {"web.listen": "x"}})
CLUSTERS = ("1.27", "1.37")
"""The oldest that the chart names, and the newest whose schemas are there."""


def rendered(loaded: Any, values: dict[str, Any]) -> list[dict[str, Any]]:
    made: dict[str, str] = loaded.render({**VALUES, **values}, name="regie", namespace="default")
    return [document for text in made.values() for document in yaml.safe_load_all(text) if document]


def holds(made: list[dict[str, Any]]) -> None:
    """What media needs, and what a pod may not."""
    pods = next(one for one in made if one["kind"] == "DaemonSet")["spec"]["template"]["spec"]
    (folder,), (node,) = pods["initContainers"], pods["containers"]
    environ = {one["name"]: one.get("value", "") for one in node["env"]}
    leaves = node["lifecycle"]["preStop"]["exec"]["command"]
    asked = {
        "its host's network": pods["hostNetwork"] is True,
        "nobody's root": pods["securityContext"]["runAsNonRoot"] is True and "runAsUser" not in node["securityContext"],
        "the folder is given to who runs": str(pods["securityContext"]["runAsUser"]) in folder["command"],
        "and that is all that root may": folder["securityContext"]["capabilities"] == {"drop": ["ALL"],
                                                                                       "add": ["CHOWN", "FOWNER"]},
        "its addresses": environ["REGIE__MEDIA__ADVERTISE"] == "192.0.2.1",
        "its name outside": environ["REGIE__WEB__PUBLIC_URL"] == "https://regie.example.org",
        "its secrets": environ["CREDENTIALS_DIRECTORY"] == "/run/credentials",
        "it is emptied": leaves[2] == (HERE / "files" / "leave.py").read_text("utf-8"),
        "for less than it is given": int(leaves[3]) < pods["terminationGracePeriodSeconds"],
    }  # fmt: skip
    if lacks := [what for what, there in asked.items() if not there]:
        sys.exit(f"the rendered chart lacks: {', '.join(lacks)}")


def main() -> int:
    print(chart.lint(HERE, VALUES, strict=True))
    loaded = chart.load(HERE) if hasattr(chart, "load") else chart.Chart.load(HERE)
    for values in ({}, {"credentialsSecret": "", "settings": {"REGIE__LIMITS__ROOMS": "50"}}):
        made = rendered(loaded, values)
        for document in made:
            for cluster in CLUSTERS:
                kubernetes_validate.validate(document, cluster, strict=True)
    holds(rendered(loaded, {}))
    pod = made[0]["spec"]["template"]["spec"]
    pod["hostNetwrok"] = pod.pop("hostNetwork")  # one that finds nothing anywhere is none
    try:
        kubernetes_validate.validate(made[0], CLUSTERS[0], strict=True)
    except kubernetes_validate.ValidationError:
        print("held against the schemas of Kubernetes", *CLUSTERS)
    else:
        sys.exit("the schemas of Kubernetes take anything")
    for values in WRONG:
        try:
            rendered(loaded, values)
        except Exception as refused:
            print("refused:", str(refused).strip().splitlines()[-1])
        else:
            sys.exit(f"the schema lets {values} through")
    return 0


if __name__ == "__main__":
    sys.exit(main())
