#!/bin/sh
# Every test there is, against what is built in BUILD: units, the binary from the outside, a sample of injected failures and kills, and
# what the fuzzers have found so far. Prints one line a test and last of all `N passed, N failed`.
# usage: all.sh BUILD [LABEL]
set -u
build=$1
passed=0 failed=0 # of all
log=$build/tests.log
: >"$log"

# Runs a command whose last line is `N passed, N failed…` and adds that to the totals.
part() {
    echo "== $1"
    shift
    : >"$log.part" # before anybody reads what the last part left there
    "$@" >"$log.part" 2>&1 &
    tail -n +1 -f "$log.part" --pid=$! 2>/dev/null
    wait $!
    status=$?
    cat "$log.part" >>"$log"
    counts=$(tail -n 1 "$log.part" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p')
    # shellcheck disable=SC2086
    set -- ${counts:-0 1}
    [ "$status" = 0 ] || [ "$2" -gt 0 ] || set -- "$1" 1 # it failed without saying which
    passed=$((passed + $1)) failed=$((failed + $2))
}

export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}" UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1}"
units=
for source in tests/unit/test_*.c; do
    name=${source##*/}
    units="$units $build/tests/unit/${name%.c}"
done
# shellcheck disable=SC2086
part "units" sh tests/units.sh $units
if [ "$build" = build/tsan ]; then
    part "api, as far as threads go" python3 -B tests/api/run.py tests/api "$build/paring" rows in any order
    for words in "concurrent duplicates" "one at a time" "every route"; do
        # shellcheck disable=SC2086
        part "api, $words" python3 -B tests/api/run.py tests/api "$build/paring" $words
    done
    for words in "under load" "in flight"; do
        # shellcheck disable=SC2086
        part "faults, $words" python3 -B tests/api/run.py tests/faults "$build/paring" $words
    done
else
    part "api" python3 -B tests/api/run.py tests/api "$build/paring"
    part "browser" python3 -B tests/api/run.py tests/browser "$build/paring" # skipped without node and chromium
    part "faults" sh tests/faults/run.sh "$build"
    part "fuzz corpora" sh tests/fuzz/replay.sh "$build"
fi
echo "== all"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
