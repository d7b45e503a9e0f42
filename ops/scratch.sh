#!/usr/bin/env bash
# A new folder for the files of tests, and its name: in memory where there is room for it, else where temporary files are.
# The name is short, for sockets have theirs in it (sun_path: 108 bytes).
set -euo pipefail

enough=4000000 # kB
free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n1 || echo 0)
if [ "${free:-0}" -gt "$enough" ]; then
    mktemp -d /dev/shm/rg.XXXX
else
    mktemp -d "${TMPDIR:-/tmp}/rg.XXXX"
fi
