"""Name, version and licence of every crate, as CSV, from `cargo metadata` on stdin."""

import csv
import json
import sys

rows = sorted((one["name"], one["version"], one["license"] or "") for one in json.load(sys.stdin)["packages"])
csv.writer(sys.stdout).writerows((("Name", "Version", "License"), *rows))
