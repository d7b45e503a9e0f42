#!/usr/bin/env bash
# A relocatable environment with all that a node needs, exactly as locked, and nothing that only tests need.
#
#   ops/deb/environment.sh FOLDER [PYTHON]     from the root of the source; WHEEL=dist/regie-….whl spares building one
set -euo pipefail

folder=${1:?usage: ops/deb/environment.sh FOLDER [PYTHON]}
python=${2:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m venv "$work/tools"
"$work/tools/bin/python" -m pip install --quiet --disable-pip-version-check \
  "uv==$(sed -n 's/^uv==\([^ ]*\).*/\1/p' requirements.lock)"
uv=$work/tools/bin/uv

if [ -z "${WHEEL:-}" ]; then
  "$uv" venv --quiet --python "$python" "$work/build"
  VIRTUAL_ENV=$work/build "$uv" pip install --quiet --require-hashes -r requirements.lock
  VIRTUAL_ENV=$work/build "$uv" build --quiet --wheel --no-build-isolation --no-index --out-dir "$work/dist" \
    --python "$work/build/bin/python" .
  WHEEL=$(ls "$work"/dist/*.whl)
fi

# What the lock says of the wheel's own requirements: the lock is the constraint, the wheel says what is wanted.
grep -v '^ *--hash' requirements.lock | sed 's/ \\$//' >"$work/constraints.txt"
"$uv" venv --quiet --relocatable --python "$python" "$folder"
VIRTUAL_ENV=$folder "$uv" pip install --quiet --compile-bytecode --constraint "$work/constraints.txt" "regie[node,otel] @ file://$(realpath "$WHEEL")"
