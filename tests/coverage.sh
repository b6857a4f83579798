#!/bin/sh
# Branch and line coverage of what the tests reach, folder by folder: base, bot, classifier, responses and store should reach 90 % of the
# branches. gcov's own summary; gcovr writes build/coverage/report/index.html when it is there.
set -u
build=build/coverage
find "$build" -name '*.gcda' -delete
sh tests/all.sh "$build" >"$build/tests.txt" 2>&1
tail -n 1 "$build/tests.txt"
printf '%-12s %8s %8s\n' folder lines branches
for folder in base store classifier responses fallback bot training cli; do
    # shellcheck disable=SC2046
    gcov -n -b $(find "$build/$folder" -name '*.gcda') 2>/dev/null | awk -v folder="$folder" '
        /^File/ { ours = index($0, folder "/") == 7 && $0 ~ /\.c.$/ }
        ours && /^Lines executed/ { split($0, a, /[:% ]+/); n = $NF; lines += n; hit += n * a[3] / 100 }
        ours && /^Taken at least once/ { split($0, a, /[:%]/); n = $NF; branches += n; taken += n * a[2] / 100 }
        END { if (lines) printf "%-12s %7.1f%% %7.1f%%\n", folder, 100 * hit / lines, branches ? 100 * taken / branches : 100 }'
done
if command -v gcovr >/dev/null; then
    mkdir -p "$build/report"
    gcovr -r . --object-directory "$build" -e tests/ --html-details "$build/report/index.html" >/dev/null 2>&1 &&
        echo "every line: $build/report/index.html"
fi
