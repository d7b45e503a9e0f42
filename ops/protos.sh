#!/bin/sh
# Generates the Python side of every contract in protos/, beside its source or under the directory given as $1.
# Run from the repository root with the development environment's python first in PATH, or named by $PYTHON.
set -eu
out=${1:-.}
python=${PYTHON:-python}
plugin=$("$python" -c 'import sysconfig; print(sysconfig.get_path("scripts") + "/protoc-gen-mypy_grpc")')
all=$(find protos -name '*.proto' | LC_ALL=C sort)
services=$(grep -l '^service ' $all)
# shellcheck disable=SC2086  # paths of ours, without spaces
"$python" -m grpc_tools.protoc -I. --python_out="$out" --pyi_out="$out" $all
# shellcheck disable=SC2086
"$python" -m grpc_tools.protoc -I. --grpc_python_out="$out" --plugin=protoc-gen-mypy_grpc="$plugin" \
    --mypy_grpc_out=quiet:"$out" $services
