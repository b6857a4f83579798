#!/bin/sh
# Runs the unit test programs named on the command line and prints one line: passed, failed.
passed=0 failed=0
for unit in "$@"; do
    out=$("$unit" 2>&1) && ok=1 || ok=0
    p=$(printf '%s\n' "$out" | grep -c '\[       OK \]')
    f=$(printf '%s\n' "$out" | grep '^\[  FAILED  \] [a-z_0-9]*$' | sort -u | wc -l) # it names each twice
    [ "$ok" = 1 ] || { printf '%s\n' "$out"; [ "$f" -gt 0 ] || f=1; }
    passed=$((passed + p)) failed=$((failed + f))
    printf '%-40s %3d passed, %d failed\n' "$(basename "$unit")" "$p" "$f" >&2
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
