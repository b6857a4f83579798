#!/bin/sh
# How right the program is, on sets that anybody can get and on its own samples, beside the targets.
# usage: marks.sh PARING   (DATA names the folder of the sets, ../shared/data unless told)
exec python3 -B "${0%/*}/marks.py" "$1"
