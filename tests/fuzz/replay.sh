#!/bin/sh
# Gives each fuzz target the files of its committed corpus. usage: replay.sh BUILD
passed=0 failed=0
for target in "$1"/tests/fuzz/replay_*; do
    case $target in *.d | *.o | *'*') continue ;; esac
    name=${target##*/replay_}
    set -- tests/fuzz/corpus/"$name"/*
    [ -e "$1" ] || { echo "$name: tests/fuzz/corpus/$name is empty" && failed=$((failed + 1)) && continue; }
    if out=$("$target" "$@" 2>&1); then
        passed=$((passed + 1))
        echo "passed   $name, $# inputs"
    else
        failed=$((failed + 1))
        for input in "$@"; do # which of them?
            "$target" "$input" >/dev/null 2>&1 || echo "failed   $name: $input"
        done
        printf '%s\n' "$out" | head -n 40
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
