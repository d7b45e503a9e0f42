"""Lint and render the chart by Helm's own library (the wheel helm-python-sdk), as `make ops` does."""

from __future__ import annotations

import sys
from pathlib import Path

from helm_python import chart  # type: ignore[import-not-found, unused-ignore]

HERE = Path(__file__).parent
VALUES = {
    "publicUrl": "https://regie.example.org",
    "credentialsSecret": "regie",
    "media": {"port": 7881, "advertise": ["192.0.2.1"]},
}
WRONG = ({"media": {"port": 70000}}, {"drainSeconds": 1}, {"typo": 1}, {"settings": {"web.listen": "x"}})


def main() -> int:
    print(chart.lint(HERE, VALUES, strict=True))
    loaded = chart.load(HERE) if hasattr(chart, "load") else chart.Chart.load(HERE)
    made = str(loaded.render(VALUES, name="regie", namespace="default"))
    for word in (
        "hostNetwork: true",
        "preStop",
        "runAsNonRoot: true",
        "https://regie.example.org",
        "192.0.2.1",
        "CREDENTIALS_DIRECTORY",
    ):
        if word not in made:
            sys.exit(f"the rendered chart lacks {word}")
    for values in WRONG:
        try:
            loaded.render({**VALUES, **values}, name="regie", namespace="default")
        except Exception as refused:
            print("refused:", str(refused).strip().splitlines()[-1])
        else:
            sys.exit(f"the schema lets {values} through")
    return 0


if __name__ == "__main__":
    sys.exit(main())
