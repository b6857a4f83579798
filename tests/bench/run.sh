#!/bin/sh
# How fast the program is and what memory it takes, beside its floors and its peers on the same rows. Prints, and fails only when a
# scripted turn takes from the heap. BENCH=quick leaves out the table of 100,000 rows.
# usage: run.sh BUILD   (DATA names the folder of the sets, ../shared/data unless told)
exec python3 -B "${0%/*}/bench.py" "$1"
