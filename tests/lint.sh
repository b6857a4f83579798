#!/bin/sh
# What the compiler does not see: layout, the rules of the house, clang-tidy, cppcheck and gcc's analyser. The slow ones look at what
# has changed since the last commit, or at everything with LINT=all (and where there is no git).
set -u
jobs=$(nproc)
folders="base store classifier responses fallback bot training server cli"
# shellcheck disable=SC2086 # words on purpose
every=$(find $folders tests -name '*.[ch]' | sort)
changed=$every
if [ "${LINT:-}" != all ] && git rev-parse -q --verify HEAD >/dev/null 2>&1; then
    changed=$({ git diff --name-only --diff-filter=d HEAD && git ls-files -o --exclude-standard; } | grep '\.[ch]$' | sort -u)
fi
sources=$(printf '%s\n' "$changed" | grep '\.c$')
flags="-std=c17 -D_POSIX_C_SOURCE=200809L -I. $(pkg-config --cflags sqlite3 libcurl libcjson gmp libsodium libutf8proc libmicrohttpd yaml-0.1 libarchive libxml-2.0 xlsxwriter |
    sed 's/-I/-isystem /g')"
failed=
step() { # NAME COMMAND…: prints the verdict, and what the command said if it failed
    name=$1
    shift
    if out=$("$@" 2>&1); then
        echo "$name: fine"
        printf '%s\n' "$out" | grep 'second noun' || true
    else
        printf '%s\n%s: FAILED\n' "$out" "$name"
        failed=1
    fi
}
each() { # FILES COMMAND…: the command with one file, on all cores
    files=$1
    shift
    [ -n "$files" ] || return 0
    printf '%s\n' "$files" | xargs -P "$jobs" -n 1 "$@"
}

step "house rules" python3 tests/house.py
# shellcheck disable=SC2016
step "clang-format" each "$every" sh -c 'clang-format --dry-run -Werror "$0" 2>/dev/null || { echo "clang-format -i $0"; exit 1; }'
# Headers compile alone.
# shellcheck disable=SC2086
step "headers" each "$(printf '%s\n' "$changed" | grep '\.h$')" gcc $flags -Wall -Wextra -fsyntax-only -x c
# shellcheck disable=SC2086
step "gcc -fanalyzer" each "$sources" gcc $flags -O1 -fanalyzer -Werror -c -o /dev/null
# shellcheck disable=SC2086
[ -z "$sources" ] || step "cppcheck" cppcheck -q -j "$jobs" --std=c11 --error-exitcode=1 --inline-suppr -I. -D_POSIX_C_SOURCE=200809L \
    --enable=warning,performance,portability --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches $sources
# The program only. The findings without the path that led to each; clang-tidy FILE -- -I. shows that.
# shellcheck disable=SC2016
step "clang-tidy" each "$(printf '%s\n' "$sources" | grep -v '^tests/')" sh -c 'out=$(clang-tidy --quiet "$1" -- $0 2>/dev/null) ||
    { printf "%s\n" "$out" | grep -E "(error|warning): "; exit 1; }' "$flags"
[ -z "$failed" ]
