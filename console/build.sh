#!/bin/sh
# Builds the web pages into FOLDER/dist, each file with its gzip beside it, and their names into FOLDER/list. Where node is missing, or npm
# cannot bring what package-lock.json names, the list is empty and the binary says so at /chat: that is no error, unless CONSOLE_MUST is
# set. npm is asked once for each lock file; `make console` asks again.
# usage: build.sh FOLDER
set -eu
mkdir -p "$1"
out=$(cd "$1" && pwd)
rm -rf "$out/dist"
mkdir -p "$out/dist"
: >"$out/list.tmp"
failed="$out/npm-failed"

leave_out() {
    echo "  console: $1; without web pages" >&2
    [ -z "${CONSOLE_MUST:-}" ] || exit 1
}

# node_modules as the lock file has it.
modules() {
    cmp -s console/package-lock.json console/node_modules/.brought && return 0
    cmp -s console/package-lock.json "$failed" && return 1
    if (cd console && timeout 120 npm ci --ignore-scripts --fetch-retries=1 --fetch-retry-mintimeout=1000 --fetch-timeout=20000) >"$out/npm.log" 2>&1; then
        cp console/package-lock.json console/node_modules/.brought
        return 0
    fi
    rm -rf console/node_modules
    cp console/package-lock.json "$failed"
    return 1
}

if ! node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' 2>/dev/null; then
    leave_out "no node 18 or newer"
elif ! modules; then
    leave_out "npm could not bring its packages (build/console/npm.log; make console tries again)"
elif ! (cd console && node build.js "$out/dist"); then
    rm -rf "$out/dist"
    leave_out "its build failed"
else
    (cd "$out/dist" && find . -type f | LC_ALL=C sort) | while read -r file; do
        gzip -9 -n -c "$out/dist/$file" >"$out/dist/$file.gz"
        printf '%s\n%s.gz\n' "build/console/dist/${file#./}" "build/console/dist/${file#./}"
    done >"$out/list.tmp"
fi
# Left alone when nothing has come of it, so that nothing is assembled anew.
if [ ! -s "$out/list.tmp" ] && [ -f "$out/list" ] && [ ! -s "$out/list" ]; then
    rm "$out/list.tmp"
else
    mv "$out/list.tmp" "$out/list"
fi
