#!/bin/sh
# Injected failures and kills against the binary in BUILD; LONG=1 fails every call and kills 300 times where a short run takes a sample.
# usage: run.sh BUILD [WORDS]
build=$1
shift
exec python3 -B tests/api/run.py tests/faults "$build/paring" "$@"
