#!/usr/bin/env bash
# Coverage-led fuzzing on any stable toolchain: run.sh SECONDS [TARGET …]     all targets unless some are named
#
# What it finds interesting is kept between runs in target/found/TARGET; an input that breaks a promise is written as
# target/crash-…, named at the end, and the exit code is 1. Once mended, keep it as ../corpus/TARGET/NAME.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:?seconds for each target}
shift
host=$(rustc -vV | sed -n 's/^host: //p')

# As cargo-fuzz does, without its sanitizers: the core has no unsafe code for them to watch.
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1"
cargo build --quiet --release --locked -j"${JOBS:-2}" --target "$host"
engine=target/$host/release/regie-fuzz-engine

[ $# -gt 0 ] || set -- $(ls ../corpus)
broken=0
for name in "$@"; do
    mkdir -p "target/found/$name"
    log=target/$name.log
    if REGIE_FUZZ=$name "$engine" -max_total_time="$seconds" -timeout=300 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 \
        -artifact_prefix=target/crash-"$name"- "target/found/$name" "../corpus/$name" >"$log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        cover=$(grep -oE 'cov: [0-9]+' "$log" | tail -1)
        echo "$name: $runs runs, ${cover:-cov: ?}, nothing broken"
    else
        broken=1
        echo "$name: BROKEN, see $PWD/$log"
        tail -30 "$log"
    fi
done
exit $broken
