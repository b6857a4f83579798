#!/bin/sh
# Runs every libFuzzer target for SECONDS, from its committed corpus; what is found goes to build/fuzz/. A crash is kept there as
# crash-TARGET-… and fails the run; when it is mended, the input goes into tests/fuzz/corpus/TARGET/.
# usage: run.sh SECONDS [TARGET…]
set -u
seconds=$1
shift
[ $# -gt 0 ] || set -- $(ls tests/fuzz/fuzz_*.c | sed 's/.*fuzz_\(.*\)\.c/\1/')
one='
    found=build/fuzz/found/$1
    mkdir -p "$found" "tests/fuzz/corpus/$1"
    build/fuzz/tests/fuzz/fuzz_$1 -max_total_time=$0 -timeout=10 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/crash-$1-" "$found" "tests/fuzz/corpus/$1" >"build/fuzz/$1.log" 2>&1 &&
        echo "passed   $1: $(sed -n "s/stat::number_of_executed_units: *//p" "build/fuzz/$1.log") inputs in $0 s" ||
        { echo "failed   $1: see build/fuzz/$1.log"; tail -n 30 "build/fuzz/$1.log"; exit 1; }'
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 sh -c "$one" "$seconds"
