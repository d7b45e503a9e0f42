#!/usr/bin/env bash
# Prints the newest Python that Régie's locked packages are tested with, or says in one sentence that there is none.
set -euo pipefail
for python in python3.11 python3.12 python3.13 python3; do
  if "$python" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    echo "$python"
    exit 0
  fi
done
echo "Régie needs Python 3.11, 3.12 or 3.13 with its venv module: run 'sudo apt-get install python3 python3-venv', then the same command again." >&2
exit 1
